"""Labels of a region, with bars relative to the best one."""

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QSizePolicy,
    QStyle,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.focus import paint_focus_ring
from photofind.gui.theme import RADIUS, SPACING, Theme, theme_of
from photofind.search.regions import LabelScore

SHOWN = 5

_ROW_PX = 26
_BAR_PX = 6
_NAME_SHARE = 0.58
_DIMMED = 0.45
_FAINT = 0.2
_SKELETON_SHARES = (0.62, 0.44, 0.53, 0.36, 0.48)


class LabelRow(QAbstractButton):
    """Row of one label; a click or Enter chooses it."""

    def __init__(self, index: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._index = index
        self._name = ""
        self._share = 0.0
        self._dimmed = False
        self.setCheckable(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.show_label("", 0.0)

    @property
    def name(self) -> str:
        """The label; empty while there is no answer."""
        return self._name

    def show_label(self, name: str, share: float) -> None:
        """Show a label; `share` is the bar's length, 0–1."""
        self._name, self._share = name, share
        said = self.tr("{place}. {name}").format(place=self._index + 1, name=name)
        self.setAccessibleName(said if name else self.tr("No answer yet"))
        self.setToolTip(self.tr("Take ‘{name}’ as the tag").format(name=name) if name else "")
        self.setEnabled(bool(name))
        self.update()

    def set_dimmed(self, dimmed: bool) -> None:
        self._dimmed = dimmed
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(120, max(_ROW_PX, self.fontMetrics().height() + SPACING))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, theme)
        painter.setPen(Qt.PenStyle.NoPen)
        if self._name:
            painter.setOpacity(_DIMMED if self._dimmed else 1.0)
            self._paint_bar(painter, theme)
            self._paint_name(painter, theme)
        else:
            self._paint_skeleton(painter, theme)
        painter.end()

    def _paint_ground(self, painter: QPainter, theme: Theme) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        if self.isChecked() or (self.underMouse() and self.isEnabled()):
            painter.setBrush(QColor(theme.surface))
            painter.drawRoundedRect(self.rect(), RADIUS, RADIUS)
        if self.hasFocus():
            paint_focus_ring(painter, self.rect(), theme)

    def _paint_skeleton(self, painter: QPainter, theme: Theme) -> None:
        share = _SKELETON_SHARES[self._index % SHOWN]
        painter.setBrush(_faint(theme))
        painter.drawRoundedRect(self._part(SPACING, share * self._name_px, 10), 5, 5)

    def _paint_bar(self, painter: QPainter, theme: Theme) -> None:
        left = SPACING + self._name_px + SPACING
        most = self.width() - left - SPACING
        round_px = _BAR_PX / 2
        painter.setBrush(_faint(theme))
        painter.drawRoundedRect(self._part(left, most, _BAR_PX), round_px, round_px)
        if self._share > 0:
            length = max(self._share * most, float(_BAR_PX))
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(self._part(left, length, _BAR_PX), round_px, round_px)

    def _paint_name(self, painter: QPainter, theme: Theme) -> None:
        font = painter.font()
        font.setBold(self.isChecked())
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        width = int(self._name_px)
        words = painter.fontMetrics().elidedText(self._name, Qt.TextElideMode.ElideRight, width)
        leading = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        aligned = QStyle.visualAlignment(self.layoutDirection(), leading)
        painter.drawText(self._part(SPACING, width, self.height()), int(aligned), words)

    @property
    def _name_px(self) -> float:
        return self.width() * _NAME_SHARE - SPACING

    def _part(self, leading: float, width: float, height: float) -> QRectF:
        """Return a part of the row, centred vertically, mirrored in a right-to-left layout."""
        part = QRectF(leading, (self.height() - height) / 2, width, height)
        if self.isRightToLeft():
            part.moveLeft(self.width() - leading - width)
        return part


def _faint(theme: Theme) -> QColor:
    """Return a colour barely visible on every background of both themes."""
    colour = QColor(theme.muted)
    colour.setAlphaF(_FAINT)
    return colour


class LabelList(QWidget):
    """Up to `SHOWN` labels, the best first; one may be chosen.

    Signals:
        chosen: A label, by a person.
    """

    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows = [LabelRow(index, self) for index in range(SHOWN)]
        self._group = QButtonGroup(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for row in self._rows:
            self._group.addButton(row)
            layout.addWidget(row)
            row.clicked.connect(lambda _=False, row=row: self.chosen.emit(row.name))
        self.setAccessibleName(self.tr("What it looks like"))

    @property
    def names(self) -> list[str]:
        return [row.name for row in self._rows if row.name and not row.isHidden()]

    @property
    def chosen_name(self) -> str | None:
        button = self._group.checkedButton()
        return button.name if isinstance(button, LabelRow) and button.name else None

    def show_labels(self, labels: Sequence[LabelScore]) -> None:
        """Show labels, best first; a chosen one stays chosen while it is among them."""
        kept = self.chosen_name
        best = max(labels[0].score, 0.0) if labels else 0.0
        self._choose(None)
        for index, row in enumerate(self._rows):
            row.setVisible(index < max(len(labels), 1))
            if index < len(labels):
                label = labels[index]
                row.show_label(label.label, max(label.score, 0.0) / best if best else 0.0)
                if label.label == kept:
                    self._choose(row)

    def reset(self) -> None:
        """Show that an answer is still to come."""
        self._choose(None)
        for row in self._rows:
            row.setVisible(True)
            row.show_label("", 0.0)

    def reset_choice(self) -> None:
        self._choose(None)

    def set_dimmed(self, dimmed: bool) -> None:
        for row in self._rows:
            row.set_dimmed(dimmed)

    def _choose(self, row: LabelRow | None) -> None:
        # An exclusive group lets no button go unchecked.
        self._group.setExclusive(False)
        for other in self._rows:
            other.setChecked(other is row)
        self._group.setExclusive(True)
