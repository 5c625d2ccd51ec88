"""Searching in the whole window, as a person does, on real pictures."""

from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from tests.gui.window.conftest import OpenWindow


def _type(opened: OpenWindow, qtbot: QtBot, text: str) -> None:
    qtbot.keyClick(opened.window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(QApplication.focusWidget(), text)


def _drop(opened: OpenWindow, data: QMimeData) -> None:
    """What a file manager does when something is let go over the window."""
    middle = QPointF(opened.window.rect().center())
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(middle.toPoint(), action, data, button, none)
    QApplication.sendEvent(opened.window, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(opened.window, QDropEvent(middle, action, data, button, none))


def test_that_typed_words_rank_the_photos(opened: OpenWindow, qtbot: QtBot) -> None:
    before = opened.window.model.rows.photo_ids.tolist()

    with qtbot.waitSignal(opened.window.searching.answered, timeout=20_000) as answered:
        _type(opened, qtbot, "a house")

    _, results = answered.args
    assert opened.window.model.rows.photo_ids.tolist() == results.rows.photo_ids.tolist()
    assert opened.window.model.rows.photo_ids.tolist() != before
    assert opened.window.photos.header.count_text


def test_that_a_typed_filter_becomes_a_chip_and_holds(opened: OpenWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.window.searching.answered, timeout=20_000):
        _type(opened, qtbot, "folder:Winter ")

    opened.wait(lambda: opened.window.bar.request.filters == "folder:Winter")
    opened.wait(lambda: opened.window.model.rowCount() == 6)
    paths = opened.library.paths_of(
        [PhotoId(photo_id) for photo_id in opened.window.model.rows.photo_ids.tolist()]
    )
    assert {path.parent.name for path in paths} == {"Winter"}


def test_that_a_wrong_filter_keeps_what_was_found(opened: OpenWindow, qtbot: QtBot) -> None:
    before = opened.window.model.rowCount()

    _type(opened, qtbot, "from:yesterday ")

    opened.wait(lambda: "yesterday" in opened.window.bar.problem)
    assert opened.window.model.rowCount() == before


def test_that_a_dropped_picture_finds_itself_first(opened: OpenWindow, album: Path) -> None:
    picture = album / "City" / "picture-0004.jpg"
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(picture))])

    _drop(opened, data)

    opened.wait(lambda: opened.window.searching.request is not None)
    opened.wait(lambda: opened.window.model.sure is not None)
    assert opened.library.paths_of([opened.window.model.photo_id(0)]) == [picture]
    chip = opened.window.bar.request.picture
    assert chip is not None
    assert chip.name == "picture-0004.jpg"


def test_that_a_pasted_picture_is_searched_with(
    opened: OpenWindow, qtbot: QtBot, album: Path
) -> None:
    picture = album / "City" / "picture-0004.jpg"
    QGuiApplication.clipboard().setImage(QImage(str(picture)))
    opened.window.photos.grid.setFocus()

    qtbot.keyClick(opened.window, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)

    opened.wait(lambda: opened.window.model.sure is not None)
    assert opened.library.paths_of([opened.window.model.photo_id(0)]) == [picture]


def test_that_dropped_folders_are_added(
    empty_window: OpenWindow, qtbot: QtBot, album: Path
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(album))])

    _drop(empty_window, data)

    empty_window.wait(lambda: empty_window.window.model.rowCount() == 30)
    assert [one.root.path for one in empty_window.library.folders()] == [album]


def test_that_similar_photos_are_a_key_away(opened: OpenWindow, qtbot: QtBot) -> None:
    grid = opened.window.photos.grid
    grid.setFocus()
    grid.setCurrentIndex(opened.window.model.index(4))
    wanted = opened.window.model.photo_id(4)

    qtbot.keyClick(grid, Qt.Key.Key_S)

    opened.wait(lambda: opened.window.model.sure is not None)
    assert opened.window.model.photo_id(0) == wanted


def test_that_escape_leads_back_to_all_photos(opened: OpenWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(opened.window.searching.answered, timeout=20_000):
        _type(opened, qtbot, "a house")

    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)

    opened.wait(lambda: opened.window.searching.request is None)
    opened.wait(lambda: opened.window.model.sure is None)
    assert opened.window.model.rowCount() == 30
