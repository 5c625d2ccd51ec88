"""What a running library tells whoever watches it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from photofind.domain import Failure, PhotoId
from photofind.errors import UserFacingError


class IndexPhase(StrEnum):
    """What a run is at; `THUMBNAILS` only where reading photos is much quicker than embedding."""

    FINDING = "finding"
    THUMBNAILS = "thumbnails"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """At most ten a second.

    Attributes:
        total: `None` while it is not known.
        photos_per_s: Of photos since the phase began.
        seconds_left: `None` until there is something to judge by.
    """

    phase: IndexPhase
    done: int
    total: int | None
    photos_per_s: float
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class PhotosChanged:
    """A batch became durable.

    Attributes:
        photo_ids: Photos that are new in the catalogue or in another place, ascending.
        searchable: Those of them that can be found by what they show.
    """

    photo_ids: tuple[PhotoId, ...]
    searchable: tuple[PhotoId, ...]


@dataclass(frozen=True, slots=True)
class CatalogueChanged:
    """What happened to photos since the last time this was told, by whatever way.

    Attributes:
        photo_ids: Photos that are new or changed, or lie elsewhere, ascending.
        gone: Photos that have no file any more, ascending.
        roots: Whether folders came or went, or are connected or offline now.
    """

    photo_ids: tuple[PhotoId, ...]
    gone: tuple[PhotoId, ...]
    roots: bool


@dataclass(frozen=True, slots=True)
class IndexFinished:
    """What one indexing run did.

    Attributes:
        roots: Folders that were brought up to date.
        found: Files that may be photos, wherever in healthy roots this run looked.
        embedded: Photos that were given to the image encoder.
        unchanged: Files known before and not touched since.
        moved: Known photos met under another path while their old path is gone.
        removed: Paths whose file is gone for good.
        duplicates: Paths beyond the first of each content.
        offline: Roots that could not be seen; everything known about them is kept.
        failures: Files of healthy roots that could not be read, old and new.
        being_written: Files that changed while they were read and were left for the next run.
    """

    roots: tuple[Path, ...]
    found: int
    embedded: int
    unchanged: int
    moved: int
    removed: int
    duplicates: int
    offline: tuple[Path, ...]
    failures: tuple[Failure, ...]
    being_written: tuple[Path, ...]
    seconds: float
    checkpoint: str

    @property
    def changed_anything(self) -> bool:
        return bool(self.embedded or self.moved or self.removed)


@dataclass(frozen=True, slots=True)
class SearchableChanged:
    """Searches look at another set of photos from now on, and at how many."""

    photos: int


@dataclass(frozen=True, slots=True)
class LibraryStopped:
    """The library is not kept up to date any more, until its owner has done something."""

    error: UserFacingError


Event = (
    IndexProgress
    | PhotosChanged
    | CatalogueChanged
    | IndexFinished
    | SearchableChanged
    | LibraryStopped
)
Listener = Callable[[Event], None]


def ignore_events(_event: Event) -> None:
    """The listener of those who only want the result."""
