"""What the region tool shows and says, for the photo it is on."""

from pathlib import Path

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from photofind.clip.encoder import HARD_MASK
from photofind.errors import BadInputError
from photofind.gui.region.tool import RegionTool
from photofind.gui.viewer.canvas import PictureCanvas
from photofind.search.regions import RegionAnswer
from tests.gui.region_answers import VOCABULARY, Answers
from tests.gui.region_on_canvas import PHOTO, Key, answered, drag, text_of
from tests.gui.region_on_canvas import answers as answers
from tests.gui.region_on_canvas import canvas as canvas
from tests.gui.region_on_canvas import tool as tool


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
    received: list[object] = []
    tool.answered.connect(received.append)
    answers.hold()
    drag(tool, (200, 200), (400, 400))
    qtbot.waitUntil(lambda: bool(answers.requested))
    QTest.keyClick(tool, Key.Key_Escape)
    answers.let_all_go()
    QTest.keyClick(tool, Key.Key_Return)
    answered(tool, qtbot)
    assert {answer.box for answer in received if isinstance(answer, RegionAnswer)} == {
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
    return [text_of(part) for part in tool.card.findChildren(QWidget) if part.isVisible()]


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
    received: list[RegionAnswer] = []
    tool.answered.connect(received.append)
    answers.hold()
    drag(tool, (200, 200), (400, 400))
    qtbot.waitUntil(lambda: bool(answers.requested))
    tool.leave()
    assert tool.region is None
    answers.let_all_go()

    tool.start(PHOTO)
    assert tool.box is None
    QTest.keyClick(tool, Key.Key_Return)
    answered(tool, qtbot)
    assert [answer.box for answer in received] == [(500, 400, 1500, 1200)]


def test_that_how_to_look_reaches_the_question(
    tool: RegionTool, answers: Answers, qtbot: QtBot
) -> None:
    QTest.keyClick(tool, Key.Key_Return)
    answered(tool, qtbot)
    slider = tool.card.findChild(QWidget, "strength")
    assert slider is not None
    slider.setFocus()
    QTest.keyClick(slider, Key.Key_End)
    qtbot.waitUntil(lambda: answers.requested[-1][0].strength == HARD_MASK)
    assert tool.region is not None
    assert tool.region.strength == HARD_MASK
