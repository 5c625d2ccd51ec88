"""What the question before the trash says."""

from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from photofind.domain import FileStat, Fingerprint, PhotoId
from photofind.gui.trash_dialog import TrashDialog
from photofind.store.shown_files import StoredFile
from photofind.trash import Refused, TrashChoice, Why
from tests.gui.window.hands import button, lines, words


def _file(number: int) -> StoredFile:
    stat = FileStat(1, 1, 1, number)
    root = Path("/photos")
    path, photo = root / f"{number}.jpg", PhotoId(number)
    return StoredFile(number, photo, Fingerprint(bytes(16)), root, path, stat, False, True)


def _dialog(qtbot: QtBot, choice: TrashChoice) -> TrashDialog:
    dialog = TrashDialog(choice)
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


@pytest.mark.parametrize(
    ("count", "question"),
    [(1, "Move this photo to the trash?"), (12, "Move 12 photos to the trash?")],
)
def test_that_every_file_that_is_shown_is_named_and_counted(
    qtbot: QtBot, count: int, question: str
) -> None:
    shown = tuple(_file(number) for number in range(count))
    dialog = _dialog(qtbot, TrashChoice(shown, (), ()))

    assert question in words(dialog)
    assert lines(dialog) == [str(file.path) for file in shown]
    assert button(dialog, f"Move {count} file{'s' * (count > 1)} to trash").isEnabled()
    assert dialog.files == shown


def test_that_copies_go_along_only_where_that_is_ticked(qtbot: QtBot) -> None:
    choice = TrashChoice((_file(1),), (_file(2), _file(3)), ())
    dialog = _dialog(qtbot, choice)
    (also,) = dialog.findChildren(QCheckBox)

    assert lines(dialog) == [f"/photos/{number}.jpg" for number in (1, 2, 3)]
    assert dialog.files == choice.shown
    also.click()
    assert dialog.files == choice.shown + choice.copies
    assert button(dialog, "Move 3 files to trash").isEnabled()


def test_that_what_stays_is_named_with_the_reason(qtbot: QtBot) -> None:
    away = Refused(Path("/card/9.jpg"), Why.NOT_CONNECTED)
    dialog = _dialog(qtbot, TrashChoice((_file(1),), (), (away,)))

    assert "These stay where they are:" in words(dialog)
    (_, line) = lines(dialog)
    assert line.startswith("/card/9.jpg – ")
    assert "connected" in line
