"""Keyboard focus: forwarding it to a part of a page, and the ring around it."""

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from photofind.gui.theme import FOCUS_PX, RADIUS, Theme


def forward_focus(page: QWidget, part: QWidget) -> None:
    """Forward a page's focus to one part, where other parts come before it in tab order.

    Going forward, Tab takes a page for its proxy: it would leave out whatever is between the two.
    """
    page.installEventFilter(_Forwarding(page, part))


class _Forwarding(QObject):
    def __init__(self, page: QWidget, part: QWidget) -> None:
        super().__init__(page)
        self._part = part

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.gotFocus():
            self._part.setFocus(event.reason())
        return False


def paint_focus_ring(painter: QPainter, area: QRect, theme: Theme) -> None:
    """Paint the focus ring just inside an area, in widgets that paint themselves."""
    painter.setPen(QPen(QColor(theme.accent), FOCUS_PX))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    half = FOCUS_PX / 2
    painter.drawRoundedRect(QRectF(area).adjusted(half, half, -half, -half), RADIUS, RADIUS)
