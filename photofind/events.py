"""Events that a library publishes to its listener."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from photofind.domain import Failure, PhotoId
from photofind.errors import UserFacingError


class IndexPhase(StrEnum):
    """Phases of a run, in order.

    `THUMBNAILS` only where reading photos is much quicker than embedding them, `TAGS` only where
    the library is kept up to date.
    """

    FINDING = "finding"
    THUMBNAILS = "thumbnails"
    EMBEDDING = "embedding"
    TAGS = "tags"


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
class LibraryUpToDate:
    """All that is made of photos follows the folders: nothing is under way.

    Attributes:
        last_run: Report of the run that led here; `None` where there are no folders.
    """

    last_run: IndexFinished | None


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
    | LibraryUpToDate
    | LibraryStopped
)
Listener = Callable[[Event], None]


def ignore_events(_event: Event) -> None:
    """Ignore an event: a listener for callers that need the result alone."""


LEAST_INTERVAL_S = 0.1
"""Time between two events of progress."""


class PhaseProgress:
    """Counts the steps of one phase, and publishes them at most ten times a second.

    Args:
        total: Steps in all; `None` where that is what is being found out.
    """

    def __init__(self, phase: IndexPhase, total: int | None, listener: Listener) -> None:
        self._phase = phase
        self._total = total
        self._listener = listener
        self._done = 0
        self._started = time.monotonic()
        self._published = 0.0
        self._publish()

    def advance(self, steps: int) -> None:
        self._done += steps
        if time.monotonic() - self._published >= LEAST_INTERVAL_S:
            self._publish()

    def finish(self) -> None:
        """Publish the last state, which `advance` may have left out."""
        self._publish()

    def _publish(self) -> None:
        self._published = time.monotonic()
        seconds = self._published - self._started
        rate = self._done / seconds if seconds > 0 else 0.0
        left = None
        if self._total is not None and rate > 0:
            left = (self._total - self._done) / rate
        self._listener(IndexProgress(self._phase, self._done, self._total, rate, left))
