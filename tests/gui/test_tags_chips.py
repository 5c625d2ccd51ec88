import re

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from photofind.gui.tags.chip import Chip
from photofind.gui.tags.chips import TagChips
from photofind.gui.tags.entry import TagEntry
from photofind.gui.tags.steps import step_from
from photofind.store.tags import PERSON, ZERO_SHOT, PhotoTag, TagState


def confirmed(name: str) -> PhotoTag:
    return PhotoTag(name, TagState.CONFIRMED, PERSON, None, None, "")


def suggested(name: str, score: float = 4.5) -> PhotoTag:
    return PhotoTag(name, TagState.SUGGESTED, ZERO_SHOT, score, 1, "")


def rejected(name: str) -> PhotoTag:
    return PhotoTag(name, TagState.REJECTED, PERSON, None, None, "")


TAGS = [confirmed("dog"), confirmed("beach"), suggested("sea"), suggested("boat", 2)]


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(300, 300)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def chips(host: QWidget, qtbot: QtBot) -> TagChips:
    layout = QVBoxLayout(host)
    made = TagChips()
    layout.addWidget(made)
    layout.addStretch()
    made.show_tags(TAGS)
    with qtbot.waitExposed(host):
        host.show()
    host.activateWindow()
    return made


def chip(chips: TagChips, name: str) -> Chip:
    (found,) = [one for one in visible(chips) if one.face.name == name]
    return found


def visible(chips: TagChips) -> list[Chip]:
    return [one for one in chips.findChildren(Chip) if not one.isHidden()]


def entry(chips: TagChips) -> TagEntry:
    (found,) = chips.findChildren(TagEntry)
    return found


def mark(chip: Chip, words: str) -> QAbstractButton:
    (found,) = [
        button
        for button in chip.findChildren(QAbstractButton)
        if button.accessibleName() == words and not button.isHidden()
    ]
    return found


def focused() -> str:
    widget = QApplication.focusWidget()
    return widget.face.name if isinstance(widget, Chip) else type(widget).__name__


def left_click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_that_chips_stand_in_the_order_given_and_rejected_tags_are_not_shown(
    chips: TagChips,
) -> None:
    chips.show_tags([*TAGS, rejected("cat")])

    def place(one: Chip) -> tuple[int, int]:
        return one.y(), one.x()

    names = [one.face.name for one in sorted(visible(chips), key=place)]
    assert names == ["dog", "beach", "sea", "boat"]


def test_that_every_chip_says_its_name_and_state(chips: TagChips) -> None:
    assert chip(chips, "sea").accessibleName() == "sea, suggested. Confirm or reject."
    assert chip(chips, "dog").accessibleName().startswith("dog.")


def test_that_no_score_is_shown(chips: TagChips) -> None:
    for one in visible(chips):
        for words in (one.text(), one.accessibleName(), one.toolTip(), one.face.note):
            assert not re.search("[0-9%]", words)


def test_that_a_click_on_a_name_chooses_it(chips: TagChips, qtbot: QtBot) -> None:
    for name in ("dog", "sea"):
        with qtbot.waitSignal(chips.chosen) as emitted:
            QTest.mouseClick(chip(chips, name), Qt.MouseButton.LeftButton, pos=QPoint(14, 12))
        assert emitted.args == [name]


@pytest.mark.parametrize(
    ("name", "words", "signal"),
    [("sea", "Confirm sea", "confirmed"), ("sea", "Reject sea", "rejected")],
)
def test_that_the_marks_of_a_suggestion_decide(
    chips: TagChips, qtbot: QtBot, name: str, words: str, signal: str
) -> None:
    with qtbot.waitSignal(getattr(chips, signal)) as emitted, qtbot.assertNotEmitted(chips.chosen):
        left_click(mark(chip(chips, name), words))
    assert emitted.args == [name]


def test_that_the_cross_of_a_confirmed_tag_comes_with_the_keyboard_and_moves_nothing(
    chips: TagChips, qtbot: QtBot
) -> None:
    dog = chip(chips, "dog")
    size = dog.size()
    assert not [button for button in dog.findChildren(QAbstractButton) if button.isVisible()]

    dog.setFocus()

    assert dog.size() == size
    with qtbot.waitSignal(chips.removed) as emitted:
        left_click(mark(dog, "Remove dog"))
    assert emitted.args == ["dog"]


@pytest.mark.parametrize(
    ("name", "key", "signal"),
    [
        ("sea", Qt.Key.Key_Return, "confirmed"),
        ("dog", Qt.Key.Key_Return, "chosen"),
        ("dog", Qt.Key.Key_Enter, "chosen"),
        ("sea", Qt.Key.Key_Delete, "rejected"),
        ("dog", Qt.Key.Key_Delete, "removed"),
    ],
)
def test_that_keys_decide(
    chips: TagChips, qtbot: QtBot, name: str, key: Qt.Key, signal: str
) -> None:
    target = chip(chips, name)
    target.setFocus()
    with qtbot.waitSignal(getattr(chips, signal)) as emitted:
        qtbot.keyClick(target, key)
    assert emitted.args == [name]


def test_that_tab_stops_at_one_chip_and_then_at_the_field(chips: TagChips, qtbot: QtBot) -> None:
    chip(chips, "dog").setFocus()
    qtbot.keyClick(chip(chips, "dog"), Qt.Key.Key_Right)
    assert focused() == "beach"

    qtbot.keyClick(chip(chips, "beach"), Qt.Key.Key_Tab)
    assert focused() == "TagEntry"
    qtbot.keyClick(entry(chips), Qt.Key.Key_Backtab)
    assert focused() == "beach"


