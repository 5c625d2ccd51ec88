"""Write a file so that readers find the old content or the new one, never half of it.

What is written goes to a temporary file beside the target, which is renamed at the end. A writer
that fails removes its temporary file; one that is killed leaves it behind, named `*.partial`.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PARTIAL_SUFFIX = ".partial"


def write_file(path: Path, content: bytes, *, durable: bool) -> None:
    """Replace a file's content; arguments and errors as `replacing`."""
    with replacing(path, durable=durable) as partial:
        partial.write_bytes(content)


@contextmanager
def replacing(path: Path, *, durable: bool) -> Iterator[Path]:
    """Yield an empty temporary file that takes the place of `path` at the end of the block.

    Any number of threads and processes may replace one file; the last one wins.

    Args:
        path: Its folder is made where it is missing.
        durable: Whether the content must survive a power cut. A cache that notices damage is not
            worth waiting for the disk.

    Raises:
        OSError: The disk is full, or cannot be written; `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(PARTIAL_SUFFIX, f"{path.name}.", path.parent)
    os.close(descriptor)
    partial = Path(name)
    try:
        yield partial
        rename_into_place(partial, path, durable=durable)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def rename_into_place(partial: Path, path: Path, *, durable: bool) -> None:
    """Rename a complete file of the same folder to `path`; arguments and errors as `replacing`."""
    if durable:
        _flush(partial)
    partial.replace(path)
    if durable:
        _flush_folder(path.parent)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Make a renaming durable, on systems that can open a folder."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
