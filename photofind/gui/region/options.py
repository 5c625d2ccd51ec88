"""Options of describing a region: method and strength."""

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QSlider,
    QStyle,
    QStyleOptionSlider,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.clip.encoder import HARD_MASK, PAPER_STRENGTH
from photofind.gui.theme import SPACING, theme_of
from photofind.search.regions import DEFAULT_METHOD, RegionMethod

STRENGTHS = (PAPER_STRENGTH, 1.0, 2.0, 4.0, HARD_MASK)
"""The slider's stops: those that were measured, docs/decisions/0005-region-method.md."""

_USUAL = STRENGTHS.index(PAPER_STRENGTH)


class StrengthSlider(QSlider):
    """Slider from the surroundings to the part alone; a tick marks the default."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, len(STRENGTHS) - 1)
        self.setValue(_USUAL)
        self.setPageStep(1)
        self.setMinimumHeight(28)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        for stop in range(len(STRENGTHS)):
            usual = stop == _USUAL
            painter.setBrush(QColor(theme.text if usual else theme.muted))
            radius = 2.5 if usual else 1.5
            painter.drawEllipse(QPointF(self._x_of(stop), self.height() - 4), radius, radius)
        painter.end()

    def _x_of(self, stop: int) -> float:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        parts = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
        handle = self.style().subControlRect(parts[0], option, parts[1], self).width()
        length = self.width() - handle
        at = stop * length / self.maximum()
        backwards = self.isRightToLeft()
        return handle / 2 + (length - at if backwards else at)


class RegionOptions(QWidget):
    """Method and strength, as far as the search model supports them.

    Signals:
        changed: By a person.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words = QLabel()
        self._slider = StrengthSlider()
        self._ends = QWidget()
        self._ways = QWidget()
        self._method = DEFAULT_METHOD
        self._note = QLabel(self.tr("This search model looks at the cut-out part."))
        self._lay_out()
        self.show_used(self.method, self.method)
        self._slider.valueChanged.connect(self._strength_moved)
        self._show_strength()

    @property
    def strength(self) -> float:
        return STRENGTHS[self._slider.value()]

    @property
    def method(self) -> RegionMethod:
        return self._method

    def show_used(self, requested: RegionMethod, used: RegionMethod) -> None:
        """Hide the options that the search model that answered does not support."""
        only_cut_out = used is RegionMethod.CROP and requested is not RegionMethod.CROP
        self._note.setVisible(only_cut_out)
        self._ways.setVisible(not only_cut_out)
        for part in (self._words, self._slider, self._ends):
            part.setVisible(used is not RegionMethod.CROP)

    def _lay_out(self) -> None:
        self._slider.setObjectName("strength")
        self._slider.setAccessibleName(self.tr("How closely to look"))
        self._note.setWordWrap(True)
        self._note.setProperty("muted", True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, 0, SPACING, 0)
        layout.setSpacing(SPACING // 2)
        for part in (self._words, self._slider, self._ends, self._ways, self._note):
            layout.addWidget(part)
        self._lay_out_ends()
        self._lay_out_ways()

    def _lay_out_ends(self) -> None:
        ends = QHBoxLayout(self._ends)
        ends.setContentsMargins(0, 0, 0, SPACING)
        for words in (self.tr("with surroundings"), self.tr("only this part")):
            label = QLabel(words)
            label.setProperty("muted", True)
            ends.addWidget(label)
        ends.insertStretch(1)

    def _lay_out_ways(self) -> None:
        self._ways.setAccessibleName(self.tr("Where to look"))
        ways = QVBoxLayout(self._ways)
        ways.setContentsMargins(0, 0, 0, 0)
        ways.setSpacing(SPACING // 2)
        for method, words in self._way_words().items():
            button = QRadioButton(words)
            button.setChecked(method is self._method)
            button.clicked.connect(lambda _=False, method=method: self._choose_way(method))
            ways.addWidget(button)

    def _way_words(self) -> dict[RegionMethod, str]:
        return {
            RegionMethod.BOTH: self.tr("In the photo and cut out"),
            RegionMethod.FALIP: self.tr("In the photo only"),
            RegionMethod.CROP: self.tr("Cut out only"),
        }

    def _strength_words(self) -> tuple[str, ...]:
        """List a name for each of `STRENGTHS`."""
        return (
            self.tr("as usual"),
            self.tr("a little closer"),
            self.tr("closer"),
            self.tr("much closer"),
            self.tr("only this part"),
        )

    def _strength_moved(self) -> None:
        self._show_strength()
        self.changed.emit()

    def _choose_way(self, method: RegionMethod) -> None:
        if method is not self._method:
            self._method = method
            self.changed.emit()

    def _show_strength(self) -> None:
        words = self._strength_words()[self._slider.value()]
        self._words.setText(self.tr("How closely to look: {words}").format(words=words))
        self._slider.setAccessibleDescription(words)
        self._slider.setToolTip(words)
