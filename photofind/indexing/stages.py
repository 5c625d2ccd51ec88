"""One file → what it holds, and what producers prepare of its picture.

Reads and decodes; keeps nothing, so any number of threads run it side by side.
"""

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from photofind.domain import Fingerprint, FoundFile, Photo, PhotoMetadata
from photofind.errors import (
    FileChangedError,
    MissingExtraError,
    ProducerError,
    UnreadablePhotoError,
)
from photofind.indexing.producers import Producer, decode_size
from photofind.photos.decode import decode
from photofind.photos.fingerprint import file_fingerprint, fingerprint
from photofind.photos.formats import NotAPhoto
from photofind.photos.metadata import read_metadata
from photofind.photos.placeholders import NOT_ON_THIS_COMPUTER
from photofind.photos.read import OnRead, ignore_progress, read_file
from photofind.photos.thumbnails import ThumbnailCache, average_colour


@dataclass(frozen=True, slots=True)
class ReadPhoto:
    """The file holds a photo.

    Attributes:
        metadata: Of this file; those of another with the same picture may differ.
        older: What an older catalogue knows the photo by, see `Photo`.
        photo: Where something was to be made of it, and so it was decoded.
        products: What was made, by kind.
        failures: Why nothing could be made, by kind.
    """

    found: FoundFile
    read_at_ns: int
    fingerprint: Fingerprint
    metadata: PhotoMetadata
    older: Fingerprint | None = None
    photo: Photo | None = None
    products: Mapping[str, Any] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)


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


Readable = ReadPhoto | Unreadable
Result = Readable | NotAPhotoAfterAll | TryLater


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
        producers: What is to be made of photos.
        missing_kinds: What the catalogue misses of a content, `None` where it does not know it;
            called from several threads.
        has_older: Whether the catalogue knows some photos by their files' bytes, as an older
            photofind did.
        on_read: Called with the bytes that came, while a file is read; from several threads.
    """

    producers: tuple[Producer, ...]
    missing_kinds: Callable[[Fingerprint], Collection[str] | None]
    thumbnails: ThumbnailCache
    max_bytes: int
    max_pixels: int
    has_older: bool = False
    claims: Claims = field(default_factory=Claims)
    on_read: OnRead = ignore_progress

    def of_one_run(self, kinds: Collection[str] | None) -> "Stages":
        """Copy for a run of its own: what an earlier one claimed and lost is free again.

        Args:
            kinds: What is to be made; `None` for all.
        """
        chosen = tuple(one for one in self.producers if kinds is None or one.version.kind in kinds)
        return replace(self, producers=chosen, claims=Claims())

    def run(self, found: FoundFile) -> Result:
        """Read a file and prepare what is missing of its photo.

        Raises:
            OSError: A product has no room on the disk; nothing on account of the file.
        """
        read_at_ns = time.time_ns()
        if found.placeholder:
            # Never opened: that would download it. Recorded as read before all times, it is read
            # as soon as it has arrived.
            return Unreadable(found, 0, NOT_ON_THIS_COMPUTER)
        try:
            data = read_file(found, self.max_bytes, self.on_read)
            content = fingerprint(data)
            older = self._older(data, content)
            read = ReadPhoto(found, read_at_ns, content, read_metadata(data), older)
            missing = self.missing_kinds(older or content)
            producers = [
                one for one in self.producers if missing is None or one.version.kind in missing
            ]
            if missing is not None and not producers:
                return read
            if not self.claims.claim(content):
                return TryLater(found)
            try:
                return self._prepared(read, data, producers)
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
        """Return what the catalogue knows the photo by, where that is the bytes of its file."""
        if not self.has_older or self.missing_kinds(content) is not None:
            return None
        older = file_fingerprint(data)
        if older == content or self.missing_kinds(older) is None:
            return None
        self.thumbnails.rename(older, content)
        return older

    def _prepared(self, read: ReadPhoto, data: bytes, producers: Sequence[Producer]) -> ReadPhoto:
        picture = decode(
            data,
            name=read.found.path.name,
            # Of all producers: what is made of a photo must not depend on what else is missing.
            shorter_side=decode_size(self.producers),
            max_pixels=self.max_pixels,
        )
        products: dict[str, Any] = {}
        failures: dict[str, str] = {}
        for producer in producers:
            try:
                products[producer.version.kind] = producer.prepare(read.fingerprint, picture)
            except ProducerError as error:
                failures[producer.version.kind] = str(error)
        photo = Photo(
            fingerprint=read.fingerprint,
            format=picture.format,
            width=picture.width,
            height=picture.height,
            average_colour=average_colour(picture.image),
            metadata=read.metadata,
            older=read.older,
        )
        return replace(read, photo=photo, products=products, failures=failures)
