"""The whole window, on the real engine."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from photofind.evaluation.drawn_album import draw_album
from photofind.gui.bridge import Bridge
from photofind.gui.main_window import MainWindow
from photofind.live import LiveLibrary
from tests.support.warm_child import WarmChild


class OpenWindow:
    """A window on a library of drawn pictures, read by a real child process."""

    def __init__(self, qtbot: QtBot, folder: Path, child: WarmChild) -> None:
        self._qtbot = qtbot
        self.folder = folder
        self.bridge = Bridge(interval_ms=20)
        self.library = LiveLibrary(folder / "library", self.bridge.listen, make_worker=child.lend)
        self.window = MainWindow(self.library, self.bridge)
        self.window.resize(1100, 720)
        self.window.show()
        self.library.start()

    def read(self, photos: Path) -> None:
        """Adds a folder and waits until all of it can be searched."""
        count = sum(path.suffix == ".jpg" for path in photos.rglob("*"))

        def all_of_them(searchable: int) -> bool:
            return searchable == count

        with self._qtbot.waitSignal(
            self.bridge.searchable_changed, timeout=60_000, check_params_cb=all_of_them
        ):
            self.library.add_folders([photos])
        self._qtbot.waitUntil(lambda: self.window.model.rowCount() == count, timeout=20_000)

    def wait(self, until: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(until, timeout=20_000)

    def close(self) -> None:
        self.window.close()
        self.window.close_lanes()
        self.library.close()
        self.window.deleteLater()


@pytest.fixture(scope="session")
def drawn_album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty drawn pictures in five folders, with dates and cameras; not to be changed."""
    return draw_album(tmp_path_factory.mktemp("album"), 30)


@pytest.fixture
def album(drawn_album: Path, tmp_path: Path) -> Path:
    """The same, to do with as one likes."""
    return Path(shutil.copytree(drawn_album, tmp_path / "Holiday photos"))


@pytest.fixture
def empty_window(qtbot: QtBot, tmp_path: Path, warm_child: WarmChild) -> Iterator[OpenWindow]:
    opened = OpenWindow(qtbot, tmp_path, warm_child)
    yield opened
    opened.close()


@pytest.fixture
def opened(empty_window: OpenWindow, album: Path) -> OpenWindow:
    """A window in which the album can be searched."""
    empty_window.read(album)
    return empty_window
