"""The photos a grid, a filmstrip or a viewer goes through, as rows."""

from collections.abc import Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from typing_extensions import override

from photofind.domain import PhotoId
from photofind.gui import wording
from photofind.gui.grid.captions import Caption, Captions
from photofind.store.gallery import NO_ROWS, PhotoRows

Index = QModelIndex | QPersistentModelIndex

_SPOKEN = (
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.DisplayRole,
)


class PhotoRole(IntEnum):
    """Data roles of a row beside its texts.

    `SURE` is `None` where the photos are not ranked; `COLOUR` is 0xRRGGBB.
    """

    PHOTO_ID = Qt.ItemDataRole.UserRole + 1
    ASPECT = Qt.ItemDataRole.UserRole + 2
    COLOUR = Qt.ItemDataRole.UserRole + 3
    OFFLINE = Qt.ItemDataRole.UserRole + 4
    SURE = Qt.ItemDataRole.UserRole + 5


MOST_REMOVALS = 100
"""Most runs removed one by one: each makes every view update its selection."""


class PhotoModel(QAbstractListModel):
    """List model of photos in the order shown; a few bytes a row.

    Args:
        captions: Where names and dates come from; without, photos are only counted.
    """

    def __init__(self, parent: QObject | None = None, *, captions: Captions | None = None) -> None:
        super().__init__(parent)
        self._columns = _Columns(NO_ROWS)
        self._sure: int | None = None
        self._captions = captions
        if captions is not None:
            captions.loaded.connect(self._announce)

    @property
    def rows(self) -> PhotoRows:
        """Every row; the arrays stay as they are when the model changes."""
        return self._columns.rows

    @property
    def sure(self) -> int | None:
        """Number of leading rows that are sure; `None` where the photos are not ranked."""
        return self._sure

    def show(self, rows: PhotoRows, sure: int | None) -> None:
        """Replace all photos.

        Args:
            rows: Not copied.
            sure: How many come first that are sure; the others are best guesses.
        """
        self.beginResetModel()
        self._columns = _Columns(rows)
        self._sure = sure
        self.endResetModel()

    def append(self, rows: PhotoRows) -> None:
        """Append photos; no other row moves."""
        if not len(rows):
            return
        count = self.rowCount()
        self.beginInsertRows(QModelIndex(), count, count + len(rows) - 1)
        self._columns.append(rows)
        self.endInsertRows()

    def remove(self, photo_ids: Sequence[PhotoId]) -> None:
        """Remove photos; unknown ids are ignored."""
        gone = np.flatnonzero(np.isin(self.rows.photo_ids, np.array(photo_ids, np.int64)))
        if not len(gone):
            return
        spans = runs(gone)
        if len(spans) > MOST_REMOVALS:
            kept = np.delete(np.arange(self.rowCount()), gone)
            sure = None if self._sure is None else int(np.searchsorted(kept, self._sure))
            self.show(self.rows.at(kept), sure)
            return
        self._columns = self._columns.copy()
        for first, last in reversed(spans):
            self.beginRemoveRows(QModelIndex(), first, last)
            self._columns.remove(first, last + 1)
            if self._sure is not None:
                self._sure -= max(0, min(self._sure, last + 1) - first)
            self.endRemoveRows()

    def set_offline(self, rows: PhotoRows) -> None:
        """Update which photos are offline, from `rows` in any order."""
        offline = np.isin(self.rows.photo_ids, rows.photo_ids[rows.offline])
        changed = np.flatnonzero(offline != self.rows.offline)
        if len(changed):
            self._columns = _Columns(replace(self.rows, offline=offline))
            first, last = self.index(int(changed[0])), self.index(int(changed[-1]))
            self.dataChanged.emit(first, last, [PhotoRole.OFFLINE])

    def photo_id(self, row: int) -> PhotoId:
        return PhotoId(int(self.rows.photo_ids[row]))

    def row_of(self, photo_id: PhotoId) -> int | None:
        # A pass over a million takes half a millisecond; a dictionary of them a hundred megabytes.
        found = np.flatnonzero(self.rows.photo_ids == photo_id)
        return int(found[0]) if len(found) else None

    def is_sure(self, row: int) -> bool | None:
        return None if self._sure is None else row < self._sure

    def prefetch_captions(self, rows: Sequence[int]) -> None:
        """Request the captions of rows before anybody reads them, in reverse order."""
        if self._captions is not None:
            for row in reversed(rows):
                self._captions.get(self.photo_id(row))

    @override
    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._columns)

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if not index.isValid() or row >= self.rowCount():
            return None
        match role:
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._words(row)
            case Qt.ItemDataRole.ToolTipRole | Qt.ItemDataRole.DisplayRole:
                caption = self._caption(row)
                return None if caption is None else _title(caption)
            case PhotoRole.PHOTO_ID:
                return self.photo_id(row)
            case PhotoRole.ASPECT:
                return float(self.rows.aspects[row])
            case PhotoRole.COLOUR:
                return int(self.rows.colours[row])
            case PhotoRole.OFFLINE:
                return bool(self.rows.offline[row])
            case PhotoRole.SURE:
                return self.is_sure(row)
        return None

    @override
    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if index.isValid() else flags

    def _caption(self, row: int) -> Caption | None:
        return None if self._captions is None else self._captions.get(self.photo_id(row))

    def _words(self, row: int) -> str:
        """Build the accessible text: "beach.jpg, 14 July 2019, result 3 of 214, sure"."""
        caption = self._caption(row)
        parts = [] if caption is None else [_title(caption)]
        if caption is None or self._sure is None:
            position = self.tr("photo {number} of {count}")
        else:
            position = self.tr("result {number} of {count}")
        count = wording.number(self.rowCount())
        parts.append(position.format(number=wording.number(row + 1), count=count))
        if self._sure is not None:
            parts.append(self.tr("sure") if row < self._sure else self.tr("best guess"))
        if self.rows.offline[row]:
            parts.append(self.tr("not connected"))
        return ", ".join(parts)

    def _announce(self, photo_id: PhotoId) -> None:
        row = self.row_of(photo_id)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index, list(_SPOKEN))


