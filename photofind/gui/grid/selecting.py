"""Select rows by click, key and rubber band; Qt's views select by rectangle."""

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QPersistentModelIndex,
)

from photofind.gui.grid.model import runs

_Flag = QItemSelectionModel.SelectionFlag


class RowSelection:
    """Selection of a list, by row.

    Args:
        selection: Stays the view's; its current index is the row keys start from.
    """

    def __init__(self, selection: QItemSelectionModel) -> None:
        self._selection = selection
        self._anchor = QPersistentModelIndex()
        self._before_band = QItemSelection()

    @property
    def current(self) -> int | None:
        index = self._selection.currentIndex()
        return index.row() if index.isValid() else None

    def is_selected(self, row: int) -> bool:
        return self._selection.isSelected(self._selection.model().index(row, 0))

    def choose(self, row: int) -> None:
        """Select this row alone."""
        self._go(row, _Flag.ClearAndSelect)

    def toggle(self, row: int) -> None:
        self._go(row, _Flag.Toggle)

    def move(self, row: int) -> None:
        """Move the current row and leave the selection."""
        index = self._selection.model().index(row, 0)
        self._selection.setCurrentIndex(index, _Flag.NoUpdate)

    def extend(self, row: int, *, add: bool = False) -> None:
        """Select from the anchor to this row."""
        start = self._anchor.row() if self._anchor.isValid() else (self.current or 0)
        if not self._anchor.isValid():
            self._set_anchor(start)
        chosen = self._span(min(start, row), max(start, row))
        self._selection.select(chosen, _Flag.Select if add else _Flag.ClearAndSelect)
        self.move(row)

    def clear(self) -> None:
        self._selection.clearSelection()

    def begin_band(self, *, add: bool) -> None:
        """Start a rubber band that adds to the selection, or replaces it."""
        self._before_band = QItemSelection(self._selection.selection()) if add else QItemSelection()

    def band(self, rows: NDArray[np.int64]) -> None:
        """Select ascending rows, and what was selected before the band."""
        chosen = QItemSelection(self._before_band)
        for first, last in runs(rows):
            chosen.merge(self._span(first, last), _Flag.Select)
        self._selection.select(chosen, _Flag.ClearAndSelect)

    def ranges(self) -> list[tuple[int, int]]:
        """Return the selected rows as ascending runs (first, last)."""
        chosen = self._selection.selection()
        ranges = [chosen.at(number) for number in range(chosen.count())]
        return sorted((range_.top(), range_.bottom()) for range_ in ranges)

    def _go(self, row: int, command: QItemSelectionModel.SelectionFlag) -> None:
        index = self._selection.model().index(row, 0)
        self._selection.setCurrentIndex(index, command)
        self._set_anchor(row)

    def _set_anchor(self, row: int) -> None:
        self._anchor = QPersistentModelIndex(self._selection.model().index(row, 0))

    def _span(self, first: int, last: int) -> QItemSelection:
        model = self._selection.model()
        return QItemSelection(model.index(first, 0), model.index(last, 0))
