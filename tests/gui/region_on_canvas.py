"""A region tool over a real canvas, and the drags of a person; the answers are the tests' own.

A test file imports the fixtures it uses, and those they use, under their own names.
"""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from photofind.domain import Box
from photofind.gui.region.tool import RegionTool
from photofind.gui.viewer.canvas import PictureCanvas
from tests.gui.region_answers import Answers

PHOTO = Path("/photos/beach.jpg")
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
Key = Qt.Key


@pytest.fixture
def answers() -> Answers:
    return Answers()


@pytest.fixture
def canvas(qtbot: QtBot) -> PictureCanvas:
    """A white photo of 2000 × 1600 in a view of 1000 × 800: two of its pixels in one."""
    canvas = PictureCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(1000, 800)
    white = QImage(1000, 800, QImage.Format.Format_RGB32)
    white.fill(Qt.GlobalColor.white)
    canvas.show_picture(white, QSize(2000, 1600))
    with qtbot.waitExposed(canvas):
        canvas.show()
    return canvas


@pytest.fixture
def tool(canvas: PictureCanvas, answers: Answers, qtbot: QtBot) -> Iterator[RegionTool]:
    tool = RegionTool(canvas, answers, throttle_ms=1)
    tool.start(PHOTO)
    yield tool
    answers.let_all_go()
    tool.close_lanes()


def drag(tool: RegionTool, *way: tuple[int, int], release: bool = True) -> None:
    points = [QPoint(*point) for point in way]
    QTest.mousePress(tool, LEFT, NO_KEY, points[0])
    for before, point in pairwise(points):
        QTest.mouseMove(tool, (before + point) / 2)
        QTest.mouseMove(tool, point)
    if release:
        QTest.mouseRelease(tool, LEFT, NO_KEY, points[-1])


def answered(tool: RegionTool, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: bool(tool.card.names))


def box_of(tool: RegionTool) -> Box:
    assert tool.box is not None
    return tool.box


def text_of(widget: QWidget) -> str:
    text = widget.property("text")
    return text if isinstance(text, str) else ""
