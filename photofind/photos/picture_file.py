"""A picture a person names, from anywhere on disk."""

from pathlib import Path

from photofind.domain import FileStat, FoundFile
from photofind.errors import BadInputError, FileChangedError, UnreadablePhotoError
from photofind.photos.decode import Picture, decode
from photofind.photos.read import read_file

MAX_BYTES = 1_000_000_000


def open_picture(path: Path, shorter_side: int | None = None) -> Picture:
    """Reads and decodes a file; arguments as `decode`.

    Raises:
        BadInputError: It is not there, or not a picture photofind reads; says why.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise BadInputError(
            f"There is no picture at {path} ({error.strerror}).", "Check the path."
        ) from error
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    try:
        data = read_file(FoundFile(path.parent, path, stat), MAX_BYTES)
        return decode(data, name=path.name, shorter_side=shorter_side)
    except UnreadablePhotoError as error:
        raise BadInputError(f"{path} cannot be read: {error}", "Try another picture.") from error
    except FileChangedError as error:
        raise BadInputError(
            f"{path} is being written just now.", "Try again when it is complete."
        ) from error
