"""What the library tells, on whatever thread → signals on the window's thread."""

import queue

from PySide6.QtCore import QObject, QTimer, Signal

from photofind.domain import PhotoId
from photofind.events import (
    Event,
    IndexFinished,
    IndexProgress,
    LibraryStopped,
    PhotosChanged,
    SearchableChanged,
)


class Bridge(QObject):
    """A listener that may be called from any thread; its signals come ten times a second.

    What came in between is put together: the newest progress, and all photos that changed.

    Signals:
        progressed: The newest `IndexProgress`.
        photos_changed: Ids of photos that are new in the catalogue or lie elsewhere now.
        finished: Each `IndexFinished`.
        stopped: The `UserFacingError` that keeping up to date had to stop for.
        searchable_changed: How many photos can be searched now.
    """

    progressed = Signal(object)
    photos_changed = Signal(list)
    finished = Signal(object)
    stopped = Signal(object)
    searchable_changed = Signal(int)

    def __init__(self, parent: QObject | None = None, *, interval_ms: int = 100) -> None:
        super().__init__(parent)
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._timer = QTimer(self)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self.drain)
        self._timer.start()

    def listen(self, event: Event) -> None:
        """To be given to whoever tells; returns at once."""
        self._events.put(event)

    def drain(self) -> None:
        """Tells everything that has come until now."""
        progress: IndexProgress | None = None
        searchable: int | None = None
        changed: dict[PhotoId, None] = {}
        finished: list[IndexFinished] = []
        while not self._events.empty():
            match self._events.get():
                case IndexProgress() as newest:
                    progress = newest
                case PhotosChanged(photo_ids):
                    changed.update(dict.fromkeys(photo_ids))
                case IndexFinished() as report:
                    finished.append(report)
                    progress = None
                case SearchableChanged(count):
                    searchable = count
                case LibraryStopped(error):
                    progress = None
                    self.stopped.emit(error)
        if changed:
            self.photos_changed.emit(list(changed))
        for report in finished:
            self.finished.emit(report)
        if progress is not None:
            self.progressed.emit(progress)
        if searchable is not None:
            self.searchable_changed.emit(searchable)
