"""What a term counts in a query: a slider below its chip."""

from math import copysign

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QSlider, QVBoxLayout, QWidget
from typing_extensions import override

from photofind.gui.theme import SPACING

MOST = 3
STEPS = 4
"""Stops of the slider from one whole weight to the next."""

_WIDTH = 220


class WeightPopup(QFrame):
    """Goes with Esc, Enter, or a click elsewhere.

    Signals:
        chosen: A weight (float) other than 0.
        emptied: Closed at 0, where a term counts nothing.
    """

    chosen = Signal(float)
    emptied = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("popup", True)
        self.setFixedWidth(_WIDTH)
        self._words = QLabel()
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(-MOST * STEPS, MOST * STEPS)
        self._slider.setPageStep(STEPS)
        self._slider.setMinimumHeight(28)
        self._slider.setAccessibleName(self.tr("How much it counts"))
        self.setAccessibleName(self.tr("How much it counts"))
        self.setFocusProxy(self._slider)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(SPACING,) * 4)
        column.setSpacing(SPACING // 2)
        column.addWidget(self._words)
        column.addWidget(self._slider)
        self._slider.valueChanged.connect(self._choose)

    @property
    def slider(self) -> QSlider:
        return self._slider

    @property
    def words(self) -> str:
        return self._words.text()

    def open_below(self, chip: QWidget, weight: float, steps: int) -> None:
        """Open for a weight, and move the slider on from it by some stops at once."""
        before = self._slider.blockSignals(True)
        # Never at 0, where closing would take the term away.
        stop = copysign(max(1, round(abs(weight) * STEPS)), weight)
        self._slider.setValue(int(stop))
        self._slider.blockSignals(before)
        self._show_words()
        left = chip.mapToGlobal(QPoint(0, chip.height() + SPACING // 2))
        right = chip.mapToGlobal(QPoint(chip.width(), 0)).x() - self.width()
        self.move(left if chip.isLeftToRight() else QPoint(right, left.y()))
        self.show()
        self._slider.setFocus(Qt.FocusReason.PopupFocusReason)
        self._slider.setValue(self._slider.value() + steps)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Escape):
            self.close()
        else:
            super().keyPressEvent(event)

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not self._slider.value():
            self.emptied.emit()

    def _choose(self, stop: int) -> None:
        self._show_words()
        if stop:
            self.chosen.emit(stop / STEPS)

    def _show_words(self) -> None:
        weight = self._slider.value() / STEPS
        words = self.tr("Left out")
        if weight:
            words = self.tr("Wanted ×{weight}") if weight > 0 else self.tr("Not wanted ×{weight}")
        self._words.setText(words.format(weight=f"{abs(weight):g}"))
        self._slider.setAccessibleDescription(self._words.text())
