"""Every query of the language can be typed in the search bar."""

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from tests.gui.search_harness import Harness, requested
from tests.gui.search_harness import harness as harness
from tests.gui.search_harness import make_harness as make_harness

QUERIES = (
    "2:dog - snow",
    "dog + water",
    "-fruit",
    'image:sea.jpg - image:"my cat.jpg" 0.5:boat',
    "a beach without people",
    "tag:beach OR tag:sea",
    "from:2019 tag:beach OR tag:sea OR -folder:Italy dog",
    "dog from:2019 AND tag:beach AND big",
    "dog (tag:beach from:2019) OR -(tag:sea OR tag:bear) cat",
    "cats OR dogs",
    "rating:>=4 has:gps near:48.85,2.35,10km orientation:portrait lens:50mm size:>5MB file:IMG_1 x",
    "folder:“My Photos” – snow",
)


def _type(harness: Harness, key: str) -> None:
    """Type a character as a keyboard does, and one that a keyboard lacks as an input method."""
    if key.isascii():
        QTest.keyClicks(harness.bar.field, key)
        return
    composed = QInputMethodEvent()
    composed.setCommitString(key)
    QApplication.sendEvent(harness.bar.field, composed)


@pytest.mark.parametrize("typed", QUERIES)
def test_that_typing_submits_what_the_command_line_would_understand(
    make_harness: Callable[..., Harness], typed: str
) -> None:
    harness = make_harness(typing_ms=60_000)
    for key in typed:
        _type(harness, key)
        harness.bar.popup.hide()
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)

    assert harness.bar.problem == ""
    assert harness.submitted == [requested(typed)]


@pytest.mark.parametrize("typed", QUERIES)
def test_that_a_request_shown_in_the_bar_stays_what_it_is(harness: Harness, typed: str) -> None:
    harness.bar.show_request(requested(typed))

    assert harness.bar.request == requested(typed)


def test_that_or_behind_a_chip_takes_it_back_into_the_text(harness: Harness, qtbot: QtBot) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 tag:sea ")
    assert harness.chips == ["from:2019", "tag:sea"]
    QTest.keyClicks(harness.bar.field, "OR ")
    assert harness.chips == ["from:2019"]
    assert harness.bar.field.text() == "tag:sea OR "
    QTest.keyClicks(harness.bar.field, "-tag:bear ")
    assert harness.chips == ["from:2019", "tag:sea OR -tag:bear"]
    assert harness.bar.field.text() == ""


def test_that_or_elsewhere_than_behind_a_chip_is_a_word(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 cats OR dogs ")
    assert harness.chips == ["from:2019"]
    assert harness.bar.field.text() == "cats OR dogs "


def test_that_a_group_is_one_chip_and_becomes_text_again(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "dog -(tag:sea OR tag:bear) ")
    assert harness.chips == ["−(tag:sea OR tag:bear)"]
    (chip,) = harness.bar.chips.chips
    assert chip.accessibleName() == "Filter: −(tag:sea OR tag:bear). Remove with Delete."
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Home)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Backspace)
    assert harness.bar.field.text() == "-(tag:sea OR tag:bear) dog"


@pytest.mark.parametrize(
    ("typed", "marked", "problem"),
    [
        ("dog tag:sea OR cat ", "OR", "Expected a filter after OR."),
        ("dog 2:tag:sea ", "2:tag:sea", "A filter has no weight"),
        ("dog OR tag:sea ", "OR tag:sea", "Expected a filter before OR."),
        ("dog (tag:sea cat) ", "cat)", "Only filters stand in parentheses"),
        ("0:dog ", "0:", "Expected a weight from 0.001 to 999"),
    ],
)
def test_that_what_is_wrong_is_said_at_its_place(
    harness: Harness, qtbot: QtBot, typed: str, marked: str, problem: str
) -> None:
    harness.bar.field.setText(typed)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)

    assert problem in harness.bar.problem
    assert harness.bar.field.marked is not None
    start, end = harness.bar.field.marked
    assert harness.bar.field.text()[start:end] == marked
    assert harness.submitted == []


def test_that_a_filter_behind_or_is_completed(harness: Harness, qtbot: QtBot) -> None:
    QTest.keyClicks(harness.bar.field, "dog (tag:sea OR ta")
    assert harness.offered == ["tag:"]
    QTest.keyClick(harness.bar.popup.view, Qt.Key.Key_Down)
    QTest.keyClick(harness.bar.popup.view, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: harness.offered == ["beach", "bear", "golden retriever"])
    QTest.keyClick(harness.bar.popup.view, Qt.Key.Key_Down)
    QTest.keyClick(harness.bar.popup.view, Qt.Key.Key_Return)
    assert harness.bar.field.text() == "dog (tag:sea OR tag:beach "
