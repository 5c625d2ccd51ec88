"""Forward library events from any thread as signals on the window's thread."""

import queue

from PySide6.QtCore import QObject, QTimer, Signal

from photofind.domain import PhotoId
from photofind.events import (
    CatalogueChanged,
    Event,
    IndexFinished,
    IndexProgress,
    LibraryStopped,
    LibraryUpToDate,
    SearchableChanged,
)


class Bridge(QObject):
    """Thread-safe event queue, drained into signals ten times a second.

    Events in between are merged: the newest progress, and all photos that changed.

    Signals:
        progressed: The newest `IndexProgress`.
        photos_changed: Ids of photos that are new in the catalogue, changed, or lie elsewhere now.
        photos_gone: Ids of photos that have no file any more.
        roots_changed: Folders came or went, or are connected or offline now.
        up_to_date: The library follows its folders: the last run's `IndexFinished`, or `None`.
        stopped: The `UserFacingError` that stopped updates of the library.
        searchable_changed: How many photos can be searched now.
    """

    progressed = Signal(object)
    photos_changed = Signal(list)
    photos_gone = Signal(list)
    roots_changed = Signal()
    up_to_date = Signal(object)
    stopped = Signal(object)
    searchable_changed = Signal(int)

    def __init__(self, parent: QObject | None = None, *, interval_ms: int = 100) -> None:
        super().__init__(parent)
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._timer = QTimer(self)
        self._timer.setInterval(interval_ms)
        self._timer.timeout.connect(self.drain)
        self._timer.start()

    def post(self, event: Event) -> None:
        """Queue an event and return at once; callable from any thread."""
        self._events.put(event)

    def drain(self) -> None:
        """Emit signals for all queued events."""
        progress: IndexProgress | None = None
        searchable: int | None = None
        changed: dict[PhotoId, None] = {}
        gone: dict[PhotoId, None] = {}
        roots = False
        up_to_date: list[IndexFinished | None] = []
        while not self._events.empty():
            match self._events.get():
                case IndexProgress() as newest:
                    progress = newest
                case CatalogueChanged(photo_ids, now_gone, of_roots):
                    # The latest event of a photo wins.
                    changed = dict.fromkeys([*changed, *photo_ids])
                    gone = dict.fromkeys([*gone, *now_gone])
                    for photo_id in photo_ids:
                        gone.pop(photo_id, None)
                    for photo_id in now_gone:
                        changed.pop(photo_id, None)
                    roots = roots or of_roots
                case LibraryUpToDate(last_run):
                    up_to_date.append(last_run)
                    progress = None
                case SearchableChanged(count):
                    searchable = count
                case LibraryStopped(error):
                    progress = None
                    self.stopped.emit(error)
        if changed:
            self.photos_changed.emit(list(changed))
        if gone:
            self.photos_gone.emit(list(gone))
        if roots:
            self.roots_changed.emit()
        for last_run in up_to_date:
            self.up_to_date.emit(last_run)
        if progress is not None:
            self.progressed.emit(progress)
        if searchable is not None:
            self.searchable_changed.emit(searchable)
