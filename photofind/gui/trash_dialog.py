"""Confirm what goes to the trash, path by path."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, QStringListModel, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.theme import SPACING
from photofind.gui.wording import files, photos, tr
from photofind.store.shown_files import StoredFile
from photofind.trash import Refused, TrashChoice, Why

_WIDTH_PX = 600
_LINES = 8
"""Paths visible without scrolling."""


class TrashDialog(QDialog):
    """Lists the files shown; their other copies go only where a person ticks the box.

    Enter keeps everything.
    """

    def __init__(self, choice: TrashChoice, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = choice
        self.setWindowTitle(self.tr("Move to trash"))
        count = len(choice.shown)
        question = self.tr("Move this photo to the trash?")
        if count != 1:
            question = self.tr("Move {photos} to the trash?").format(photos=photos(count))
        self._question = QLabel(question)
        self._question.setProperty("heading", True)
        self._shown = _PathList([str(file.path) for file in choice.shown], files(count))
        copies = files(len(choice.copies))
        words = (
            self.tr("Also its other copies ({files})")
            if count == 1
            else self.tr("Also their other copies ({files})")
        )
        self._also = QCheckBox(words.format(files=copies))
        self._also.toggled.connect(self._show_count)
        self._copies = _PathList([str(file.path) for file in choice.copies], self._also.text())
        self._refused = QLabel(self.tr("These stay where they are:"))
        self._stay = _PathList(
            [f"{one.path} – {why_not(one)}" for one in choice.refused], self._refused.text()
        )
        self._lay_out()
        self._show_count()

    @property
    def files(self) -> tuple[StoredFile, ...]:
        """Files to move, as the buttons stand."""
        copies = self._choice.copies if self._also.isChecked() else ()
        return (*self._choice.shown, *copies)

    @override
    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, super().sizeHint().height())

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox()
        self._move = buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        keep = buttons.addButton(self.tr("Keep"), QDialogButtonBox.ButtonRole.RejectRole)
        self._move.setAutoDefault(False)
        keep.setDefault(True)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(2 * SPACING,) * 4)
        column.setSpacing(SPACING)
        column.addWidget(self._question)
        column.addWidget(self._shown)
        for any_of_them, words, paths in (
            (self._choice.copies, self._also, self._copies),
            (self._choice.refused, self._refused, self._stay),
        ):
            column.addWidget(words, 0, Qt.AlignmentFlag.AlignLeading)
            column.addWidget(paths)
            for widget in (words, paths):
                widget.setVisible(bool(any_of_them))
        column.addWidget(buttons)
        keep.setFocus()

    def _show_count(self) -> None:
        moved = self.tr("Move {files} to trash").format(files=files(len(self.files)))
        self._move.setText(moved)


class _PathList(QListView):
    """List of any number of paths, as high as some of them."""

    def __init__(self, lines: Sequence[str], name: str) -> None:
        super().__init__()
        self.setModel(_Lines(list(lines), self))
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        # The end of a path says more than its middle.
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setItemDelegate(_FittingLine(self))
        self.setAccessibleName(name)
        line = max(self.sizeHintForRow(0), self.fontMetrics().height())
        seen = max(1, min(len(lines), _LINES))
        self.setFixedHeight(seen * line + 2 * self.frameWidth() + 2)


class _Lines(QStringListModel):
    """Lines that may be elided, whole in their tooltips."""

    @override
    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        shown = Qt.ItemDataRole.DisplayRole
        return super().data(index, shown if role == Qt.ItemDataRole.ToolTipRole else role)


class _FittingLine(QStyledItemDelegate):
    """Delegate whose rows are as wide as the list, however long the text."""

    @override
    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, super().sizeHint(option, index).height())


def why_not(refused: Refused) -> str:
    """Describe why a file was not moved."""
    match refused.why:
        case Why.NOT_CONNECTED:
            return tr("its folder is not connected")
        case Why.GONE:
            return tr("it is not there any more")
        case Why.BEHIND_LINK:
            return tr("it lies behind a link to another folder")
        case Why.CHANGED:
            return tr("it is not the photo shown any more")
        case Why.NOT_HERE:
            return tr("it is not on this computer and cannot be compared with the photo shown")
        case Why.PLACE_TAKEN:
            return tr("another file is in its place now")
        case Why.NOT_IN_TRASH:
            return tr("it is not in the trash any more")
        case Why.NO_FOLDER:
            return tr("the folder it was in is gone")
        case Why.ONE_WAY:
            return tr("photofind cannot take files out of this system's trash")
        case Why.SYSTEM:
            return refused.detail


def file_names(paths: Sequence[Path]) -> str:
    """Return the name of one file, or the number of several."""
    return f"‘{paths[0].name}’" if len(paths) == 1 else files(len(paths))
