"""The settings dialog and the choice of a search model."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialogButtonBox,
    QLabel,
    QPlainTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from photofind.cancel import CancelToken
from photofind.clip.checkpoints import EMBEDDED
from photofind.errors import CheckpointError, UserFacingError
from photofind.gui.settings.dialog import SettingsDialog
from photofind.gui.settings.downloads import ModelDownloads
from photofind.gui.settings.model_card import ModelCard
from photofind.gui.settings.models import SearchModelChooser
from photofind.gui.settings.rows import Fold, SettingRow
from photofind.paths import LibraryPaths
from photofind.search_models import SearchModel, search_models
from photofind.settings import Settings, about

BETTER = "ViT-B-32-256/datacomp_s34b_b86k"
SIZE = 605_000_000
OFFLINE = CheckpointError("The model hub cannot be reached.", "Check the connection.")


class Shelf:
    """Search models of a library, and a hub whose transfer a test moves on by hand.

    Attributes:
        arriving: Bytes that have come; the test sets it and lets them `arrive`.
    """

    def __init__(self, folder: Path) -> None:
        self.models = search_models(LibraryPaths(folder))
        self.error: UserFacingError | None = None
        self.begun = threading.Event()
        self._turn = threading.Condition()
        self._bytes: list[int] = []

    def load(self) -> list[SearchModel]:
        return self.models

    def arrive(self, size_bytes: int) -> None:
        with self._turn:
            self._bytes.append(size_bytes)
            self._turn.notify()

    def fetch(
        self, name: str, progress: Callable[[int, int | None], None], cancel: CancelToken
    ) -> SearchModel:
        if self.error is not None:
            raise self.error
        self.begun.set()
        done = next(model.downloaded_bytes for model in self.models if model.name == name)
        while done < SIZE:
            with self._turn:
                self._turn.wait_for(lambda: self._bytes or cancel.cancelled, 0.02)
                cancel.raise_if_cancelled()
                done += self._bytes.pop(0) if self._bytes else 0
            self._change(name, downloaded_bytes=done)
            progress(done, SIZE)
        return self._change(name, present=True)

    def add(self, source: Path) -> SearchModel:
        if source.name == "damaged":
            raise CheckpointError(f"{source.name} is damaged.", "Copy it again.")
        own = SearchModel(source.name, source.name, None, "", "", "Added by you.", True, False)
        self.models = [*self.models, own]
        return own

    def _change(self, name: str, **changes: object) -> SearchModel:
        place = [model.name for model in self.models].index(name)
        changed: SearchModel = replace(self.models[place], **changes)  # type: ignore[arg-type]
        self.models = [*self.models[:place], changed, *self.models[place + 1 :]]
        return changed


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "library")


@pytest.fixture
def downloads(shelf: Shelf, qtbot: QtBot) -> Iterator[ModelDownloads]:
    made = ModelDownloads(shelf.fetch)
    yield made
    made.close()


@pytest.fixture
def chosen_path() -> list[Path]:
    """What a person will choose in the next file dialog."""
    return []


@pytest.fixture
def make_chooser(
    shelf: Shelf, downloads: ModelDownloads, qtbot: QtBot, chosen_path: list[Path]
) -> Iterator[Callable[[str | None], SearchModelChooser]]:
    made: list[SearchModelChooser] = []

    def ask(_parent: QWidget) -> Path | None:
        return chosen_path.pop() if chosen_path else None

    def make(in_use: str | None) -> SearchModelChooser:
        chooser = SearchModelChooser(
            in_use,
            in_use or EMBEDDED,
            load=shelf.load,
            add=shelf.add,
            downloads=downloads,
            ask_folder=ask,
            ask_file=ask,
        )
        made.append(chooser)
        chooser.show()
        qtbot.waitUntil(lambda: bool(chooser.findChildren(ModelCard)))
        return chooser

    yield make
    for chooser in made:
        chooser.close_lanes()


@pytest.fixture
def chooser(
    make_chooser: Callable[[str | None], SearchModelChooser], qtbot: QtBot
) -> SearchModelChooser:
    made = make_chooser(EMBEDDED)
    qtbot.addWidget(made)
    return made


@pytest.fixture
def make_dialog(
    make_chooser: Callable[[str | None], SearchModelChooser], qtbot: QtBot
) -> Callable[[Settings], SettingsDialog]:
    def make(settings: Settings) -> SettingsDialog:
        dialog = SettingsDialog(settings, make_chooser(settings.checkpoint))
        qtbot.addWidget(dialog)
        dialog.show()
        return dialog

    return make


def _card(chooser: SearchModelChooser, name: str) -> ModelCard:
    return chooser._cards[name]


def _button(parent: QWidget, text: str) -> QAbstractButton:
    found = [
        button
        for button in parent.findChildren(QAbstractButton)
        if button.text() == text and button.isVisible()
    ]
    assert len(found) == 1, f"{len(found)} buttons '{text}'"
    return found[0]


def _click(qtbot: QtBot, parent: QWidget, text: str) -> None:
    QTest.mouseClick(_button(parent, text), Qt.MouseButton.LeftButton)


def _words(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())


def test_that_each_card_says_size_licence_and_commercial_use(chooser: SearchModelChooser) -> None:
    better = _words(_card(chooser, BETTER))
    built_in = _words(_card(chooser, EMBEDDED))

    assert "Better – English" in better
    assert "605 MB to download" in better
    assert "MIT licence · commercial use allowed" in better
    assert "not for commercial use" in built_in
    assert _button(_card(chooser, EMBEDDED), "In use")


def test_that_a_download_shows_how_far_it_is_and_is_chosen_when_it_is_here(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    card = _card(chooser, BETTER)
    _click(qtbot, card, "Download")
    assert "Connecting …" in _words(card)

    shelf.arrive(210_000_000)
    qtbot.waitUntil(lambda: "210 MB of 605 MB" in _words(card))
    with qtbot.waitSignal(chooser.chosen_changed, check_params_cb=lambda name: name == BETTER):
        shelf.arrive(SIZE - 210_000_000)

    qtbot.waitUntil(lambda: card._use.isVisible())
    assert _button(card, "Chosen")
    assert "the old search keeps working" in _words(chooser)


def test_that_a_paused_download_says_how_much_is_here_and_goes_on(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    card = _card(chooser, BETTER)
    _click(qtbot, card, "Download")
    shelf.arrive(210_000_000)
    qtbot.waitUntil(lambda: "210 MB of 605 MB" in _words(card))

    _click(qtbot, card, "Pause")
    qtbot.waitUntil(lambda: card._fetch.isVisible() and card._fetch.text() == "Resume")
    assert "210 MB of 605 MB" in _words(card)
    _click(qtbot, card, "Resume")
    shelf.arrive(SIZE - 210_000_000)

    qtbot.waitUntil(lambda: chooser.chosen() == BETTER)


def test_that_the_focus_stays_on_the_card_when_its_button_changes(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    chooser.activateWindow()
    card = _card(chooser, BETTER)
    _button(card, "Download").setFocus()
    QTest.keyClick(_button(card, "Download"), Qt.Key.Key_Space)

    assert chooser.focusWidget() is _button(card, "Pause")


def test_that_a_hub_out_of_reach_is_said_on_the_card(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    card = _card(chooser, BETTER)
    shelf.error = OFFLINE
    _click(qtbot, card, "Download")

    qtbot.waitUntil(lambda: OFFLINE.message in _words(card))
    assert OFFLINE.hint in _words(card)
    shelf.error = None
    _click(qtbot, card, "Download")
    shelf.arrive(SIZE)
    qtbot.waitUntil(lambda: chooser.chosen() == BETTER)
    assert OFFLINE.message not in _words(card)


def test_that_a_download_goes_on_when_the_page_it_was_begun_on_is_closed(
    make_chooser: Callable[[str | None], SearchModelChooser],
    downloads: ModelDownloads,
    shelf: Shelf,
    qtbot: QtBot,
) -> None:
    first = make_chooser(EMBEDDED)
    _click(qtbot, _card(first, BETTER), "Download")
    shelf.arrive(210_000_000)
    qtbot.waitUntil(lambda: "210 MB" in _words(_card(first, BETTER)))
    first.close_lanes()
    with qtbot.waitSignal(first.destroyed):
        first.deleteLater()

    second = make_chooser(EMBEDDED)
    qtbot.waitUntil(lambda: "210 MB of 605 MB" in _words(_card(second, BETTER)))
    with qtbot.waitSignal(downloads.finished):
        shelf.arrive(SIZE - 210_000_000)

    qtbot.waitUntil(lambda: _card(second, BETTER)._use.isVisible())
    assert _button(_card(second, BETTER), "Use this")
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
    button = _button(card, "Use this")

    with qtbot.waitSignal(chooser.chosen_changed):
        QTest.keyClick(button, Qt.Key.Key_Space)
    QTest.keyClick(button, Qt.Key.Key_Space)

    assert chooser.chosen() == BETTER
    assert _button(card, "Chosen").accessibleName() == "Chosen: Better – English"


def test_that_going_back_to_the_one_in_use_takes_the_remark_away(
    chooser: SearchModelChooser,
) -> None:
    chooser.choose(BETTER)
    assert "read again" in _words(chooser)

    chooser.choose(EMBEDDED)

    assert "read again" not in _words(chooser)


def test_that_before_there_are_photos_nothing_is_said_of_reading_them_again(
    make_chooser: Callable[[str | None], SearchModelChooser],
) -> None:
    chooser = make_chooser(None)

    chooser.choose(BETTER)

    assert "read again" not in _words(chooser)


def test_that_an_own_file_becomes_a_card_and_is_chosen(
    chooser: SearchModelChooser, chosen_path: list[Path], qtbot: QtBot, tmp_path: Path
) -> None:
    chosen_path.append(tmp_path / "mine")

    chooser._own.menu().actions()[0].trigger()

    qtbot.waitUntil(lambda: "mine" in chooser._cards)
    assert chooser.chosen() == "mine"
    assert "for its licence, see where you got it" in _words(_card(chooser, "mine"))


def test_that_a_damaged_file_is_said(
    chooser: SearchModelChooser, chosen_path: list[Path], qtbot: QtBot, tmp_path: Path
) -> None:
    chosen_path.append(tmp_path / "damaged")

    chooser._own.menu().actions()[1].trigger()

    qtbot.waitUntil(lambda: "damaged is damaged." in _words(chooser))
    assert "Copy it again." in _words(chooser)
    assert chooser._own.isEnabled()
    assert chooser.chosen() == EMBEDDED


def test_that_a_model_that_needs_an_optional_part_cannot_be_chosen_and_says_so(
    chooser: SearchModelChooser, shelf: Shelf, qtbot: QtBot
) -> None:
    shelf._change(BETTER, present=True, missing="pip install something")
    chooser.reload()
    card = _card(chooser, BETTER)

    qtbot.waitUntil(lambda: "pip install something" in _words(card))
    assert not _button(card, "Use this").isEnabled()


def _row(dialog: SettingsDialog, name: str) -> SettingRow:
    (found,) = [row for row in dialog.findChildren(SettingRow) if row.setting.name == name]
    return found


def _ok(dialog: SettingsDialog) -> QAbstractButton:
    box = dialog.findChild(QDialogButtonBox)
    assert isinstance(box, QDialogButtonBox)
    return box.button(QDialogButtonBox.StandardButton.Ok)


def test_that_every_setting_has_a_row_and_an_accessible_name(
    make_dialog: Callable[[Settings], SettingsDialog],
) -> None:
    dialog = make_dialog(Settings())

    rows = {row.setting.name: row for row in dialog.findChildren(SettingRow)}
    assert set(rows) == {setting.name for setting in fields(Settings)}
    for row in rows.values():
        field = row.editor.focusProxy() or row.editor
        assert field.accessibleName() == about(row.setting).title


def test_that_an_untouched_dialog_gives_back_what_it_was_given(
    make_dialog: Callable[[Settings], SettingsDialog],
) -> None:
    settings = Settings(
        ignore=("raw/*", "*.tmp"), threads=2, offline_missing_share=0.85, theme="dark"
    )
    dialog = make_dialog(settings)

    dialog.accept()

    assert dialog.settings() == settings


def test_that_what_is_changed_is_in_the_settings(
    make_dialog: Callable[[Settings], SettingsDialog], qtbot: QtBot
) -> None:
    dialog = make_dialog(Settings())
    threads = _row(dialog, "threads").editor.focusProxy()
    assert threads is not None
    threads.setFocus()
    QTest.keyClick(threads, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(threads, "3")
    QTest.keyClick(threads, Qt.Key.Key_Up)
    lines = dialog.findChild(QPlainTextEdit)
    assert isinstance(lines, QPlainTextEdit)
    QTest.keyClicks(lines, "*.tmp")
    QTest.keyClick(lines, Qt.Key.Key_Return)
    theme = _row(dialog, "theme").findChild(QComboBox)
    assert isinstance(theme, QComboBox)
    QTest.keyClick(theme, Qt.Key.Key_Down)

    QTest.mouseClick(_ok(dialog), Qt.MouseButton.LeftButton)

    assert dialog.settings() == Settings(threads=4, ignore=("*.tmp",), theme="light")


@pytest.mark.parametrize("typed", ["", "-1", "257", "many", "1.5"])
def test_that_a_number_that_cannot_be_used_is_said_beside_its_field(
    make_dialog: Callable[[Settings], SettingsDialog], qtbot: QtBot, typed: str
) -> None:
    dialog = make_dialog(Settings())
    row = _row(dialog, "threads")
    field = row.editor.focusProxy()
    assert field is not None

    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Delete)
    QTest.keyClicks(field, typed)

    assert "from 0 to 256" in _words(row)
    assert not _ok(dialog).isEnabled()
    with pytest.raises(ValueError, match="cannot be used"):
        dialog.settings()
    _click(qtbot, row, "Reset to default")
    assert "from 0 to 256" not in _words(row)
    assert _ok(dialog).isEnabled()
    assert dialog.settings() == Settings()


def test_that_a_way_back_is_offered_only_where_something_differs(
    make_dialog: Callable[[Settings], SettingsDialog], qtbot: QtBot
) -> None:
    dialog = make_dialog(Settings(ignore=("raw/*",)))

    assert not _row(dialog, "theme")._reset.isVisible()
    _click(qtbot, _row(dialog, "ignore"), "Reset to default")

    assert dialog.settings() == Settings()


def test_that_what_most_people_never_need_is_folded_away(
    make_dialog: Callable[[Settings], SettingsDialog], qtbot: QtBot
) -> None:
    dialog = make_dialog(Settings())
    batch = _row(dialog, "batch_size")
    assert not batch.isVisible()

    fold = next(fold for fold in dialog.findChildren(Fold) if fold.isAncestorOf(batch))
    QTest.keyClick(_button(fold, "Advanced"), Qt.Key.Key_Space)

    assert batch.isVisible()


def test_that_the_chosen_search_model_is_a_setting(
    make_dialog: Callable[[Settings], SettingsDialog],
) -> None:
    dialog = make_dialog(Settings())
    chooser = dialog.findChild(SearchModelChooser)
    assert isinstance(chooser, SearchModelChooser)

    chooser.choose(BETTER)

    assert dialog.settings() == Settings(checkpoint=BETTER)


def test_that_the_dialog_fits_a_small_window_without_scrolling_sideways(
    make_dialog: Callable[[Settings], SettingsDialog],
) -> None:
    dialog = make_dialog(Settings())

    assert dialog.width() <= 900
    assert dialog.height() <= 600
    assert dialog.minimumSizeHint().width() <= dialog.width()
    for row in dialog.findChildren(SettingRow):
        if row.isVisible():
            right = row.mapTo(dialog, row.rect().topRight()).x()
            assert right <= dialog.width()
