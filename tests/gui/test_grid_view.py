"""What the grid shows and says, and what stays in place when the photos change."""

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect
from PySide6.QtGui import QAccessible, QColor
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.grid.view import GridView
from photofind.gui.theme import LIGHT
from photofind.store.gallery import PhotoRows
from tests.gui.photo_grid import COUNT, Rows, click
from tests.gui.photo_grid import grid as grid
from tests.gui.photo_grid import model as model
from tests.gui.photo_grid import thumbnails as thumbnails


def test_that_the_middle_and_the_end_of_a_million_photos_are_scrolled_to(
    model: PhotoModel, grid: GridView, rows: Rows
) -> None:
    model.show(rows(1_000_000), None)
    bar = grid.verticalScrollBar()
    bar.setValue(bar.maximum() // 2)
    assert 400_000 < grid.rows_in_sight().start < 600_000
    bar.setValue(bar.maximum())
    assert grid.rows_in_sight().stop == 1_000_000


def test_that_new_photos_leave_everything_where_it_is(
    grid: GridView, model: PhotoModel, rows: Rows, qtbot: QtBot
) -> None:
    grid.verticalScrollBar().setValue(3000)
    row = grid.rows_in_sight().start + 2
    click(grid, qtbot, row)
    place, value = grid.rect_of(row), grid.verticalScrollBar().value()
    model.append(rows(2000).at(slice(COUNT, 2000)))
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


def test_that_photos_are_drawn_when_their_thumbnails_come(
    grid: GridView, thumbnails: Thumbnails, qtbot: QtBot
) -> None:
    before = grid.grab().toImage()
    sight = grid.rows_in_sight()
    qtbot.waitUntil(lambda: all(thumbnails.cached(PhotoId(row + 1)) is not None for row in sight))
    assert grid.grab().toImage() != before


def test_that_a_missing_thumbnail_is_requested_once_only(model: PhotoModel, qtbot: QtBot) -> None:
    requested: list[PhotoId] = []

    def none(photo_id: PhotoId) -> None:
        requested.append(photo_id)

    thumbnails = Thumbnails(none)
    grid = GridView(model, thumbnails)
    qtbot.addWidget(grid)
    grid.resize(900, 600)
    grid.show()

    def all_are_missing() -> bool:
        return all(thumbnails.is_missing(PhotoId(row + 1)) for row in grid.rows_in_sight())

    qtbot.waitUntil(all_are_missing)
    grid.verticalScrollBar().setValue(8)
    qtbot.waitUntil(all_are_missing)
    grid.grab()
    qtbot.wait(50)
    thumbnails.close()
    assert len(requested) == len(set(requested))


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


def test_that_screen_readers_get_a_list_of_photos(
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


def test_that_qts_own_queries_are_answered(grid: GridView, model: PhotoModel) -> None:
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
