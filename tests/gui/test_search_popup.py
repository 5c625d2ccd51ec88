"""What the list below the search bar offers: recent searches and completions."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.gui.search.completion import Completion, Kind
from photofind.gui.search.popup import COMPLETION_ROLE
from tests.gui.search_desk import TYPING_MS, Desk, requested
from tests.gui.search_desk import desk as desk
from tests.gui.search_desk import make_desk as make_desk


def test_that_escape_closes_the_list_first(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "fol")
    view = desk.bar.popup.view
    assert view.isVisible()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.isHidden()
    assert desk.bar.field.text() == "fol"


def test_that_a_recent_search_is_offered_and_asked_again(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "red car from:2019")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)
    desk.bar.focus_search()
    assert desk.offered[:2] == ["red car from:2019", "Clear recent searches"]
    QTest.keyClick(desk.bar.popup.view, Qt.Key.Key_Down)
    QTest.keyClick(desk.bar.popup.view, Qt.Key.Key_Return)
    assert desk.submitted[-1] == requested("red car from:2019")
    assert desk.chips == ["from:2019"]


def test_that_recent_searches_outlive_the_window(
    make_desk: Callable[..., Desk], qtbot: QtBot
) -> None:
    first = make_desk()
    QTest.keyClicks(first.bar.field, "dog")
    QTest.keyClick(first.bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: first.recents.exists())
    second = make_desk()
    qtbot.waitUntil(lambda: _offered_on_focus(second)[:1] == ["dog"])


def test_that_recent_searches_are_cleared_with_one_click(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "dog")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: desk.recents.exists())
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)
    desk.bar.focus_search()
    view = desk.bar.popup.view
    row = desk.offered.index("Clear recent searches")
    place = view.visualRect(view.model().index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: desk.recents.read_text("utf-8") == "")
    assert "dog" not in _offered_on_focus(desk)


def test_that_recents_that_cannot_be_kept_are_said_and_do_not_stop_the_search(
    desk: Desk, qtbot: QtBot
) -> None:
    desk.recents.parent.write_text("a file where a folder belongs")
    QTest.keyClicks(desk.bar.field, "dog")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    assert desk.submitted == [requested("dog")]
    qtbot.waitUntil(lambda: "recent searches cannot be kept" in desk.bar.problem)
    desk.recents.parent.unlink()


def test_that_a_filter_is_completed_by_its_name_then_its_value(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "dog ta")
    assert desk.offered == ["tag:"]
    _choose(desk, qtbot)
    assert desk.bar.field.text() == "dog tag:"
    qtbot.waitUntil(lambda: desk.offered == ["beach", "bear", "golden retriever"])
    QTest.keyClicks(desk.bar.field, "ret")
    assert desk.offered == ["golden retriever"]
    with qtbot.waitSignal(desk.bar.submitted):
        _choose(desk, qtbot)
    assert desk.chips == ["tag:golden retriever"]
    assert desk.submitted[-1] == requested('dog tag:"golden retriever"')


def test_that_a_filter_being_chosen_from_the_list_searches_nothing(
    desk: Desk, qtbot: QtBot
) -> None:
    QTest.keyClicks(desk.bar.field, "tag:be")
    qtbot.waitUntil(lambda: desk.offered == ["beach", "bear"])
    qtbot.wait(TYPING_MS * 8)
    assert desk.submitted == []
    desk.bar.popup.hide()
    qtbot.waitUntil(lambda: desk.submitted == [requested("tag:be")])


def test_that_the_values_of_a_negated_filter_stay_negated(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "-camera:")
    qtbot.waitUntil(lambda: desk.offered == ["NIKON D750"])
    _choose(desk, qtbot)
    assert desk.bar.request == requested('-camera:"NIKON D750"')


def test_that_the_list_tells_screen_readers_what_each_filter_is_for(desk: Desk) -> None:
    desk.bar.focus_search()
    model = desk.bar.popup.view.model()
    spoken = [
        model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)
        for row in range(model.rowCount())
    ]
    assert "from: for example from:2019" in spoken
    kinds: list[Completion] = [
        model.index(row, 0).data(COMPLETION_ROLE) for row in range(model.rowCount())
    ]
    assert {one.kind for one in kinds} == {Kind.FILTER}


def _offered_on_focus(desk: Desk) -> list[str]:
    desk.bar.popup.hide()
    desk.bar.field.clear()
    desk.bar.focus_search()
    return desk.offered


def _choose(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClick(desk.bar.popup.view, Qt.Key.Key_Down)
    QTest.keyClick(desk.bar.popup.view, Qt.Key.Key_Return)
