"""Filmstrip of the photos around the current one."""

from PySide6.QtCore import (
    QEasingCurve,
    QEvent,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    QVariantAnimation,
    Signal,
)
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from photofind.domain import PhotoId
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.theme import SPACING, SURROUND, motion_allowed
from photofind.gui.viewer.stage import average_colour
from photofind.gui.wording import number

CELL_PX = 56
GAP_PX = 4
STRIDE_PX = CELL_PX + GAP_PX
GLIDE_MS = 120
_FRAME_PX = 3
_CORNER_PX = 3
_OFFLINE_OPACITY = 0.45


class Filmstrip(QWidget):
    """Squares of the photos of a model, the current one centred; paints only visible ones.

    The wheel moves the strip, a click chooses; the keyboard stays with the viewer.

    Signals:
        chosen: A row was clicked.
    """

    chosen = Signal(int)

    def __init__(
        self, model: PhotoModel, thumbnails: Thumbnails, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._thumbnails = thumbnails
        self._current = -1
        self._hovered = -1
        # Pixels of the strip that are in the middle of the view: row n is at n × STRIDE_PX.
        self._offset = 0.0
        self._glide = QVariantAnimation(self)
        self._glide.setDuration(GLIDE_MS)
        self._glide.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._glide.valueChanged.connect(self._move_to)
        thumbnails.loaded.connect(self._repaint_photo)
        for changed in (model.rowsInserted, model.rowsRemoved, model.modelReset):
            changed.connect(self._sync_with_model)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Photos around this one"))

    @property
    def current(self) -> int:
        """The highlighted row; −1 for none."""
        return self._current

    def show_row(self, row: int) -> None:
        """Scroll a row to the middle, animated when it is near and motion is allowed."""
        self._current = row
        target = float(row * STRIDE_PX)
        count = number(self._model.rowCount())
        said = self.tr("Photo {place} of {count}").format(place=number(row + 1), count=count)
        self.setAccessibleDescription(said)
        self._glide.stop()
        near = abs(target - self._offset) <= self.width()
        if motion_allowed(self) and self.isVisible() and near:
            self._glide.setStartValue(self._offset)
            self._glide.setEndValue(target)
            self._glide.start()
        else:
            self._move_to(target)

    def row_at(self, point: QPoint) -> int:
        """Return the row at a point; −1 where there is none."""
        x = self.width() - point.x() if self._mirrored else point.x()
        along = x - self.width() / 2 + self._offset + CELL_PX / 2
        row, within = divmod(along, STRIDE_PX)
        on_cell = within < CELL_PX and self._top <= point.y() < self._top + CELL_PX
        return int(row) if on_cell and 0 <= row < self._model.rowCount() else -1

    def rect_of(self, row: int) -> QRect:
        """Return a row's rectangle, which may be out of view."""
        left = round(row * STRIDE_PX - self._offset + self.width() / 2 - CELL_PX / 2)
        if self._mirrored:
            left = self.width() - left - CELL_PX
        return QRect(left, self._top, CELL_PX, CELL_PX)

    def rows_in_view(self) -> range:
        """Return the visible rows."""
        half = self.width() / 2 + CELL_PX / 2
        first = int((self._offset - half) // STRIDE_PX)
        last = int((self._offset + half) // STRIDE_PX) + 1
        return range(max(first, 0), max(min(last + 1, self._model.rowCount()), 0))

    @override
    def sizeHint(self) -> QSize:
        return QSize(20 * STRIDE_PX, CELL_PX + 2 * SPACING)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(3 * STRIDE_PX, CELL_PX + 2 * SPACING)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(SURROUND.window))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        # The newest request is served first: the middle is requested last.
        in_view = sorted(self.rows_in_view(), key=lambda row: -abs(row * STRIDE_PX - self._offset))
        for row in in_view:
            rect = self.rect_of(row)
            if rect.intersects(event.rect()):
                self._paint_photo(painter, row, rect)
                self._paint_frame(painter, row, rect)
        painter.end()

    def _paint_photo(self, painter: QPainter, row: int, rect: QRect) -> None:
        painter.save()
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(rect), _CORNER_PX, _CORNER_PX)
        painter.setClipPath(outline)
        rows = self._model.rows
        offline = bool(rows.offline[row])
        if offline:
            painter.setOpacity(_OFFLINE_OPACITY)
        thumbnail = self._thumbnails.get(self._model.photo_id(row), grey=offline)
        if thumbnail is None:
            painter.fillRect(rect, average_colour(int(rows.colours[row]), grey=offline))
        else:
            painter.drawPixmap(QRectF(rect), thumbnail, _middle_square(thumbnail))
        painter.restore()

    def _paint_frame(self, painter: QPainter, row: int, rect: QRect) -> None:
        if row == self._current:
            self._frame(painter, rect, QColor(SURROUND.accent), _FRAME_PX)
        elif row == self._hovered:
            self._frame(painter, rect, QColor(SURROUND.text), 1)

    def _frame(self, painter: QPainter, rect: QRect, colour: QColor, width_px: int) -> None:
        painter.setPen(QPen(colour, width_px))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        half = width_px / 2
        inside = QRectF(rect).adjusted(half, half, -half, -half)
        painter.drawRoundedRect(inside, _CORNER_PX, _CORNER_PX)

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        moved = event.pixelDelta() if not event.pixelDelta().isNull() else event.angleDelta()
        along = moved.x() if abs(moved.x()) > abs(moved.y()) else moved.y()
        self._glide.stop()
        self._move_to(self._offset - along * (-1 if self._mirrored and moved.x() else 1))
        self._hover(self.row_at(event.position().toPoint()))
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        row = self.row_at(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and row >= 0:
            self.chosen.emit(row)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.row_at(event.position().toPoint()))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hover(-1)

    def _hover(self, row: int) -> None:
        if row != self._hovered:
            self._hovered = row
            self.setCursor(
                Qt.CursorShape.PointingHandCursor if row >= 0 else Qt.CursorShape.ArrowCursor
            )
            self.update()

    def _move_to(self, offset: float) -> None:
        last = max(self._model.rowCount() - 1, 0) * STRIDE_PX
        self._offset = min(max(offset, 0.0), float(last))
        self.update()

    def _repaint_photo(self, photo_id: PhotoId) -> None:
        if self.isVisible():
            for row in self.rows_in_view():
                if self._model.photo_id(row) == photo_id:
                    self.update(self.rect_of(row))

    def _sync_with_model(self) -> None:
        self._hovered = -1
        self._move_to(self._offset)

    @property
    def _top(self) -> int:
        return (self.height() - CELL_PX) // 2

    @property
    def _mirrored(self) -> bool:
        return self.isRightToLeft()


def _middle_square(picture: QPixmap) -> QRectF:
    side = min(picture.width(), picture.height())
    left, top = (picture.width() - side) / 2, (picture.height() - side) / 2
    return QRectF(left, top, side, side)
