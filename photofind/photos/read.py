"""Reads the bytes of a scanned file, once, and only if it does not change meanwhile."""

import errno
import os
import stat
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from photofind.domain import FoundFile
from photofind.errors import FileChangedError, UnreadablePhotoError
from photofind.photos import placeholders
from photofind.photos.formats import HEAD_BYTES, identify

CHUNK_BYTES = 256 * 1024
"""Small enough that even a slow disk reports progress every few seconds."""

OnRead = Callable[[int], None]
"""Callback with the number of bytes read since the last call."""

# If a named pipe has replaced a file, O_NONBLOCK keeps open() from blocking.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
# The file or its disk disappeared: not the photo's fault.
_AWAY = {
    errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.ESTALE,
    errno.ENOTCONN, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ETIMEDOUT,
}  # fmt: skip
# This process lacks a resource: neither the photo's fault nor the disk's.
_EXHAUSTED = {errno.EMFILE, errno.ENFILE, errno.ENOMEM}


def ignore_progress(_read_bytes: int) -> None:
    """Ignore progress: the callback of callers that do not follow it."""


def read_file(found: FoundFile, max_bytes: int, on_read: OnRead = ignore_progress) -> bytes:
    """Read a whole file, opened read-only.

    A file that is no photo by its first bytes is rejected before the rest is read.

    Raises:
        FileChangedError: It differs from what the scan found, or is in a cloud by now; retry later.
        UnreadablePhotoError: It is at fault: too large, not permitted, bad sectors, no photo.
        OSError: This process is out of memory or file descriptors.
    """
    try:
        return _read(found, max_bytes, on_read)
    except OSError as error:
        if error.errno in _EXHAUSTED:
            raise
        if error.errno in _AWAY:
            raise FileChangedError(f"{found.path} went away") from error
        raise UnreadablePhotoError(_in_words(error)) from error


def read_beginning(path: Path) -> bytes:
    """Read the first bytes of a file, none of one that is in a cloud; raises `OSError`."""
    if placeholders.is_placeholder(path.stat()):
        return b""
    with os.fdopen(os.open(path, _FLAGS), "rb", buffering=0) as file:
        return file.read(HEAD_BYTES)


def _read(found: FoundFile, max_bytes: int, on_read: OnRead) -> bytes:
    if placeholders.is_placeholder(found.path.stat()):
        raise FileChangedError(f"{found.path} went to a cloud")
    descriptor = os.open(found.path, _FLAGS)
    with os.fdopen(descriptor, "rb", buffering=0) as file:
        _raise_if_changed(found, os.fstat(descriptor))
        if found.stat.size > max_bytes:
            raise UnreadablePhotoError(
                f"The file has {found.stat.size / 1e6:,.0f} MB; "
                f"photofind reads photos of up to {max_bytes / 1e6:,.0f} MB."
            )
        head = file.read(HEAD_BYTES)
        identify(head, found.path.name)
        data = _rest(file, head, found.stat.size, on_read)
        _raise_if_changed(found, os.fstat(descriptor))
    if len(data) != found.stat.size:
        raise FileChangedError(f"{found.path} changed while it was read")
    return data


def _rest(file: FileIO, head: bytes, size: int, on_read: OnRead) -> bytes:
    """Read to the end, but at most one byte over `size`: a growing file never ends."""
    chunks, done = [head], len(head)
    while done <= size and (chunk := file.read(min(CHUNK_BYTES, size + 1 - done))):
        chunks.append(chunk)
        done += len(chunk)
        on_read(len(chunk))
    return b"".join(chunks)


def _raise_if_changed(found: FoundFile, now: os.stat_result) -> None:
    same = (now.st_size, now.st_mtime_ns) == (found.stat.size, found.stat.mtime_ns)
    if not same or not stat.S_ISREG(now.st_mode):
        raise FileChangedError(f"{found.path} changed since it was found")


def _in_words(error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return "Photofind is not permitted to read this file."
    if error.errno == errno.EIO:
        return "The disk could not read this file; the disk may be failing."
    return f"The file could not be read: {error.strerror or error}."
