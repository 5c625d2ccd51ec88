"""Photo grid: mouse, keys, selection and drags."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QPoint,
    QPointF,
    QRect,
    Qt,
    Signal,
    SignalInstance,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QApplication, QWidget
from typing_extensions import override

from photofind.domain import PhotoId
from photofind.gui.grid.cells import badge_rect
from photofind.gui.grid.dragging import drag_out
from photofind.gui.grid.flow import Rect
from photofind.gui.grid.layout import DEFAULT_CELL
from photofind.gui.grid.menu import GridActions, grid_menu
from photofind.gui.grid.model import Index, PhotoModel
from photofind.gui.grid.painting import FRAME_MS, PaintedGrid
from photofind.gui.grid.selecting import RowSelection
from photofind.gui.grid.thumbnails import Thumbnails

_Control, _Shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

_Action = QAbstractItemView.CursorAction

_MOVES: Final = {
    Qt.Key.Key_Left: _Action.MoveLeft,
    Qt.Key.Key_Right: _Action.MoveRight,
    Qt.Key.Key_Up: _Action.MoveUp,
    Qt.Key.Key_Down: _Action.MoveDown,
    Qt.Key.Key_Home: _Action.MoveHome,
    Qt.Key.Key_End: _Action.MoveEnd,
    Qt.Key.Key_PageUp: _Action.MovePageUp,
    Qt.Key.Key_PageDown: _Action.MovePageDown,
}

_EDGE_SPEED = 0.25
"""Pixels scrolled in each frame, for each pixel of the rubber band beyond the edge."""


class GridView(PaintedGrid):
    """Grid of photos to look through, select and act on.

    Args:
        thumbnails: Shared with others; not closed here.
        paths_of: Returns the files to drag when a drag begins; without it there are no drags.

    Signals:
        opened: A photo is to be shown in the viewer (PhotoId).
        selection_changed: The selected photos (list of PhotoId).
        similar_requested: Photos like this one are to be found (PhotoId).
        example_given: Photos like this one are wanted, or not, in what is searched for (PhotoId,
            bool).
        tag_requested: Photos are to be tagged (list of PhotoId).
        trash_requested: Photos are to go to the trash (list of PhotoId).
        folder_requested: A photo is to be shown in its folder (PhotoId).
        copy_requested: Photos are to be copied to the clipboard (list of PhotoId).
        cell_size_changed: A wheel or a key made photos larger or smaller (pixels).
    """

    opened = Signal(object)
    selection_changed = Signal(list)
    similar_requested = Signal(object)
    example_given = Signal(object, bool)
    tag_requested = Signal(list)
    trash_requested = Signal(list)
    folder_requested = Signal(object)
    copy_requested = Signal(list)
    cell_size_changed = Signal(int)

    def __init__(
        self,
        model: PhotoModel,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
        *,
        paths_of: Callable[[Sequence[PhotoId]], list[Path]] | None = None,
    ) -> None:
        self._pressed_at: QPoint | None = None
        self._pressed_row: int | None = None
        self._band_from = QPoint()
        super().__init__(model, thumbnails, parent)
        self._band_timer = self._timer(self._scroll_band, single_shot=False)
        self._paths_of = paths_of
        self.setAccessibleName(self.tr("Photos"))

    def selected(self) -> list[PhotoId]:
        """Return the selected photos in the order of the rows."""
        ids = self._photos.rows.photo_ids
        found: list[PhotoId] = []
        for first, last in self._chosen.ranges():
            found += ids[first : last + 1].tolist()
        return found

    def current_photo(self) -> PhotoId | None:
        row = self._chosen.current
        return None if row is None else self._photos.photo_id(row)

    def make_current(self, photo_id: PhotoId) -> None:
        """Select a photo and scroll to it; do nothing where it is not in the model."""
        row = self._photos.row_of(photo_id)
        if row is not None:
            self._chosen.choose(row)
            self.scrollTo(self._photos.index(row))

    # Acting on photos

    def _acted_on(self) -> list[PhotoId]:
        """Return the selected photos, or else the current one."""
        current = self.current_photo()
        return self.selected() or ([] if current is None else [current])

    def _request_one(self, signal: SignalInstance, *options: bool) -> None:
        """Emit a signal for the current photo."""
        current = self.current_photo()
        if current is not None:
            signal.emit(current, *options)

    def _request_all(self, signal: SignalInstance) -> None:
        """Emit a signal for the photos that are acted on."""
        if photo_ids := self._acted_on():
            signal.emit(photo_ids)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        position = event.globalPos()
        row = self.row_at(event.pos())
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            row = self._chosen.current
            if row is not None:
                self.scrollTo(self._photos.index(row))
                position = self.viewport().mapToGlobal(self.rect_of(row).center())
        if row is None:
            return
        if not self._chosen.is_selected(row):
            self._chosen.choose(row)
        elif row != self._chosen.current:
            self._chosen.move(row)
        menu = grid_menu(self, len(self._acted_on()), self._actions())
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(position)

    def _actions(self) -> GridActions:
        return GridActions(
            open=partial(self._request_one, self.opened),
            show_in_folder=partial(self._request_one, self.folder_requested),
            copy=partial(self._request_all, self.copy_requested),
            find_similar=partial(self._request_one, self.similar_requested),
            more_like=partial(self._request_one, self.example_given, True),
            less_like=partial(self._request_one, self.example_given, False),
            tag=partial(self._request_all, self.tag_requested),
            trash=partial(self._request_all, self.trash_requested),
        )

    # Keys

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        if key in _MOVES and not modifiers & ~(_Control | _Shift):
            self._go(_MOVES[key], modifiers)
        elif not self._run(key, event, modifiers):
            event.ignore()
            return
        event.accept()

    def _go(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> None:
        index = self.moveCursor(action, modifiers)
        if not index.isValid():
            return
        if modifiers & _Shift:
            self._chosen.extend(index.row(), add=bool(modifiers & _Control))
        elif modifiers & _Control:
            self._chosen.move(index.row())
        else:
            self._chosen.choose(index.row())
        self.scrollTo(index)

    def _run(self, key: Qt.Key, event: QKeyEvent, modifiers: Qt.KeyboardModifier) -> bool:
        """Run the key's action; return whether it has one."""
        if event.matches(QKeySequence.StandardKey.SelectAll):
            self.selectAll()
        elif event.matches(QKeySequence.StandardKey.Copy):
            self._request_all(self.copy_requested)
        elif modifiers & _Control and key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal, Qt.Key.Key_Minus):
            self.zoom_by(-1 if key == Qt.Key.Key_Minus else 1)
        elif modifiers == _Control and key == Qt.Key.Key_0:
            self._frame(cell=DEFAULT_CELL)
            self.cell_size_changed.emit(self.cell_size)
        elif modifiers == _Control and key == Qt.Key.Key_Space:
            if (row := self._chosen.current) is not None:
                self._chosen.toggle(row)
        elif modifiers == _Shift and key == Qt.Key.Key_M:
            self._request_one(self.example_given, False)
        elif modifiers:
            return False
        else:
            return self._act(key)
        return True

    def _act(self, key: Qt.Key) -> bool:
        """Run the action of a key without modifiers; return whether it has one."""
        match key:
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self._request_one(self.opened)
            case Qt.Key.Key_S:
                self._request_one(self.similar_requested)
            case Qt.Key.Key_M:
                self._request_one(self.example_given, True)
            case Qt.Key.Key_T:
                self._request_all(self.tag_requested)
            case Qt.Key.Key_Delete:
                self._request_all(self.trash_requested)
            case Qt.Key.Key_Escape if self._band is not None:
                self._end_band()
            case Qt.Key.Key_Escape if self.selectionModel().hasSelection():
                self._chosen.clear()
            case _:
                return False
        return True

    @override
    def zoom_by(self, steps: int, at: float | None = None) -> None:
        super().zoom_by(steps, at)
        self.cell_size_changed.emit(self.cell_size)

    # Mouse

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._glide.stop()
        row = self.row_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._pressed_at, self._pressed_row = event.position().toPoint(), row
        modifiers = event.modifiers()
        if row is None:
            self._begin_band(event.position(), add=bool(modifiers & (_Control | _Shift)))
        elif modifiers & _Shift:
            self._chosen.extend(row, add=bool(modifiers & _Control))
        elif modifiers & _Control or self._is_on_badge(row, event.position()):
            self._chosen.toggle(row)
            self._pressed_row = None
        elif not self._chosen.is_selected(row):
            self._chosen.choose(row)
            self._pressed_row = row

    def _is_on_badge(self, row: int, point: QPointF) -> bool:
        return badge_rect(self.rect_of(row)).contains(point.toPoint())

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        if self._band is not None:
            self._stretch_band(point)
        elif self._pressed_at is not None and event.buttons() & Qt.MouseButton.LeftButton:
            far = (point - self._pressed_at).manhattanLength() >= QApplication.startDragDistance()
            if far and self._pressed_row is not None:
                self._drag(self._pressed_row)
        else:
            self._hover(self.row_at(point))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        row, self._pressed_at, self._pressed_row = self._pressed_row, None, None
        if self._band is not None:
            self._end_band()
        elif row is not None and not event.modifiers() & (_Control | _Shift):
            # Of several selected ones, only now is it sure that they were not to be dragged.
            self._chosen.choose(row)

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position())
        if event.button() != Qt.MouseButton.LeftButton or row is None:
            return
        if event.modifiers() or self._is_on_badge(row, event.position()):
            self.mousePressEvent(event)
            return
        self._pressed_at = self._pressed_row = None
        self._chosen.choose(row)
        self._request_one(self.opened)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)
        super().leaveEvent(event)

    def _hover(self, row: int | None) -> None:
        if row != self._hovered:
            before, self._hovered = self._hovered, row
            self._update_rows((before, row))

    def _drag(self, row: int) -> None:
        self._pressed_at = self._pressed_row = None
        if self._paths_of is None:
            return
        first = self._photos.photo_id(row)
        others = [photo_id for photo_id in self.selected() if photo_id != first]
        paths = self._paths_of([first, *others])
        if paths:
            grey = bool(self._photos.rows.offline[row])
            drag_out(self, paths, self._thumbnails.cached(first, grey=grey))

    # The rubber band

    def _begin_band(self, point: QPointF, *, add: bool) -> None:
        position = QPoint(round(point.x()), round(point.y()) + self.verticalOffset())
        self._band_from = position
        self._band = Rect(position.x(), position.y(), 0, 0)
        self._chosen.begin_band(add=add)
        if not add:
            self._chosen.clear()

    def _stretch_band(self, point: QPoint) -> None:
        """Stretch the band to a point; scroll where that lies beyond the view."""
        held = QPoint(
            max(0, min(point.x(), self.viewport().width())),
            max(0, min(point.y(), self.viewport().height())),
        )
        here = held + QPoint(0, self.verticalOffset())
        left, right = sorted((here.x(), self._band_from.x()))
        top, bottom = sorted((here.y(), self._band_from.y()))
        self._band = Rect(left, top, right - left, bottom - top)
        area = QRect(left, top - self.verticalOffset(), right - left, bottom - top)
        self._chosen.band(self._layout.rows_in(self._to_content(area)))
        self.viewport().update()
        beyond = point.y() - held.y()
        if beyond and not self._band_timer.isActive():
            self._band_timer.start(FRAME_MS)
        elif not beyond:
            self._band_timer.stop()

    def _scroll_band(self) -> None:
        point = self.viewport().mapFromGlobal(self.cursor().pos())
        beyond = min(0, point.y()) + max(0, point.y() - self.viewport().height())
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + round(beyond * _EDGE_SPEED))
        self._stretch_band(point)

    def _end_band(self) -> None:
        self._band_timer.stop()
        self._band = None
        self.viewport().update()

    # Signals and repaints

    @override
    def setSelectionModel(self, selectionModel: QItemSelectionModel) -> None:
        # Before any selection signal, which comes while the model is set.
        self._chosen = RowSelection(selectionModel)
        super().setSelectionModel(selectionModel)

    @override
    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        QAbstractItemView.selectionChanged(self, selected, deselected)
        self.viewport().update()
        self.selection_changed.emit(self.selected())

    @override
    def currentChanged(self, current: Index, previous: Index) -> None:
        self._update_rows((previous.row(), current.row()))
        if QAccessible.isActive() and current.isValid() and self.hasFocus():
            event = QAccessibleEvent(self, QAccessible.Event.Focus)
            event.setChild(current.row())
            QAccessible.updateAccessibility(event)
