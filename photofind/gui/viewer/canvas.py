"""Canvas for one picture, with zoom and pan."""

from math import ceil

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QImage,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget
from typing_extensions import override

from photofind.domain import Box
from photofind.gui.theme import FOCUS_PX, SURROUND
from photofind.gui.viewer.drawing import PictureDrawing, draw_words
from photofind.gui.viewer.framing import Framing
from photofind.gui.viewer.pyramid import Pyramid

ZOOM_STEP = 1.25
PAN_STEP_PX = 64
DETAIL_STEP_PX = 512
"""More detail is requested in steps, so that a little more zoom makes no new request."""

_GUESSED_SIZE = QSize(4096, 4096)
"""Size of a photo until the real one is known."""

_ARROWS = {
    Qt.Key.Key_Left: (1, 0),
    Qt.Key.Key_Right: (-1, 0),
    Qt.Key.Key_Up: (0, 1),
    Qt.Key.Key_Down: (0, -1),
}


class PictureCanvas(QWidget):
    """Shows one picture; wheel, pinch, keys and double click zoom, dragging and arrows pan.

    Arrow keys that would move nothing are left to the parent. While the picture moves it is drawn
    fast; at rest smoothly, once.

    Args:
        rest_delay_ms: After this long without movement it is at rest.

    Signals:
        view_changed: Another picture, zoom, place or size: what `to_view` says has changed.
        detail_wanted: Zoomed in beyond the pixels there are; the longest side that would do, in
            pixels.
    """

    view_changed = Signal()
    detail_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None, *, rest_delay_ms: int = 80) -> None:
        super().__init__(parent)
        self._drawing: PictureDrawing | None = None
        self._framing: Framing | None = None
        self._photo_size = QSize()
        self._is_stand_in = False
        self._message = ""
        self._requested_side = 0
        self._drag_from: QPointF | None = None
        self._tabbed_to = False
        self._rest = QTimer(self, singleShot=True, interval=rest_delay_ms)
        self._rest.timeout.connect(self._come_to_rest)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Photo"))
        self.setMinimumSize(120, 80)
        self.grabGesture(Qt.GestureType.PinchGesture)

    # What is shown

    def show_picture(
        self,
        image: QImage | Pyramid,
        photo_size: QSize,
        *,
        keep_view: bool = False,
    ) -> None:
        """Show a picture, which may be smaller than the photo.

        Args:
            image: A `Pyramid` where it is large; making one here takes long.
            photo_size: Pixels of the full upright photo.
            keep_view: It is the photo that is shown already, or whose stand-in is.
        """
        self._photo_size = QSize(photo_size)
        self._is_stand_in = False
        self._requested_side = self._requested_side if keep_view else 0
        pyramid = image if isinstance(image, Pyramid) else Pyramid.of(image)
        self._show(pyramid, photo_size, keep_view=keep_view)

    def show_stand_in(self, pixmap: QPixmap, photo_size: QSize, *, keep_view: bool = False) -> None:
        """Show a thumbnail in place of a picture that is still loading.

        Args:
            photo_size: Empty where it is not known yet; `photo_size` is empty too until it is.
            keep_view: It is the photo that is shown already, only smaller or less exactly.
        """
        self._photo_size = QSize(photo_size)
        self._is_stand_in = True
        self._requested_side = 0
        size = photo_size
        if size.isEmpty():
            size = pixmap.size().scaled(_GUESSED_SIZE, Qt.AspectRatioMode.KeepAspectRatio)
        self._show(Pyramid.of(pixmap.toImage()), size, keep_view=keep_view)

    def show_message(self, text: str) -> None:
        """Show a message over the stand-in, or instead of it; an empty text removes it."""
        self._message = text
        self.setAccessibleDescription(text)
        self.update()

    def clear(self) -> None:
        """Show nothing."""
        self._drawing, self._framing, self._photo_size = None, None, QSize()
        self.show_message("")
        self._changed()

    @property
    def photo_size(self) -> QSize:
        """Pixels of the full upright photo; empty while unknown."""
        return QSize(self._photo_size)

    @property
    def has_picture(self) -> bool:
        """Whether the photo itself is shown, not only a stand-in."""
        return self._drawing is not None and not self._is_stand_in

    def side_to_fit(self, aspect: float) -> int:
        """Return the device pixels of the longest side of a photo that fills this view.

        Args:
            aspect: Its width / height.
        """
        width = min(self.width(), self.height() * aspect)
        return max(round(max(width, width / aspect) * self.devicePixelRatioF()), 1)

    # Where it is

    def to_view(self, box: Box) -> QRectF:
        """Map a box in the photo's pixels to this widget; empty when nothing is shown."""
        if self._framing is None:
            return QRectF()
        left, top = self._framing.to_view((box[0], box[1]))
        right, bottom = self._framing.to_view((box[2], box[3]))
        return QRectF(QPointF(left, top), QPointF(right, bottom))

    def to_photo(self, point: QPointF) -> QPointF:
        """Map a point of this widget to the nearest pixel of the photo."""
        if self._framing is None:
            return QPointF()
        x, y = self._framing.to_photo((point.x(), point.y()))
        width, height = self._framing.photo
        return QPointF(min(max(x, 0.0), width), min(max(y, 0.0), height))

    @property
    def zoom(self) -> float:
        """Device pixels for each pixel of the photo; 0 when nothing is shown."""
        return 0.0 if self._framing is None else self._framing.scale * self._framing.density

    @property
    def is_fitted(self) -> bool:
        """Whether all of the photo is in view."""
        return self._framing is None or self._framing.is_fit

    # Zoom and pan

    def zoom_to_fit(self) -> None:
        if self._framing is not None:
            self._zoom_to(self._framing.fit, self._middle())

    def zoom_to_full(self, at: QPointF | None = None) -> None:
        """Zoom to one device pixel for each photo pixel; what is at a point stays there."""
        if self._framing is not None:
            self._zoom_to(self._framing.full, at or self._middle())

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        if self._framing is not None:
            self._zoom_to(self._framing.scale * factor, at or self._middle())

    def pan_by(self, right: float, down: float) -> None:
        """Move the picture by pixels of the view, as far as its edges allow."""
        if self._framing is not None:
            self._move_to(self._framing.panned(right, down))

    def _toggle_zoom(self, at: QPointF) -> None:
        if self._framing is None:
            return
        closer = max(self._framing.full, self._framing.fit * 2)
        self._zoom_to(closer if self._framing.is_fit else self._framing.fit, at)

    def _zoom_to(self, scale: float, at: QPointF) -> None:
        if self._framing is not None:
            self._move_to(self._framing.zoomed(scale, (at.x(), at.y())))

    def _middle(self) -> QPointF:
        return QRectF(self.rect()).center()

    def _move_to(self, framing: Framing) -> None:
        if framing != self._framing:
            self._framing = framing
            self._rest.start()
            self._changed()

    def _show(self, pyramid: Pyramid, photo_size: QSize, *, keep_view: bool) -> None:
        photo = (float(photo_size.width()), float(photo_size.height()))
        view, density = self._view()
        if keep_view and self._framing is not None:
            self._framing = self._framing.of_photo(photo)
        else:
            self._framing = Framing.fitted(photo, view, density)
            self._drag_from = None
        self._drawing = PictureDrawing(pyramid)
        self._message = ""
        self.setAccessibleDescription("")
        self._rest.stop()
        self._changed()
        self._want_detail()

    def _view(self) -> tuple[tuple[float, float], float]:
        return (float(self.width()), float(self.height())), self.devicePixelRatioF()

    def _changed(self) -> None:
        self._show_cursor()
        self.update()
        self.view_changed.emit()

    def _come_to_rest(self) -> None:
        self.update()
        self._want_detail()

    def _want_detail(self) -> None:
        """Request each step of missing detail once."""
        if self._framing is None or self._drawing is None or self._is_stand_in:
            return
        longest = max(self._framing.photo)
        needed = longest * self.zoom
        size = self._drawing.pyramid.size
        has = max(size.width(), size.height())
        # A pixel less comes from rounding, and cannot be seen.
        if has + 1 >= min(needed, longest):
            return
        side = min(ceil(needed / DETAIL_STEP_PX) * DETAIL_STEP_PX, ceil(longest))
        if side > self._requested_side:
            self._requested_side = side
            self.detail_wanted.emit(side)

    # Painting

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(SURROUND.window))
        if self._drawing is not None:
            self._paint_picture(painter, self._drawing)
        if self._message:
            over = self._drawing is not None
            draw_words(painter, self.rect(), self._message, over_picture=over)
        if self._tabbed_to and self.hasFocus():
            painter.setPen(QPen(QColor(SURROUND.accent), FOCUS_PX))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_picture(self, painter: QPainter, drawing: PictureDrawing) -> None:
        whole, seen = self._screen_rects()
        if seen.isEmpty():
            return
        density = self.devicePixelRatioF()
        painter.save()
        painter.scale(1 / density, 1 / density)
        draw = drawing.draw_fast if self._rest.isActive() else drawing.draw_smoothly
        draw(painter, whole, seen)
        painter.restore()

    def _screen_rects(self) -> tuple[QRect, QRect]:
        """Return the whole picture and the part in view, in whole device pixels."""
        if self._framing is None:
            return QRect(), QRect()
        density = self.devicePixelRatioF()
        left, top, width, height = (round(value * density) for value in self._framing.rect)
        whole = QRect(left, top, max(width, 1), max(height, 1))
        view = QRect(0, 0, ceil(self.width() * density), ceil(self.height() * density))
        return whole, whole.intersected(view)

    # Mouse and keys

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._framing is not None:
            self._move_to(self._framing.resized(*self._view()))

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = event.angleDelta().y() / 120
        if steps == 0:
            event.ignore()
            return
        self.zoom_by(ZOOM_STEP**steps, event.position())
        event.accept()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag_from = event.position()
            self._show_cursor()
        else:
            super().mousePressEvent(event)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is not None and event.buttons() & Qt.MouseButton.LeftButton:
            moved = event.position() - self._drag_from
            self._drag_from = event.position()
            self.pan_by(moved.x(), moved.y())

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag_from = None
        self._show_cursor()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._toggle_zoom(event.position())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._pressed(event):
            event.ignore()

    def _pressed(self, event: QKeyEvent) -> bool:
        """Run the key's action; return whether it has one."""
        step = _ARROWS.get(Qt.Key(event.key()))
        if event.matches(QKeySequence.StandardKey.ZoomIn) or event.key() == Qt.Key.Key_Equal:
            self.zoom_by(ZOOM_STEP)
        elif event.matches(QKeySequence.StandardKey.ZoomOut):
            self.zoom_by(1 / ZOOM_STEP)
        elif event.key() == Qt.Key.Key_0:
            self.zoom_to_fit()
        elif event.key() == Qt.Key.Key_1:
            self.zoom_to_full()
        elif step is not None and not self.is_fitted:
            self.pan_by(step[0] * PAN_STEP_PX, step[1] * PAN_STEP_PX)
        else:
            return False
        return True

    @override
    def event(self, event: QEvent) -> bool:
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                # Qt also reports the first of the two fingers as a mouse.
                self._drag_from = None
                moved = pinch.centerPoint() - pinch.lastCenterPoint()
                self.pan_by(moved.x(), moved.y())
                self.zoom_by(pinch.scaleFactor(), self.mapFromGlobal(pinch.centerPoint()))
                event.accept(pinch)
                return True
        # Touchpads on X11 and Wayland pinch without a gesture of Qt's making.
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture
        ):
            # Its position is the window's, whatever Qt's documentation says.
            self.zoom_by(1 + event.value(), self.mapFromGlobal(event.globalPosition()))
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._framing is not None:
            self._move_to(self._framing.resized(*self._view()))
        return super().event(event)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        by_tab = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self._tabbed_to = event.reason() in by_tab
        super().focusInEvent(event)

    def _show_cursor(self) -> None:
        if self.is_fitted:
            self.unsetCursor()
        elif self._drag_from is not None:
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            self.setCursor(Qt.CursorShape.OpenHandCursor)
