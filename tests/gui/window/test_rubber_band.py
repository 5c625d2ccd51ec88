"""A band drawn over the photos of the whole window chooses those it touches."""

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QCursor
from PySide6.QtTest import QTest

from photofind.gui.grid.view import GridView
from tests.gui.window import states
from tests.gui.window.conftest import OpenWindow
from tests.gui.window.hands import CONTROL, LEFT, NONE, drag

INSIDE_MARGIN = 3


@pytest.fixture
def grid(opened: OpenWindow) -> GridView:
    """So large that not all photos are in sight."""
    grid = states.focus_grid(opened)
    opened.window.photos.set_cell_size(grid.viewport().height() // 2)
    opened.wait(lambda: grid.verticalScrollBar().maximum() > grid.viewport().height())
    return grid


def _beside(grid: GridView, row: int) -> QPoint:
    """In the empty margin at the left of a line."""
    return QPoint(INSIDE_MARGIN, grid.rect_of(row).center().y())


def test_that_a_band_from_the_margin_chooses_what_it_touches(
    opened: OpenWindow, grid: GridView
) -> None:
    end = grid.rect_of(1).center()

    drag(grid.viewport(), _beside(grid, 0), end)

    assert grid.selected() == opened.shown()[:2]


def test_that_a_band_with_control_adds(opened: OpenWindow, grid: GridView) -> None:
    QTest.mouseClick(grid.viewport(), LEFT, NONE, grid.rect_of(1).center())
    begin = _beside(grid, 0)

    QTest.mousePress(grid.viewport(), LEFT, CONTROL, begin)
    QTest.mouseMove(grid.viewport(), QPoint(grid.rect_of(0).left() + 10, begin.y()))
    QTest.mouseRelease(grid.viewport(), LEFT, CONTROL, grid.rect_of(0).center())

    assert grid.selected() == opened.shown()[:2]


def test_that_a_band_held_below_the_edge_scrolls_to_the_last_photo(
    opened: OpenWindow, grid: GridView
) -> None:
    bar, view = grid.verticalScrollBar(), grid.viewport()
    below = QPoint(view.width() - INSIDE_MARGIN, view.height() + 200)
    QTest.mousePress(view, LEFT, NONE, _beside(grid, 0))

    QCursor.setPos(view.mapToGlobal(below))
    QTest.mouseMove(view, below)
    opened.wait(lambda: bar.value() == bar.maximum())
    seen = [row for row, rect in grid.cells_in(QRect(view.rect())) if rect.top() < view.height()]
    QTest.mouseRelease(view, LEFT, NONE, below)

    assert seen[-1] == len(opened.shown()) - 1
    assert grid.selected() == opened.shown()
    resting = bar.value()
    QTest.mouseMove(view, below + QPoint(0, 40))
    assert bar.value() == resting
    assert grid.selected() == opened.shown()