def test_that_the_arrow_keys_go_through_all_chips_to_the_field_and_back(
    chips: TagChips, qtbot: QtBot
) -> None:
    chip(chips, "dog").setFocus()
    seen = []
    for _ in range(4):
        seen.append(focused())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Right)
    assert seen == ["dog", "beach", "sea", "boat"]
    assert focused() == "TagEntry"

    qtbot.keyClick(entry(chips), Qt.Key.Key_Left)
    assert focused() == "boat"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Home)
    assert focused() == "dog"


def test_that_the_arrow_keys_follow_the_reading_direction(chips: TagChips, qtbot: QtBot) -> None:
    chips.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QApplication.processEvents()
    assert chip(chips, "dog").x() > chip(chips, "beach").x()

    chip(chips, "dog").setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Left)
    assert focused() == "beach"


def test_that_up_and_down_change_lines() -> None:
    areas = [QRect(0, 0, 50, 20), QRect(60, 0, 50, 20), QRect(0, 30, 30, 20), QRect(40, 30, 70, 20)]
    assert step_from(1, Qt.Key.Key_Down, areas) == 3
    assert step_from(2, Qt.Key.Key_Up, areas) == 0
    assert step_from(3, Qt.Key.Key_Down, areas) == 4
    assert step_from(0, Qt.Key.Key_Up, areas) is None


def test_that_a_chip_keeps_the_keyboard_when_it_is_confirmed(chips: TagChips) -> None:
    chip(chips, "sea").setFocus()

    chips.show_tags([confirmed("beach"), confirmed("dog"), confirmed("sea"), suggested("boat")])

    assert focused() == "sea"
    assert chip(chips, "sea").accessibleName() == "sea. Search for it, or remove it."


def test_that_the_keyboard_goes_on_to_the_next_chip_when_one_leaves(chips: TagChips) -> None:
    chip(chips, "beach").setFocus()
    chips.show_tags([TAGS[0], *TAGS[2:]])
    assert focused() == "sea"

    chips.show_tags([])
    assert focused() == "TagEntry"


def test_that_what_is_typed_is_added_as_it_will_be_kept(chips: TagChips, qtbot: QtBot) -> None:
    chips.focus_entry()
    qtbot.keyClicks(entry(chips), "  Grandma   Anna ")
    with qtbot.waitSignal(chips.added) as emitted:
        qtbot.keyClick(entry(chips), Qt.Key.Key_Return)
    assert emitted.args == ["Grandma Anna"]
    assert entry(chips).text() == ""


def test_that_a_tag_that_is_there_is_not_added_again_but_a_suggestion_is(
    chips: TagChips, qtbot: QtBot
) -> None:
    chips.focus_entry()
    with qtbot.assertNotEmitted(chips.added):
        qtbot.keyClicks(entry(chips), "DOG")
        qtbot.keyClick(entry(chips), Qt.Key.Key_Return)
        qtbot.keyClicks(entry(chips), "   ")
        qtbot.keyClick(entry(chips), Qt.Key.Key_Return)
    entry(chips).clear()
    with qtbot.waitSignal(chips.added) as emitted:
        qtbot.keyClicks(entry(chips), "Sea")
        qtbot.keyClick(entry(chips), Qt.Key.Key_Return)
    assert emitted.args == ["Sea"]


def test_that_a_name_longer_than_a_tag_may_be_cannot_be_typed(
    chips: TagChips, qtbot: QtBot
) -> None:
    chips.focus_entry()
    qtbot.keyClicks(entry(chips), "x" * 70)
    with qtbot.waitSignal(chips.added) as emitted:
        qtbot.keyClick(entry(chips), Qt.Key.Key_Return)
    assert emitted.args == ["x" * 60]


def test_that_a_completion_is_added_by_key_and_by_mouse(chips: TagChips, qtbot: QtBot) -> None:
    chips.set_completions(["hot dog", "donkey", "cat"])
    chips.focus_entry()
    popup = entry(chips).completer().popup()
    assert popup is not None
    qtbot.keyClicks(entry(chips), "do")
    qtbot.waitUntil(popup.isVisible)
    assert popup.model().rowCount() == 2

    with qtbot.waitSignal(chips.added) as emitted:
        qtbot.keyClick(popup, Qt.Key.Key_Down)
        qtbot.keyClick(popup, Qt.Key.Key_Return)
    assert emitted.args == ["hot dog"]
    assert entry(chips).text() == ""
    assert not popup.isVisible()

    qtbot.keyClicks(entry(chips), "don")
    qtbot.waitUntil(popup.isVisible)
    place = popup.visualRect(popup.model().index(0, 0)).center()
    with qtbot.waitSignal(chips.added) as emitted:
        QTest.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert emitted.args == ["donkey"]
    qtbot.waitUntil(lambda: entry(chips).text() == "")


def test_that_escape_empties_the_field(chips: TagChips, qtbot: QtBot) -> None:
    chips.focus_entry()
    qtbot.keyClicks(entry(chips), "do")
    qtbot.keyClick(entry(chips), Qt.Key.Key_Escape)
    assert entry(chips).text() == ""


def test_that_chips_wrap_and_a_long_name_is_cut_off_within_the_width(
    chips: TagChips, qtbot: QtBot
) -> None:
    chips.show_tags([*TAGS, suggested("sunset over the mountains of northern Norway in winter")])

    def fits() -> bool:
        return all(chips.rect().contains(area) for area in areas())

    def areas() -> list[QRect]:
        return [one.geometry() for one in [*visible(chips), entry(chips)]]

    qtbot.waitUntil(fits)
    assert len({area.y() for area in areas()}) > 1
    assert not [1 for n, one in enumerate(areas()) if any(map(one.intersects, areas()[:n]))]