def _title(caption: Caption) -> str:
    return ", ".join(part for part in (caption.name, caption.taken) if part)


class _Columns:
    """Arrays with room to grow: N appends cost about 2 N moves of a row."""

    def __init__(self, rows: PhotoRows) -> None:
        self._count = len(rows)
        self._arrays: list[NDArray[Any]] = [
            rows.photo_ids,
            rows.aspects,
            rows.colours,
            rows.offline,
        ]
        # What came from outside is never written to.
        self._own = False

    def __len__(self) -> int:
        return self._count

    @property
    def rows(self) -> PhotoRows:
        return PhotoRows(*(array[: self._count] for array in self._arrays))

    def copy(self) -> "_Columns":
        made = _Columns(PhotoRows(*(array[: self._count].copy() for array in self._arrays)))
        made._own = True
        return made

    def append(self, rows: PhotoRows) -> None:
        count = self._count + len(rows)
        if not self._own or count > len(self._arrays[0]):
            self._arrays = [_grown(array[: self._count], count) for array in self._arrays]
            self._own = True
        added = (rows.photo_ids, rows.aspects, rows.colours, rows.offline)
        for array, new in zip(self._arrays, added, strict=True):
            array[self._count : count] = new
        self._count = count

    def remove(self, first: int, stop: int) -> None:
        """Remove rows in place; only on a copy that nobody else has seen."""
        kept = self._count - (stop - first)
        for array in self._arrays:
            array[first:kept] = array[stop : self._count]
        self._count = kept


def _grown(array: NDArray[Any], count: int) -> NDArray[Any]:
    grown = np.empty(max(count, 2 * len(array)), array.dtype)
    grown[: len(array)] = array
    return grown


def runs(rows: NDArray[np.intp] | NDArray[np.int64]) -> list[tuple[int, int]]:
    """Group ascending rows into runs: first and last of consecutive ones."""
    if not len(rows):
        return []
    ends = np.flatnonzero(np.diff(rows) > 1)
    firsts = rows[np.concatenate(([0], ends + 1))]
    lasts = rows[np.concatenate((ends, [len(rows) - 1]))]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
