"""What is made of every photo, see [Note: derived facts] in store/derived.py.

A kind is one entry of `KINDS`, who makes it and what comes first, and one of `store.files.STORES`:
how what was made is stored. A picture is decoded once for all producers: each prepares its part of
the work on a thread of its own, then finishes a batch at a time.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.clip.encoder import Encoder
from photofind.domain import Fingerprint
from photofind.errors import ProducerError
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings
from photofind.store import embeddings
from photofind.store.derived import ProducerVersion


class Producer(Protocol):
    """Makes one kind of thing of photos."""

    @property
    def version(self) -> ProducerVersion: ...

    @property
    def decode_px(self) -> int:
        """What the shorter side of a picture must have at least, where the photo has as much."""
        ...

    @property
    def sets_decode_size(self) -> bool:
        """Whether its product depends on the size decoded to: then no other producer changes it."""
        ...

    def prepare(self, content: Fingerprint, picture: Picture) -> Any:
        """Do what a picture takes by itself; called from several threads.

        Raises:
            ProducerError: The photo is at fault.
        """
        ...

    def finish(self, prepared: Sequence[Any]) -> Sequence[Any]:
        """Make products, one for each prepared picture; a `ProducerError` in place of one."""
        ...


@dataclass(frozen=True, slots=True)
class Sources:
    """What producers are made of."""

    encoder: Encoder
    paths: LibraryPaths
    settings: Settings


@dataclass(frozen=True, slots=True)
class Kind:
    """An entry of `KINDS`.

    Attributes:
        make: Makes the producer.
        priority: What is lower comes first, where making the rest takes long.
    """

    make: Callable[[Sources], Producer]
    priority: int


class Thumbnails:
    """Makes thumbnails, which are stored as soon as they are made."""

    sets_decode_size = False

    def __init__(self, cache: ThumbnailCache) -> None:
        self._cache = cache
        self.version = thumbnail_version(cache.longest_side)

    @property
    def decode_px(self) -> int:
        """Of a photo that is 4 by 3, a thumbnail is as large as it may be."""
        return self._cache.longest_side * 3 // 4

    def prepare(self, content: Fingerprint, picture: Picture) -> None:
        """Store the thumbnail; raises `OSError` where it has no room."""
        self._cache.store(content, picture.image)

    def finish(self, prepared: Sequence[None]) -> Sequence[None]:
        return prepared


class ImageEmbeddings:
    """Embeds photos, from the same pixels as a query by one of them."""

    sets_decode_size = True

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self.version = embeddings.producer_of(encoder.space)

    @property
    def decode_px(self) -> int:
        return self._encoder.preprocess.decode_px

    def prepare(self, content: Fingerprint, picture: Picture) -> NDArray[np.uint8]:
        """(size, size, 3) uint8."""
        return self._encoder.preprocess.pixels(picture.image)

    def finish(
        self, prepared: Sequence[NDArray[np.uint8]]
    ) -> Sequence[NDArray[np.float32] | ProducerError]:
        """(dim,) each, of length one."""
        vectors = self._encoder.encode_images(np.stack(prepared))
        return [
            vector
            if np.isfinite(vector).all() and vector.any()
            else ProducerError("The search model can make nothing of this picture.")
            for vector in vectors
        ]


def decode_size(producers: Collection[Producer]) -> int:
    """Return what the shorter side of a picture must have at least, for all of some producers."""
    deciding = [one.decode_px for one in producers if one.sets_decode_size]
    return max(deciding or [one.decode_px for one in producers])


def thumbnail_version(longest_side: int) -> ProducerVersion:
    """Name what makes thumbnails of a size; migration 0006 knows 384 pixels by this name too."""
    return ProducerVersion("thumbnail", str(longest_side))


KINDS = {
    "thumbnail": Kind(
        lambda sources: Thumbnails(
            ThumbnailCache(sources.paths.thumbnails, sources.settings.thumbnail_px)
        ),
        priority=0,
    ),
    "embedding": Kind(lambda sources: ImageEmbeddings(sources.encoder), priority=1),
}
"""By family, see `ProducerVersion.family`."""


def make_producers(sources: Sources) -> tuple[Producer, ...]:
    """One of each kind."""
    return tuple(kind.make(sources) for kind in KINDS.values())


def first_kinds(producers: Collection[ProducerVersion]) -> tuple[str, ...]:
    """Return which of their kinds come before the rest."""
    first = min(KINDS[producer.family].priority for producer in producers)
    return tuple(one.kind for one in producers if KINDS[one.family].priority == first)
