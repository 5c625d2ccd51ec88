"""The search bar, driven by keys and clicks."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from photofind.errors import BadInputError
from photofind.gui.search.bar import SearchBar
from photofind.gui.search.chips import NARROWEST, WIDEST, Chip
from photofind.gui.search.completion import Completion, Kind
from photofind.gui.search.popup import COMPLETION_ROLE
from photofind.gui.search.request import PictureQuery, SearchRequest

TYPING_MS = 20


@dataclass
class Desk:
    """A window with a search bar, and what the bar said."""

    window: QWidget
    bar: SearchBar
    before: QLineEdit
    elsewhere: QLineEdit
    recents: Path
    submitted: list[SearchRequest] = field(default_factory=list)

    @property
    def chips(self) -> list[str]:
        return [chip.text() for chip in self.bar.chips.chips]

    @property
    def offered(self) -> list[str]:
        model = self.bar.popup.view.model()
        return [model.index(row, 0).data() for row in range(model.rowCount())]


@pytest.fixture
def make_desk(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    made: list[Desk] = []

    def make(typing_ms: int = TYPING_MS, busy_ms: int = 10) -> Desk:
        window = QWidget()
        recents = tmp_path / "state" / "recents.txt"
        values = {
            "tag": lambda: ["beach", "bear", "golden retriever"],
            "folder": lambda: ["Italy", "My Photos"],
            "camera": lambda: ["NIKON D750"],
        }
        bar = SearchBar(recents, values, typing_ms=typing_ms, busy_ms=busy_ms)
        before, elsewhere = QLineEdit(), QLineEdit()
        column = QVBoxLayout(window)
        column.addWidget(before)
        column.addWidget(bar)
        column.addWidget(elsewhere)
        desk = Desk(window, bar, before, elsewhere, recents)
        bar.submitted.connect(desk.submitted.append)
        qtbot.addWidget(window)
        window.resize(900, 200)
        window.show()
        qtbot.waitActive(window)
        bar.field.setFocus()
        made.append(desk)
        return desk

    yield make
    for desk in made:
        desk.bar.popup.hide()
        desk.bar.close_lanes()


@pytest.fixture
def desk(make_desk: Callable[..., Desk]) -> Desk:
    return make_desk()


def test_that_typed_words_are_submitted_once_after_a_pause(desk: Desk, qtbot: QtBot) -> None:
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClicks(desk.bar.field, "a dog on a beach")
    assert desk.submitted == [SearchRequest("a dog on a beach")]


def test_that_enter_submits_at_once_and_the_same_again(make_desk: Callable[..., Desk]) -> None:
    desk = make_desk(typing_ms=60_000)
    QTest.keyClicks(desk.bar.field, "dog")
    assert desk.submitted == []
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    assert desk.submitted == [SearchRequest("dog")] * 2


def test_that_emptying_the_field_asks_for_all_photos(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "dog")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClick(desk.bar.field, Qt.Key.Key_Backspace)
    assert desk.submitted[-1] == SearchRequest()
    assert desk.submitted[-1].empty


def test_that_a_filter_becomes_a_chip_when_a_space_follows_it(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "dog from:2019")
    assert desk.chips == []
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClicks(desk.bar.field, " ")
    assert desk.chips == ["from:2019"]
    assert desk.bar.field.text() == "dog "
    assert desk.submitted[-1] == SearchRequest("dog", "from:2019")
    assert desk.submitted[-1].query == "dog from:2019"


def test_that_a_filter_between_words_leaves_the_cursor_where_it_was(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "dog beach")
    desk.bar.field.setCursorPosition(4)
    QTest.keyClicks(desk.bar.field, "from:2019 on ")
    assert desk.bar.field.text() == "dog on beach"
    assert desk.bar.field.cursorPosition() == len("dog on ")
    assert desk.chips == ["from:2019"]


@pytest.mark.parametrize(
    ("typed", "chip", "filters"),
    [
        ('folder:"My Photos" ', "folder:My Photos", 'folder:"My Photos"'),
        ("-tag:work ", "−tag:work", "-tag:work"),
        ("TYPE:JPG ", "type:jpeg", "type:jpeg"),
    ],
)
def test_that_chips_show_filters_as_a_person_says_them(
    desk: Desk, typed: str, chip: str, filters: str
) -> None:
    QTest.keyClicks(desk.bar.field, typed)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    assert desk.chips == [chip]
    assert desk.submitted[-1] == SearchRequest("", filters)


def test_that_enter_and_leaving_make_chips_of_what_is_typed(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    assert desk.chips == ["from:2019"]
    QTest.keyClicks(desk.bar.field, "to:2021")
    desk.elsewhere.setFocus()
    assert desk.chips == ["from:2019", "to:2021"]
    assert desk.submitted[-1].filters == "from:2019 to:2021"


def test_that_a_pause_in_a_filter_searches_with_it_and_leaves_it_text(
    desk: Desk, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClicks(desk.bar.field, "from:2019")
    assert desk.submitted == [SearchRequest("", "from:2019")]
    assert desk.bar.field.text() == "from:2019"
    assert desk.chips == []


def test_that_the_same_filter_twice_is_one_chip(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 FROM:2019 ")
    assert desk.chips == ["from:2019"]


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


def test_that_backspace_takes_the_last_chip_back_into_the_text(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, 'from:2019 folder:"My Photos" dog')
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Home)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Backspace)
    assert desk.chips == ["from:2019"]
    assert desk.bar.field.text() == 'folder:"My Photos" dog'
    assert desk.bar.field.cursorPosition() == len('folder:"My Photos"')
    assert desk.bar.request == SearchRequest("dog", 'from:2019 folder:"My Photos"')


def test_that_chips_are_walked_and_removed_with_keys(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 to:2021 tag:sea ")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Left)
    assert _focused(desk) == "tag:sea"
    QTest.keyClick(desk.bar.chips.chips[2], Qt.Key.Key_Left)
    assert _focused(desk) == "to:2021"
    QTest.keyClick(desk.bar.chips.chips[1], Qt.Key.Key_Delete)
    assert desk.chips == ["from:2019", "tag:sea"]
    assert _focused(desk) == "tag:sea"
    assert desk.submitted[-1].filters == "from:2019 tag:sea"
    QTest.keyClick(desk.bar.chips.chips[1], Qt.Key.Key_Right)
    assert desk.bar.field.hasFocus()


def test_that_removing_the_last_chip_leads_back_to_the_text(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 ")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Left)
    QTest.keyClick(desk.bar.chips.chips[0], Qt.Key.Key_Delete)
    assert desk.chips == []
    assert desk.bar.field.hasFocus()


def test_that_enter_on_a_chip_edits_it(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 ")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Left)
    QTest.keyClick(desk.bar.chips.chips[0], Qt.Key.Key_Return)
    assert desk.chips == []
    assert desk.bar.field.text() == "from:2019"
    assert desk.bar.field.hasFocus()


def test_that_a_letter_typed_on_a_chip_goes_into_the_text(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 do")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Home)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Left)
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClick(desk.bar.chips.chips[0], Qt.Key.Key_G)
    assert desk.bar.field.text() == "dog"
    assert desk.bar.field.hasFocus()


def test_that_the_cross_of_a_chip_removes_it_and_the_rest_edits_it(
    desk: Desk, qtbot: QtBot
) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 to:2021 ")
    first, second = desk.bar.chips.chips
    _click_cross(qtbot, first)
    assert desk.chips == ["to:2021"]
    QTest.mouseClick(second, Qt.MouseButton.LeftButton, pos=QPoint(10, 12))
    assert desk.chips == []
    assert desk.bar.field.text() == "to:2021"


def test_that_tab_reaches_chips_before_the_text(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 to:2021 ")
    first, second = desk.bar.chips.chips
    order = [desk.before, first, second, desk.bar.field, desk.bar.clear_button, desk.elsewhere]
    desk.before.setFocus()
    for now, following in pairwise(order):
        QTest.keyClick(now, Qt.Key.Key_Tab)
        assert following.hasFocus(), following
    for now, following in pairwise(reversed(order)):
        QTest.keyClick(now, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        assert following.hasFocus(), following


def test_that_going_away_and_back_asks_nothing_again(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "dog from:2019")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    desk.elsewhere.setFocus()
    desk.bar.focus_search()
    desk.bar.popup.hide()
    qtbot.wait(TYPING_MS * 8)
    assert desk.submitted == [SearchRequest("dog", "from:2019")]


def test_that_chips_say_what_they_are_and_how_they_go(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 -tag:work ")
    desk.bar.set_picture(PictureQuery(Path("beach.jpg"), "beach.jpg"))
    assert [chip.accessibleName() for chip in desk.bar.chips.chips] == [
        "Picture: beach.jpg. Remove with Delete.",
        "Filter: from 2019. Remove with Delete.",
        "Filter: not tag work. Remove with Delete.",
    ]


def test_that_escape_clears_text_then_chips_then_leaves(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 dog")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)
    assert (desk.bar.field.text(), desk.chips) == ("", ["from:2019"])
    assert desk.submitted[-1] == SearchRequest("", "from:2019")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)
    assert desk.chips == []
    assert desk.submitted[-1] == SearchRequest()
    with qtbot.waitSignal(desk.bar.left):
        QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)


def test_that_escape_closes_the_list_first(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "fol")
    view = desk.bar.popup.view
    assert view.isVisible()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.isHidden()
    assert desk.bar.field.text() == "fol"


def test_that_a_picture_empties_the_words_and_keeps_the_filters(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 dog")
    beach = PictureQuery(Path("beach.jpg"), "beach.jpg")
    desk.bar.set_picture(beach)
    assert desk.chips == ["beach.jpg", "from:2019"]
    assert desk.bar.field.text() == ""
    assert desk.submitted == [SearchRequest("", "from:2019", beach)]


def test_that_words_take_the_picture_away(desk: Desk, qtbot: QtBot) -> None:
    desk.bar.set_picture(PictureQuery(Path("beach.jpg"), "beach.jpg"))
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClicks(desk.bar.field, "dog")
    assert desk.chips == []
    assert desk.submitted[-1] == SearchRequest("dog")


def test_that_a_late_thumbnail_asks_nothing_again(desk: Desk) -> None:
    beach = PictureQuery(Path("beach.jpg"), "beach.jpg")
    desk.bar.set_picture(beach)
    before = desk.bar.chips.chips[0].sizeHint().width()
    thumbnail = QPixmap(64, 48)
    thumbnail.fill(QColor("teal"))
    desk.bar.set_picture(beach, thumbnail)
    assert len(desk.submitted) == 1
    assert desk.bar.chips.chips[0].sizeHint().width() > before


def test_that_backspace_removes_a_picture(desk: Desk) -> None:
    desk.bar.set_picture(PictureQuery(Path("beach.jpg"), "beach.jpg"))
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Backspace)
    assert desk.chips == []
    assert desk.submitted[-1] == SearchRequest()


def test_that_a_shown_request_is_not_submitted_and_an_asked_one_is(desk: Desk) -> None:
    request = SearchRequest("dog", 'from:2019 folder:"My Photos"')
    desk.bar.show_request(request)
    assert desk.chips == ["from:2019", "folder:My Photos"]
    assert desk.bar.request == request
    assert desk.submitted == []
    desk.bar.ask(request)
    assert desk.submitted == [request]


def test_that_a_recent_search_is_offered_and_asked_again(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "red car from:2019")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Escape)
    desk.bar.focus_search()
    assert desk.offered[:2] == ["red car from:2019", "Clear recent searches"]
    QTest.keyClick(desk.bar.popup.view, Qt.Key.Key_Down)
    QTest.keyClick(desk.bar.popup.view, Qt.Key.Key_Return)
    assert desk.submitted[-1] == SearchRequest("red car", "from:2019")
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
    assert desk.submitted == [SearchRequest("dog")]
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
    assert desk.submitted[-1] == SearchRequest("dog", 'tag:"golden retriever"')


def test_that_a_filter_being_chosen_from_the_list_searches_nothing(
    desk: Desk, qtbot: QtBot
) -> None:
    QTest.keyClicks(desk.bar.field, "tag:be")
    qtbot.waitUntil(lambda: desk.offered == ["beach", "bear"])
    qtbot.wait(TYPING_MS * 8)
    assert desk.submitted == []
    desk.bar.popup.hide()
    qtbot.waitUntil(lambda: desk.submitted == [SearchRequest("", "tag:be")])


def test_that_the_values_of_a_negated_filter_stay_negated(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "-camera:")
    qtbot.waitUntil(lambda: desk.offered == ["NIKON D750"])
    _choose(desk, qtbot)
    assert desk.bar.request == SearchRequest("", '-camera:"NIKON D750"')


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
    assert desk.submitted == [SearchRequest("a dog", "from:2019")]
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


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
@pytest.mark.parametrize("count", [1, 3, 12])
def test_that_the_field_keeps_its_room_beside_any_number_of_chips(
    desk: Desk, qtbot: QtBot, count: int, direction: Qt.LayoutDirection
) -> None:
    desk.window.setLayoutDirection(direction)
    filters = " ".join(f'folder:"A folder with quite a long name {n}"' for n in range(count))
    desk.bar.show_request(SearchRequest("", filters))
    desk.window.resize(900, 200)
    qtbot.waitUntil(lambda: desk.bar.chips.width() > 0)
    assert desk.bar.field.width() >= 200
    assert desk.bar.height() >= 40
    for chip in desk.bar.chips.chips:
        assert NARROWEST <= chip.width() <= WIDEST
    if count <= 3:
        whole = desk.bar.chips.rect()
        assert all(whole.contains(chip.geometry()) for chip in desk.bar.chips.chips)


def test_that_a_chip_scrolled_out_of_sight_comes_back_with_the_focus(
    desk: Desk, qtbot: QtBot
) -> None:
    desk.bar.show_request(SearchRequest("", " ".join(f"folder:number{n}" for n in range(20))))
    qtbot.waitUntil(lambda: desk.bar.chips.chips[0].x() < 0)
    desk.bar.chips.chips[0].setFocus()
    assert desk.bar.chips.chips[0].x() == 0


def test_that_everything_is_cleared_with_one_click(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 dog")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    QTest.mouseClick(desk.bar.clear_button, Qt.MouseButton.LeftButton)
    assert desk.submitted[-1] == SearchRequest()
    assert desk.chips == []
    assert desk.bar.field.hasFocus()
    assert not desk.bar.clear_button.isVisible()


def _focused(desk: Desk) -> str | None:
    return next((chip.text() for chip in desk.bar.chips.chips if chip.hasFocus()), None)


def _click_cross(qtbot: QtBot, chip: Chip) -> None:
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 12, 12))


def _offered_on_focus(desk: Desk) -> list[str]:
    desk.bar.popup.hide()
    desk.bar.field.clear()
    desk.bar.focus_search()
    return desk.offered


def _choose(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClick(desk.bar.popup.view, Qt.Key.Key_Down)
    QTest.keyClick(desk.bar.popup.view, Qt.Key.Key_Return)
