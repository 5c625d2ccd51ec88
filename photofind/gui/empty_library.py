"""Placeholder where photos will be, saying why there are none yet."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from photofind.gui.theme import SPACING
from photofind.gui.wording import folder_name

WIDEST_PX = 440


class EmptyLibrary(QWidget):
    """One heading, one sentence, one button.

    Signals:
        folders_requested: The button was pressed.
    """

    folders_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._heading = QLabel()
        self._heading.setProperty("heading", True)
        self._heading.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words = QLabel()
        self._words.setProperty("muted", True)
        self._words.setWordWrap(True)
        self._words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words.setFixedWidth(WIDEST_PX)
        self._add = QPushButton(self.tr("Add a folder…"))
        self._add.setProperty("primary", True)
        self._add.clicked.connect(self.folders_requested)
        layout = QVBoxLayout(self)
        layout.setSpacing(2 * SPACING)
        layout.addStretch(2)
        layout.addWidget(self._heading)
        # A label that is aligned in a layout gets no height for its second line.
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._words)
        row.addStretch(1)
        layout.addLayout(row)
        layout.addWidget(self._add, 0, Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch(3)
        self.show_reason((), False)

    def show_reason(self, folders: Sequence[Path], reading: bool) -> None:
        """Show why there are no photos: no folders, none found yet, or none in the folders."""
        if not folders:
            self._heading.setText(self.tr("No photos yet"))
            self._words.setText(
                self.tr(
                    "Add the folders your photos are in, or drop them here. They stay where they "
                    "are, and nothing is ever changed in them."
                )
            )
        elif reading:
            self._heading.setText(self.tr("Looking for photos"))
            self._words.setText(self.tr("The first ones appear here in a moment."))
        else:
            names = ", ".join(folder_name(folder) for folder in folders)
            self._heading.setText(self.tr("No photos here"))
            self._words.setText(
                self.tr(
                    "There are no pictures photofind can read in {folders}. Photos you add to it "
                    "appear by themselves."
                ).format(folders=names)
            )
        self._add.setHidden(bool(folders) and reading)
