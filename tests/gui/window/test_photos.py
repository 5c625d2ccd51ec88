"""The photos of the whole window: by keys and mouse, and while files come and go."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot

from photofind.evaluation.drawn_scenes import draw_scene
from photofind.gui.grid.view import GridView
from photofind.search.writing import written
from tests.gui.window.conftest import ALBUM, OpenWindow
from tests.gui.window.hands import CONTROL, LEFT, NONE, SHIFT, Answering, press, search_for


def _sums(folder: Path) -> dict[Path, str]:
    return {
        path: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def _focused(opened: OpenWindow) -> GridView:
    grid = opened.window.photos.grid
    grid.setFocus()
    opened.wait(grid.hasFocus)
    return grid


def _menu_at(grid: GridView, row: int) -> QMenu:
    place = grid.rect_of(row).center()
    requested = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, place, grid.viewport().mapToGlobal(place)
    )
    QApplication.sendEvent(grid.viewport(), requested)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def test_that_keys_go_through_the_photos_and_open_them(opened: OpenWindow) -> None:
    grid, photos = _focused(opened), opened.shown()

    press(Qt.Key.Key_Home)
    assert grid.selected() == photos[:1]
    press(Qt.Key.Key_Right)
    press(Qt.Key.Key_Right, SHIFT)
    press(Qt.Key.Key_Right, SHIFT)
    assert grid.selected() == photos[1:4]
    press(Qt.Key.Key_Down)
    assert grid.selected() == [grid.current_photo()]
    assert grid.current_photo() not in photos[:4]
    press(Qt.Key.Key_End)
    assert grid.current_photo() == photos[-1]
    press(Qt.Key.Key_Home, SHIFT)
    assert grid.selected() == photos
    press(Qt.Key.Key_Left)
    press(Qt.Key.Key_A, CONTROL)
    assert grid.selected() == photos
    press(Qt.Key.Key_End)
    press(Qt.Key.Key_Return)

    assert opened.window.navigation.viewing
    assert opened.window.viewer.current == photos[-1]


def test_that_clicks_choose_and_a_double_click_opens(opened: OpenWindow, qtbot: QtBot) -> None:
    grid, photos = _focused(opened), opened.shown()
    third, fifth = grid.rect_of(2).center(), grid.rect_of(4).center()

    QTest.mouseClick(grid.viewport(), LEFT, NONE, third)
    assert grid.selected() == [photos[2]]
    QTest.mouseClick(grid.viewport(), LEFT, CONTROL, fifth)
    assert grid.selected() == [photos[2], photos[4]]
    qtbot.mouseDClick(grid.viewport(), LEFT, NONE, third)

    opened.wait(lambda: opened.window.navigation.viewing)
    assert opened.window.viewer.current == photos[2]


def test_that_copied_photos_are_files_on_the_clipboard(opened: OpenWindow) -> None:
    _focused(opened)
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Right, SHIFT)
    chosen = [opened.path_of(photo) for photo in opened.shown()[:2]]

    press(Qt.Key.Key_C, CONTROL)

    opened.wait(lambda: "2 photos copied." in opened.window.photos.notice.text)
    copied = QGuiApplication.clipboard().mimeData().urls()
    assert {Path(url.toLocalFile()) for url in copied} == set(chosen)


def test_that_only_what_was_agreed_to_goes_to_the_trash(
    with_album: OpenWindow, album: Path, trash: Path, qtbot: QtBot
) -> None:
    grid = _focused(with_album)
    before = _sums(album)
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Right, SHIFT)
    meant = [with_album.path_of(photo) for photo in grid.selected()]

    kept = Answering("Keep")
    press(Qt.Key.Key_Delete)
    with_album.wait(lambda: "Move 2 photos to the trash?" in kept.text)
    assert all(str(path) in kept.text for path in meant)
    assert _sums(album) == before
    moved = Answering("Move 2 files to trash")
    with qtbot.waitSignal(with_album.window.files.trashed, timeout=20_000):
        press(Qt.Key.Key_Delete)

    assert "Move 2 photos to the trash?" in moved.text
    assert with_album.window.model.rowCount() == ALBUM - 2
    with_album.wait(lambda: "2 files moved to the trash" in with_album.window.photos.notice.text)
    gone = {path: digest for path, digest in before.items() if path in meant}
    assert len(gone) == 2
    assert _sums(album) == {path: before[path] for path in before if path not in gone}
    in_trash = (trash / "files").iterdir()
    assert sorted(map(_digest, in_trash)) == sorted(gone.values())
    notes = [path.read_text() for path in (trash / "info").iterdir()]
    assert all(any(str(path) in unquote(note) for note in notes) for path in meant)


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_that_the_menu_names_what_can_be_done_and_finds_similar_photos(opened: OpenWindow) -> None:
    grid, photos = _focused(opened), opened.shown()

    menu = _menu_at(grid, 3)
    entries = {action.text().partition("\t")[0]: action for action in menu.actions()}
    assert list(filter(None, entries)) == [
        "Open",
        "Show in folder",
        "Find similar",
        "More like this",
        "Less like this",
        "Copy",
        "Tag…",
        "Move to trash…",
    ]
    entries["Find similar"].trigger()
    menu.close()

    opened.wait(lambda: opened.window.model.sure is not None)
    assert opened.shown()[0] == photos[3]


def test_that_several_photos_are_tagged_at_once(opened: OpenWindow) -> None:
    grid = _focused(opened)
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Right, SHIFT)
    chosen = grid.selected()

    press(Qt.Key.Key_T)
    opened.wait(lambda: opened.window.editing.dialog is not None)
    dialog = opened.window.editing.dialog
    assert dialog is not None
    opened.wait(dialog.isActiveWindow)
    QTest.keyClicks(dialog.focusWidget(), "holiday")
    QTest.keyClick(dialog.focusWidget(), Qt.Key.Key_Return, CONTROL)

    opened.wait(lambda: "‘holiday’ added to 2 photos." in opened.window.photos.notice.text)
    names = [[tag.name for tag in tags] for tags in opened.library.catalogue.tags.of(chosen)]
    assert all("holiday" in tags for tags in names)


def test_that_new_photos_move_nothing_and_are_sorted_on_request(
    with_album: OpenWindow, album: Path
) -> None:
    grid = _focused(with_album)
    press(Qt.Key.Key_Home)
    for _ in range(4):
        press(Qt.Key.Key_Right)
    current, before = grid.current_photo(), with_album.shown()
    place, pill = grid.rect_of(4), with_album.window.photos.header.new_button

    draw_scene(5, (320, 240)).image.save(album / "new.jpg")
    with_album.wait(pill.isVisible)

    assert "1 new photo" in pill.text()
    assert with_album.shown()[:ALBUM] == before
    assert (grid.current_photo(), grid.rect_of(4)) == (current, place)
    QTest.mouseClick(pill, LEFT)
    with_album.wait(lambda: not pill.isVisible())
    with_album.wait(
        lambda: (
            with_album.shown() == with_album.library.catalogue.photos.all_rows().photo_ids.tolist()
        )
    )
    assert with_album.window.model.rowCount() == ALBUM + 1


def test_that_new_photos_are_offered_while_something_is_searched_for(
    with_album: OpenWindow, album: Path, qtbot: QtBot
) -> None:
    window = with_album.window
    with qtbot.waitSignal(window.search_runner.answered, timeout=20_000):
        search_for(window, "folder:Winter ")
    before = with_album.shown()

    draw_scene(5, (320, 240)).image.save(album / "Winter" / "new.jpg")
    with_album.wait(window.photos.header.new_button.isVisible)
    assert with_album.shown() == before
    QTest.mouseClick(window.photos.header.new_button, LEFT)

    with_album.wait(lambda: window.model.rowCount() == len(before) + 1)
    assert written(window.bar.request.query) == "folder:Winter"


def test_that_photos_are_in_order_when_all_are_read(with_album: OpenWindow) -> None:
    newest_first = with_album.library.catalogue.photos.all_rows().photo_ids.tolist()

    with_album.wait(lambda: with_album.shown() == newest_first)
    assert not with_album.window.photos.header.new_button.isVisible()


def test_that_removed_files_leave_the_grid(with_album: OpenWindow, album: Path) -> None:
    gone = with_album.photo_at(album / "Winter" / "picture-0003.jpg")

    (album / "Winter" / "picture-0003.jpg").unlink()

    with_album.wait(lambda: gone not in with_album.shown())
    assert with_album.window.model.rowCount() == ALBUM - 1


def test_that_photos_of_a_folder_that_is_not_connected_stay_and_come_back(
    with_album: OpenWindow, album: Path, searched: Callable[[str], None]
) -> None:
    window, before = with_album.window, sorted(with_album.shown())
    coloured = _colourfulness(window.photos.grid)

    away = album.rename(album.with_name("unplugged"))
    with_album.wait(lambda: bool(window.model.rows.offline.all()))

    assert sorted(with_album.shown()) == before
    with_album.wait(lambda: "‘Holiday photos’ is not connected" in _strip_words(with_album))
    assert _colourfulness(window.photos.grid) < coloured / 4
    searched("a house")
    assert window.model.rowCount() == ALBUM
    away.rename(album)
    with_album.wait(lambda: not window.model.rows.offline.any())
    with_album.wait(lambda: "not connected" not in _strip_words(with_album))


@pytest.fixture
def searched(with_album: OpenWindow, qtbot: QtBot) -> Callable[[str], None]:
    def search(words: str) -> None:
        with qtbot.waitSignal(with_album.window.search_runner.answered, timeout=20_000):
            search_for(with_album.window, words)

    return search


def _strip_words(opened: OpenWindow) -> str:
    labels = opened.window.strip.findChildren(QWidget)
    return " ".join(one.accessibleName() for one in labels if one.isVisible())


def _colourfulness(grid: GridView) -> float:
    """How far pixels are from grey, 0–255, on average."""
    rgb = grid.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    pixels = lines[:, : 3 * rgb.width()].reshape(-1, 3)
    return float((pixels.max(axis=1) - pixels.min(axis=1)).mean())
