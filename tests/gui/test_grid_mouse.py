"""The grid by mouse: clicks, rubber bands, the wheel, the menu and dragging out."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.grid.cells import badge_rect
from photofind.gui.grid.dragging import OWN_DRAG, drag_data
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.grid.view import GridView
from tests.gui.photo_grid import CONTROL, LEFT, NONE, SHIFT, click, press
from tests.gui.photo_grid import grid as grid
from tests.gui.photo_grid import model as model
from tests.gui.photo_grid import thumbnails as thumbnails


def turn_wheel(grid: GridView, notches: int, at: QPoint, modifiers: Qt.KeyboardModifier) -> None:
    place = QPointF(at)
    event = QWheelEvent(
        place,
        grid.viewport().mapToGlobal(place),
        QPoint(),
        QPoint(0, 120 * notches),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(grid.viewport(), event)


def test_that_a_click_chooses_one_and_control_and_shift_more(grid: GridView, qtbot: QtBot) -> None:
    click(grid, qtbot, 2)
    assert grid.selected() == [3]
    click(grid, qtbot, 4, CONTROL)
    assert grid.selected() == [3, 5]
    click(grid, qtbot, 7, SHIFT)
    assert grid.selected() == [5, 6, 7, 8]
    click(grid, qtbot, 1, SHIFT | CONTROL)
    assert grid.selected() == [2, 3, 4, 5, 6, 7, 8]
    click(grid, qtbot, 6)
    assert grid.selected() == [7]


def test_that_a_click_on_the_check_adds_and_takes_away(grid: GridView, qtbot: QtBot) -> None:
    for row in (0, 3, 0):
        place = badge_rect(grid.rect_of(row)).center()
        qtbot.mouseClick(grid.viewport(), LEFT, NONE, place)
    assert grid.selected() == [4]


def test_that_a_click_beside_the_photos_lets_go_of_all(grid: GridView, qtbot: QtBot) -> None:
    click(grid, qtbot, 2)
    qtbot.mouseClick(grid.viewport(), LEFT, NONE, QPoint(3, 100))
    assert grid.selected() == []


def test_that_the_selection_is_signalled(grid: GridView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.selection_changed) as emitted:
        click(grid, qtbot, 2)
    assert emitted.args == [[3]]


def test_that_a_rubber_band_chooses_what_it_touches(grid: GridView, qtbot: QtBot) -> None:
    view, end = grid.viewport(), grid.rect_of(1).center()
    qtbot.mousePress(view, LEFT, NONE, QPoint(4, 4))
    qtbot.mouseMove(view, QPoint(40, 40))
    qtbot.mouseMove(view, end)
    assert grid.selected() == [1, 2]
    qtbot.mouseRelease(view, LEFT, NONE, end)
    assert grid.selected() == [1, 2]


def test_that_a_rubber_band_adds_with_control(grid: GridView, qtbot: QtBot) -> None:
    click(grid, qtbot, 8)
    view, end = grid.viewport(), grid.rect_of(0).center()
    qtbot.mousePress(view, LEFT, CONTROL, QPoint(4, 4))
    qtbot.mouseMove(view, end)
    qtbot.mouseRelease(view, LEFT, CONTROL, end)
    assert grid.selected() == [1, 9]


def test_that_escape_ends_a_rubber_band_and_then_lets_go(grid: GridView, qtbot: QtBot) -> None:
    view = grid.viewport()
    qtbot.mousePress(view, LEFT, NONE, QPoint(4, 4))
    qtbot.mouseMove(view, grid.rect_of(0).center())
    press(grid, qtbot, Qt.Key.Key_Escape)
    assert grid.selected() == [1]
    press(grid, qtbot, Qt.Key.Key_Escape)
    assert grid.selected() == []
    qtbot.mouseRelease(view, LEFT, NONE, QPoint(4, 4))


def test_that_a_double_click_opens(grid: GridView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.opened) as emitted:
        qtbot.mouseDClick(grid.viewport(), LEFT, NONE, grid.rect_of(5).center())
    assert emitted.args == [6]


def menu_of(grid: GridView, qtbot: QtBot) -> QMenu:
    qtbot.waitUntil(lambda: bool(grid.findChildren(QMenu)))
    return grid.findChildren(QMenu)[0]


def ask_menu(grid: GridView, row: int) -> None:
    place = grid.rect_of(row).center()
    where = grid.viewport().mapToGlobal(place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, where, NONE)
    QApplication.sendEvent(grid.viewport(), event)


def test_that_the_menu_says_in_words_how_many_are_moved_to_the_trash(
    grid: GridView, qtbot: QtBot
) -> None:
    for row in (0, 1, 2):
        click(grid, qtbot, row, CONTROL)
    ask_menu(grid, 1)
    menu = menu_of(grid, qtbot)
    words = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert "Move 3 photos to trash…" in words
    with qtbot.waitSignal(grid.trash_requested) as emitted:
        next(action for action in menu.actions() if "trash" in action.text()).trigger()
    assert emitted.args == [[1, 2, 3]]
    menu.close()


def test_that_the_menu_is_for_the_photo_under_the_mouse(grid: GridView, qtbot: QtBot) -> None:
    click(grid, qtbot, 0)
    ask_menu(grid, 4)
    menu = menu_of(grid, qtbot)
    assert grid.selected() == [5]
    words = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    assert words == [
        "Open",
        "Show in folder",
        "Find similar",
        "More like this",
        "Less like this",
        "Copy",
        "Tag…",
        "Move to trash…",
    ]
    menu.close()


def test_that_a_wheel_with_control_changes_the_size_under_the_cursor(
    grid: GridView, qtbot: QtBot
) -> None:
    grid.verticalScrollBar().setValue(5000)
    at = QPoint(300, 90)
    row = grid.row_at(at)
    assert row is not None
    with qtbot.waitSignal(grid.cell_size_changed) as emitted:
        turn_wheel(grid, 2, at, CONTROL)
    assert emitted.args == [grid.cell_size]
    assert grid.cell_size > 200
    rect = grid.rect_of(row)
    assert rect.top() - 4 <= at.y() <= rect.bottom() + 4


def test_that_a_wheel_scrolls_by_pixels(grid: GridView, qtbot: QtBot) -> None:
    turn_wheel(grid, -1, QPoint(300, 300), NONE)
    turn_wheel(grid, -1, QPoint(300, 300), NONE)
    qtbot.waitUntil(lambda: grid.verticalScrollBar().value() == 300)


def test_that_photos_are_dragged_out_as_files(tmp_path: Path) -> None:
    paths = [tmp_path / "a beach.jpg", tmp_path / "ä.jpg"]
    data = drag_data(paths)
    assert [Path(url.toLocalFile()) for url in data.urls()] == paths
    assert data.hasFormat(OWN_DRAG)


def test_that_files_are_looked_up_when_a_drag_begins(
    model: PhotoModel, thumbnails: Thumbnails, qtbot: QtBot
) -> None:
    requested: list[list[PhotoId]] = []

    def paths_of(photo_ids: Sequence[PhotoId]) -> list[Path]:
        requested.append(list(photo_ids))
        return []

    grid = GridView(model, thumbnails, paths_of=paths_of)
    qtbot.addWidget(grid)
    grid.resize(900, 600)
    grid.show()
    for row in (0, 2):
        click(grid, qtbot, row, CONTROL)
    start = grid.rect_of(2).center()
    qtbot.mousePress(grid.viewport(), LEFT, NONE, start)
    assert requested == []
    qtbot.mouseMove(grid.viewport(), start + QPoint(40, 0))
    assert requested == [[3, 1]]
    qtbot.mouseRelease(grid.viewport(), LEFT, NONE, start + QPoint(40, 0))
    assert grid.selected() == [1, 3]
