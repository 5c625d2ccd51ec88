"""The settings dialog."""

from collections.abc import Callable
from dataclasses import fields

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QDialogButtonBox, QPlainTextEdit
from pytestqt.qtbot import QtBot

from photofind.gui.settings.dialog import SettingsDialog
from photofind.gui.settings.models import SearchModelChooser
from photofind.gui.settings.rows import Fold, SettingRow
from photofind.settings import Settings, about
from tests.gui.model_shelf import BETTER, button_in, click_in, words_in
from tests.gui.model_shelf import chosen_path as chosen_path
from tests.gui.model_shelf import downloads as downloads
from tests.gui.model_shelf import make_chooser as make_chooser
from tests.gui.model_shelf import shelf as shelf


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

    assert "from 0 to 256" in words_in(row)
    assert not _ok(dialog).isEnabled()
    with pytest.raises(ValueError, match="cannot be used"):
        dialog.settings()
    click_in(row, "Reset to default")
    assert "from 0 to 256" not in words_in(row)
    assert _ok(dialog).isEnabled()
    assert dialog.settings() == Settings()


def test_that_a_pattern_that_is_none_is_said_before_it_is_saved(
    make_dialog: Callable[[Settings], SettingsDialog], qtbot: QtBot
) -> None:
    dialog = make_dialog(Settings())
    row = _row(dialog, "ignore")
    field = row.editor.focusProxy()
    assert field is not None

    QTest.keyClicks(field, "raw/[0-9")

    assert "‘raw/[0-9’ a bracket is opened" in words_in(row)
    assert not _ok(dialog).isEnabled()
    QTest.keyClicks(field, "]")
    assert _ok(dialog).isEnabled()
    assert dialog.settings() == Settings(ignore=("raw/[0-9]",))


def test_that_a_way_back_is_offered_only_where_something_differs(
    make_dialog: Callable[[Settings], SettingsDialog], qtbot: QtBot
) -> None:
    dialog = make_dialog(Settings(ignore=("raw/*",)))

    assert not _row(dialog, "theme")._reset.isVisible()
    click_in(_row(dialog, "ignore"), "Reset to default")

    assert dialog.settings() == Settings()


def test_that_what_most_people_never_need_is_folded_away(
    make_dialog: Callable[[Settings], SettingsDialog], qtbot: QtBot
) -> None:
    dialog = make_dialog(Settings())
    batch = _row(dialog, "batch_size")
    assert not batch.isVisible()

    fold = next(fold for fold in dialog.findChildren(Fold) if fold.isAncestorOf(batch))
    QTest.keyClick(button_in(fold, "Advanced"), Qt.Key.Key_Space)

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
