"""Photos are opened, and shown in their folders by the system's file manager."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QMenu

from photofind.domain import PhotoId
from tests.gui.silent_disk import silent_disk as silent_disk
from tests.gui.window import states
from tests.gui.window.conftest import OpenWindow
from tests.gui.window.hands import click, press

SHIFT = Qt.KeyboardModifier.ShiftModifier


class FileManager(QObject):
    """Handler of the URLs that the system is to open."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Path] = []

    @Slot(QUrl)
    def show(self, url: QUrl) -> None:
        self.shown.append(Path(url.toLocalFile()))


@pytest.fixture
def file_manager(qapp: object) -> Iterator[FileManager]:
    manager = FileManager()
    # PySide declares the name of the slot as bytes, and takes text alone.
    QDesktopServices.setUrlHandler("file", manager, "show")  # type: ignore[arg-type]
    yield manager
    QDesktopServices.unsetUrlHandler("file")


def _entries(menu: QMenu) -> dict[str, QAction]:
    return {action.text().partition("\t")[0]: action for action in menu.actions()}


def _choose(opened: OpenWindow, row: int, entry: str) -> PhotoId:
    menu = states.menu_at(states.focus_grid(opened), row)
    _entries(menu)[entry].trigger()
    menu.close()
    return opened.shown()[row]


def test_that_a_photo_is_shown_in_its_folder(opened: OpenWindow, file_manager: FileManager) -> None:
    photo = _choose(opened, 3, "Show in folder")

    opened.wait(lambda: bool(file_manager.shown))
    assert file_manager.shown == [opened.path_of(photo).parent]
    assert opened.window.photos.notice.isHidden()


def test_that_the_menu_opens_a_photo(opened: OpenWindow) -> None:
    photo = _choose(opened, 3, "Open")

    assert opened.window.navigation.viewing
    assert opened.window.viewer.current == photo


def test_that_what_concerns_one_photo_is_not_offered_for_several(
    opened: OpenWindow, file_manager: FileManager
) -> None:
    grid = states.focus_grid(opened)
    press(Qt.Key.Key_Home)
    for _ in range(2):
        press(Qt.Key.Key_Right, SHIFT)

    menu = states.menu_at(grid, 1)

    offered = {words: entry.isEnabled() for words, entry in _entries(menu).items() if words}
    assert offered == {
        "Open": False,
        "Show in folder": False,
        "Find similar": False,
        "More like this": False,
        "Less like this": False,
        "Copy 3 photos": True,
        "Tag 3 photos…": True,
        "Move 3 photos to trash…": True,
    }
    assert len(grid.selected()) == 3
    menu.close()


def test_that_a_photo_whose_file_went_is_said_to_be_gone(
    with_album: OpenWindow, album: Path, file_manager: FileManager
) -> None:
    # No file events any more, as on a disk that cannot be watched.
    with_album.library.pause()
    path = with_album.path_of(with_album.shown()[3])
    menu = states.menu_at(states.focus_grid(with_album), 3)
    path.unlink()

    _entries(menu)["Show in folder"].trigger()
    menu.close()

    notice = with_album.window.photos.notice
    with_album.wait(notice.isVisible)
    assert f"‘{path.name}’ is not where it was." in notice.text
    assert str(path.parent) in notice.text
    assert not file_manager.shown


def test_that_a_disk_that_does_not_answer_holds_up_no_other_folder(
    silent_disk: Path, opened: OpenWindow, file_manager: FileManager
) -> None:
    opened.window.files.show_file(silent_disk / "beach.jpg")
    photo = _choose(opened, 3, "Show in folder")

    opened.wait(lambda: bool(file_manager.shown))
    assert file_manager.shown == [opened.path_of(photo).parent]


def test_that_a_system_without_a_file_manager_is_said_where_one_looks(opened: OpenWindow) -> None:
    states.viewer(opened)
    viewer, notice = opened.window.viewer, opened.window.photos.notice
    photo = viewer.current
    assert photo is not None

    click(viewer.inspector, "Show in folder")

    # Qt's platform without a display has no desktop, and so nothing that shows folders.
    opened.wait(notice.isVisible)
    assert opened.window.navigation.viewing
    assert "Nothing on this computer shows folders." in notice.text
    assert str(opened.path_of(photo).parent) in notice.text


def test_that_a_folder_is_shown_that_could_not_be_read(
    with_album: OpenWindow, album: Path, file_manager: FileManager
) -> None:
    states.unreadable(with_album, album)
    page = with_album.window.failures
    page.setFocus()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_Down)

    click(page, "Show in folder")

    with_album.wait(lambda: bool(file_manager.shown))
    assert file_manager.shown == [album]
