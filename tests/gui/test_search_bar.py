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
from photofind.search.query import text_query
from tests.gui.search_harness import TYPING_MS, Harness, requested
from tests.gui.search_harness import harness as harness
from tests.gui.search_harness import make_harness as make_harness


def test_that_typed_words_are_submitted_once_after_a_pause(harness: Harness, qtbot: QtBot) -> None:
    with qtbot.waitSignal(harness.bar.submitted):
        QTest.keyClicks(harness.bar.field, "a dog on a beach")
    assert harness.submitted == [requested("a dog on a beach")]


def test_that_each_state_of_the_text_is_parsed_once(
    harness: Harness, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def counting(text: str) -> tuple[Part, ...]:
        parsed.append(text)
        return parse_parts(text)

    monkeypatch.setattr(typed, "parse_parts", counting)
    with qtbot.waitSignal(harness.bar.submitted):
        QTest.keyClicks(harness.bar.field, "a dog")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)

    assert parsed == ["a", "a ", "a d", "a do", "a dog"]
    assert harness.submitted[-1] == SearchRequest(text_query("a dog"))


def test_that_enter_submits_at_once_and_the_same_again(
    make_harness: Callable[..., Harness],
) -> None:
    harness = make_harness(typing_ms=60_000)
    QTest.keyClicks(harness.bar.field, "dog")
    assert harness.submitted == []
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    assert harness.submitted == [requested("dog")] * 2


def test_that_emptying_the_field_requests_all_photos(harness: Harness, qtbot: QtBot) -> None:
    QTest.keyClicks(harness.bar.field, "dog")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(harness.bar.submitted):
        QTest.keyClick(harness.bar.field, Qt.Key.Key_Backspace)
    assert harness.submitted[-1] == requested()
    assert harness.submitted[-1].empty


def test_that_a_pause_in_a_filter_searches_with_it_and_leaves_it_text(
    harness: Harness, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(harness.bar.submitted):
        QTest.keyClicks(harness.bar.field, "from:2019")
    assert harness.submitted == [requested("from:2019")]
    assert harness.bar.field.text() == "from:2019"
    assert harness.chips == []


def test_that_a_wrong_filter_is_said_at_its_place_and_searches_nothing(
    harness: Harness, qtbot: QtBot
) -> None:
    QTest.keyClicks(harness.bar.field, "dog from:2019-13 ")
    qtbot.waitUntil(lambda: "month from 01 to 12" in harness.bar.problem)
    assert "Column" not in harness.bar.problem
    assert "from:2019-06" in harness.bar.problem, "the hint"
    assert harness.bar.field.marked == (len("dog from:2019-"), len("dog from:2019-13"))
    assert harness.submitted == []


def test_that_typing_on_takes_the_complaint_away(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "from:banana")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    assert harness.bar.problem
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Backspace)
    assert harness.bar.problem == ""
    assert harness.bar.field.marked is None


@pytest.mark.parametrize("typed", ['"a dog', 'folder:"My', "from:"])
def test_that_what_is_unfinished_is_wrong_only_once_the_person_is_done(
    harness: Harness, qtbot: QtBot, typed: str
) -> None:
    QTest.keyClicks(harness.bar.field, typed)
    harness.bar.popup.hide()
    qtbot.wait(TYPING_MS * 8)
    assert harness.bar.problem == ""
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    assert harness.bar.problem
    assert harness.submitted == []


def test_that_going_away_and_back_repeats_no_request(harness: Harness, qtbot: QtBot) -> None:
    QTest.keyClicks(harness.bar.field, "dog from:2019")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    harness.elsewhere.setFocus()
    harness.bar.focus_search()
    harness.bar.popup.hide()
    qtbot.wait(TYPING_MS * 8)
    assert harness.submitted == [requested("dog from:2019")]


def test_that_escape_clears_text_then_chips_then_leaves(harness: Harness, qtbot: QtBot) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 dog")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Escape)
    assert (harness.bar.field.text(), harness.chips) == ("", ["from:2019"])
    assert harness.submitted[-1] == requested("from:2019")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Escape)
    assert harness.chips == []
    assert harness.submitted[-1] == requested()
    with qtbot.waitSignal(harness.bar.left):
        QTest.keyClick(harness.bar.field, Qt.Key.Key_Escape)


def test_that_a_shown_request_is_not_submitted_and_a_typed_one_is(harness: Harness) -> None:
    request = requested('dog from:2019 folder:"My Photos"')
    harness.bar.show_request(request)
    assert harness.chips == ["from:2019", "folder:My Photos"]
    assert harness.bar.request == request
    assert harness.submitted == []
    harness.bar.submit(request)
    assert harness.submitted == [request]


def test_that_a_pasted_picture_is_offered_and_pasted_words_are_typed(
    harness: Harness, qtbot: QtBot, tmp_path: Path
) -> None:
    clipboard = QGuiApplication.clipboard()
    clipboard.setImage(QImage(4, 4, QImage.Format.Format_RGB32))
    paste = (harness.bar.field, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(harness.bar.picture_offered) as offered:
        QTest.keyClick(*paste)
    assert offered.args[0].hasImage()
    copied = QMimeData()
    copied.setUrls([QUrl.fromLocalFile(str(tmp_path / "beach.jpg"))])
    clipboard.setMimeData(copied)
    with qtbot.waitSignal(harness.bar.picture_offered):
        QTest.keyClick(*paste)
    assert harness.bar.field.text() == ""
    clipboard.setText("a dog")
    QTest.keyClick(*paste)
    assert harness.bar.field.text() == "a dog"


def test_that_text_from_elsewhere_is_searched_for(harness: Harness, qtbot: QtBot) -> None:
    with qtbot.waitSignal(harness.bar.submitted):
        harness.bar.offer_text("  a dog\nfrom:2019 ")
    assert harness.submitted == [requested("a dog from:2019")]
    assert harness.chips == ["from:2019"]


def test_that_only_a_long_wait_is_shown(make_harness: Callable[..., Harness], qtbot: QtBot) -> None:
    harness = make_harness(busy_ms=30)
    harness.bar.set_busy(True)
    harness.bar.set_busy(False)
    qtbot.wait(60)
    assert not harness.bar.busy_shown
    harness.bar.set_busy(True)
    qtbot.waitUntil(lambda: harness.bar.busy_shown)
    harness.bar.set_busy(False)
    assert not harness.bar.busy_shown


def test_that_errors_of_others_are_said_until_something_is_typed(harness: Harness) -> None:
    harness.bar.show_error(BadInputError("The picture is gone.", "Choose another."))
    assert harness.bar.problem == "The picture is gone. Choose another."
    QTest.keyClicks(harness.bar.field, "d")
    assert harness.bar.problem == ""


def test_that_a_query_too_long_is_said(harness: Harness) -> None:
    harness.bar.field.setText("dog " * 600)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    assert "2,000 are the most" in harness.bar.problem
    assert harness.submitted == []


def test_that_everything_is_cleared_with_one_click(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 dog")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    QTest.mouseClick(harness.bar.clear_button, Qt.MouseButton.LeftButton)
    assert harness.submitted[-1] == requested()
    assert harness.chips == []
    assert harness.bar.field.hasFocus()
    assert not harness.bar.clear_button.isVisible()
