"""What the search bar asks for and says, driven by keys and clicks."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.errors import BadInputError
from photofind.gui.search import typed
from photofind.gui.search.request import SearchRequest
from photofind.search.parser import Part, parse_parts
from photofind.search.query import Query
from tests.gui.search_desk import TYPING_MS, Desk, requested
from tests.gui.search_desk import desk as desk
from tests.gui.search_desk import make_desk as make_desk


def test_that_typed_words_are_submitted_once_after_a_pause(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClicks(desk.bar.field, "a dog on a beach")
    assert desk.submitted == [requested("a dog on a beach")]


def test_that_each_state_of_the_text_is_parsed_once(
    desk: Desk, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def counting(text: str) -> tuple[Part, ...]:
        parsed.append(text)
        return parse_parts(text)

    monkeypatch.setattr(typed, "parse_parts", counting)
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClicks(desk.bar.field, "a dog")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)

    assert parsed == ["a", "a ", "a d", "a do", "a dog"]
    assert desk.submitted[-1] == SearchRequest(Query("a dog"))


def test_that_enter_submits_at_once_and_the_same_again(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(typing_ms=60_000)
    QTest.keyClicks(desk.bar.field, "dog")
    assert desk.submitted == []
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    assert desk.submitted == [requested("dog")] * 2


def test_that_emptying_the_field_asks_for_all_photos(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "dog")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClick(desk.bar.field, Qt.Key.Key_Backspace)
    assert desk.submitted[-1] == requested()
    assert desk.submitted[-1].empty


def test_that_a_pause_in_a_filter_searches_with_it_and_leaves_it_text(
    desk: Desk, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClicks(desk.bar.field, "from:2019")
    assert desk.submitted == [requested("from:2019")]
    assert desk.bar.field.text() == "from:2019"
    assert desk.chips == []


def test_that_a_wrong_filter_is_said_at_its_place_and_searches_nothing(
    desk: Desk, qtbot: QtBot
) -> None:
    QTest.keyClicks(desk.bar.field, "dog from:2019-13 ")
    qtbot.waitUntil(lambda: "month from 01 to 12" in desk.bar.problem)
    assert "Column" not in desk.bar.problem
    assert "from:2019-06" in desk.bar.problem, "the hint"
    assert desk.bar.field.marked == (len("dog from:2019-"), len("dog from:2019-13"))
    assert desk.submitted == []


def test_that_typing_on_takes_the_complaint_away(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:banana")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    assert desk.bar.problem
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Backspace)
    assert desk.bar.problem == ""
    assert desk.bar.field.marked is None


@pytest.mark.parametrize("typed", ['"a dog', 'folder:"My', "from:"])
def test_that_what_is_unfinished_is_wrong_only_once_the_person_is_done(
    desk: Desk, qtbot: QtBot, typed: str
) -> None:
    QTest.keyClicks(desk.bar.field, typed)
    desk.bar.popup.hide()
    qtbot.wait(TYPING_MS * 8)
    assert desk.bar.problem == ""
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    assert desk.bar.problem
    assert desk.submitted == []


def test_that_going_away_and_back_asks_nothing_again(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "dog from:2019")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    desk.elsewhere.setFocus()
    desk.bar.focus_search()
    desk.bar.popup.hide()
    qtbot.wait(TYPING_MS * 8)
    assert desk.submitted == [requested("dog from:2019")]


def test_that_escape_clears_text_then_chips_then_leaves(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 dog")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)
    assert (desk.bar.field.text(), desk.chips) == ("", ["from:2019"])
    assert desk.submitted[-1] == requested("from:2019")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)
    assert desk.chips == []
    assert desk.submitted[-1] == requested()
    with qtbot.waitSignal(desk.bar.left):
        QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)


def test_that_a_shown_request_is_not_submitted_and_an_asked_one_is(desk: Desk) -> None:
    request = requested('dog from:2019 folder:"My Photos"')
    desk.bar.show_request(request)
    assert desk.chips == ["from:2019", "folder:My Photos"]
    assert desk.bar.request == request
    assert desk.submitted == []
    desk.bar.submit(request)
    assert desk.submitted == [request]


def test_that_a_pasted_picture_is_offered_and_pasted_words_are_typed(
    desk: Desk, qtbot: QtBot, tmp_path: Path
) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setImage(QImage(4, 4, QImage.Format.Format_RGB32))
    paste = (desk.bar.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(desk.bar.picture_offered) as offered:
        QTest.keyClick(*paste)
    assert offered.args[0].hasImage()
    copied = QMimeData()
    copied.setUrls([QUrl.fromLocalFile(str(tmp_path / "beach.jpg"))])
    clipboard.setMimeData(copied)
    with qtbot.waitSignal(desk.bar.picture_offered):
        QTest.keyClick(*paste)
    assert desk.bar.field.text() == ""
    clipboard.setText("a dog")
    QTest.keyClick(*paste)
    assert desk.bar.field.text() == "a dog"


def test_that_text_from_elsewhere_is_searched_for(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.bar.submitted):
        desk.bar.offer_text("  a dog\nfrom:2019 ")
    assert desk.submitted == [requested("a dog from:2019")]
    assert desk.chips == ["from:2019"]


def test_that_only_a_long_wait_is_shown(make_desk: Callable[..., Desk], qtbot: QtBot) -> None:
    desk = make_desk(busy_ms=30)
    desk.bar.set_busy(True)
    desk.bar.set_busy(False)
    qtbot.wait(60)
    assert not desk.bar.busy_shown
    desk.bar.set_busy(True)
    qtbot.waitUntil(lambda: desk.bar.busy_shown)
    desk.bar.set_busy(False)
    assert not desk.bar.busy_shown


def test_that_errors_of_others_are_said_until_something_is_typed(desk: Desk) -> None:
    desk.bar.show_error(BadInputError("The picture is gone.", "Choose another."))
    assert desk.bar.problem == "The picture is gone. Choose another."
    QTest.keyClicks(desk.bar.field, "d")
    assert desk.bar.problem == ""


def test_that_a_query_too_long_is_said(desk: Desk) -> None:
    desk.bar.field.setText("dog " * 600)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    assert "2,000 are the most" in desk.bar.problem
    assert desk.submitted == []


def test_that_everything_is_cleared_with_one_click(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 dog")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    QTest.mouseClick(desk.bar.clear_button, Qt.MouseButton.LeftButton)
    assert desk.submitted[-1] == requested()
    assert desk.chips == []
    assert desk.bar.field.hasFocus()
    assert not desk.bar.clear_button.isVisible()
