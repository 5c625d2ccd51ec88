"""The region tool by mouse: a box drawn, changed and looked at closer."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.clip.encoder import PAPER_STRENGTH
from photofind.domain import Box
from photofind.gui.region.tool import RegionTool
from photofind.gui.viewer.canvas import PictureCanvas
from photofind.live.results import RegionOfPhoto
from photofind.search.regions import RegionAnswer, RegionMethod
from tests.gui.region_answers import VOCABULARY, Answers
from tests.gui.region_on_canvas import LEFT, NO_KEY, PHOTO, box_of, drag
from tests.gui.region_on_canvas import answers as answers
from tests.gui.region_on_canvas import canvas as canvas
from tests.gui.region_on_canvas import tool as tool


def test_that_dragging_draws_a_box_in_the_photos_pixels_and_says_what_it_is(
    tool: RegionTool, answers: Answers, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(tool.answered) as received:
        drag(tool, (100, 200), (300, 350))

    assert tool.box == pytest.approx((200, 400, 600, 700))
    region, labels = answers.requested[-1]
    assert region == RegionOfPhoto(PHOTO, box_of(tool), RegionMethod.BOTH, PAPER_STRENGTH)
    assert labels == ()
    assert isinstance(received.args[0], RegionAnswer)
    assert tool.card.names == list(VOCABULARY[:5])
    assert tool.card.isVisible()


def test_that_it_is_requested_while_the_button_is_still_down(
    tool: RegionTool, answers: Answers, qtbot: QtBot
) -> None:
    drag(tool, (100, 200), (300, 350), release=False)
    with qtbot.waitSignal(tool.answered):
        QTest.mouseMove(tool, QPoint(320, 370))
    QTest.mouseRelease(tool, LEFT, NO_KEY, QPoint(320, 370))
    assert answers.requested[-1][0].box == pytest.approx((200, 400, 640, 740))


def test_that_the_last_box_is_requested_last(
    tool: RegionTool, answers: Answers, qtbot: QtBot
) -> None:
    answers.hold()
    drag(tool, (100, 100), (200, 200), (400, 500), (300, 320))
    qtbot.waitUntil(lambda: len(answers.requested) == 1)
    drag(tool, (250, 250), (350, 300))
    answers.let_all_go()
    qtbot.waitUntil(lambda: answers.requested[-1][0].box == tool.box)
    assert answers.most_at_once == 1


def test_that_a_click_without_a_drag_makes_no_box(tool: RegionTool, answers: Answers) -> None:
    QTest.mouseClick(tool, LEFT, NO_KEY, QPoint(300, 300))
    assert tool.box is None
    assert not answers.requested


def test_that_a_box_is_drawn_no_further_than_the_photo(tool: RegionTool) -> None:
    drag(tool, (900, 700), (1500, 1500))
    assert tool.box == pytest.approx((1800, 1400, 2000, 1600))


@pytest.mark.parametrize(
    ("grip", "expected"),
    [
        ((200, 200), (440, 420, 800, 800)),
        ((300, 200), (400, 420, 800, 800)),
        ((400, 200), (400, 420, 840, 800)),
        ((400, 300), (400, 400, 840, 800)),
        ((400, 400), (400, 400, 840, 820)),
        ((300, 400), (400, 400, 800, 820)),
        ((200, 400), (440, 400, 800, 820)),
        ((200, 300), (440, 400, 800, 800)),
        ((290, 310), (440, 420, 840, 820)),
    ],
)
def test_that_each_handle_moves_its_edges_and_the_inside_moves_the_box(
    tool: RegionTool, grip: tuple[int, int], expected: Box
) -> None:
    drag(tool, (200, 200), (400, 400))
    drag(tool, grip, (grip[0] + 20, grip[1] + 10))
    assert tool.box == pytest.approx(expected)


def test_that_a_handle_is_caught_a_little_beside_it(tool: RegionTool) -> None:
    drag(tool, (200, 200), (400, 400))
    drag(tool, (193, 194), (203, 204))
    assert tool.box == pytest.approx((420, 420, 800, 800))


def test_that_a_drag_outside_begins_another_box(tool: RegionTool) -> None:
    drag(tool, (200, 200), (400, 400))
    drag(tool, (50, 500), (150, 700))
    assert tool.box == pytest.approx((100, 1000, 300, 1400))


def test_that_the_pointer_shows_what_a_press_would_do(tool: RegionTool) -> None:
    assert tool.cursor().shape() == Qt.CursorShape.CrossCursor
    drag(tool, (200, 200), (400, 400))
    shapes = {
        (200, 200): Qt.CursorShape.SizeFDiagCursor,
        (400, 200): Qt.CursorShape.SizeBDiagCursor,
        (300, 200): Qt.CursorShape.SizeVerCursor,
        (200, 300): Qt.CursorShape.SizeHorCursor,
        (300, 310): Qt.CursorShape.SizeAllCursor,
        (100, 600): Qt.CursorShape.CrossCursor,
    }
    for place, shape in shapes.items():
        QTest.mouseMove(tool, QPoint(*place))
        assert tool.cursor().shape() == shape, place


def test_that_the_wheel_zooms_the_photo_and_the_box_stays_on_its_place(
    tool: RegionTool, canvas: PictureCanvas
) -> None:
    drag(tool, (200, 200), (400, 400))
    before, seen = tool.box, canvas.to_view(box_of(tool))
    QTest.wheelEvent(canvas.windowHandle(), QPointF(300, 300), QPoint(0, 240))

    assert canvas.zoom > 0.5
    assert tool.box == before
    assert canvas.to_view(box_of(tool)).width() > seen.width() * 1.3


def test_that_a_pinch_zooms_the_photo_and_the_box_stays_on_its_place(
    tool: RegionTool, canvas: PictureCanvas
) -> None:
    drag(tool, (200, 200), (400, 400))
    before, at = tool.box, QPointF(300, 300)
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        QPointF(tool.mapToGlobal(at)),
        0.5,
        QPointF(),
    )
    QApplication.sendEvent(tool, pinch)

    assert canvas.zoom > 0.5
    assert tool.box == before


def test_that_the_middle_button_pans_a_zoomed_photo(
    tool: RegionTool, canvas: PictureCanvas
) -> None:
    canvas.zoom_to_full()
    drag(tool, (450, 350), (600, 500))
    before, seen = box_of(tool), canvas.to_view(box_of(tool))
    middle = Qt.MouseButton.MiddleButton
    QTest.mousePress(tool, middle, NO_KEY, QPoint(500, 400))
    QTest.mouseMove(tool, QPoint(460, 380))
    QTest.mouseRelease(tool, middle, NO_KEY, QPoint(460, 380))

    assert tool.box == before
    assert canvas.to_view(before).topLeft() == seen.topLeft() - QPointF(40, 20)
