"""The frame around what has the keyboard, in widgets that paint themselves."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from photofind.gui.theme import FOCUS_PX, RADIUS, Theme


def paint_focus_ring(painter: QPainter, area: QRect, theme: Theme) -> None:
    """Just within an area."""
    painter.setPen(QPen(QColor(theme.accent), FOCUS_PX))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = FOCUS_PX / 2
    painter.drawRoundedRect(QRectF(area).adjusted(half, half, -half, -half), RADIUS, RADIUS)
