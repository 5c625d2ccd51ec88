"""The chips of the search bar: filters and a picture."""

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.search.chip import NARROWEST, WIDEST, Chip
from photofind.gui.search.request import PictureQuery
from tests.gui.search_harness import Harness, requested
from tests.gui.search_harness import harness as harness
from tests.gui.search_harness import make_harness as make_harness

BEACH = PictureQuery(PhotoId(7), "beach.jpg")


def test_that_a_filter_becomes_a_chip_when_a_space_follows_it(
    harness: Harness, qtbot: QtBot
) -> None:
    QTest.keyClicks(harness.bar.field, "dog from:2019")
    assert harness.chips == []
    with qtbot.waitSignal(harness.bar.submitted):
        QTest.keyClicks(harness.bar.field, " ")
    assert harness.chips == ["from:2019"]
    assert harness.bar.field.text() == "dog "
    assert harness.submitted[-1] == requested("dog from:2019")


def test_that_a_filter_between_words_leaves_the_cursor_where_it_was(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "dog beach")
    harness.bar.field.setCursorPosition(4)
    QTest.keyClicks(harness.bar.field, "from:2019 on ")
    assert harness.bar.field.text() == "dog on beach"
    assert harness.bar.field.cursorPosition() == len("dog on ")
    assert harness.chips == ["from:2019"]


@pytest.mark.parametrize(
    ("typed", "chip", "filters"),
    [
        ('folder:"My Photos" ', "folder:My Photos", 'folder:"My Photos"'),
        ("-tag:work ", "−tag:work", "-tag:work"),
        ("TYPE:JPG ", "type:jpeg", "type:jpeg"),
    ],
)
def test_that_chips_show_filters_as_a_person_says_them(
    harness: Harness, typed: str, chip: str, filters: str
) -> None:
    QTest.keyClicks(harness.bar.field, typed)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    assert harness.chips == [chip]
    assert harness.submitted[-1] == requested(filters)


def test_that_enter_and_leaving_make_chips_of_what_is_typed(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Return)
    assert harness.chips == ["from:2019"]
    QTest.keyClicks(harness.bar.field, "to:2021")
    harness.elsewhere.setFocus()
    assert harness.chips == ["from:2019", "to:2021"]
    assert harness.submitted[-1] == requested("from:2019 to:2021")


def test_that_the_same_filter_twice_is_one_chip(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 FROM:2019 ")
    assert harness.chips == ["from:2019"]


def test_that_backspace_takes_the_last_chip_back_into_the_text(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, 'from:2019 folder:"My Photos" dog')
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Home)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Backspace)
    assert harness.chips == ["from:2019"]
    assert harness.bar.field.text() == 'folder:"My Photos" dog'
    assert harness.bar.field.cursorPosition() == len('folder:"My Photos"')
    assert harness.bar.request == requested('dog from:2019 folder:"My Photos"')


