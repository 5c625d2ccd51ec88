"""The real window on the real engine, without a screen, driven as a person would."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtTest import QTest
from typing_extensions import override

from photofind.child.client import ChildClient
from photofind.events import Event, Listener, ignore_events
from photofind.gui import app as photofind_app
from photofind.gui.bridge import Bridge
from photofind.gui.main_window import MainWindow
from photofind.gui.theme import LIGHT, apply_theme
from photofind.live.library import LiveLibrary
from photofind.paths import LibraryPaths
from photofind.settings import Settings

Figures = dict[str, Any]

KEY_MS = 60
"""Between two keys: quicker than the pause after which a search begins."""

LONGEST_WAIT_MS = 600_000


class Painted(QObject):
    """Watches the photos being painted.

    Every time is that of the first event after a paint: everything has been drawn by then.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._viewport = window.photos.grid.viewport()
        self._waiting: list[tuple[Callable[[], bool], Callable[[float], None]]] = []
        self._viewport.installEventFilter(self)

    def once(self, so: Callable[[], bool], then: Callable[[float], None]) -> None:
        """Call `then` with the time of the first paint before which `so` held."""
        self._waiting.append((so, then))

    def whole(self) -> bool:
        """Whether every thumbnail in sight is there."""
        grid, model, thumbnails = (
            self._window.photos.grid,
            self._window.model,
            self._window.thumbnails,
        )
        ids = [model.photo_id(row) for row in grid.rows_in_sight()]
        return all(thumbnails.cached(one) is not None or thumbnails.is_missing(one) for one in ids)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            for waiting in [one for one in self._waiting if one[0]()]:
                self._waiting.remove(waiting)
                QTimer.singleShot(0, lambda then=waiting[1]: then(time.monotonic()))
        return False


class OpenWindow:
    """A window and its library; call `close`.

    Args:
        child_module: What the child process runs.
        listener: Hears what the window hears, on the updater's threads.
    """

    def __init__(
        self,
        folder: Path,
        *,
        child_module: str = "photofind.child",
        listener: Listener = ignore_events,
    ) -> None:
        self.app = photofind_app.make_app()
        apply_theme(self.app, LIGHT)
        self.bridge = Bridge()
        self.children: list[ChildClient] = []
        self._child_module = child_module
        self._listener = listener
        self.library = LiveLibrary(folder, self._hear, make_worker=self._make_child)
        self.window = MainWindow(self.library, self.bridge)
        self.painted = Painted(self.window)
        self.window.show()
        self.library.start()
        photofind_app.prioritize_window()

    def _make_child(self, paths: LibraryPaths, settings: Settings, checkpoint: str) -> ChildClient:
        child = ChildClient(paths, settings, checkpoint, module=self._child_module)
        self.children.append(child)
        return child

    def _hear(self, event: Event) -> None:
        self.bridge.post(event)
        self._listener(event)

    def wait_until(self, so: Callable[[], bool]) -> None:
        """Look every 20 ms, and let the window work in between."""
        loop, timer = QEventLoop(), QTimer()
        timer.timeout.connect(lambda: loop.exit(0) if so() else None)
        timer.start(20)
        QTimer.singleShot(LONGEST_WAIT_MS, lambda: loop.exit(1))
        if loop.exec() != 0:
            raise SystemExit("The window did not get there in time.")

    def wait_for(self, so: Callable[[], bool]) -> float:
        """The time of the paint of the photos before which `so` held."""
        times: list[float] = []
        self.painted.once(so, times.append)
        self.window.photos.grid.viewport().update()
        # What is so only after the last paint is painted by nobody.
        self.wait_until(so)
        self.window.photos.grid.viewport().update()
        self.wait_until(lambda: bool(times))
        return times[0]

    def memory(self) -> Figures:
        """MiB that lie in memory, of the window's process and of its child's."""
        return {
            "window_mib": resident_mib(os.getpid()),
            "child_mib": resident_mib(self.children[-1].pid),
        }

    def close(self) -> None:
        self.window.close()
        self.window.close_lanes()
        self.library.close()


def resident_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmRSS:"))
    return int(kib) / 1024


class Typist:
    """Types into the search bar and waits for the photos."""

    def __init__(self, opened: OpenWindow) -> None:
        self._opened = opened
        self._window = opened.window
        self._submitted_s = self._answered_s = 0.0
        self._window.bar.submitted.connect(self._note_submitted)
        self._window.search_runner.answered.connect(self._note_answered)
        self._window.search_runner.all_shown.connect(self._note_answered)

    def clear(self) -> None:
        """Back to all photos, as a person goes."""
        if self._window.search_runner.request is not None:
            self._answered_s = 0.0
            self._window.bar.clear_button.click()
            self._opened.wait_until(lambda: self._answered_s > 0)
        self._opened.wait_for(self._opened.painted.whole)

    def ask(self, query: str) -> Figures:
        """Milliseconds from the last key to the paint with the answer, and of its parts."""
        field = self._window.bar.field
        self.clear()
        self._window.bar.focus_search()
        self._answered_s = 0.0
        for place, key in enumerate(query):
            if place:
                self._pause()
            pressed_s = time.monotonic()
            QTest.keyClicks(field, key)
        painted_s = self._opened.wait_for(lambda: self._answered_s > pressed_s)
        whole_s = self._opened.wait_for(self._opened.painted.whole)
        return {
            "query": query,
            "photos": self._window.model.rowCount(),
            "total_ms": 1000 * (painted_s - pressed_s),
            "answer_ms": 1000 * (self._answered_s - self._submitted_s),
            "paint_ms": 1000 * (painted_s - self._answered_s),
            "after_pause_ms": 1000 * (painted_s - self._submitted_s),
            "thumbnails_ms": 1000 * (whole_s - self._submitted_s),
        }

    def _pause(self) -> None:
        loop = QEventLoop()
        QTimer.singleShot(KEY_MS, loop.quit)
        loop.exec()

    def _note_submitted(self) -> None:
        self._submitted_s = time.monotonic()

    def _note_answered(self) -> None:
        self._answered_s = time.monotonic()
