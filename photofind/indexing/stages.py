"""One file → everything the catalogue and the image encoder need of it.

Reads, decodes and shrinks; keeps nothing, so any number of threads run it side by side.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from photofind.clip.preprocess import Preprocess
from photofind.domain import Fingerprint, FoundFile, Photo, PhotoMetadata
from photofind.errors import FileChangedError, MissingExtraError, UnreadablePhotoError
from photofind.photos.decode import decode
from photofind.photos.fingerprint import file_fingerprint, fingerprint
from photofind.photos.formats import NotAPhoto
from photofind.photos.metadata import read_metadata
from photofind.photos.read import OnRead, ignore_progress, read_file
from photofind.photos.thumbnails import ThumbnailCache, average_colour

NOT_ON_THIS_COMPUTER = "Not on this computer. It is read once it has been downloaded."


@dataclass(frozen=True, slots=True)
class KnownContent:
    """The file holds a photo that has all it was to be given.

    Attributes:
        metadata: Of this file; those of another with the same picture may differ.
        older: What an older catalogue knows the photo by, see `Photo`.
    """

    found: FoundFile
    read_at_ns: int
    fingerprint: Fingerprint
    metadata: PhotoMetadata
    older: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class NewContent:
    """The file holds a photo still to be embedded.

    Attributes:
        pixels: (size, size, 3) uint8, as the image encoder takes them.
    """

    found: FoundFile
    read_at_ns: int
    photo: Photo
    pixels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Described:
    """The file holds a photo that was new; it has its thumbnail, and is still to be embedded."""

    found: FoundFile
    read_at_ns: int
    photo: Photo


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The file is at fault; the reason is for its owner."""

    found: FoundFile
    read_at_ns: int
    reason: str


@dataclass(frozen=True, slots=True)
class NotAPhotoAfterAll:
    """A file without an extension, whose content is no picture: nobody need hear of it."""

    found: FoundFile


@dataclass(frozen=True, slots=True)
class TryLater:
    """The file was being written, or another file of the same content is being read."""

    found: FoundFile


Outcome = KnownContent | NewContent | Described | Unreadable | NotAPhotoAfterAll | TryLater


class Claims:
    """Contents one run has met, so that copies of one photo are not put through it side by side."""

    def __init__(self) -> None:
        self._claimed: set[Fingerprint] = set()
        self._lock = threading.Lock()

    def claim(self, content: Fingerprint) -> bool:
        """Whether the content is the caller's now; false for all but the first to ask."""
        with self._lock:
            if content in self._claimed:
                return False
            self._claimed.add(content)
            return True

    def release(self, content: Fingerprint) -> None:
        with self._lock:
            self._claimed.discard(content)


@dataclass(frozen=True, slots=True)
class Stages:
    """What every file is put through.

    Attributes:
        is_described: Whether a content is in the catalogue; asked from several threads.
        is_embedded: Whether it needs no embedding any more; asked from several threads.
        thumbnail_px: Longest side of a thumbnail.
        embeds: Whether photos are to be embedded, or only described.
        has_older: Whether the catalogue knows some photos by their files' bytes, as an older
            photofind did.
        on_read: Called with the bytes that came, while a file is read; from several threads.
    """

    preprocess: Preprocess
    thumbnails: ThumbnailCache
    is_described: Callable[[Fingerprint], bool]
    is_embedded: Callable[[Fingerprint], bool]
    max_bytes: int
    max_pixels: int
    thumbnail_px: int
    embeds: bool = True
    has_older: bool = False
    claims: Claims = field(default_factory=Claims)
    on_read: OnRead = ignore_progress

    def of_one_run(self, *, embeds: bool) -> "Stages":
        """The same for a run of its own: what an earlier one claimed and lost is free again."""
        return replace(self, embeds=embeds, claims=Claims())

    def run(self, found: FoundFile) -> Outcome:
        """Raises nothing on account of the file; only `OSError` where a thumbnail has no room."""
        read_at_ns = time.time_ns()
        if found.placeholder:
            # Never opened: that would download it. Recorded as read before all times, it is read
            # as soon as it has arrived.
            return Unreadable(found, 0, NOT_ON_THIS_COMPUTER)
        try:
            data = read_file(found, self.max_bytes, self.on_read)
            content = fingerprint(data)
            older = self._older(data, content)
            has_all = self.is_embedded if self.embeds else self.is_described
            if has_all(older or content):
                return KnownContent(found, read_at_ns, content, read_metadata(data), older)
            if not self.claims.claim(content):
                return TryLater(found)
            try:
                return self._new(found, read_at_ns, data, content, older)
            except BaseException:
                self.claims.release(content)
                raise
        except FileChangedError:
            return TryLater(found)
        except NotAPhoto:
            return NotAPhotoAfterAll(found)
        except MissingExtraError as error:
            # Not the photo's fault: recorded as read before all times, it is read again next time.
            return Unreadable(found, 0, str(error))
        except UnreadablePhotoError as error:
            return Unreadable(found, read_at_ns, str(error))

    def _older(self, data: bytes, content: Fingerprint) -> Fingerprint | None:
        """What the catalogue knows the photo by, where that is the bytes of its file."""
        if not self.has_older or self.is_described(content):
            return None
        older = file_fingerprint(data)
        if older == content or not self.is_described(older):
            return None
        self.thumbnails.rename(older, content)
        return older

    def _new(
        self,
        found: FoundFile,
        read_at_ns: int,
        data: bytes,
        content: Fingerprint,
        older: Fingerprint | None,
    ) -> NewContent | Described:
        shorter_side = self.preprocess.decode_px if self.embeds else self.thumbnail_px
        picture = decode(
            data,
            name=found.path.name,
            shorter_side=shorter_side,
            max_pixels=self.max_pixels,
        )
        self.thumbnails.store(content, picture.image)
        photo = Photo(
            fingerprint=content,
            format=picture.format,
            width=picture.width,
            height=picture.height,
            average_colour=average_colour(picture.image),
            metadata=read_metadata(data),
            older=older,
        )
        if not self.embeds:
            return Described(found, read_at_ns, photo)
        return NewContent(found, read_at_ns, photo, self.preprocess.pixels(picture.image))
