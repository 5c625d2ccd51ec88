"""Show in the status strip what the library publishes of its work."""

from PySide6.QtCore import QObject, QTimer

from photofind.errors import UserFacingError
from photofind.events import IndexFinished, IndexProgress
from photofind.gui.bridge import Bridge
from photofind.gui.indexing.strip import StatusStrip
from photofind.gui.outline import Outline, OutlineReader

SHOWN_AFTER_MS = 300
"""Debounce: a file that is still being copied is looked at every other second."""


class LibraryReports(QObject):
    """Shows progress, waiting files, failures and stops.

    Args:
        delay_ms: Work that ends sooner is not shown as under way.
    """

    def __init__(
        self,
        bridge: Bridge,
        outline: OutlineReader,
        strip: StatusStrip,
        parent: QObject | None = None,
        *,
        delay_ms: int = SHOWN_AFTER_MS,
    ) -> None:
        super().__init__(parent)
        self._outline = outline
        self._strip = strip
        self._progress: IndexProgress | None = None
        self._up_to_date = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(delay_ms)
        self._timer.timeout.connect(self._show_progress)
        bridge.progressed.connect(self._follow_progress)
        bridge.up_to_date.connect(self._finish)
        bridge.stopped.connect(self._stop)
        outline.read.connect(self._show_outline)

    def _follow_progress(self, progress: IndexProgress) -> None:
        self._progress = progress
        self._up_to_date = False
        if self._strip.working:
            self._show_progress()
        elif not self._timer.isActive():
            self._timer.start()

    def _show_progress(self) -> None:
        if self._progress is not None:
            self._strip.show_progress(self._progress)

    def _finish(self, last_run: IndexFinished | None) -> None:
        """Show what the last run left, and with the next outline how much there is."""
        self._forget_progress()
        self._strip.show_waiting(() if last_run is None else last_run.being_written)
        self._up_to_date = True
        self._outline.read_now()

    def _stop(self, error: UserFacingError) -> None:
        self._forget_progress()
        self._strip.show_waiting(())
        self._strip.show_stopped(error)

    def _forget_progress(self) -> None:
        self._timer.stop()
        self._progress = None

    def _show_outline(self, outline: Outline) -> None:
        up_to_date, self._up_to_date = self._up_to_date, False
        if up_to_date:
            self._strip.show_up_to_date(outline.photos if outline.folders else None)
        self._strip.show_failures(outline.failures)
        self._strip.show_offline(outline.offline)
