"""The grid by keys."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photofind.gui.grid.view import GridView
from tests.gui.photo_grid import CONTROL, COUNT, NONE, SHIFT, click, press
from tests.gui.photo_grid import grid as grid
from tests.gui.photo_grid import model as model
from tests.gui.photo_grid import thumbnails as thumbnails


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
        (Qt.Key.Key_Return, NONE, "opened", [3]),
        (Qt.Key.Key_S, NONE, "similar_requested", [3]),
        (Qt.Key.Key_M, NONE, "example_given", [3, True]),
        (Qt.Key.Key_M, SHIFT, "example_given", [3, False]),
        (Qt.Key.Key_T, NONE, "tag_requested", [[1, 3]]),
        (Qt.Key.Key_Delete, NONE, "trash_requested", [[1, 3]]),
        (Qt.Key.Key_C, CONTROL, "copy_requested", [[1, 3]]),
    ],
)
def test_that_a_key_opens_the_context_menu(
    grid: GridView,
    qtbot: QtBot,
    key: Qt.Key,
    modifiers: Qt.KeyboardModifier,
    signal: str,
    told_of: list[object],
) -> None:
    click(grid, qtbot, 0)
    click(grid, qtbot, 2, CONTROL)
    with qtbot.waitSignal(getattr(grid, signal)) as emitted:
        press(grid, qtbot, key, modifiers)
    assert emitted.args == told_of


def test_that_keys_change_the_size_within_its_bounds(grid: GridView, qtbot: QtBot) -> None:
    for _ in range(20):
        press(grid, qtbot, Qt.Key.Key_Minus, CONTROL)
    assert grid.cell_size == 96
    for _ in range(20):
        press(grid, qtbot, Qt.Key.Key_Plus, CONTROL)
    assert grid.cell_size == 400
