"""Picture files that a person names, from anywhere on disk."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from photofind.domain import FileStat, FoundFile
from photofind.errors import BadInputError, FileChangedError, UnreadablePhotoError
from photofind.photos import placeholders
from photofind.photos.decode import MAX_PIXELS, Picture, decode
from photofind.photos.read import OnRead, ignore_progress, read_file
from photofind.settings import Settings

MAX_BYTES = 1_000_000_000


@dataclass(frozen=True, slots=True)
class PictureLimits:
    """Limits on a file before it is read (`max_bytes`) or decoded (`max_pixels`)."""

    max_bytes: int = MAX_BYTES
    max_pixels: int = MAX_PIXELS

    @classmethod
    def of(cls, settings: Settings) -> Self:
        return cls(settings.max_file_mb * 1_000_000, settings.max_megapixels * 1_000_000)


NO_SETTINGS = PictureLimits()
"""Limits outside of a library's settings."""


def open_picture(
    path: Path,
    shorter_side: int | None = None,
    limits: PictureLimits = NO_SETTINGS,
    on_read: OnRead = ignore_progress,
) -> Picture:
    """Read and decode a file; arguments as `decode` and `read_file`.

    Raises:
        BadInputError: It is missing, or not a picture photofind reads; the message says why.
    """
    with user_facing_errors(path):
        return decode_picture(path, read_picture_file(path, limits, on_read), shorter_side, limits)


def read_picture_file(
    path: Path, limits: PictureLimits, on_read: OnRead = ignore_progress
) -> bytes:
    """Read a whole file; use it within `user_facing_errors`."""
    try:
        status = path.stat()
    except OSError as error:
        raise BadInputError(
            f"There is no picture at {path} ({error.strerror}).", "Check the path."
        ) from error
    if placeholders.is_placeholder(status):
        raise BadInputError(
            f"{path} is not on this computer, only its name.",
            "Have the program that keeps it in a cloud download it.",
        )
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return read_file(FoundFile(path.parent, path, stat), limits.max_bytes, on_read)


def decode_picture(
    path: Path, data: bytes, shorter_side: int | None, limits: PictureLimits
) -> Picture:
    """Decode the bytes of `read_picture_file`; use it within `user_facing_errors`."""
    return decode(data, name=path.name, shorter_side=shorter_side, max_pixels=limits.max_pixels)


@contextmanager
def user_facing_errors(path: Path) -> Iterator[None]:
    """Translate everything that can be wrong with a picture to `BadInputError`."""
    try:
        yield
    except UnreadablePhotoError as error:
        raise BadInputError(f"{path} cannot be read: {error}", "Try another picture.") from error
    except FileChangedError as error:
        raise BadInputError(
            f"{path} is being written just now.", "Try again when it is complete."
        ) from error
    except MemoryError as error:
        raise BadInputError(
            f"{path} cannot be opened: there is not enough memory.", "Close other programs."
        ) from error
