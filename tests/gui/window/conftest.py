"""The whole window, on the real engine."""

import queue
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from photofind.child.client import ChildClient
from photofind.domain import PhotoId
from photofind.evaluation.drawn_album import draw_album
from photofind.events import Event, IndexFinished, LibraryUpToDate
from photofind.gui.bridge import Bridge
from photofind.gui.main_window import MainWindow
from photofind.live.library import LiveLibrary
from photofind.paths import LibraryPaths
from photofind.settings import Settings
from tests.gui.window.closed_library import FAILED, OFFERED, fail, offer
from tests.support.warm_child import WarmChild

ALBUM = 30
"""Pictures of the album; of fewer nothing stands out, and no tags are suggested."""

PATIENCE_MS = 30_000


class OpenWindow:
    """A window on a library, which is read by a real child process."""

    def __init__(
        self,
        qtbot: QtBot,
        library: Path,
        make_worker: Callable[[LibraryPaths, Settings, str], ChildClient],
    ) -> None:
        self._qtbot = qtbot
        self.bridge = Bridge(interval_ms=20)
        self.reports: list[IndexFinished] = []
        self.bridge.up_to_date.connect(self._keep_report)
        self.library = LiveLibrary(library, self.bridge.post, make_worker=make_worker)
        self.window = MainWindow(self.library, self.bridge)
        if not self.library.paths.window_state.exists():
            self.window.resize(1100, 720)
        self.window.show()
        self.window.photos.grid.setFocus()
        self.library.start()
        self.activate(self.window)

    def _keep_report(self, last_run: IndexFinished | None) -> None:
        if last_run is not None:
            self.reports.append(last_run)

    def read(self, photos: Path) -> None:
        """Add a folder and wait until all of it can be searched and is shown in order."""
        count = sum(path.suffix == ".jpg" for path in photos.rglob("*"))
        with self.searchable(count):
            self.library.folders.add([photos])
        self.wait(lambda: bool(self.reports))
        newest_first = self.library.catalogue.photos.all_rows().photo_ids.tolist()
        self.wait(lambda: self.shown() == newest_first)

    def searchable(self, count: int) -> AbstractContextManager[object]:
        """Wait until so many photos can be searched."""
        return self._qtbot.waitSignal(
            self.bridge.searchable_changed,
            timeout=2 * PATIENCE_MS,
            check_params_cb=lambda searchable: searchable == count,
        )

    def wait(self, until: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(until, timeout=PATIENCE_MS)

    def activate(self, page: QWidget) -> None:
        """Give a window the keyboard: without a desktop none has it once a list has closed."""

        def is_active() -> bool:
            page.activateWindow()
            return page.isActiveWindow()

        self.wait(is_active)

    def shown(self) -> list[PhotoId]:
        """Return the photos of the grid, in order."""
        return [PhotoId(photo_id) for photo_id in self.window.model.rows.photo_ids.tolist()]

    def path_of(self, photo_id: PhotoId) -> Path:
        (path,) = self.library.catalogue.photos.shown_paths([photo_id])
        return path

    def photo_at(self, path: Path) -> PhotoId:
        """Return the photo of the grid that has this file."""
        (photo_id,) = [one for one in self.shown() if self.path_of(one) == path]
        return photo_id

    def close(self) -> None:
        self.window.close()
        self.window.close_lanes()
        self.library.close()
        # Before the window, to which it must send no more events.
        self.bridge.deleteLater()
        self.window.deleteLater()


@pytest.fixture(scope="session")
def drawn_album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty drawn pictures in five folders, with dates and cameras; not to be changed."""
    return draw_album(tmp_path_factory.mktemp("album") / "Holiday photos", ALBUM)


@pytest.fixture
def album(drawn_album: Path, tmp_path: Path) -> Path:
    """Copy of the album, to be changed freely."""
    return Path(shutil.copytree(drawn_album, tmp_path / "Holiday photos"))


@pytest.fixture(scope="session")
def read_library(
    drawn_album: Path, tmp_path_factory: pytest.TempPathFactory, warm_child: WarmChild
) -> Path:
    """A library in which the drawn album has been read; to be copied."""
    emitted: queue.SimpleQueue[Event] = queue.SimpleQueue()
    folder = tmp_path_factory.mktemp("read") / "library"
    library = LiveLibrary(folder, emitted.put, make_worker=warm_child.lend)
    library.start()
    library.folders.add([drawn_album])
    while not isinstance(emitted.get(timeout=60), IndexFinished):
        pass
    # When they can be searched, and their tags are known.
    while not isinstance(emitted.get(timeout=60), LibraryUpToDate):
        pass
    library.close()
    return folder


@pytest.fixture
def library(read_library: Path, tmp_path: Path) -> Path:
    """The folder of a library of one's own, in which the drawn album has been read."""
    return Path(shutil.copytree(read_library, tmp_path / "library"))


@pytest.fixture
def open_window(qtbot: QtBot, warm_child: WarmChild) -> Iterator[Callable[[Path], OpenWindow]]:
    """Open a window on the library in a folder; the one before, if any, is closed first."""
    windows: list[OpenWindow] = []

    def opened(library: Path) -> OpenWindow:
        close()
        windows.append(OpenWindow(qtbot, library, warm_child.lend))
        return windows[-1]

    def close() -> None:
        if windows:
            windows.pop().close()

    yield opened
    close()


@pytest.fixture
def empty_window(open_window: Callable[[Path], OpenWindow], tmp_path: Path) -> OpenWindow:
    return open_window(tmp_path / "library")


@pytest.fixture
def opened(open_window: Callable[[Path], OpenWindow], library: Path) -> OpenWindow:
    """Window over the drawn album; its files are not to be changed."""
    window = open_window(library)
    window.wait(lambda: window.window.model.rowCount() == ALBUM)
    return window


@pytest.fixture
def with_failures(open_window: Callable[[Path], OpenWindow], library: Path) -> OpenWindow:
    """Window over the drawn album, of which some photos failed in several ways."""
    fail(library, FAILED)
    return open_window(library)


@pytest.fixture
def with_offers(open_window: Callable[[Path], OpenWindow], library: Path) -> OpenWindow:
    """Window over the drawn album, one photo of which looks like many that are gone."""
    offer(library, OFFERED, ["Anna's birthday", "holiday"])
    return open_window(library)


@pytest.fixture
def with_album(empty_window: OpenWindow, album: Path) -> OpenWindow:
    """Window over a copy of the album, to be changed freely."""
    empty_window.read(album)
    return empty_window
