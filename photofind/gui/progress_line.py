"""Thin indeterminate progress bar."""

from PySide6.QtCore import QElapsedTimer, QRectF, QTimer
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from photofind.gui.theme import motion_allowed, theme_of

HEIGHT = 2
_FRAME_MS = 16
_ROUND_MS = 1400
_PART = 0.3


class ProgressLine(QWidget):
    """Indeterminate progress bar that keeps its space while hidden.

    Args:
        delay_ms: Shorter waits show nothing.
    """

    def __init__(self, delay_ms: int = 200, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = False
        self._since = QElapsedTimer()
        self._delay = QTimer(self, singleShot=True, interval=delay_ms)
        self._delay.timeout.connect(self._begin)
        self._frames = QTimer(self, interval=_FRAME_MS)
        self._frames.timeout.connect(self.update)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def running(self) -> bool:
        """Whether the bar is visible."""
        return self._shown

    def set_busy(self, busy: bool) -> None:
        if not busy:
            self._delay.stop()
            self._frames.stop()
            self._shown = False
            self.update()
        elif not self._shown and not self._delay.isActive():
            self._delay.start()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._frames.stop()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._shown:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(theme_of(self.palette()).accent)
        if not motion_allowed(self):
            colour.setAlphaF(0.6)
            painter.fillRect(self.rect(), colour)
            return
        if not self._frames.isActive():
            self._frames.start()
        gone = self._since.elapsed() % _ROUND_MS / _ROUND_MS
        part = self.width() * _PART
        start = gone * (self.width() + part) - part
        painter.fillRect(QRectF(start, 0, part, self.height()), colour)

    def _begin(self) -> None:
        self._shown = True
        self._since.start()
        self.update()
