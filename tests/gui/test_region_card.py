"""The card beside the box."""

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QScrollArea,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from photofind.clip.encoder import HARD_MASK, PAPER_STRENGTH
from photofind.errors import CheckpointError
from photofind.gui.region.card import RegionCard
from photofind.gui.region.labels import LabelRow
from photofind.gui.theme import DARK, LIGHT, palette_of
from photofind.search.regions import LabelScore, RegionAnswer, RegionMethod

BOTH, FALIP, CROP = RegionMethod.BOTH, RegionMethod.FALIP, RegionMethod.CROP
LEFT, Key = Qt.MouseButton.LeftButton, Qt.Key
NAMES = ("dog", "cat", "beach", "ball", "sun", "boat")


def answer(
    names: Sequence[str] = NAMES, best: float = 0.2, method: RegionMethod = BOTH
) -> RegionAnswer:
    labels = tuple(LabelScore(name, best - 0.04 * place) for place, name in enumerate(names))
    return RegionAnswer((0, 0, 10, 10), method, labels)


@pytest.fixture
def card(qtbot: QtBot) -> RegionCard:
    card = RegionCard(typing_pause_ms=1, dim_after_ms=1)
    qtbot.addWidget(card)
    card.resize(card.wanted_size())
    with qtbot.waitExposed(card):
        card.show()
    card.activateWindow()
    return card


def by_name(card: RegionCard, name: str) -> QWidget:
    """Return the widget with this accessible name."""
    found = [part for part in card.findChildren(QWidget) if part.accessibleName() == name]
    assert len(found) == 1, name
    return found[0]


def field(card: RegionCard, name: str) -> QLineEdit:
    found = by_name(card, name)
    assert isinstance(found, QLineEdit)
    return found


def own_labels(card: RegionCard) -> QLineEdit:
    return field(card, "What it may be, separated by commas")


def tag_field(card: RegionCard) -> QLineEdit:
    return field(card, "Tag for this photo")


def texts(card: RegionCard) -> list[str]:
    said = [part.property("text") for part in card.findChildren(QWidget) if part.isVisible()]
    return [text for text in said if isinstance(text, str) and text]


def open_choices(card: RegionCard) -> None:
    QTest.mouseClick(
        next(part for part in card.findChildren(QWidget) if part.property("text") == "How to look"),
        LEFT,
    )


# What it looks like


def test_that_the_five_best_are_named_in_their_order(card: RegionCard) -> None:
    card.show_answer(answer(), BOTH)
    assert card.names == ["dog", "cat", "beach", "ball", "sun"]
    for place, name in enumerate(card.names, start=1):
        row = by_name(card, f"{place}. {name}")
        assert QAccessible.queryAccessibleInterface(row).text(QAccessible.Text.Name) == (
            f"{place}. {name}"
        )


def test_that_bars_are_as_long_as_labels_are_good_beside_the_best(card: RegionCard) -> None:
    card.show_answer(answer(("dog", "cat"), best=0.08), BOTH)
    dog, cat = (_accent_pixels(by_name(card, name)) for name in ("1. dog", "2. cat"))
    assert dog > 40
    assert cat == pytest.approx(dog / 2, abs=3)


def _accent_pixels(row: QWidget) -> int:
    picture, y = row.grab().toImage(), row.height() // 2
    bar = [picture.pixelColor(x, y).name().upper() for x in range(picture.width())]
    return bar.count(LIGHT.accent)


def test_that_labels_worse_than_anything_have_no_bars_and_it_says_so(card: RegionCard) -> None:
    card.show_answer(answer(("dog", "cat"), best=-0.01), BOTH)
    assert _accent_pixels(by_name(card, "1. dog")) == 0
    assert "Nothing of this stands out." in texts(card)
    card.show_answer(answer(), BOTH)
    assert "Nothing of this stands out." not in texts(card)


def test_that_old_labels_stay_dimmed_while_an_answer_is_to_come(
    card: RegionCard, qtbot: QtBot
) -> None:
    card.show_answer(answer(), BOTH)
    row = by_name(card, "1. dog")
    clear = row.grab().toImage()
    card.set_busy(True)
    qtbot.waitUntil(lambda: row.grab().toImage() != clear)
    assert card.names[0] == "dog"
    card.set_busy(False)
    assert row.grab().toImage() == clear


