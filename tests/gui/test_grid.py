"""The grid as a person uses it."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QAccessible, QColor, QWheelEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.grid.cells import badge_rect
from photofind.gui.grid.dragging import OWN_DRAG, drag_data
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.grid.view import GridView
from photofind.gui.theme import LIGHT
from photofind.store.gallery import PhotoRows

Rows = Callable[[int], PhotoRows]
Drawn = Callable[[PhotoId], bytes]

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier
COUNT = 300


@pytest.fixture
def thumbnails(drawn_thumbnail: Drawn, qtbot: QtBot) -> Iterator[Thumbnails]:
    made = Thumbnails(drawn_thumbnail)
    yield made
    made.close()


@pytest.fixture
def model(rows: Rows) -> PhotoModel:
    made = PhotoModel()
    made.show(rows(COUNT), None)
    return made


@pytest.fixture
def grid(model: PhotoModel, thumbnails: Thumbnails, qtbot: QtBot) -> GridView:
    made = GridView(model, thumbnails)
    made.resize(900, 600)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    made.setFocus()
    qtbot.waitUntil(made.hasFocus)
    return made


def press(grid: GridView, qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    qtbot.keyClick(grid, key, modifiers)


def click(grid: GridView, qtbot: QtBot, row: int, modifiers: Qt.KeyboardModifier = NONE) -> None:
    place = grid.rect_of(row).center()
    qtbot.mouseClick(grid.viewport(), LEFT, modifiers, place)


def part(rows: PhotoRows, first: int, stop: int) -> PhotoRows:
    taken = slice(first, stop)
    return PhotoRows(
        rows.photo_ids[taken], rows.aspects[taken], rows.colours[taken], rows.offline[taken]
    )


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


def test_that_a_million_photos_are_laid_out_where_the_view_is_only(
    model: PhotoModel, grid: GridView, rows: Rows
) -> None:
    model.show(rows(1_000_000), None)
    bar = grid.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    assert 400_000 < grid.rows_in_sight().start < 600_000
    bar.setValue(bar.maximum())
    assert grid.rows_in_sight().stop == 1_000_000


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


def test_that_what_is_selected_is_told(grid: GridView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.selection_changed) as told:
        click(grid, qtbot, 2)
    assert told.args == [[3]]


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


def test_that_control_a_selects_all(grid: GridView, qtbot: QtBot) -> None:
    press(grid, qtbot, Qt.Key.Key_A, CONTROL)
    assert len(grid.selected()) == COUNT


def test_that_keys_move_and_shift_extends(grid: GridView, qtbot: QtBot) -> None:
    click(grid, qtbot, 0)
    press(grid, qtbot, Qt.Key.Key_Right)
    press(grid, qtbot, Qt.Key.Key_Right)
    assert grid.selected() == [3]
    press(grid, qtbot, Qt.Key.Key_Left, SHIFT)
    assert grid.selected() == [2, 3]
    press(grid, qtbot, Qt.Key.Key_End)
    assert grid.selected() == [COUNT]
    assert grid.rows_in_sight().stop == COUNT
    press(grid, qtbot, Qt.Key.Key_Home, SHIFT)
    assert len(grid.selected()) == COUNT
    assert grid.rows_in_sight().start == 0


def test_that_control_moves_without_choosing_and_space_adds(grid: GridView, qtbot: QtBot) -> None:
    click(grid, qtbot, 0)
    press(grid, qtbot, Qt.Key.Key_Right, CONTROL)
    press(grid, qtbot, Qt.Key.Key_Right, CONTROL)
    assert grid.selected() == [1]
    press(grid, qtbot, Qt.Key.Key_Space, CONTROL)
    assert grid.selected() == [1, 3]


def test_that_down_and_up_come_back_and_keep_the_photo_in_sight(
    grid: GridView, qtbot: QtBot
) -> None:
    click(grid, qtbot, 0)
    view = grid.viewport().rect()
    for _ in range(12):
        before = grid.rect_of(grid.currentIndex().row())
        press(grid, qtbot, Qt.Key.Key_Down)
        assert view.contains(grid.rect_of(grid.currentIndex().row()))
        assert grid.rect_of(grid.currentIndex().row()) != before
    for _ in range(12):
        press(grid, qtbot, Qt.Key.Key_Up)
    assert grid.rows_in_sight().start == 0
    assert grid.verticalScrollBar().value() == 0


def test_that_page_down_goes_on_by_a_view(grid: GridView, qtbot: QtBot) -> None:
    click(grid, qtbot, 1)
    last = grid.rows_in_sight().stop
    press(grid, qtbot, Qt.Key.Key_PageDown)
    press(grid, qtbot, Qt.Key.Key_PageDown)
    assert grid.currentIndex().row() >= last
    press(grid, qtbot, Qt.Key.Key_PageUp)
    press(grid, qtbot, Qt.Key.Key_PageUp)
    assert grid.currentIndex().row() in range(3)


def test_that_right_is_back_where_people_read_from_right_to_left(
    grid: GridView, qtbot: QtBot
) -> None:
    grid.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    click(grid, qtbot, 1)
    assert grid.rect_of(0).left() > grid.rect_of(1).left()
    press(grid, qtbot, Qt.Key.Key_Right)
    assert grid.selected() == [1]


@pytest.mark.parametrize(
    ("key", "modifiers", "signal", "told_of"),
    [
        (Qt.Key.Key_Return, NONE, "opened", 3),
        (Qt.Key.Key_S, NONE, "similar_asked", 3),
        (Qt.Key.Key_T, NONE, "tag_asked", [1, 3]),
        (Qt.Key.Key_Delete, NONE, "trash_asked", [1, 3]),
        (Qt.Key.Key_C, CONTROL, "copy_asked", [1, 3]),
    ],
)
def test_that_a_key_asks_for_what_can_be_done(
    grid: GridView,
    qtbot: QtBot,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier,
    signal: str,
    told_of: object,
) -> None:
    click(grid, qtbot, 0)
    click(grid, qtbot, 2, CONTROL)
    with qtbot.waitSignal(getattr(grid, signal)) as told:
        press(grid, qtbot, key, modifiers)
    assert told.args == [told_of]


def test_that_a_double_click_opens(grid: GridView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.opened) as told:
        qtbot.mouseDClick(grid.viewport(), LEFT, NONE, grid.rect_of(5).center())
    assert told.args == [6]


def menu_of(grid: GridView, qtbot: QtBot) -> QMenu:
    qtbot.waitUntil(lambda: bool(grid.findChildren(QMenu)))
    return grid.findChildren(QMenu)[0]


def ask_menu(grid: GridView, row: int) -> None:
    from PySide6.QtGui import QContextMenuEvent

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
    with qtbot.waitSignal(grid.trash_asked) as told:
        next(action for action in menu.actions() if "trash" in action.text()).trigger()
    assert told.args == [[1, 2, 3]]
    menu.close()


def test_that_the_menu_is_for_the_photo_under_the_mouse(grid: GridView, qtbot: QtBot) -> None:
    click(grid, qtbot, 0)
    ask_menu(grid, 4)
    menu = menu_of(grid, qtbot)
    assert grid.selected() == [5]
    words = [action.text().split("\t")[0] for action in menu.actions() if action.text()]
    wanted = ["Open", "Show in folder", "Find similar", "Copy", "Tag…", "Move to trash…"]
    assert words == wanted
    menu.close()


def test_that_new_photos_leave_everything_where_it_is(
    grid: GridView, model: PhotoModel, rows: Rows, qtbot: QtBot
) -> None:
    grid.verticalScrollBar().setValue(3000)
    row = grid.rows_in_sight().start + 2
    click(grid, qtbot, row)
    place, value = grid.rect_of(row), grid.verticalScrollBar().value()
    model.append(part(rows(2000), COUNT, 2000))
    assert grid.verticalScrollBar().value() == value
    assert grid.rect_of(row) == place
    assert grid.selected() == [row + 1]
    assert grid.currentIndex().row() == row


def test_that_photos_taken_out_leave_those_in_sight_in_place(
    grid: GridView, model: PhotoModel, qtbot: QtBot
) -> None:
    grid.verticalScrollBar().setValue(6000)
    row = grid.row_at(QPoint(450, grid.viewport().height() // 2))
    assert row is not None
    photo_id, middle = model.photo_id(row), grid.rect_of(row).center()
    model.remove([PhotoId(1), PhotoId(2), PhotoId(COUNT)])
    now = model.row_of(photo_id)
    assert now == row - 2
    assert abs(grid.rect_of(now).center().y() - middle.y()) < 150


def test_that_other_photos_are_shown_from_the_top(
    grid: GridView, model: PhotoModel, rows: Rows
) -> None:
    grid.verticalScrollBar().setValue(3000)
    model.show(rows(200), 20)
    assert grid.verticalScrollBar().value() == 0
    assert grid.selected() == []


def middle_photo(grid: GridView) -> int:
    row = grid.row_at(grid.viewport().rect().center())
    assert row is not None
    return row


@pytest.mark.parametrize("change", ["narrower", "larger", "squares"])
def test_that_the_photo_in_the_middle_stays_there(grid: GridView, change: str) -> None:
    grid.verticalScrollBar().setValue(5000)
    row = middle_photo(grid)
    match change:
        case "narrower":
            grid.resize(500, 600)
        case "larger":
            grid.set_cell_size(320)
        case _:
            grid.set_arrangement("squares")
    rect, middle = grid.rect_of(row), grid.viewport().height() // 2
    assert rect.top() - 4 <= middle <= rect.bottom() + 4


def test_that_a_wheel_with_control_changes_the_size_under_the_cursor(
    grid: GridView, qtbot: QtBot
) -> None:
    grid.verticalScrollBar().setValue(5000)
    at = QPoint(300, 90)
    row = grid.row_at(at)
    assert row is not None
    with qtbot.waitSignal(grid.cell_size_changed) as told:
        turn_wheel(grid, 2, at, CONTROL)
    assert told.args == [grid.cell_size]
    assert grid.cell_size > 200
    rect = grid.rect_of(row)
    assert rect.top() - 4 <= at.y() <= rect.bottom() + 4


def test_that_keys_change_the_size_within_its_bounds(grid: GridView, qtbot: QtBot) -> None:
    for _ in range(20):
        press(grid, qtbot, Qt.Key.Key_Minus, CONTROL)
    assert grid.cell_size == 96
    for _ in range(20):
        press(grid, qtbot, Qt.Key.Key_Plus, CONTROL)
    assert grid.cell_size == 400


def test_that_a_wheel_scrolls_by_pixels(grid: GridView, qtbot: QtBot) -> None:
    turn_wheel(grid, -1, QPoint(300, 300), NONE)
    turn_wheel(grid, -1, QPoint(300, 300), NONE)
    qtbot.waitUntil(lambda: grid.verticalScrollBar().value() == 300)


def test_that_photos_are_drawn_when_their_thumbnails_come(
    grid: GridView, thumbnails: Thumbnails, qtbot: QtBot
) -> None:
    before = grid.grab().toImage()
    sight = grid.rows_in_sight()
    qtbot.waitUntil(lambda: all(thumbnails.held(PhotoId(row + 1)) is not None for row in sight))
    assert grid.grab().toImage() != before


def test_that_a_missing_thumbnail_is_asked_for_once_only(model: PhotoModel, qtbot: QtBot) -> None:
    asked: list[PhotoId] = []

    def none(photo_id: PhotoId) -> None:
        asked.append(photo_id)

    thumbnails = Thumbnails(none)
    grid = GridView(model, thumbnails)
    qtbot.addWidget(grid)
    grid.resize(900, 600)
    grid.show()
    qtbot.waitUntil(lambda: all(thumbnails.is_missing(PhotoId(n)) for n in range(1, 10)))
    for _ in range(5):
        grid.grab()
        grid.verticalScrollBar().setValue(grid.verticalScrollBar().value() ^ 8)
    thumbnails.close()
    assert len(asked) == len(set(asked))


def test_that_guesses_are_paler(thumbnails: Thumbnails, qtbot: QtBot) -> None:
    red = np.full(40, 0xFF0000, np.uint32)
    model = PhotoModel()
    ids = np.arange(900, 940, dtype=np.int64)
    shown = PhotoRows(ids, np.ones(40, np.float32), red, np.zeros(40, np.bool_))
    grid = GridView(model, Thumbnails(lambda _: None))
    qtbot.addWidget(grid)
    grid.resize(900, 600)
    model.show(shown, 2)
    picture = grid.grab().toImage()
    sure, guess = (grid.rect_of(row).center() for row in (0, 2))
    ground = QColor(LIGHT.window)
    sure_colour, guess_colour = (picture.pixelColor(place) for place in (sure, guess))
    assert ground.green() > guess_colour.green() > sure_colour.green()
    grid._thumbnails.close()


def test_that_screen_readers_are_told_of_a_list_of_photos(
    grid: GridView, model: PhotoModel, rows: Rows
) -> None:
    spoken = QAccessible.queryAccessibleInterface(grid)
    assert spoken is not None
    assert spoken.role() == QAccessible.Role.List
    assert spoken.text(QAccessible.Text.Name) == "Photos"
    assert spoken.childCount() == COUNT
    child = spoken.child(2)
    assert child is not None
    assert child.text(QAccessible.Text.Name) == "photo 3 of 300"
    corner = grid.viewport().mapToGlobal(grid.rect_of(2).topLeft())
    assert child.rect().topLeft() == corner


def test_that_qts_own_ways_to_ask_are_answered(grid: GridView, model: PhotoModel) -> None:
    index = model.index(250)
    grid.scrollTo(index)
    rect = grid.visualRect(index)
    assert grid.viewport().rect().contains(rect)
    assert grid.indexAt(rect.center()) == index
    grid.setSelection(rect, QItemSelectionModel.SelectionFlag.ClearAndSelect)
    assert grid.selected() == [251]
    region = grid.visualRegionForSelection(grid.selectionModel().selection())
    assert region.boundingRect() == rect
    assert grid.verticalOffset() == grid.verticalScrollBar().value()
    assert grid.visualRect(model.index(9999)) == QRect()


def test_that_photos_are_dragged_out_as_files(tmp_path: Path) -> None:
    paths = [tmp_path / "a beach.jpg", tmp_path / "ä.jpg"]
    data = drag_data(paths)
    assert [Path(url.toLocalFile()) for url in data.urls()] == paths
    assert data.hasFormat(OWN_DRAG)


def test_that_files_are_looked_up_when_a_drag_begins(
    model: PhotoModel, thumbnails: Thumbnails, qtbot: QtBot
) -> None:
    asked: list[list[PhotoId]] = []

    def paths_of(photo_ids: Sequence[PhotoId]) -> list[Path]:
        asked.append(list(photo_ids))
        return []

    grid = GridView(model, thumbnails, paths_of=paths_of)
    qtbot.addWidget(grid)
    grid.resize(900, 600)
    grid.show()
    for row in (0, 2):
        click(grid, qtbot, row, CONTROL)
    start = grid.rect_of(2).center()
    qtbot.mousePress(grid.viewport(), LEFT, NONE, start)
    assert asked == []
    qtbot.mouseMove(grid.viewport(), start + QPoint(40, 0))
    assert asked == [[3, 1]]
    qtbot.mouseRelease(grid.viewport(), LEFT, NONE, start + QPoint(40, 0))
    assert grid.selected() == [1, 3]
