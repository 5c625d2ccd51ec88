from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from photofind.errors import CatalogueDamagedError
from photofind.gui.restore_dialog import RestoreDialog, offer_copies, summary
from photofind.paths import LibraryPaths
from photofind.store import roots
from photofind.store.database import Database
from photofind.store.snapshots import snapshots

DAMAGED = CatalogueDamagedError("Page 7 is broken.", "Put back a copy.")


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    """A library with two copies, which was damaged since."""
    paths = LibraryPaths(tmp_path / "library")
    with Database.open(paths, write=True) as database:
        for name in ("first", "second"):
            with database.writing() as connection:
                roots.add_root(connection, Path("/", name))
            database.take_snapshot()
    paths.catalogue.write_bytes(b"no database" * 1000)
    return paths


@pytest.fixture
def open_dialog(qtbot: QtBot, paths: LibraryPaths) -> Iterator[Callable[[], RestoreDialog]]:
    dialogs: list[RestoreDialog] = []

    def open_() -> RestoreDialog:
        dialog = RestoreDialog(paths, snapshots(paths.snapshots), DAMAGED)
        dialogs.append(dialog)
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    yield open_
    for dialog in dialogs:
        dialog.close_lanes()


def roots_in(paths: LibraryPaths) -> list[str]:
    with Database.open(paths, write=True) as database, database.reading() as connection:
        return [root.path.name for root in roots.list_roots(connection)]


def test_that_the_newest_copy_is_offered_and_put_back_by_enter(
    qtbot: QtBot, paths: LibraryPaths, open_dialog: Callable[[], RestoreDialog]
) -> None:
    dialog = open_dialog()
    said = " ".join(label.text() for label in dialog.findChildren(QLabel))
    assert "Restore the copy of" in said
    assert "Page 7 is broken." in said

    with qtbot.waitSignal(dialog.ended):
        qtbot.keyClick(dialog, Qt.Key.Key_Return)

    assert dialog.restored is not None
    assert "may be missing" in summary(dialog.restored)
    assert roots_in(paths) == ["first", "second"]


def test_that_an_older_copy_can_be_chosen(
    qtbot: QtBot, paths: LibraryPaths, open_dialog: Callable[[], RestoreDialog]
) -> None:
    dialog = open_dialog()
    dialog.choice.setFocus()
    qtbot.keyClick(dialog.choice, Qt.Key.Key_Down)

    with qtbot.waitSignal(dialog.ended):
        dialog.accept_button.click()

    assert roots_in(paths) == ["first"]


def test_that_declining_changes_nothing(
    qtbot: QtBot, paths: LibraryPaths, open_dialog: Callable[[], RestoreDialog]
) -> None:
    before = paths.catalogue.read_bytes()
    dialog = open_dialog()
    (decline,) = [
        button for button in dialog.findChildren(QPushButton) if button is not dialog.accept_button
    ]
    decline.click()
    assert not dialog.isVisible()
    assert dialog.restored is None
    assert paths.catalogue.read_bytes() == before


def test_that_a_copy_that_cannot_be_put_back_is_reported(
    qtbot: QtBot, paths: LibraryPaths, open_dialog: Callable[[], RestoreDialog]
) -> None:
    dialog = open_dialog()
    snapshots(paths.snapshots)[0].path.write_bytes(b"broken")
    with qtbot.waitSignal(dialog.ended):
        dialog.accept_button.click()
    assert dialog.failure is not None
    assert dialog.restored is None


def test_that_nothing_is_offered_without_a_copy(qtbot: QtBot, tmp_path: Path) -> None:
    assert not offer_copies(LibraryPaths(tmp_path), DAMAGED)
