"""Every keyboard shortcut, once: what `?` shows is what works."""

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QGridLayout, QLabel, QVBoxLayout, QWidget

from photofind.gui.theme import SPACING
from photofind.gui.wording import tr

_NATIVE = QKeySequence.SequenceFormat.NativeText


@dataclass(frozen=True, slots=True)
class Shortcut:
    """Keys as `QKeySequence` reads them, and what they do."""

    keys: str
    does: str


def shortcuts() -> list[tuple[str, list[Shortcut]]]:
    """List the shortcuts, grouped by where they work."""
    return [
        (
            tr("Everywhere"),
            [
                Shortcut("Ctrl+K", tr("Search")),
                Shortcut("/", tr("Search")),
                Shortcut("Ctrl+V", tr("Search with a copied picture")),
                Shortcut("Ctrl+Z", tr("Undo")),
                Shortcut("Ctrl+Shift+Z", tr("Redo")),
                Shortcut("Ctrl+,", tr("Settings")),
                Shortcut("F11", tr("Full screen")),
                Shortcut("Esc", tr("One step back")),
                Shortcut("?", tr("Show these keys")),
            ],
        ),
        (
            tr("Photos"),
            [
                Shortcut("Enter", tr("Open the photo")),
                Shortcut("S", tr("Find similar photos")),
                Shortcut("M", tr("More photos like this")),
                Shortcut("Shift+M", tr("Fewer photos like this")),
                Shortcut("T", tr("Tag")),
                Shortcut("Ctrl+A", tr("Select all")),
                Shortcut("Ctrl+C", tr("Copy")),
                Shortcut("Del", tr("Move to trash")),
                Shortcut("Ctrl++", tr("Larger photos")),
                Shortcut("Ctrl+-", tr("Smaller photos")),
                Shortcut("Ctrl+0", tr("Photos of the usual size")),
            ],
        ),
        (
            tr("One photo"),
            [
                Shortcut("Left", tr("Photo before")),
                Shortcut("Right", tr("Next photo")),
                Shortcut("R", tr("Choose a part of the photo")),
                Shortcut("S", tr("Find similar photos")),
                Shortcut("M", tr("More photos like this")),
                Shortcut("Shift+M", tr("Fewer photos like this")),
                Shortcut("T", tr("Tag")),
                Shortcut("I", tr("Details")),
                Shortcut("Ctrl+C", tr("Copy")),
                Shortcut("Del", tr("Move to trash")),
                Shortcut("Ctrl++", tr("Closer")),
                Shortcut("Ctrl+-", tr("Further away")),
                Shortcut("0", tr("Fit")),
                Shortcut("1", tr("Full size")),
            ],
        ),
        (
            tr("Reviewing tags"),
            [Shortcut("Y", tr("Confirm")), Shortcut("N", tr("Reject"))],
        ),
    ]


class ShortcutSheet(QDialog):
    """Dialog that lists every shortcut."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Keys"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * SPACING)
        grid.setVerticalSpacing(SPACING // 2)
        row = 0
        for index, (title, group) in enumerate(shortcuts()):
            column = 2 * (index % 2)
            if column == 0:
                row = grid.rowCount()
                grid.setRowMinimumHeight(row, 2 * SPACING if index else 0)
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
