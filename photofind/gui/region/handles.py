"""Paint and hit-test the box: outline, handles, and the dimmed photo around them."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from photofind.gui.region.box import Grip
from photofind.gui.theme import SURROUND

HANDLE_PX = 10.0
HANDLE_HIT_PX = 16.0

OUTSIDE_SHARE = 0.45
"""Brightness outside the box, relative to inside."""

_CORNERS = (Grip.TOP_LEFT, Grip.TOP_RIGHT, Grip.BOTTOM_RIGHT, Grip.BOTTOM_LEFT)
_ACROSS = (Grip.LEFT, Grip.RIGHT)
_DOWN = (Grip.TOP, Grip.BOTTOM)

_CURSORS = {
    Grip.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Grip.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Grip.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Grip.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
    Grip.LEFT: Qt.CursorShape.SizeHorCursor,
    Grip.RIGHT: Qt.CursorShape.SizeHorCursor,
    Grip.TOP: Qt.CursorShape.SizeVerCursor,
    Grip.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Grip.WHOLE: Qt.CursorShape.SizeAllCursor,
}


def cursor_over(grip: Grip | None) -> Qt.CursorShape:
    """Return the cursor over a grip; a cross-hair where a new box would begin."""
    return Qt.CursorShape.CrossCursor if grip is None else _CURSORS[grip]


def handles(box: QRectF) -> dict[Grip, QPointF]:
    """Return the centres of the handles; a side that is too short has none."""
    grips = list(_CORNERS)
    if box.width() >= 3 * HANDLE_HIT_PX:
        grips += _DOWN
    if box.height() >= 3 * HANDLE_HIT_PX:
        grips += _ACROSS
    return {grip: _handle_at(grip, box) for grip in grips}


def grip_at(point: QPointF, box: QRectF) -> Grip | None:
    """Return the grip at a point; `None` where a new box would begin.

    In a box too small to hold handles its middle third moves it.
    """
    reach_x = min(HANDLE_HIT_PX / 2, box.width() / 3)
    reach_y = min(HANDLE_HIT_PX / 2, box.height() / 3)
    if box.adjusted(reach_x, reach_y, -reach_x, -reach_y).contains(point):
        return Grip.WHOLE
    near = {
        grip: (middle - point).manhattanLength()
        for grip, middle in handles(box).items()
        if _around(middle, HANDLE_HIT_PX).contains(point)
    }
    if near:
        return min(near, key=lambda grip: near[grip])
    return Grip.WHOLE if box.contains(point) else None


def paint_outline(painter: QPainter, box: QRectF, view: QRectF, *, handle: QColor) -> None:
    """Dim the view outside the box and paint its outline, visible on any picture."""
    painter.save()
    painter.fillPath(_outside(box, view), _veil())
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    edge = QRectF(box.toRect())
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(SURROUND.window), 1))
    painter.drawRect(edge.adjusted(-1, -1, 0, 0))
    painter.setPen(QPen(QColor(SURROUND.text), 1))
    painter.drawRect(edge.adjusted(0, 0, -1, -1))
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    painter.setPen(QPen(QColor(SURROUND.window), 1))
    painter.setBrush(handle)
    for middle in handles(box).values():
        painter.drawRoundedRect(_around(middle, HANDLE_PX), 2, 2)
    painter.restore()


def _outside(box: QRectF, view: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    path.addRect(view)
    path.addRect(QRectF(box.toRect()).intersected(view))
    return path


def _veil() -> QColor:
    veil = QColor(SURROUND.window)
    veil.setAlphaF(1 - OUTSIDE_SHARE)
    return veil


def _handle_at(grip: Grip, box: QRectF) -> QPointF:
    horizontal, vertical = grip.value
    middle = box.center()
    return QPointF(
        middle.x() + horizontal * box.width() / 2, middle.y() + vertical * box.height() / 2
    )


def _around(middle: QPointF, side: float) -> QRectF:
    return QRectF(middle.x() - side / 2, middle.y() - side / 2, side, side)
