"""Summary of the library for panel, strip and completions, read again after changes."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from photofind.domain import Failure
from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane, Order
from photofind.gui.wording import folder_name
from photofind.live.results import Coverage
from photofind.live.search import LiveSearch
from photofind.store.catalogue import Catalogue
from photofind.store.gallery import FolderSummary
from photofind.store.tags import TagCount

SHORTEST_REST_MS = 300
"""Throttle: how long after a read the next may begin."""

UNREADABLE = "file"
"""Kind of the failures of files that could not be read at all."""

REST = 9
"""The same as a multiple of how long the read took, where that is longer."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Summary of the library.

    Attributes:
        years: Photos taken in each year.
        failures: By kind: `UNREADABLE`, and the families of what is made of photos; none is empty.
        photos: There are to see; those that were only found so far are not.
        tag_names: For completion.
    """

    folders: Sequence[FolderSummary]
    tags: Sequence[TagCount]
    years: dict[int, int]
    failures: Mapping[str, Sequence[Failure]]
    photos: int
    coverage: Coverage
    tag_names: Sequence[str]

    @property
    def offline(self) -> list[str]:
        """Names of folders that are not connected."""
        return [folder_name(one.root.path) for one in self.folders if one.root.offline]


class OutlineReader(QObject):
    """Reads the outline on a lane of its own: a change at once, many in a row throttled.

    Signals:
        read: An `Outline`.
        failed: A `UserFacingError`.
    """

    read = Signal(object)
    failed = Signal(object)

    def __init__(
        self,
        catalogue: Catalogue,
        search: LiveSearch,
        parent: QObject | None = None,
        *,
        rest_ms: int = SHORTEST_REST_MS,
    ) -> None:
        super().__init__(parent)
        self._catalogue = catalogue
        self._search = search
        self._lane = Lane("outline", self, order=Order.LATEST_ONLY)
        self._rest_ms = rest_ms
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._end_rest)
        self._reading = False
        self._changed_since = False
        self.latest: Outline | None = None

    def read_soon(self) -> None:
        # Never cancel a running read: under steady changes none would ever finish.
        if self._reading or self._rest.isActive():
            self._changed_since = True
        else:
            self.read_now()

    def read_now(self) -> None:
        catalogue, search = self._catalogue, self._search

        def everything() -> tuple[Outline, float]:
            began_s = time.monotonic()
            outline = Outline(
                catalogue.roots.summaries(),
                catalogue.tags.counts(),
                catalogue.photos.by_year(),
                _failures(catalogue),
                catalogue.photos.counts().photos_with_files,
                search.coverage(),
                search.tag_names(),
            )
            return outline, time.monotonic() - began_s

        self._rest.stop()
        self._reading, self._changed_since = True, False
        self._lane.submit(everything, self._publish, self._fail)

    def close(self) -> None:
        self._rest.stop()
        self._lane.close()

    def _publish(self, found: tuple[Outline, float]) -> None:
        self.latest, took_s = found
        self._begin_rest(took_s)
        self.read.emit(self.latest)

    def _fail(self, error: UserFacingError) -> None:
        self._begin_rest(0)
        self.failed.emit(error)

    def _begin_rest(self, took_s: float) -> None:
        self._reading = False
        self._rest.start(max(self._rest_ms, round(1000 * REST * took_s)))

    def _end_rest(self) -> None:
        if self._changed_since:
            self.read_now()


def _failures(catalogue: Catalogue) -> dict[str, Sequence[Failure]]:
    found: dict[str, Sequence[Failure]] = {UNREADABLE: catalogue.roots.failures()}
    for kind in catalogue.derived.status():
        found[kind.progress.producer.family] = kind.failures
    return {kind: failures for kind, failures in found.items() if failures}
