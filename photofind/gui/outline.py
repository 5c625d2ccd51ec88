"""What the panel, the strip and the completions say of the library, read when it has changed."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from photofind.answers import Coverage
from photofind.domain import Failure
from photofind.gui.lanes import Lane, Order
from photofind.live import LiveLibrary
from photofind.store.gallery import FolderSummary
from photofind.store.tags import TagCount

READ_AFTER_MS = 300
"""Changes come in bursts; one look after each is enough."""


@dataclass(frozen=True, slots=True)
class Outline:
    """The library in short.

    Attributes:
        years: Photos taken in each year.
        photos: There are to see; those that were only found so far are not.
        tag_names: For completion.
    """

    folders: Sequence[FolderSummary]
    tags: Sequence[TagCount]
    years: dict[int, int]
    failures: Sequence[Failure]
    photos: int
    coverage: Coverage
    tag_names: Sequence[str]

    @property
    def offline(self) -> list[str]:
        """Names of folders that are not connected."""
        return [
            one.root.path.name or str(one.root.path) for one in self.folders if one.root.offline
        ]


class OutlineReader(QObject):
    """Reads the outline on a lane of its own.

    Signals:
        read: An `Outline`.
        troubled: A `UserFacingError`.
    """

    read = Signal(object)
    troubled = Signal(object)

    def __init__(
        self, library: LiveLibrary, parent: QObject | None = None, *, delay_ms: int = READ_AFTER_MS
    ) -> None:
        super().__init__(parent)
        self._library = library
        self._lane = Lane("outline", self, order=Order.LATEST_ONLY)
        self._lane.troubled.connect(self.troubled)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self.read_now)
        self.latest: Outline | None = None

    def read_soon(self) -> None:
        if not self._timer.isActive():
            self._timer.start()

    def read_now(self) -> None:
        library = self._library

        def everything() -> Outline:
            return Outline(
                library.folders(),
                library.tag_counts(),
                library.photos_by_year(),
                library.failures(),
                library.count(),
                library.coverage(),
                library.tag_names(),
            )

        self._lane.submit(everything, self._tell)

    def close(self) -> None:
        self._timer.stop()
        self._lane.close()

    def _tell(self, outline: Outline) -> None:
        self.latest = outline
        self.read.emit(outline)
