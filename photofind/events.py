"""Events that a library publishes to its listener."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from photofind.domain import Failure, PhotoId
from photofind.errors import UserFacingError


class IndexPhase(StrEnum):
    """Phases of a run; `THUMBNAILS` only where reading photos is much quicker than embedding."""

    FINDING = "finding"
    THUMBNAILS = "thumbnails"
    EMBEDDING = "embedding"


@dataclass(frozen=True, slots=True)
class IndexProgress:
    """Progress of a run, throttled to ten a second.

    Attributes:
        total: `None` while unknown.
        photos_per_s: Mean since the phase began.
        seconds_left: `None` until it can be estimated.
    """

    phase: IndexPhase
    done: int
    total: int | None
    photos_per_s: float
    seconds_left: float | None


@dataclass(frozen=True, slots=True)
class PhotosChanged:
    """A batch was committed.

    Attributes:
        photo_ids: Photos that are new in the catalogue or were moved, ascending.
        searchable: Those of them that have an embedding.
    """

    photo_ids: tuple[PhotoId, ...]
    searchable: tuple[PhotoId, ...]


@dataclass(frozen=True, slots=True)
class CatalogueChanged:
    """Changes of the catalogue since the last such event, by any writer.

    Attributes:
        photo_ids: Photos that were added, changed or moved, ascending.
        gone: Photos that have no file any more, ascending.
        roots: Whether roots were added, removed, connected or disconnected.
    """

    photo_ids: tuple[PhotoId, ...]
    gone: tuple[PhotoId, ...]
    roots: bool


@dataclass(frozen=True, slots=True)
class IndexFinished:
    """The report of one indexing run.

    Attributes:
        roots: Roots that were indexed.
        found: Files that may be photos, in the parts of online roots that were scanned.
        embedded: Photos that were given to the image encoder.
        unchanged: Files known before and not modified since.
        moved: Known photos found under another path while their old path is gone.
        removed: Paths whose file is gone for good.
        duplicates: Paths beyond the first of each photo.
        offline: Roots that could not be read; their rows are kept.
        failures: Files of online roots that could not be read, old and new.
        being_written: Files that changed while they were read; the next run retries them.
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
    """The search engine was refreshed, and covers this many photos now."""

    photos: int


@dataclass(frozen=True, slots=True)
class LibraryStopped:
    """Background indexing has stopped on an error that a person has to act on."""

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
    """Ignore an event: a listener for callers that need the result alone."""
