from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from photofind.errors import CatalogueDamagedError
from photofind.events import ignore_events
from photofind.gui import app
from photofind.gui.bridge import Bridge
from photofind.gui.restore_dialog import RestoreDialog
from photofind.live.library import LiveLibrary
from photofind.paths import LibraryPaths
from photofind.store import roots
from photofind.store.database import Database


@pytest.fixture
def damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LibraryPaths:
    """A library with a root and a copy of its catalogue, which is damaged."""
    run = tmp_path / "run"
    run.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(run))
    paths = LibraryPaths(tmp_path / "library")
    with Database.open(paths, write=True) as database:
        with database.writing() as connection:
            roots.add_root(connection, Path("/pictures"))
        database.take_snapshot()
    paths.catalogue.write_bytes(b"no database" * 1000)
    return paths


@pytest.fixture
def answer(qtbot: QtBot) -> QTimer:
    """Accept a dialog as soon as it is shown."""
    timer = QTimer()
    timer.setInterval(20)

    def say_yes() -> None:
        match QApplication.activeModalWidget():
            case RestoreDialog() as dialog:
                dialog.accept_button.click()
            case QMessageBox() as box:
                box.accept()

    timer.timeout.connect(say_yes)
    timer.start()
    return timer


def test_that_a_damaged_library_opens_with_its_copy(
    damaged: LibraryPaths, answer: QTimer, qtbot: QtBot
) -> None:
    library = app._open_library(damaged.folder, Bridge(), None)
    assert library is not None
    assert [folder.root.path for folder in library.catalogue.roots.summaries()] == [
        Path("/pictures")
    ]
    library.close()


def test_that_a_damaged_library_without_a_copy_says_so(damaged: LibraryPaths, qtbot: QtBot) -> None:
    for copy in damaged.snapshots.iterdir():
        copy.unlink()
    with pytest.raises(CatalogueDamagedError, match="is damaged"):
        app._open_library(damaged.folder, Bridge(), None)


def test_that_opening_a_library_does_not_read_the_whole_catalogue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check(*_arguments: object) -> None:
        raise AssertionError("the catalogue was checked before the window")

    monkeypatch.setattr(Database, "check", check)
    for _ in range(2):
        LiveLibrary(tmp_path / "library", ignore_events).close()
