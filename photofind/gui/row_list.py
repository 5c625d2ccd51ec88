"""List with one selected row: in the library panel, and among tags to review."""

from collections.abc import Hashable, Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy
from typing_extensions import override

from photofind.gui.row_model import Row, RowDelegate, RowModel


class RowList(QListView):
    """List view with one selected row.

    Args:
        name: For screen readers.
        fitted: Whether it is as high as its rows, so that its parent scrolls.

    Signals:
        picked: The key of a row that was selected with mouse or keyboard.
        entered: The key of a row on which Enter was pressed.
        reached: The rectangle of the new current row, which should be visible.
        menu_requested: The context menu of a row: its key, and where on the screen.
        delete_requested: The key of a row on which Delete was pressed.
    """

    picked = Signal(object)
    entered = Signal(object)
    reached = Signal(QRect)
    menu_requested = Signal(object, QPoint)
    delete_requested = Signal(object)

    def __init__(self, name: str, *, fitted: bool = True) -> None:
        super().__init__()
        self._fitted = fitted
        self._model = RowModel()
        self.setModel(self._model)
        self.setItemDelegate(RowDelegate(self))
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        # The row that has the keyboard is framed; a frame around the list would move its rows.
        self.setStyleSheet("QListView, QListView:focus { border: none; }")
        if fitted:
            self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
            self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.clicked.connect(self._pick)

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._model.rows

    @property
    def chosen(self) -> Hashable | None:
        indexes = self.selectionModel().selectedIndexes()
        return self._key(indexes[0]) if indexes else None

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Replace the rows; selection and current row stay with their keys."""
        chosen, current = self.chosen, self._key(self.currentIndex())
        count = len(self.rows)
        self._model.show(rows)
        self._set_current(current)
        self.choose(chosen)
        if len(rows) != count:
            self.updateGeometry()

    def choose(self, key: Hashable | None) -> None:
        """Select a row without emitting `picked`; `None` clears the selection."""
        position = None if key is None else self._model.index_of(key)
        if position is None:
            self.clearSelection()
            return
        flag = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(self._model.index(position), flag)
        if not self.hasFocus() or not self.currentIndex().isValid():
            self._set_current(key)

    @override
    def sizeHint(self) -> QSize:
        if not self._fitted:
            return super().sizeHint()
        count = len(self.rows)
        return QSize(160, self.sizeHintForRow(0) * count if count else 0)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height()) if self._fitted else super().minimumSizeHint()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.chosen
        key = self._key(self.currentIndex())
        match event.key():
            case Qt.Key.Key_Delete if key is not None:
                self.delete_requested.emit(key)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if key is not None:
                self.choose(key)
                self.picked.emit(key)
                self.entered.emit(key)
            case Qt.Key.Key_Escape:
                event.ignore()
            case _:
                super().keyPressEvent(event)
                if self.chosen is not None and self.chosen != before:
                    self.picked.emit(self.chosen)

    @override
    # Qt calls it with plain indexes only; its types allow for persistent ones.
    def currentChanged(self, current: QModelIndex, previous: QModelIndex) -> None:  # type: ignore[override]
        super().currentChanged(current, previous)
        if current.isValid() and self.hasFocus():
            self.reached.emit(self.visualRect(current))

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() == QContextMenuEvent.Reason.Keyboard
        index = self.currentIndex() if by_key else self.indexAt(event.pos())
        if not index.isValid():
            return
        position = self.visualRect(index).center() if by_key else event.pos()
        self.menu_requested.emit(self._key(index), self.viewport().mapToGlobal(position))

    def _pick(self, index: QModelIndex) -> None:
        self.picked.emit(self._key(index))

    def _set_current(self, key: Hashable | None) -> None:
        position = None if key is None else self._model.index_of(key)
        if position is not None:
            flag = QItemSelectionModel.SelectionFlag.NoUpdate
            self.selectionModel().setCurrentIndex(self._model.index(position), flag)

    def _key(self, index: QModelIndex) -> Hashable | None:
        return self._model.rows[index.row()].key if index.isValid() else None
