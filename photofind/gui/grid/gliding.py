"""Animate scrolling by wheel steps, where motion is allowed."""

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation
from PySide6.QtWidgets import QScrollBar

GLIDE_MS = 150


class Glide(QObject):
    """Animates a scroll bar; further steps are added to those under way.

    The remaining distance is kept, not the target: layout during the animation may shift positions.
    """

    def __init__(self, bar: QScrollBar, duration_ms: int = GLIDE_MS) -> None:
        super().__init__(bar)
        self._bar = bar
        self._way = 0.0
        self._gone = 0.0
        self._animation = QVariantAnimation(self)
        self._animation.setDuration(duration_ms)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.valueChanged.connect(self._step)

    @property
    def moving(self) -> bool:
        return self._animation.state() == QVariantAnimation.State.Running

    def by(self, pixels: float, *, at_once: bool) -> None:
        left = self._way - self._gone if self.moving else 0.0
        self._animation.stop()
        if at_once:
            self._bar.setValue(self._bar.value() + round(left + pixels))
            return
        self._way, self._gone = left + pixels, 0.0
        self._animation.start()

    def stop(self) -> None:
        self._animation.stop()

    def _step(self, part: float) -> None:
        pixels = round(self._way * part - self._gone)
        if pixels:
            self._gone += pixels
            self._bar.setValue(self._bar.value() + pixels)
