"""Region tool: a box over a photo, what is in it, and where else that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from photofind.domain import Box
from photofind.gui.region.box import Grip, PhotoFrame, Point
from photofind.gui.region.card import RegionCard
from photofind.gui.region.handles import cursor_over, grip_at, paint_outline
from photofind.gui.region.placement import Side, place_card
from photofind.gui.region.requests import (
    THROTTLE_MS,
    DescribeRegion,
    RegionRequest,
    RegionRequester,
)
from photofind.gui.theme import SURROUND, theme_of
from photofind.gui.viewer.canvas import PictureCanvas
from photofind.gui.viewer.drawing import draw_words
from photofind.live.results import RegionOfPhoto
from photofind.search.regions import RegionAnswer

DRAG_PX = 4
"""Least distance of a drag."""

_ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, slots=True)
class _Drag:
    """State of a drag.

    Attributes:
        pressed: Where, in the view's pixels.
        begin: Where, in the photo's.
        box: As it was then.
        grip: What is held; `None` draws a new box.
    """

    pressed: QPointF
    begin: Point
    box: Box | None
    grip: Grip | None


class RegionTool(QWidget):
    """Overlay of a canvas, hidden until `start`; call `close_lanes` before it goes.

    Wheel, pinch and the middle button are the canvas's; the box keeps its place in the photo.

    Args:
        canvas: What it lies over; becomes its parent.
        describe: Describes a region; called on a lane.
        throttle_ms: See `photofind.gui.region.requests.THROTTLE_MS`.

    Signals:
        find_requested: A `RegionOfPhoto` to be found elsewhere.
        tag_requested: The name of a tag for the photo.
        left: The tool was left, and is hidden.
        answered: A `RegionAnswer` that is shown now.
    """

    find_requested = Signal(object)
    tag_requested = Signal(str)
    left = Signal()
    answered = Signal(object)

    def __init__(
        self, canvas: PictureCanvas, describe: DescribeRegion, *, throttle_ms: int = THROTTLE_MS
    ) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._picture: Path | None = None
        self._photo_size = QSize()
        self._box: Box | None = None
        self._drag: _Drag | None = None
        self._pan_from: QPointF | None = None
        self._side = Side.OVER
        self._requester = RegionRequester(describe, self, throttle_ms=throttle_ms)
        self._card = RegionCard(self)
        self._card.hide()
        self.hide()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(cursor_over(None))
        self.setAccessibleName(self.tr("A part of the photo"))
        self._connect()

    def _connect(self) -> None:
        self._canvas.view_changed.connect(self._sync_with_view)
        self._canvas.installEventFilter(self)
        self._requester.answered.connect(self._handle_answer)
        self._requester.failed.connect(self._card.show_error)
        self._requester.busy_changed.connect(self._card.set_busy)
        self._card.find_requested.connect(self._find)
        self._card.tag_requested.connect(self.tag_requested)
        self._card.options_changed.connect(self._request_answer)
        self._card.closed.connect(self._card_closed)
        self._card.field_left.connect(self.setFocus)
        self._card.reshaped.connect(self._place_card)

    # Interface to the viewer

    def start(self, picture: Path) -> None:
        """Show the tool over the photo on the canvas; drop a box in another photo."""
        if picture != self._picture:
            self._picture = picture
            self.clear()
        self._sync_with_view()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def leave(self) -> None:
        """Drop the box and hide."""
        self._picture = None
        self.clear()
        self.hide()
        self.left.emit()

    def clear(self) -> None:
        """Drop the box; a person may draw another."""
        self._drag = None
        self._put(None)

    def close_lanes(self) -> None:
        """Stop sending requests and wait for the one in flight."""
        self._requester.close()

    def set_completions(self, names: Sequence[str]) -> None:
        """Set the names that the tag field offers."""
        self._card.set_completions(names)

    def show_tagged(self, name: str) -> None:
        """Show that the photo has the tag now."""
        self._card.show_tagged(name)

    @property
    def card(self) -> RegionCard:
        return self._card

    @property
    def box(self) -> Box | None:
        """The box in pixels of the upright photo."""
        return self._box

    @property
    def region(self) -> RegionOfPhoto | None:
        """The box, with method and strength."""
        if self._picture is None or self._box is None:
            return None
        return RegionOfPhoto(self._picture, self._box, self._card.method, self._card.strength)

    # The box

    def _frame(self) -> PhotoFrame | None:
        size = self._canvas.photo_size
        return None if size.isEmpty() else PhotoFrame(size.width(), size.height())

    def _put(self, box: Box | None) -> None:
        if box == self._box:
            return
        if box is None or self._box is None:
            self._card.reset()
        self._box = box
        self._update_description()
        self.update()
        self._card.setVisible(box is not None)
        if box is None:
            self._requester.drop()
            self._side = Side.OVER
            if self._card.isAncestorOf(self.focusWidget() or self):
                self.setFocus()
        else:
            self._place_card()
            self._request_answer()

    def _request_answer(self) -> None:
        region = self.region
        if region is not None:
            self._requester.request(RegionRequest(region, self._card.labels))

    def _find(self) -> None:
        region = self.region
        if region is not None:
            self.find_requested.emit(region)

    def _card_closed(self) -> None:
        self.clear()
        self.setFocus()

    def _handle_answer(self, request: RegionRequest, answer: RegionAnswer) -> None:
        self._card.show_answer(answer, request.region.method)
        self.answered.emit(answer)

    def _update_description(self) -> None:
        if self._box is None:
            words = self.tr("No box yet. Enter makes one in the middle.")
        else:
            left, top, right, bottom = (round(edge) for edge in self._box)
            words = self.tr(
                "From {left}, {top} to {right}, {bottom}. Arrows move it, Ctrl+arrows change "
                "its size, Enter finds it elsewhere."
            ).format(left=left, top=top, right=right, bottom=bottom)
        self.setAccessibleDescription(words)

    # The view

    def _sync_with_view(self) -> None:
        self.setGeometry(self._canvas.rect())
        if self._canvas.photo_size != self._photo_size:
            self._photo_size = self._canvas.photo_size
            self.clear()
        self._place_card()
        self.update()

    def _place_card(self) -> None:
        if self._box is None:
            return
        wanted, view = self._card.wanted_size(), QRectF(self.rect())
        sides = (self._side, *self._sides())
        box = self._canvas.to_view(self._box)
        self._side, where = place_card(QSizeF(wanted), box, view, sides)
        self._card.setGeometry(where.toRect())

    def _sides(self) -> tuple[Side, ...]:
        beside = (Side.RIGHT, Side.LEFT)
        if self.isRightToLeft():
            beside = (Side.LEFT, Side.RIGHT)
        return *beside, Side.BELOW, Side.ABOVE

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._canvas and event.type() == QEvent.Type.Resize:
            self._sync_with_view()
        return super().eventFilter(watched, event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        view = QRectF(self.rect())
        if self._box is not None:
            theme = theme_of(self.palette())
            handle = QColor(theme.accent if self.hasFocus() else SURROUND.text)
            paint_outline(painter, self._canvas.to_view(self._box), view, handle=handle)
        elif self._frame() is not None:
            words = self.tr("Draw a box around something, or press Enter")
            draw_words(painter, self.rect(), words, over_picture=True)
        painter.end()

    # Mouse and keys

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        match event.button():
            case Qt.MouseButton.LeftButton if self._frame() is not None:
                self._begin_drag(event.position())
            case Qt.MouseButton.MiddleButton:
                self._pan_from = event.position()
            case _:
                event.ignore()

    def _begin_drag(self, at: QPointF) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        grip = None if self._box is None else grip_at(at, self._canvas.to_view(self._box))
        self._drag = _Drag(at, self._to_photo(at), self._box, grip)
        self.setCursor(cursor_over(grip))

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        if self._pan_from is not None:
            moved, self._pan_from = at - self._pan_from, at
            self._canvas.pan_by(moved.x(), moved.y())
        elif self._drag is not None:
            self._drag_to(at, self._drag)
        elif self._box is not None:
            self.setCursor(cursor_over(grip_at(at, self._canvas.to_view(self._box))))

    def _drag_to(self, at: QPointF, drag: _Drag) -> None:
        frame, end = self._frame(), self._to_photo(at)
        if frame is None:
            return
        if drag.box is not None and drag.grip is not None:
            across, down = end[0] - drag.begin[0], end[1] - drag.begin[1]
            self._put(frame.pulled(drag.box, drag.grip, across, down))
        elif self._box != drag.box:
            self._put(frame.spanned(drag.begin, end))
        elif (at - drag.pressed).manhattanLength() >= DRAG_PX:
            self._card.reset_choice()
            self._put(frame.spanned(drag.begin, end))

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton:
            self._pan_from = None
        elif self._drag is not None:
            self._drag = None
            self._requester.settle()

    def _to_photo(self, at: QPointF) -> Point:
        point = self._canvas.to_photo(at)
        return point.x(), point.y()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, frame = Qt.Key(event.key()), self._frame()
        if key == Qt.Key.Key_Escape:
            self._step_back()
        elif key in _ENTER and frame is not None and not event.isAutoRepeat():
            if self._box is None:
                self._put(frame.centred())
            else:
                self._find()
        elif key in _ARROWS and frame is not None and self._box is not None:
            self._put(_nudged(frame, self._box, _ARROWS[key], event.modifiers()))
        else:
            event.ignore()

    def _step_back(self) -> None:
        """Cancel the drag, else drop the box, else leave the tool."""
        if self._drag is not None:
            drag, self._drag = self._drag, None
            self._put(drag.box)
        elif self._box is not None:
            self.clear()
        else:
            self.leave()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._drag = self._pan_from = None


def _nudged(frame: PhotoFrame, box: Box, way: tuple[int, int], keys: Qt.KeyboardModifier) -> Box:
    step = frame.step(long=bool(keys & Qt.KeyboardModifier.ShiftModifier))
    across, down = way[0] * step, way[1] * step
    if keys & Qt.KeyboardModifier.ControlModifier:
        return frame.grown(box, across, down)
    return frame.moved(box, across, down)
