"""The child's thread for pictures that a person looks at or waits for.

It needs no encoder, so it works while one is being loaded and in the middle of a batch.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from photofind.child.messages import (
    MakeThumbnail,
    PictureRequest,
    PixelPicture,
    ReadPicture,
    failure,
)
from photofind.domain import Fingerprint
from photofind.errors import BadInputError, UserFacingError
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture
from photofind.photos.fingerprint import is_known_by
from photofind.photos.picture_file import (
    PictureLimits,
    decode_picture,
    open_picture,
    read_picture_file,
    user_facing_errors,
)
from photofind.photos.read import OnRead, ignore_progress
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Reads pictures within a library's limits; any number of threads may use it.

    All methods raise `BadInputError` where a file is not there, or no picture photofind reads.

    Attributes:
        on_read: Called with the bytes that came, while a file is read.
    """

    paths: LibraryPaths
    settings: Settings
    on_read: OnRead = ignore_progress

    def open(self, path: Path, shorter_side: int | None = None) -> Picture:
        """Read and decode a picture; arguments as `decode`."""
        return open_picture(path, shorter_side, self._limits, self.on_read)

    def pixels(self, path: Path, longest_side: int | None) -> PixelPicture:
        """Read a picture to be shown, shrunk where it is larger than `longest_side` pixels."""
        with user_facing_errors(path):
            # A side that is the shorter one has at least as many pixels as the longest may have.
            picture = self.open(path, longest_side)
            image = _within(picture.image, longest_side)
            return PixelPicture(
                image.tobytes(), image.width, image.height, picture.width, picture.height
            )

    def thumbnail(self, path: Path, content: Fingerprint) -> bytes:
        """Load a JPEG, or make it; a file that holds another photo by now is bad input too."""
        cache = ThumbnailCache(self.paths.thumbnails, self.settings.thumbnail_px)
        kept = cache.load(content)
        if kept is not None:
            return kept
        with user_facing_errors(path):
            data = read_picture_file(path, self._limits, self.on_read)
            if not is_known_by(data, content):
                raise BadInputError(
                    f"{path} holds another photo than it did.", "Let photofind read it again."
                )
            picture = decode_picture(path, data, self.settings.thumbnail_px, self._limits)
            cache.store(content, picture.image)
        made = cache.load(content)
        if made is None:
            raise UserFacingError(
                f"The small picture of {path} was removed as soon as it was made.", "Try again."
            )
        return made

    @property
    def _limits(self) -> PictureLimits:
        return PictureLimits.of(self.settings)


def _within(image: Image.Image, longest_side: int | None) -> Image.Image:
    if longest_side is None or max(image.size) <= longest_side:
        return image
    scale = longest_side / max(image.size)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


class PictureThread:
    """Handles requests for pictures, the newest first; pictures to look at before thumbnails.

    Args:
        respond: Sends the response to the request of a number.
    """

    def __init__(self, respond: Callable[[int, object], None]) -> None:
        self._respond = respond
        self._pictures: deque[tuple[int, PictureRequest]] = deque()
        self._thumbnails: deque[tuple[int, PictureRequest]] = deque()
        self._files: PictureFiles | None = None
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="pictures", daemon=True).start()

    def use(self, files: PictureFiles) -> None:
        """Read with other limits, for another library, from now on."""
        with self._changed:
            self._files = files

    def add(self, number: int, request: PictureRequest) -> None:
        """Queue a request; `use` comes first."""
        with self._changed:
            looked_at = isinstance(request, ReadPicture)
            (self._pictures if looked_at else self._thumbnails).append((number, request))
            self._changed.notify()

    def _run(self) -> None:
        while True:
            number, request, files = self._next()
            try:
                response = _response_to(files, request)
            except Exception as error:  # noqa: BLE001 (raised in the parent)
                response = failure(error)
            self._respond(number, response)

    def _next(self) -> tuple[int, PictureRequest, PictureFiles]:
        with self._changed:
            self._changed.wait_for(lambda: self._pictures or self._thumbnails)
            number, request = (self._pictures or self._thumbnails).pop()
            assert self._files is not None
            return number, request, self._files


def _response_to(files: PictureFiles, request: PictureRequest) -> object:
    match request:
        case ReadPicture(path, longest_side):
            return files.pixels(path, longest_side)
        case MakeThumbnail(path, content):
            return files.thumbnail(path, content)
