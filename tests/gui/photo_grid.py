"""A grid of three hundred photos, with the keys and clicks of a person.

A test file imports the fixtures it uses, and those they use, under their own names.
"""

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.grid.view import GridView
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
