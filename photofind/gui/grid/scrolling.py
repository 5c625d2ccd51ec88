"""Scroll a grid laid out on demand.

Map rows to the view, and keep what is visible in place when photos come, go, or change size.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPoint,
    QPointF,
    QRect,
    Qt,
)
from PySide6.QtGui import QRegion, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget
from typing_extensions import override

from photofind.gui.grid.flow import Rect
from photofind.gui.grid.gliding import Glide
from photofind.gui.grid.layout import (
    ARRANGEMENTS,
    DEFAULT_CELL,
    MARGIN,
    MAX_CELL,
    MIN_CELL,
    Arrangement,
    Direction,
    GridLayout,
)
from photofind.gui.grid.model import Index, PhotoModel
from photofind.gui.theme import motion_allowed

_Action = QAbstractItemView.CursorAction

_NOTCH = 120
"""One notch of a wheel in `angleDelta`."""


@dataclass(frozen=True, slots=True)
class _Anchor:
    """Point of a photo (0 to 1 down) that keeps its y coordinate in the view."""

    row: int
    share: float
    y: float


class ScrollingGrid(QListView):
    """List view whose rows are laid out from the scroll position.

    A `QListView` only for accessibility: Qt exposes items to screen readers of no other view.
    Everything else of Qt's list is replaced; it would lay out all rows.
    """

    def __init__(self, model: PhotoModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photos = model
        self._layout = GridLayout()
        self._anchor: _Anchor | None = None
        self._settling = False
        self._wheel_rest = 0.0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setStyleSheet("QListView, QListView:focus { border: none; }")
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._glide = Glide(self.verticalScrollBar())
        self._layout.set_frame(self.viewport().width(), DEFAULT_CELL, ARRANGEMENTS[0])
        self.setModel(model)
        model.rowsRemoved.connect(self._photos_left)
        self._show_all()

    # Content

    @property
    def cell_size(self) -> int:
        return self._layout.cell_size

    @property
    def arrangement(self) -> Arrangement:
        return self._layout.arrangement

    def set_arrangement(self, arrangement: Arrangement) -> None:
        """Change the arrangement; the photo in the middle stays there."""
        self._frame(arrangement=arrangement)

    def set_cell_size(self, pixels: int) -> None:
        """Change the cell size, clamped to its range; the photo in the middle stays there."""
        self._frame(cell=pixels)

    # Geometry

    def rect_of(self, row: int) -> QRect:
        """Return a row's rectangle in the viewport, also of a row out of sight."""
        if not 0 <= row < self._layout.count:
            return QRect()
        if not self._layout.is_known(row):
            with self._in_place():
                self._layout.rect_of(row)
        return self._to_view(self._layout.rect_of(row))

    def row_at(self, point: QPoint | QPointF) -> int | None:
        """Return the row under a point of the viewport."""
        x = self._mirrored(point.x(), 1)
        return self._layout.row_at(x, point.y() + self._top)

    def cells_in(self, rect: QRect) -> list[tuple[int, QRect]]:
        """Return the rows whose lines reach into a part of the viewport, with rectangles."""
        top, bottom = rect.top() + self._top, rect.top() + rect.height() + self._top
        return [(row, self._to_view(r)) for row, r in self._layout.cells_between(top, bottom)]

    def rows_in_sight(self) -> range:
        return self._layout.rows_between(self._top, self._top + self.viewport().height())

    @property
    def _top(self) -> int:
        return self.verticalScrollBar().value()

    def _to_view(self, rect: Rect) -> QRect:
        x = round(self._mirrored(rect.x, rect.width))
        return QRect(x, rect.y - self._top, rect.width, rect.height)

    def _to_content(self, rect: QRect) -> Rect:
        x = round(self._mirrored(rect.x(), rect.width()))
        return Rect(x, rect.y() + self._top, rect.width(), rect.height())

    def _mirrored(self, x: float, width: float) -> float:
        """Mirror an x coordinate in a right-to-left layout."""
        return self.viewport().width() - x - width if self.isRightToLeft() else x

    # Anchoring

    @contextmanager
    def _in_place(self) -> Iterator[None]:
        """Keep what is in the middle of the view there, whatever is laid out meanwhile."""
        anchor = self._anchor_at(self.viewport().height() / 2)
        yield
        self._hold(anchor)

    def _anchor_at(self, y: float) -> _Anchor | None:
        """Return the anchor at a y coordinate; `None` at the very top, which stays the top."""
        # The view may be of another width already.
        row = self._layout.nearest(self._layout.width / 2, y + self._top)
        if row is None or self._top == 0:
            return None
        rect = self._layout.rect_of(row)
        return _Anchor(row, (y + self._top - rect.y) / rect.height, y)

    def _hold(self, anchor: _Anchor | None) -> None:
        """Scroll so that an anchor is at its y coordinate again."""
        if anchor is None or anchor.row >= self._layout.count:
            top = self._top
        else:
            rect = self._layout.rect_of(anchor.row)
            top = round(rect.y + anchor.share * rect.height - anchor.y)
        self._scroll_to(top)

    def _scroll_to(self, top: int) -> None:
        """Scroll, and lay out until nothing visible is an estimate."""
        was_settling, self._settling = self._settling, True
        height = self.viewport().height()
        top = max(0, min(top, self._layout.height - height))
        for _ in range(_TRIES):
            moved = self._layout.settle(top - height // 2, top + height + height // 2)
            held = max(0, min(top + moved, self._layout.height - height))
            if held == top:
                break
            top = held
        self.updateGeometries()
        self.verticalScrollBar().setValue(top)
        self._settling = was_settling
        self._moved()

    def _moved(self) -> None:
        """Repaint after the visible rows or their positions have changed."""
        self.viewport().update()

    def _frame(
        self,
        cell: int | None = None,
        arrangement: Arrangement | None = None,
        at: float | None = None,
    ) -> None:
        """Lay out for a new width, cell size or arrangement; the photo at `at` stays there."""
        if self._anchor is None or at is not None:
            self._anchor = self._anchor_at(self.viewport().height() / 2 if at is None else at)
        anchor = self._anchor
        size = self.cell_size if cell is None else max(MIN_CELL, min(cell, MAX_CELL))
        changed = self._layout.set_frame(
            self.viewport().width(), size, arrangement or self.arrangement
        )
        if changed:
            self._hold(anchor)
        else:
            self._scroll_to(self._top)
        # Keep the anchor: scrolling by layout must not choose another one.
        self._anchor = anchor

    def _show_all(self) -> None:
        self._anchor = None
        self._glide.stop()
        self._layout.show(self._photos.rows.aspects, self._photos.sure)
        self._scroll_to(0)

    def _photos_changed(self, unchanged: int) -> None:
        anchor = self._anchor_at(self.viewport().height() / 2)
        self._layout.change(self._photos.rows.aspects, self._photos.sure, unchanged)
        self._hold(anchor)

    # Overrides of QListView

    @override
    def reset(self) -> None:
        QAbstractItemView.reset(self)
        self._show_all()

    @override
    def rowsInserted(self, parent: Index, start: int, end: int) -> None:
        self._photos_changed(start)
        QAbstractItemView.rowsInserted(self, parent, start, end)

    @override
    def rowsAboutToBeRemoved(self, parent: Index, start: int, end: int) -> None:
        QAbstractItemView.rowsAboutToBeRemoved(self, parent, start, end)

    def _photos_left(self, parent: Index, start: int, end: int) -> None:
        self._photos_changed(start)

    @override
    def doItemsLayout(self) -> None:
        QAbstractItemView.doItemsLayout(self)

    @override
    def updateGeometries(self) -> None:
        bar, height = self.verticalScrollBar(), self.viewport().height()
        bar.setPageStep(max(1, height))
        bar.setSingleStep(max(1, self.cell_size // 2))
        bar.setRange(0, max(0, self._layout.height - height))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._frame()

    @override
    def scrollContentsBy(self, dx: int, dy: int) -> None:
        if self._settling:
            return
        self._anchor = None
        self._scroll_to(self._top)

    @override
    def verticalOffset(self) -> int:
        return self._top

    @override
    def horizontalOffset(self) -> int:
        return 0

    @override
    def visualRect(self, index: Index) -> QRect:
        return self.rect_of(index.row()) if index.isValid() else QRect()

    @override
    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self.row_at(point)
        return QModelIndex() if row is None else self._photos.index(row)

    @override
    def isIndexHidden(self, index: Index) -> bool:
        return False

    @override
    def scrollTo(
        self,
        index: Index,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        if not index.isValid() or index.row() >= self._layout.count:
            return
        rect, height = self.rect_of(index.row()), self.viewport().height()
        above = rect.top() - MARGIN
        below = rect.top() + rect.height() + MARGIN - height
        match hint:
            case QAbstractItemView.ScrollHint.PositionAtTop:
                move = above
            case QAbstractItemView.ScrollHint.PositionAtBottom:
                move = below
            case QAbstractItemView.ScrollHint.PositionAtCenter:
                move = (above + below) // 2
            case _:
                move = min(0, above) or max(0, min(above, below))
        if move:
            self._glide.stop()
            self._anchor = None
            self._scroll_to(self._top + move)

    @override
    def moveCursor(
        self, cursorAction: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        if not self._layout.count:
            return QModelIndex()
        current = self.currentIndex()
        if not current.isValid():
            return self._photos.index(0)
        return self._photos.index(self._row_after(current.row(), cursorAction))

    def _row_after(self, row: int, action: QAbstractItemView.CursorAction) -> int:
        if self.isRightToLeft():
            swapped = {_Action.MoveLeft: _Action.MoveRight, _Action.MoveRight: _Action.MoveLeft}
            action = swapped.get(action, action)
        match action:
            case _Action.MoveLeft | _Action.MovePrevious:
                return self._layout.next_row(row, Direction.BACK)
            case _Action.MoveRight | _Action.MoveNext:
                return self._layout.next_row(row, Direction.ON)
            case _Action.MoveUp | _Action.MoveDown:
                up = action == _Action.MoveUp
                with self._in_place():
                    return self._layout.next_row(row, Direction.UP if up else Direction.DOWN)
            case _Action.MovePageUp:
                return self._row_a_page_away(row, -1)
            case _Action.MovePageDown:
                return self._row_a_page_away(row, 1)
            case _Action.MoveHome:
                return 0
            case _:
                return self._layout.count - 1

    def _row_a_page_away(self, row: int, pages: int) -> int:
        """Return the row one view further at the same x, keeping a line in sight."""
        rect = self._layout.rect_of(row)
        page = max(self.viewport().height() - self.cell_size, rect.height + MARGIN)
        with self._in_place():
            middle = rect.x + rect.width / 2, rect.y + rect.height / 2 + pages * page
            found = self._layout.nearest(*middle)
        return row if found is None else found

    @override
    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        rows = self._layout.rows_in(self._to_content(rect.normalized()))
        chosen = QItemSelection()
        for row in rows.tolist():
            index = self._photos.index(row)
            chosen.select(index, index)
        self.selectionModel().select(chosen, command)

    @override
    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """Return the visible part: a selection may be a million photos."""
        region = QRegion()
        for row, rect in self.cells_in(self.viewport().rect()):
            if selection.contains(self._photos.index(row)):
                region += rect
        return region

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._zoom_by_wheel(event)
        elif not event.pixelDelta().isNull():
            self._glide.by(-event.pixelDelta().y(), at_once=True)
        else:
            notches = event.angleDelta().y() / _NOTCH
            way = -notches * max(MIN_CELL, self.cell_size * _LINES_PER_NOTCH)
            self._glide.by(way, at_once=not motion_allowed(self))
        event.accept()

    def _zoom_by_wheel(self, event: QWheelEvent) -> None:
        self._wheel_rest += event.angleDelta().y() / _NOTCH
        steps = int(self._wheel_rest)
        if steps:
            self._wheel_rest -= steps
            self.zoom_by(steps, event.position().y())

    def zoom_by(self, steps: int, at: float | None = None) -> None:
        """Change the cell size by steps; the photo at a y coordinate stays there."""
        self._frame(cell=round(self.cell_size * ZOOM_STEP**steps), at=at)


ZOOM_STEP = 1.15

_LINES_PER_NOTCH = 0.75
_TRIES = 4