def test_that_an_answer_that_comes_soon_dims_nothing(qtbot: QtBot) -> None:
    card = RegionCard(dim_after_ms=3_600_000)
    qtbot.addWidget(card)
    card.show_answer(answer(), BOTH)
    row = by_name(card, "1. dog")
    clear = row.grab().toImage()
    card.set_busy(True)
    assert row.grab().toImage() == clear


def test_that_an_error_is_said_beside_the_old_labels(card: RegionCard) -> None:
    card.show_answer(answer(), BOTH)
    card.show_error(CheckpointError("The search model is damaged.", "Download it again."))
    assert {"The search model is damaged.", "Download it again."} <= set(texts(card))
    assert card.names[0] == "dog"
    card.show_answer(answer(("sun",)), BOTH)
    assert "The search model is damaged." not in texts(card)


# What it may be


def test_that_typed_labels_are_taken_apart_at_commas_once_each(
    card: RegionCard, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(card.options_changed):
        QTest.keyClicks(own_labels(card), "dog,  red  kite , ,dog")
    assert card.labels == ("dog", "red kite")


def test_that_clearing_the_field_requests_the_whole_vocabulary_again(
    card: RegionCard, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(card.options_changed):
        QTest.keyClicks(own_labels(card), "dog")
    with qtbot.waitSignal(card.options_changed):
        own_labels(card).clear()
    assert card.labels == ()


def test_that_enter_takes_typed_labels_without_a_pause_and_finds_nothing(qtbot: QtBot) -> None:
    card = RegionCard(typing_pause_ms=3_600_000)
    qtbot.addWidget(card)
    finds: list[bool] = []
    card.find_requested.connect(lambda: finds.append(True))
    QTest.keyClicks(own_labels(card), "dog, cat")
    assert not card.labels
    QTest.keyClick(own_labels(card), Key.Key_Return)
    assert card.labels == ("dog", "cat")
    assert not finds


# Tagging


def test_that_the_best_label_is_offered_until_another_is_clicked(
    card: RegionCard, qtbot: QtBot
) -> None:
    card.show_answer(answer(), BOTH)
    assert tag_field(card).text() == "dog"
    QTest.mouseClick(by_name(card, "3. beach"), LEFT)
    assert tag_field(card).text() == "beach"
    with qtbot.waitSignal(card.tag_requested) as requested:
        QTest.mouseClick(by_name(card, "Tag this photo"), LEFT)
    assert requested.args == ["beach"]


def test_that_a_chosen_label_stays_chosen_while_it_is_among_the_five(card: RegionCard) -> None:
    card.show_answer(answer(), BOTH)
    QTest.mouseClick(by_name(card, "3. beach"), LEFT)
    card.show_answer(answer(("sun", "boat", "kite", "beach")), BOTH)
    assert tag_field(card).text() == "beach"
    row = by_name(card, "4. beach")
    assert isinstance(row, LabelRow)
    assert row.isChecked()
    card.show_answer(answer(("sun", "boat")), BOTH)
    assert tag_field(card).text() == "sun"


def test_that_a_typed_name_is_kept_and_enter_tags_with_it(card: RegionCard, qtbot: QtBot) -> None:
    card.show_answer(answer(), BOTH)
    tag_field(card).setFocus()
    tag_field(card).selectAll()
    QTest.keyClicks(tag_field(card), " Bello  ")
    card.show_answer(answer(("sun",)), BOTH)
    with qtbot.waitSignal(card.tag_requested) as requested:
        QTest.keyClick(tag_field(card), Key.Key_Return)
    assert requested.args == ["Bello"]


def test_that_a_new_box_forgets_the_name_typed_for_the_old_one(card: RegionCard) -> None:
    card.show_answer(answer(), BOTH)
    tag_field(card).selectAll()
    QTest.keyClicks(tag_field(card), "Bello")
    by_name(card, "1. dog").setFocus()
    card.reset_choice()
    card.show_answer(answer(("sun",)), BOTH)
    assert tag_field(card).text() == "sun"


def test_that_names_are_completed_by_any_part_of_them(card: RegionCard) -> None:
    card.set_completions(["golden gate", "sea gate", "harbour"])
    tag_field(card).setFocus()
    tag_field(card).selectAll()
    QTest.keyClicks(tag_field(card), "GATE")
    completer = tag_field(card).completer()
    assert completer.completionCount() == 2
    popup = completer.popup()
    assert popup is not None
    popup.hide()


def test_that_nothing_can_be_tagged_without_a_name(card: RegionCard) -> None:
    assert not by_name(card, "Tag this photo").isEnabled()


def test_that_it_says_when_the_photo_is_tagged(card: RegionCard) -> None:
    card.show_answer(answer(), BOTH)
    card.show_tagged("dog")
    assert "Tagged ‘dog’." in texts(card)
    QTest.mouseClick(by_name(card, "2. cat"), LEFT)
    assert "Tagged ‘dog’." not in texts(card)


# How to look


def test_that_the_paper_strength_is_where_the_slider_begins_and_a_hard_mask_where_it_ends(
    card: RegionCard, qtbot: QtBot
) -> None:
    open_choices(card)
    slider = by_name(card, "How closely to look")
    assert isinstance(slider, QSlider)
    assert card.strength == PAPER_STRENGTH
    with qtbot.waitSignal(card.options_changed):
        QTest.keyClick(slider, Key.Key_End)
    assert card.strength == HARD_MASK
    assert slider.accessibleDescription() == "only this part"


def test_that_another_way_can_be_chosen(card: RegionCard, qtbot: QtBot) -> None:
    open_choices(card)
    cut_out = next(
        part for part in card.findChildren(QRadioButton) if part.text() == "Cut out only"
    )
    with qtbot.waitSignal(card.options_changed):
        QTest.mouseClick(cut_out, LEFT)
    assert card.method is CROP
    card.show_answer(answer(method=CROP), CROP)
    assert cut_out.isVisible()
    assert not by_name(card, "How closely to look").isVisible()


def test_that_a_search_model_that_only_cuts_out_gets_no_choice_but_a_word(
    card: RegionCard,
) -> None:
    open_choices(card)
    card.show_answer(answer(method=CROP), BOTH)
    assert "This search model looks at the cut-out part." in texts(card)
    assert not any(part.isVisible() for part in card.findChildren(QRadioButton))
    card.show_answer(answer(method=BOTH), BOTH)
    assert "This search model looks at the cut-out part." not in texts(card)
    assert all(part.isVisible() for part in card.findChildren(QRadioButton))


# Keys and room


def test_that_enter_presses_the_button_that_has_the_keys(card: RegionCard, qtbot: QtBot) -> None:
    find = next(part for part in card.findChildren(QPushButton) if "elsewhere" in part.text())
    find.setFocus()
    with qtbot.waitSignal(card.find_requested):
        QTest.keyClick(find, Key.Key_Return)


def test_that_enter_on_a_label_takes_it_and_arrows_go_between_labels(card: RegionCard) -> None:
    card.show_answer(answer(), BOTH)
    by_name(card, "1. dog").setFocus()
    QTest.keyClick(by_name(card, "1. dog"), Key.Key_Down)
    assert QApplication.focusWidget() is by_name(card, "2. cat")
    QTest.keyClick(by_name(card, "2. cat"), Key.Key_Return)
    assert tag_field(card).text() == "cat"


def test_that_escape_in_a_field_goes_back_to_the_box(card: RegionCard, qtbot: QtBot) -> None:
    own_labels(card).setFocus()
    with qtbot.waitSignal(card.field_left):
        QTest.keyClick(own_labels(card), Key.Key_Escape)


@pytest.mark.parametrize("more", [False, True])
def test_that_all_of_it_is_in_view_at_its_wanted_size(card: RegionCard, more: bool) -> None:
    card.show_answer(answer(), BOTH)
    if more:
        open_choices(card)
    card.resize(card.wanted_size())
    QApplication.processEvents()
    scroll = card.findChild(QScrollArea)
    assert scroll is not None
    assert not scroll.verticalScrollBar().isVisible()
    for part in card.findChildren(QWidget):
        if part.isVisible() and part.metaObject().className() in ("QLabel", "QPushButton"):
            assert part.width() >= part.minimumSizeHint().width(), part.property("text")


def test_that_it_says_when_it_needs_another_size(card: RegionCard, qtbot: QtBot) -> None:
    before = card.wanted_size()
    with qtbot.waitSignal(card.reshaped):
        open_choices(card)
    assert card.wanted_size().height() > before.height() + 40


def test_that_it_takes_the_colours_of_another_theme(card: RegionCard) -> None:
    light = card.grab().toImage().pixelColor(card.width() // 2, 3)
    card.setPalette(palette_of(DARK))
    dark = card.grab().toImage().pixelColor(card.width() // 2, 3)
    assert (light.name().upper(), dark.name().upper()) == (LIGHT.raised, DARK.raised)
