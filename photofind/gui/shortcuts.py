"""Every key of the window, once: what `?` shows is what works."""

from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from photofind.gui.theme import SPACING

_NATIVE = QKeySequence.SequenceFormat.NativeText


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys as `QKeySequence` reads them, and what they do."""

    keys: str
    does: str


def _t(text: str) -> str:
    return QCoreApplication.translate("shortcuts", text)


def shortcuts() -> list[tuple[str, list[Shortcut]]]:
    """By where they work."""
    return [
        (
            _t("Everywhere"),
            [
                Shortcut("Ctrl+K", _t("Search")),
                Shortcut("/", _t("Search")),
                Shortcut("Ctrl+V", _t("Search with a copied picture")),
                Shortcut("Ctrl+Z", _t("Undo the last tag")),
                Shortcut("Ctrl+,", _t("Settings")),
                Shortcut("F11", _t("Full screen")),
                Shortcut("Esc", _t("One step back")),
                Shortcut("?", _t("Show these keys")),
            ],
        ),
        (
            _t("Photos"),
            [
                Shortcut("Enter", _t("Open the photo")),
                Shortcut("S", _t("Find similar photos")),
                Shortcut("T", _t("Tag")),
                Shortcut("Ctrl+A", _t("Select all")),
                Shortcut("Ctrl+C", _t("Copy")),
                Shortcut("Del", _t("Move to trash")),
                Shortcut("Ctrl++", _t("Larger photos")),
                Shortcut("Ctrl+-", _t("Smaller photos")),
                Shortcut("Ctrl+0", _t("Photos of the usual size")),
            ],
        ),
        (
            _t("One photo"),
            [
                Shortcut("Left", _t("Photo before")),
                Shortcut("Right", _t("Next photo")),
                Shortcut("R", _t("Choose a part of the photo")),
                Shortcut("S", _t("Find similar photos")),
                Shortcut("T", _t("Tag")),
                Shortcut("I", _t("Details")),
                Shortcut("Ctrl+C", _t("Copy")),
                Shortcut("Del", _t("Move to trash")),
                Shortcut("Ctrl++", _t("Closer")),
                Shortcut("Ctrl+-", _t("Further away")),
                Shortcut("0", _t("Fit")),
                Shortcut("1", _t("Full size")),
            ],
        ),
        (
            _t("Reviewing tags"),
            [Shortcut("Y", _t("Confirm")), Shortcut("N", _t("Reject"))],
        ),
    ]


class ShortcutSheet(QDialog):
    """All of them on one page."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * SPACING)
        grid.setVerticalSpacing(SPACING // 2)
        row = 0
        for place, (title, group) in enumerate(shortcuts()):
            column = 2 * (place % 2)
            if column == 0:
                row = grid.rowCount()
                grid.setRowMinimumHeight(row, 2 * SPACING if place else 0)
                row += 1
            heading = QLabel(title)
            heading.setProperty("muted", True)
            grid.addWidget(heading, row, column, 1, 2)
            for offset, one in enumerate(group, start=1):
                keys = QLabel(QKeySequence(one.keys).toString(_NATIVE))
                keys.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
                grid.addWidget(keys, row + offset, column)
                grid.addWidget(QLabel(one.does), row + offset, column + 1)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(3 * SPACING,) * 4)
        layout.addLayout(grid)
        layout.addWidget(buttons)
