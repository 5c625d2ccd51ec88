"""The chips of the search bar: filters and a picture."""

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPixmap
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.gui.search.chips import NARROWEST, WIDEST, Chip
from photofind.gui.search.request import PictureQuery
from tests.gui.search_desk import Desk, requested
from tests.gui.search_desk import desk as desk
from tests.gui.search_desk import make_desk as make_desk


def test_that_a_filter_becomes_a_chip_when_a_space_follows_it(desk: Desk, qtbot: QtBot) -> None:
    QTest.keyClicks(desk.bar.field, "dog from:2019")
    assert desk.chips == []
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClicks(desk.bar.field, " ")
    assert desk.chips == ["from:2019"]
    assert desk.bar.field.text() == "dog "
    assert desk.submitted[-1] == requested("dog from:2019")


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
    assert desk.submitted[-1] == requested(filters)


def test_that_enter_and_leaving_make_chips_of_what_is_typed(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Return)
    assert desk.chips == ["from:2019"]
    QTest.keyClicks(desk.bar.field, "to:2021")
    desk.elsewhere.setFocus()
    assert desk.chips == ["from:2019", "to:2021"]
    assert desk.submitted[-1] == requested("from:2019 to:2021")


def test_that_the_same_filter_twice_is_one_chip(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 FROM:2019 ")
    assert desk.chips == ["from:2019"]


def test_that_backspace_takes_the_last_chip_back_into_the_text(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, 'from:2019 folder:"My Photos" dog')
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Home)
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Backspace)
    assert desk.chips == ["from:2019"]
    assert desk.bar.field.text() == 'folder:"My Photos" dog'
    assert desk.bar.field.cursorPosition() == len('folder:"My Photos"')
    assert desk.bar.request == requested('dog from:2019 folder:"My Photos"')


def test_that_chips_are_walked_and_removed_with_keys(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 to:2021 tag:sea ")
    QTest.keyClick(desk.bar.field, Qt.Key.Key_Left)
    assert _focused(desk) == "tag:sea"
    QTest.keyClick(desk.bar.chips.chips[2], Qt.Key.Key_Left)
    assert _focused(desk) == "to:2021"
    QTest.keyClick(desk.bar.chips.chips[1], Qt.Key.Key_Delete)
    assert desk.chips == ["from:2019", "tag:sea"]
    assert _focused(desk) == "tag:sea"
    assert desk.submitted[-1] == requested("from:2019 tag:sea")
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


def test_that_chips_say_what_they_are_and_how_they_go(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 -tag:work ")
    desk.bar.set_picture(PictureQuery(Path("beach.jpg"), "beach.jpg"))
    assert [chip.accessibleName() for chip in desk.bar.chips.chips] == [
        "Picture: beach.jpg. Remove with Delete.",
        "Filter: from 2019. Remove with Delete.",
        "Filter: not tag work. Remove with Delete.",
    ]


def test_that_a_picture_empties_the_words_and_keeps_the_filters(desk: Desk) -> None:
    QTest.keyClicks(desk.bar.field, "from:2019 dog")
    beach = PictureQuery(Path("beach.jpg"), "beach.jpg")
    desk.bar.set_picture(beach)
    assert desk.chips == ["beach.jpg", "from:2019"]
    assert desk.bar.field.text() == ""
    assert desk.submitted == [requested("from:2019", beach)]


def test_that_words_take_the_picture_away(desk: Desk, qtbot: QtBot) -> None:
    desk.bar.set_picture(PictureQuery(Path("beach.jpg"), "beach.jpg"))
    with qtbot.waitSignal(desk.bar.submitted):
        QTest.keyClicks(desk.bar.field, "dog")
    assert desk.chips == []
    assert desk.submitted[-1] == requested("dog")


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
    assert desk.submitted[-1] == requested()


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
@pytest.mark.parametrize("count", [1, 3, 12])
def test_that_the_field_keeps_its_room_beside_any_number_of_chips(
    desk: Desk, qtbot: QtBot, count: int, direction: Qt.LayoutDirection
) -> None:
    desk.window.setLayoutDirection(direction)
    filters = " ".join(f'folder:"A folder with quite a long name {n}"' for n in range(count))
    desk.bar.show_request(requested(filters))
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
    desk.bar.show_request(requested(" ".join(f"folder:number{n}" for n in range(20))))
    qtbot.waitUntil(lambda: desk.bar.chips.chips[0].x() < 0)
    desk.bar.chips.chips[0].setFocus()
    assert desk.bar.chips.chips[0].x() == 0


def _focused(desk: Desk) -> str | None:
    return next((chip.text() for chip in desk.bar.chips.chips if chip.hasFocus()), None)


def _click_cross(qtbot: QtBot, chip: Chip) -> None:
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 12, 12))