def test_that_chips_are_walked_and_removed_with_keys(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 to:2021 tag:sea ")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Left)
    assert _focused(harness) == "tag:sea"
    QTest.keyClick(harness.bar.chips.chips[2], Qt.Key.Key_Left)
    assert _focused(harness) == "to:2021"
    QTest.keyClick(harness.bar.chips.chips[1], Qt.Key.Key_Delete)
    assert harness.chips == ["from:2019", "tag:sea"]
    assert _focused(harness) == "tag:sea"
    assert harness.submitted[-1] == requested("from:2019 tag:sea")
    QTest.keyClick(harness.bar.chips.chips[1], Qt.Key.Key_Right)
    assert harness.bar.field.hasFocus()


def test_that_removing_the_last_chip_leads_back_to_the_text(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 ")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Left)
    QTest.keyClick(harness.bar.chips.chips[0], Qt.Key.Key_Delete)
    assert harness.chips == []
    assert harness.bar.field.hasFocus()


def test_that_enter_on_a_chip_edits_it(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 ")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Left)
    QTest.keyClick(harness.bar.chips.chips[0], Qt.Key.Key_Return)
    assert harness.chips == []
    assert harness.bar.field.text() == "from:2019"
    assert harness.bar.field.hasFocus()


def test_that_a_letter_typed_on_a_chip_goes_into_the_text(harness: Harness, qtbot: QtBot) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 do")
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Home)
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Left)
    with qtbot.waitSignal(harness.bar.submitted):
        QTest.keyClick(harness.bar.chips.chips[0], Qt.Key.Key_G)
    assert harness.bar.field.text() == "dog"
    assert harness.bar.field.hasFocus()


def test_that_the_cross_of_a_chip_removes_it_and_the_rest_edits_it(
    harness: Harness, qtbot: QtBot
) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 to:2021 ")
    first, second = harness.bar.chips.chips
    _click_cross(qtbot, first)
    assert harness.chips == ["to:2021"]
    QTest.mouseClick(second, Qt.MouseButton.LeftButton, pos=QPoint(10, 12))
    assert harness.chips == []
    assert harness.bar.field.text() == "to:2021"


def test_that_tab_reaches_chips_before_the_text(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 to:2021 ")
    first, second = harness.bar.chips.chips
    order = [
        harness.before,
        first,
        second,
        harness.bar.field,
        harness.bar.clear_button,
        harness.elsewhere,
    ]
    harness.before.setFocus()
    for now, following in pairwise(order):
        QTest.keyClick(now, Qt.Key.Key_Tab)
        assert following.hasFocus(), following
    for now, following in pairwise(reversed(order)):
        QTest.keyClick(now, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        assert following.hasFocus(), following


def test_that_chips_say_what_they_are_and_how_they_go(harness: Harness) -> None:
    QTest.keyClicks(harness.bar.field, "from:2019 -tag:work ")
    harness.bar.submit(requested("from:2019 -tag:work", BEACH))
    assert [chip.accessibleName() for chip in harness.bar.chips.chips] == [
        "Picture: beach.jpg. Remove with Delete.",
        "Filter: from 2019. Remove with Delete.",
        "Filter: not tag work. Remove with Delete.",
    ]


def test_that_words_take_a_similar_photo_away(harness: Harness, qtbot: QtBot) -> None:
    harness.bar.submit(requested("from:2019", BEACH))
    assert harness.chips == ["beach.jpg", "from:2019"]
    with qtbot.waitSignal(harness.bar.submitted):
        QTest.keyClicks(harness.bar.field, "dog")
    assert harness.chips == ["from:2019"]
    assert harness.submitted[-1] == requested("dog from:2019")


def test_that_a_late_thumbnail_takes_no_room_from_the_name(harness: Harness, qtbot: QtBot) -> None:
    harness.bar.submit(requested("", BEACH))
    (chip,) = harness.bar.chips.chips
    qtbot.waitUntil(lambda: chip.width() == chip.sizeHint().width())
    before = chip.width()

    harness.bar.chips.show_thumbnail(BEACH, QPixmap(64, 48))

    qtbot.waitUntil(lambda: chip.width() == chip.sizeHint().width() > before)
    assert len(harness.submitted) == 1


def test_that_backspace_removes_a_picture(harness: Harness) -> None:
    harness.bar.submit(requested("", BEACH))
    QTest.keyClick(harness.bar.field, Qt.Key.Key_Backspace)
    assert harness.chips == []
    assert harness.submitted[-1] == requested()


@pytest.mark.parametrize("direction", list(Qt.LayoutDirection)[:2])
@pytest.mark.parametrize("count", [1, 3, 12])
def test_that_the_field_keeps_its_room_beside_any_number_of_chips(
    harness: Harness, qtbot: QtBot, count: int, direction: Qt.LayoutDirection
) -> None:
    harness.window.setLayoutDirection(direction)
    filters = " ".join(f'folder:"A folder with quite a long name {n}"' for n in range(count))
    harness.bar.show_request(requested(filters))
    harness.window.resize(900, 200)
    qtbot.waitUntil(lambda: harness.bar.chips.width() > 0)
    assert harness.bar.field.width() >= 200
    assert harness.bar.height() >= 40
    for chip in harness.bar.chips.chips:
        assert NARROWEST <= chip.width() <= WIDEST
    if count <= 3:
        whole = harness.bar.chips.rect()
        assert all(whole.contains(chip.geometry()) for chip in harness.bar.chips.chips)


def test_that_a_chip_scrolled_out_of_sight_comes_back_with_the_focus(
    harness: Harness, qtbot: QtBot
) -> None:
    harness.bar.show_request(requested(" ".join(f"folder:number{n}" for n in range(20))))
    qtbot.waitUntil(lambda: harness.bar.chips.chips[0].x() < 0)
    harness.bar.chips.chips[0].setFocus()
    assert harness.bar.chips.chips[0].x() == 0


def _focused(harness: Harness) -> str | None:
    return next((chip.text() for chip in harness.bar.chips.chips if chip.hasFocus()), None)


def _click_cross(qtbot: QtBot, chip: Chip) -> None:
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 12, 12))
