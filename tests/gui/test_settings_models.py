"""The choice of a search model."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.clip.checkpoints import EMBEDDED
from photofind.errors import CheckpointError
from photofind.gui.settings.downloads import ModelDownloads
from photofind.gui.settings.model_card import ModelCard
from photofind.gui.settings.models import SearchModelChooser
from tests.gui.model_shelf import BETTER, SIZE, Shelf, button_in, click_in, words_in
from tests.gui.model_shelf import chosen_path as chosen_path
from tests.gui.model_shelf import downloads as downloads
from tests.gui.model_shelf import make_chooser as make_chooser
from tests.gui.model_shelf import shelf as shelf

OFFLINE = CheckpointError("The model hub cannot be reached.", "Check the connection.")


@pytest.fixture
def chooser(
    make_chooser: Callable[[str | None], SearchModelChooser], qtbot: QtBot
) -> SearchModelChooser:
    made = make_chooser(EMBEDDED)
    qtbot.addWidget(made)
    return made


def _card(chooser: SearchModelChooser, name: str) -> ModelCard:
    return chooser._cards[name]


def test_that_a_card_says_size_licence_and_commercial_use(chooser: SearchModelChooser) -> None:
    better = words_in(_card(chooser, BETTER))
    built_in = words_in(_card(chooser, EMBEDDED))

    assert "Better – English" in better
    assert "605 MB to download" in better
    assert "MIT licence · commercial use allowed" in better
    assert "not for commercial use" in built_in
    assert button_in(_card(chooser, EMBEDDED), "In use")


def test_that_a_download_shows_how_far_it_is_and_is_chosen_when_it_is_here(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    card = _card(chooser, BETTER)
    click_in(card, "Download")
    assert "Connecting …" in words_in(card)

    shelf.arrive(210_000_000)
    qtbot.waitUntil(lambda: "210 MB of 605 MB" in words_in(card))
    with qtbot.waitSignal(chooser.chosen_changed, check_params_cb=lambda name: name == BETTER):
        shelf.arrive(SIZE - 210_000_000)

    qtbot.waitUntil(lambda: card._use.isVisible())
    assert button_in(card, "Chosen")
    assert "the old search keeps working" in words_in(chooser)


def test_that_a_paused_download_says_how_much_is_here_and_goes_on(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    card = _card(chooser, BETTER)
    click_in(card, "Download")
    shelf.arrive(210_000_000)
    qtbot.waitUntil(lambda: "210 MB of 605 MB" in words_in(card))

    click_in(card, "Pause")
    qtbot.waitUntil(lambda: card._fetch.isVisible() and card._fetch.text() == "Resume")
    assert "210 MB of 605 MB" in words_in(card)
    click_in(card, "Resume")
    shelf.arrive(SIZE - 210_000_000)

    qtbot.waitUntil(lambda: chooser.chosen() == BETTER)


def test_that_the_focus_stays_on_the_card_when_its_button_changes(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    chooser.activateWindow()
    card = _card(chooser, BETTER)
    button_in(card, "Download").setFocus()
    QTest.keyClick(button_in(card, "Download"), Qt.Key.Key_Space)

    assert chooser.focusWidget() is button_in(card, "Pause")


def test_that_a_hub_out_of_reach_is_said_on_the_card(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    card = _card(chooser, BETTER)
    shelf.error = OFFLINE
    click_in(card, "Download")

    qtbot.waitUntil(lambda: OFFLINE.message in words_in(card))
    assert OFFLINE.hint in words_in(card)
    shelf.error = None
    click_in(card, "Download")
    shelf.arrive(SIZE)
    qtbot.waitUntil(lambda: chooser.chosen() == BETTER)
    assert OFFLINE.message not in words_in(card)


def test_that_a_download_goes_on_when_the_page_it_was_begun_on_is_closed(
    make_chooser: Callable[[str | None], SearchModelChooser],
    downloads: ModelDownloads,
    shelf: Shelf,
    qtbot: QtBot,
) -> None:
    first = make_chooser(EMBEDDED)
    click_in(_card(first, BETTER), "Download")
    shelf.arrive(210_000_000)
    qtbot.waitUntil(lambda: "210 MB" in words_in(_card(first, BETTER)))
    first.close_lanes()
    with qtbot.waitSignal(first.destroyed):
        first.deleteLater()

    second = make_chooser(EMBEDDED)
    qtbot.waitUntil(lambda: "210 MB of 605 MB" in words_in(_card(second, BETTER)))
    with qtbot.waitSignal(downloads.finished):
        shelf.arrive(SIZE - 210_000_000)

    qtbot.waitUntil(lambda: _card(second, BETTER)._use.isVisible())
    assert button_in(_card(second, BETTER), "Use this")
    assert second.chosen() == EMBEDDED


def test_that_closing_the_downloads_does_not_wait_for_the_hub(shelf: Shelf, qtbot: QtBot) -> None:
    downloads = ModelDownloads(shelf.fetch)
    downloads.start(BETTER)
    assert shelf.begun.wait(5)

    downloads.close()


def test_that_a_model_that_is_here_can_be_chosen_by_keyboard(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    shelf._change(BETTER, present=True)
    chooser.reload()
    card = _card(chooser, BETTER)
    qtbot.waitUntil(lambda: card._use.isVisible())
    button = button_in(card, "Use this")

    with qtbot.waitSignal(chooser.chosen_changed):
        QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_Space)

    assert chooser.chosen() == BETTER
    assert button_in(card, "Chosen").accessibleName() == "Chosen: Better – English"


def test_that_going_back_to_the_one_in_use_takes_the_remark_away(
    chooser: SearchModelChooser,
) -> None:
    chooser.choose(BETTER)
    assert "read again" in words_in(chooser)

    chooser.choose(EMBEDDED)

    assert "read again" not in words_in(chooser)


def test_that_before_there_are_photos_nothing_is_said_of_reading_them_again(
    make_chooser: Callable[[str | None], SearchModelChooser],
) -> None:
    chooser = make_chooser(None)

    chooser.choose(BETTER)

    assert "read again" not in words_in(chooser)


def test_that_an_own_file_becomes_a_card_and_is_chosen(
    chooser: SearchModelChooser, chosen_path: list[Path], qtbot: QtBot, tmp_path: Path
) -> None:
    chosen_path.append(tmp_path / "mine")

    chooser._own.menu().actions()[0].trigger()

    qtbot.waitUntil(lambda: "mine" in chooser._cards)
    assert chooser.chosen() == "mine"
    licence = "for its licence, see where you got it"
    qtbot.waitUntil(lambda: licence in words_in(_card(chooser, "mine")))


def test_that_a_damaged_file_is_said(
    chooser: SearchModelChooser, chosen_path: list[Path], qtbot: QtBot, tmp_path: Path
) -> None:
    chosen_path.append(tmp_path / "damaged")

    chooser._own.menu().actions()[1].trigger()

    qtbot.waitUntil(lambda: "damaged is damaged." in words_in(chooser))
    assert "Copy it again." in words_in(chooser)
    assert chooser._own.isEnabled()
    assert chooser.chosen() == EMBEDDED


def test_that_a_model_that_needs_an_optional_part_cannot_be_chosen_and_says_so(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    shelf._change(BETTER, present=True, missing="pip install something")
    chooser.reload()
    card = _card(chooser, BETTER)

    qtbot.waitUntil(lambda: "pip install something" in words_in(card))
    assert not button_in(card, "Use this").isEnabled()
