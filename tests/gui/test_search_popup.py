"""What the list below the search bar offers: recent searches and completions."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.gui.search.completion import Completion, Kind
from photofind.gui.search.popup import COMPLETION_ROLE
from tests.gui.search_harness import TYPING_MS, Harness, requested
from tests.gui.search_harness import harness as harness
from tests.gui.search_harness import make_harness as make_harness


def test_that_escape_closes_the_list_first(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "fol")
    view = harness.bar.popup.view
    assert view.isVisible()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.isHidden()
    assert harness.bar.field.text() == "fol"


def test_that_a_recent_search_is_offered_and_submitted_again(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "red car from:2019")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Escape)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Escape)
    harness.bar.focus_search()
    assert harness.offered[:2] == ["red car from:2019", "Clear recent searches"]
    QTest.keyClick(harness.bar.popup.view, Qt.Key.Key_Down)
    QTest.keyClick(harness.bar.popup.view, Qt.Key.Key_Return)
    assert harness.submitted[-1] == requested("red car from:2019")
    assert harness.chips == ["from:2019"]


def test_that_recent_searches_outlive_the_window(
    make_harness: Callable[..., Harness], qtbot: QtBot
) -> None:
    first = make_harness()
    QTest.keyClicks(first.bar.field, "dog")
    QTest.keyClick(first.bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: first.recents.exists())
    second = make_harness()
    qtbot.waitUntil(lambda: _offered_on_focus(second)[:1] == ["dog"])


def test_that_recent_searches_are_cleared_with_one_click(harness: Harness, qtbot: QtBot) -> None:
    QTest.keyClicks(harness.bar.field, "dog")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: harness.recents.exists())
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Escape)
    harness.bar.focus_search()
    view = harness.bar.popup.view
    row = harness.offered.index("Clear recent searches")
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: harness.recents.read_text("utf-8") == "")
    assert "dog" not in _offered_on_focus(harness)


def test_that_recents_that_cannot_be_kept_are_said_and_do_not_stop_the_search(
    harness: Harness, qtbot: QtBot
) -> None:
    harness.recents.parent.write_text("a file where a folder belongs")
    QTest.keyClicks(harness.bar.field, "dog")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    assert harness.submitted == [requested("dog")]
    qtbot.waitUntil(lambda: "recent searches cannot be kept" in harness.bar.problem)
    harness.recents.parent.unlink()


def test_that_a_filter_is_completed_by_its_name_then_its_value(
    harness: Harness, qtbot: QtBot
) -> None:
    QTest.keyClicks(harness.bar.field, "dog ta")
    assert harness.offered == ["tag:"]
    _choose(harness, qtbot)
    assert harness.bar.field.text() == "dog tag:"
    qtbot.waitUntil(lambda: harness.offered == ["beach", "bear", "golden retriever"])
    QTest.keyClicks(harness.bar.field, "ret")
    assert harness.offered == ["golden retriever"]
    with qtbot.waitSignal(harness.bar.submitted):
        _choose(harness, qtbot)
    assert harness.chips == ["tag:golden retriever"]
    assert harness.submitted[-1] == requested('dog tag:"golden retriever"')


def test_that_a_filter_being_chosen_from_the_list_searches_nothing(
    harness: Harness, qtbot: QtBot
) -> None:
    QTest.keyClicks(harness.bar.field, "tag:be")
    qtbot.waitUntil(lambda: harness.offered == ["beach", "bear"])
    qtbot.wait(TYPING_MS * 8)
    assert harness.submitted == []
    harness.bar.popup.hide()
    qtbot.waitUntil(lambda: harness.submitted == [requested("tag:be")])


@pytest.mark.parametrize("ended", ["folder:Italy ", "folder:Italy\r", "folder:\x1b"])
def test_that_values_that_arrive_late_do_not_open_the_list_again(
    make_harness: Callable[..., Harness], qtbot: QtBot, ended: str
) -> None:
    known = threading.Event()
    harness = make_harness(values_known=known)
    QTest.keyClicks(harness.bar.field, "dog")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    harness.bar.field.clear()
    for key in ended:
        # Without a desktop, no window has the keyboard when a list over it has closed.
        harness.window.activateWindow()
        qtbot.waitUntil(lambda: harness.bar.field.hasFocus() or harness.bar.popup.shown)
        QTest.keyClicks(harness.bar.field, key)
    harness.window.activateWindow()
    qtbot.waitUntil(harness.bar.field.hasFocus)

    known.set()
    qtbot.wait(TYPING_MS * 8)

    assert not harness.bar.popup.shown


def test_that_the_values_of_a_negated_filter_stay_negated(harness: Harness, qtbot: QtBot) -> None:
    QTest.keyClicks(harness.bar.field, "-camera:")
    qtbot.waitUntil(lambda: harness.offered == ["NIKON D750"])
    _choose(harness, qtbot)
    assert harness.bar.request == requested('-camera:"NIKON D750"')


def test_that_the_list_describes_each_filter_to_screen_readers(harness: Harness) -> None:
    harness.bar.focus_search()
    model = harness.bar.popup.view.model()
    spoken = [
        model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(model.rowCount())
    ]
    assert "from: for example from:2019" in spoken
    kinds: list[Completion] = [
        model.index(row, 0).data(COMPLETION_ROLE) for row in range(model.rowCount())
    ]
    assert {one.kind for one in kinds} == {Kind.FILTER}


def _offered_on_focus(harness: Harness) -> list[str]:
    harness.bar.popup.hide()
    harness.bar.field.clear()
    harness.bar.focus_search()
    return harness.offered


def _choose(harness: Harness, qtbot: QtBot) -> None:
    QTest.keyClick(harness.bar.popup.view, Qt.Key.Key_Down)
    QTest.keyClick(harness.bar.popup.view, Qt.Key.Key_Return)
