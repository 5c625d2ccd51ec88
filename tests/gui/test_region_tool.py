"""The region tool over a real canvas, used as a person does; the answers are the tests' own."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from photofind.answers import RegionOfPhoto
from photofind.clip.encoder import HARD_MASK, PAPER_STRENGTH
from photofind.domain import Box
from photofind.errors import BadInputError
from photofind.gui.region.tool import RegionTool
from photofind.gui.viewer.canvas import PictureCanvas
from photofind.search.regions import RegionAnswer, RegionMethod
from tests.gui.region_answers import VOCABULARY, Answers

PHOTO = Path("/photos/beach.jpg")
LEFT, NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
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
    tool = RegionTool(canvas, answers, pause_ms=1)
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


# With the mouse


def test_that_dragging_draws_a_box_in_the_photos_pixels_and_says_what_it_is(
    tool: RegionTool, answers: Answers, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(tool.answered) as heard:
        drag(tool, (100, 200), (300, 350))

    assert tool.box == pytest.approx((200, 400, 600, 700))
    region, labels = answers.asked[-1]
    assert region == RegionOfPhoto(PHOTO, box_of(tool), RegionMethod.BOTH, PAPER_STRENGTH)
    assert labels == ()
    assert isinstance(heard.args[0], RegionAnswer)
    assert tool.card.names == list(VOCABULARY[:5])
    assert tool.card.isVisible()


def test_that_it_is_asked_while_the_button_is_still_down(
    tool: RegionTool, answers: Answers, qtbot: QtBot
) -> None:
    drag(tool, (100, 200), (300, 350), release=False)
    with qtbot.waitSignal(tool.answered):
        QTest.mouseMove(tool, QPoint(320, 370))
    QTest.mouseRelease(tool, LEFT, NO_KEY, QPoint(320, 370))
    assert answers.asked[-1][0].box == pytest.approx((200, 400, 640, 740))


def test_that_the_last_box_is_what_is_asked_last(
    tool: RegionTool, answers: Answers, qtbot: QtBot
) -> None:
    answers.hold()
    drag(tool, (100, 100), (200, 200), (400, 500), (300, 320))
    qtbot.waitUntil(lambda: len(answers.asked) == 1)
    drag(tool, (250, 250), (350, 300))
    answers.let_all_go()
    qtbot.waitUntil(lambda: answers.asked[-1][0].box == tool.box)
    assert answers.most_at_once == 1


def test_that_a_click_without_a_drag_makes_no_box(tool: RegionTool, answers: Answers) -> None:
    QTest.mouseClick(tool, LEFT, NO_KEY, QPoint(300, 300))
    assert tool.box is None
    assert not answers.asked


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


def test_that_the_tool_and_its_card_follow_the_view(
    tool: RegionTool, canvas: PictureCanvas, qtbot: QtBot
) -> None:
    drag(tool, (500, 300), (700, 500))
    canvas.resize(600, 500)
    qtbot.waitUntil(lambda: tool.size() == canvas.size())
    assert tool.rect().contains(tool.card.geometry())


def test_that_another_photo_in_the_canvas_clears_the_box(
    tool: RegionTool, canvas: PictureCanvas
) -> None:
    drag(tool, (200, 200), (400, 400))
    other = QImage(300, 400, QImage.Format.Format_RGB32)
    other.fill(Qt.GlobalColor.white)
    canvas.show_picture(other, QSize(300, 400))
    assert tool.box is None

    tool.start(Path("/photos/other.jpg"))
    drag(tool, (450, 300), (550, 500))
    assert tool.region is not None
    assert tool.region.picture == Path("/photos/other.jpg")


def test_that_starting_on_the_same_photo_keeps_the_box_and_on_another_does_not(
    tool: RegionTool,
) -> None:
    drag(tool, (200, 200), (400, 400))
    tool.start(PHOTO)
    assert tool.box is not None
    tool.start(Path("/photos/other.jpg"))
    assert tool.box is None


# With the keyboard


def test_that_enter_makes_a_box_of_half_the_size_and_then_finds_it(
    tool: RegionTool, qtbot: QtBot
) -> None:
    QTest.keyClick(tool, Key.Key_Return)
    assert tool.box == pytest.approx((500, 400, 1500, 1200))
    with qtbot.waitSignal(tool.find_asked) as asked:
        QTest.keyClick(tool, Key.Key_Return)
    assert asked.args == [RegionOfPhoto(PHOTO, (500, 400, 1500, 1200))]


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
        reached.append(focused.accessibleName() or _text(focused))
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


def _text(widget: QWidget) -> str:
    text = widget.property("text")
    return text if isinstance(text, str) else ""


# What it says


def test_that_without_a_photo_nothing_can_be_drawn(
    answers: Answers, qtbot: QtBot, tool: RegionTool, canvas: PictureCanvas
) -> None:
    canvas.clear()
    drag(tool, (200, 200), (400, 400))
    QTest.keyClick(tool, Key.Key_Return)
    assert tool.box is None


def test_that_an_answer_for_a_box_that_is_gone_is_not_shown(
    tool: RegionTool, answers: Answers, qtbot: QtBot
) -> None:
    heard: list[object] = []
    tool.answered.connect(heard.append)
    answers.hold()
    drag(tool, (200, 200), (400, 400))
    qtbot.waitUntil(lambda: bool(answers.asked))
    QTest.keyClick(tool, Key.Key_Escape)
    answers.let_all_go()
    QTest.keyClick(tool, Key.Key_Return)
    answered(tool, qtbot)
    assert {answer.box for answer in heard if isinstance(answer, RegionAnswer)} == {
        (500, 400, 1500, 1200)
    }


def test_that_an_error_is_said_on_the_card_with_what_to_do(
    tool: RegionTool, answers: Answers, qtbot: QtBot
) -> None:
    drag(tool, (200, 200), (400, 400))
    answered(tool, qtbot)
    answers.error = BadInputError("beach.jpg cannot be read.", "Check the file.")
    QTest.keyClick(tool, Key.Key_Right)
    qtbot.waitUntil(lambda: "beach.jpg cannot be read." in _words(tool))
    assert "Check the file." in _words(tool)
    assert tool.card.names == list(VOCABULARY[:5])

    answers.error = None
    QTest.keyClick(tool, Key.Key_Right)
    qtbot.waitUntil(lambda: "beach.jpg cannot be read." not in _words(tool))


def _words(tool: RegionTool) -> list[str]:
    return [_text(part) for part in tool.card.findChildren(QWidget) if part.isVisible()]


def test_that_the_outside_of_the_box_is_dim_and_the_inside_is_not(
    tool: RegionTool, canvas: PictureCanvas
) -> None:
    drag(tool, (200, 200), (400, 400))
    picture = canvas.grab().toImage()
    assert picture.pixelColor(300, 310) == QColor(Qt.GlobalColor.white)
    assert 0.4 < picture.pixelColor(100, 600).lightnessF() < 0.55


@pytest.mark.parametrize("ground", [Qt.GlobalColor.white, Qt.GlobalColor.black])
def test_that_the_outline_is_seen_on_any_picture(
    tool: RegionTool, canvas: PictureCanvas, ground: Qt.GlobalColor
) -> None:
    plain = QImage(1000, 800, QImage.Format.Format_RGB32)
    plain.fill(ground)
    canvas.show_picture(plain, QSize(2000, 1600))
    drag(tool, (200, 200), (400, 400))
    picture = canvas.grab().toImage()
    across = [picture.pixelColor(x, 250).lightnessF() for x in range(195, 206)]
    inside = picture.pixelColor(210, 250).lightnessF()
    assert max(abs(light - inside) for light in across) > 0.5


def test_that_leaving_drops_the_question_and_frees_the_lane(
    canvas: PictureCanvas, answers: Answers, qtbot: QtBot, tool: RegionTool
) -> None:
    drag(tool, (200, 200), (400, 400))
    tool.leave()
    assert tool.region is None
    tool.start(PHOTO)
    assert tool.box is None


def test_that_how_to_look_reaches_the_question(
    tool: RegionTool, answers: Answers, qtbot: QtBot
) -> None:
    QTest.keyClick(tool, Key.Key_Return)
    answered(tool, qtbot)
    slider = tool.card.findChild(QWidget, "strength")
    assert slider is not None
    slider.setFocus()
    QTest.keyClick(slider, Key.Key_End)
    qtbot.waitUntil(lambda: answers.asked[-1][0].strength == HARD_MASK)
    assert tool.region is not None
    assert tool.region.strength == HARD_MASK
