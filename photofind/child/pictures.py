"""The child's thread for pictures that somebody looks at or waits for.

It needs no encoder, so it answers while one is being loaded and in the middle of a batch.
"""

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from photofind.child.messages import MakeThumbnail, PictureAsk, PixelPicture, ReadPicture, failure
from photofind.domain import Fingerprint
from photofind.errors import BadInputError, UserFacingError
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture
from photofind.photos.fingerprint import is_known_by
from photofind.photos.picture_file import (
    PictureLimits,
    decode_picture,
    in_words,
    open_picture,
    read_picture_file,
)
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings


@dataclass(frozen=True, slots=True)
class PictureFiles:
    """Reads pictures within a library's limits; any number of threads may use it.

    All methods raise `BadInputError` where a file is not there, or no picture photofind reads.
    """

    paths: LibraryPaths
    settings: Settings

    def open(self, path: Path, shorter_side: int | None = None) -> Picture:
        """Arguments as `decode`."""
        return open_picture(path, shorter_side, self._limits)

    def pixels(self, path: Path, longest_side: int | None) -> PixelPicture:
        """A picture to be shown, shrunk where it is larger than `longest_side` pixels."""
        with in_words(path):
            # A side that is the shorter one has at least as many pixels as the longest may have.
            picture = self.open(path, longest_side)
            image = _within(picture.image, longest_side)
            return PixelPicture(
                image.tobytes(), image.width, image.height, picture.width, picture.height
            )

    def thumbnail(self, path: Path, content: Fingerprint) -> bytes:
        """A JPEG, made if need be; raises `BadInputError` where the file holds something else."""
        cache = ThumbnailCache(self.paths.thumbnails, self.settings.thumbnail_px)
        kept = cache.load(content)
        if kept is not None:
            return kept
        with in_words(path):
            data = read_picture_file(path, self._limits)
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
    """Answers asks for pictures, the newest first; pictures to look at before thumbnails.

    Args:
        answer: Sends an answer to the ask of a number.
    """

    def __init__(self, answer: Callable[[int, object], None]) -> None:
        self._answer = answer
        self._pictures: deque[tuple[int, PictureAsk]] = deque()
        self._thumbnails: deque[tuple[int, PictureAsk]] = deque()
        self._files: PictureFiles | None = None
        self._turn = threading.Condition()
        threading.Thread(target=self._run, name="pictures", daemon=True).start()

    def work_for(self, files: PictureFiles) -> None:
        with self._turn:
            self._files = files

    def ask(self, number: int, ask: PictureAsk) -> None:
        with self._turn:
            looked_at = isinstance(ask, ReadPicture)
            (self._pictures if looked_at else self._thumbnails).append((number, ask))
            self._turn.notify()

    def forget(self, number: int) -> None:
        """Does nothing where it is being answered already."""
        with self._turn:
            for waiting in (self._pictures, self._thumbnails):
                for numbered in [numbered for numbered in waiting if numbered[0] == number]:
                    waiting.remove(numbered)

    def _run(self) -> None:
        while True:
            number, ask, files = self._next()
            try:
                answer = _answer_of(files, ask)
            except Exception as error:  # noqa: BLE001 (told to whoever asked)
                answer = failure(error)
            self._answer(number, answer)

    def _next(self) -> tuple[int, PictureAsk, PictureFiles]:
        with self._turn:
            self._turn.wait_for(lambda: self._pictures or self._thumbnails)
            number, ask = (self._pictures or self._thumbnails).pop()
            assert self._files is not None
            return number, ask, self._files


def _answer_of(files: PictureFiles, ask: PictureAsk) -> object:
    match ask:
        case ReadPicture(path, longest_side):
            return files.pixels(path, longest_side)
        case MakeThumbnail(path, content):
            return files.thumbnail(path, content)
