"""The region tool by keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.gui.region.tool import RegionTool
from photofind.gui.viewer.canvas import PictureCanvas
from photofind.live.results import RegionOfPhoto
from tests.gui.region_answers import Answers
from tests.gui.region_on_canvas import LEFT, NO_KEY, PHOTO, Key, answered, drag, text_of
from tests.gui.region_on_canvas import answers as answers
from tests.gui.region_on_canvas import canvas as canvas
from tests.gui.region_on_canvas import tool as tool

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def test_that_enter_makes_a_box_of_half_the_size_and_then_finds_it(
    tool: RegionTool, qtbot: QtBot
) -> None:
    QTest.keyClick(tool, Key.Key_Return)
    assert tool.box == pytest.approx((500, 400, 1500, 1200))
    with qtbot.waitSignal(tool.find_requested) as requested:
        QTest.keyClick(tool, Key.Key_Return)
    assert requested.args == [RegionOfPhoto(PHOTO, (500, 400, 1500, 1200))]


def test_that_arrows_move_the_box_and_with_control_change_its_size(tool: RegionTool) -> None:
    QTest.keyClick(tool, Key.Key_Return)
    QTest.keyClick(tool, Key.Key_Right)
    QTest.keyClick(tool, Key.Key_Up, SHIFT)
    assert tool.box == pytest.approx((516, 320, 1516, 1120))
    QTest.keyClick(tool, Key.Key_Left, CONTROL)
    QTest.keyClick(tool, Key.Key_Down, CONTROL | SHIFT)
    assert tool.box == pytest.approx((516, 320, 1500, 1200))


def test_that_escape_clears_the_box_and_then_leaves(tool: RegionTool, qtbot: QtBot) -> None:
    drag(tool, (200, 200), (400, 400))
    QTest.keyClick(tool, Key.Key_Escape)
    assert tool.box is None
    assert tool.isVisible()
    assert not tool.card.isVisible()
    with qtbot.waitSignal(tool.left):
        QTest.keyClick(tool, Key.Key_Escape)
    assert not tool.isVisible()


def test_that_escape_in_a_drag_gives_the_old_box_back(tool: RegionTool) -> None:
    drag(tool, (200, 200), (400, 400))
    before = tool.box
    drag(tool, (300, 310), (500, 500), release=False)
    assert tool.box != before
    QTest.keyClick(tool, Key.Key_Escape)
    assert tool.box == before
    QTest.mouseRelease(tool, LEFT, NO_KEY, QPoint(500, 500))


def test_that_arrows_without_a_box_are_left_to_the_viewer(
    answers: Answers, qtbot: QtBot, canvas: PictureCanvas, tool: RegionTool
) -> None:
    canvas.zoom_to_full()
    before = canvas.to_view((0, 0, 10, 10))
    QTest.keyClick(tool, Key.Key_Right)
    assert canvas.to_view((0, 0, 10, 10)).left() < before.left()


def test_that_everything_of_the_card_is_reached_by_tab(tool: RegionTool, qtbot: QtBot) -> None:
    tool.window().activateWindow()
    QTest.keyClick(tool, Key.Key_Return)
    answered(tool, qtbot)
    tool.setFocus()
    reached: list[str] = []
    for _ in range(20):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused is tool and reached:
            break
        reached.append(focused.accessibleName() or text_of(focused))
        QTest.keyClick(focused, Key.Key_Tab)
    for name in (
        "Clear the box",
        "1. dog",
        "What it may be, separated by commas",
        "Tag for this photo",
        "Tag this photo",
        "How to look",
        "Find this elsewhere",
    ):
        assert name in reached
