"""Histogram of photos by year, to select years from."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from photofind.gui.focus import paint_focus_ring
from photofind.gui.folders.year_bars import YearBar, year_bars
from photofind.gui.theme import SPACING, theme_of
from photofind.gui.wording import photos

NARROWEST_PX, WIDEST_PX = 4, 20
_BARS_PX = 48
_LEAST_PX = 2


class YearsHistogram(QWidget):
    """A click selects a year, a drag a range; Escape or a second click clears the selection.

    Left and Right go to the next year that has photos, with Shift they extend the selection.

    Signals:
        years_chosen: The first and the last year.
        cleared: The selection was cleared.
    """

    years_chosen = Signal(int, int)
    cleared = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._years: dict[int, int] = {}
        self._chosen: tuple[int, int] | None = None
        self._hovered: YearBar | None = None
        self._pressed: YearBar | None = None
        self._drawn: tuple[int, int] | None = None
        self._anchor: int | None = None
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._update_accessible_name()

    @property
    def chosen(self) -> tuple[int, int] | None:
        return self._chosen

    def show_years(self, years: Mapping[int, int]) -> None:
        """Show photos by year; the selection stays."""
        self._years = dict(years)
        self._hovered = self._pressed = None
        self._drawn = None
        self._update_accessible_name()
        self.update()

    def choose(self, years: tuple[int, int] | None) -> None:
        """Select years without emitting `years_chosen`."""
        self._chosen = years
        self._anchor = None if years is None else years[0]
        self._update_accessible_name()
        self.update()

    def bars(self) -> list[YearBar]:
        """Return the bars as painted now, from the left."""
        return year_bars(self._years, max(self._room().width() // NARROWEST_PX, 1))

    def area_of(self, bar: YearBar) -> QRect:
        """Return the area where a bar can be clicked."""
        bars = self.bars()
        pitch = self._pitch(len(bars))
        room = self._room()
        left = room.left() + round(bars.index(bar) * pitch)
        return QRect(left, room.top(), round(pitch), room.height())

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, _BARS_PX + self.fontMetrics().height() + 3 * SPACING)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.sizeHint().height())

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        bar = self._bar_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and bar is not None:
            self._pressed = bar
            self._drawn = (bar.first, bar.last)
            self.update()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        bar = self._bar_at(event.position().x(), nearest=self._pressed is not None)
        if self._pressed is not None and bar is not None:
            self._drawn = _around(self._pressed, bar)
        self._hovered = bar
        self.update()

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        drawn, pressed = self._drawn, self._pressed
        self._pressed = self._drawn = None
        if event.button() != Qt.MouseButton.LeftButton or drawn is None or pressed is None:
            return
        clicked_again = drawn == self._chosen and drawn == (pressed.first, pressed.last)
        if clicked_again:
            self._clear()
        elif self._count(drawn):
            self._pick(drawn, drawn[0])
        self.update()

    @override
    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        full = [bar for bar in self.bars() if bar.photos]
        key = event.key()
        if key == Qt.Key.Key_Escape and self._chosen is not None:
            self._clear()
        elif full and key in (_LEFT, _RIGHT, Qt.Key.Key_Home, Qt.Key.Key_End):
            extend = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            self._step(full, Qt.Key(key), extend=extend)
        elif self._chosen is not None and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.years_chosen.emit(*self._chosen)
        else:
            super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            paint_focus_ring(painter, self.rect(), theme)
        self._paint_bars(painter)
        self._paint_words(painter)

    def _paint_bars(self, painter: QPainter) -> None:
        theme = theme_of(self.palette())
        room = self._room()
        bars = self.bars()
        pitch = self._pitch(len(bars))
        most = max((bar.photos for bar in bars), default=1)
        marked = self._drawn or self._chosen
        painter.setPen(Qt.PenStyle.NoPen)
        for index, bar in enumerate(bars):
            if not bar.photos:
                continue
            # Heights are linear, with a minimum so that a year with few photos can be clicked.
            height = max(bar.photos / most * room.height(), _LEAST_PX)
            left = room.left() + index * pitch
            within = marked is not None and bar.last >= marked[0] and bar.first <= marked[1]
            plain = theme.text if bar == self._hovered else theme.muted
            painter.setBrush(QColor(theme.accent if within else plain))
            area = QRectF(left, room.bottom() + 1 - height, max(pitch - 1, 1), height)
            painter.drawRoundedRect(area, 1, 1)
        painter.setBrush(QColor(theme.hairline))
        painter.drawRect(QRectF(room.left(), room.bottom() + 2, room.width(), 1))

    def _paint_words(self, painter: QPainter) -> None:
        theme = theme_of(self.palette())
        room = self._room()
        words = QRect(room.left(), room.bottom() + 5, room.width(), self.fontMetrics().height())
        said = self._text_of(self._drawn or self._hovered_years() or self._chosen)
        if said:
            painter.setPen(QColor(theme.text))
            painter.drawText(words, Qt.AlignmentFlag.AlignCenter, said)
            return
        bars = self.bars()
        if bars:
            painter.setPen(QColor(theme.muted))
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft, str(bars[0].first))
        if len(bars) > 1:
            last = str(bars[-1].last)
            # Under the last bar, unless the first year's words are there.
            least = 2 * self.fontMetrics().horizontalAdvance(last) + SPACING
            words.setWidth(max(round(self._pitch(len(bars)) * len(bars)), least))
            painter.drawText(words, Qt.AlignmentFlag.AlignRight, last)

    def _step(self, full: list[YearBar], key: Qt.Key, *, extend: bool) -> None:
        """Move the selection by key; `full` are the bars that have photos."""
        chosen = self._chosen
        if chosen is None:
            index = 0 if key in (Qt.Key.Key_Home, _RIGHT) else len(full) - 1
            self._pick((full[index].first, full[index].last), full[index].first)
            return
        anchor = chosen[0] if self._anchor is None else self._anchor
        # The end away from the anchor moves.
        held_first = anchor == chosen[0]
        moving = chosen[1] if held_first else chosen[0]
        index = min(range(len(full)), key=lambda n: abs(full[n].first - moving))
        steps = {_LEFT: index - 1, _RIGHT: index + 1, Qt.Key.Key_Home: 0}
        target = full[min(max(steps.get(key, len(full) - 1), 0), len(full) - 1)]
        if not extend:
            self._pick((target.first, target.last), target.first)
            return
        self._pick((min(anchor, target.first), max(anchor, target.last)), anchor)

    def _pick(self, years: tuple[int, int], anchor: int) -> None:
        if years == self._chosen:
            return
        self._chosen = years
        self._anchor = anchor
        self._update_accessible_name()
        self.update()
        self.years_chosen.emit(*years)

    def _clear(self) -> None:
        self.choose(None)
        self.cleared.emit()

    def _room(self) -> QRect:
        """Return the rectangle the bars are painted in."""
        return QRect(SPACING, SPACING, max(self.width() - 2 * SPACING, 1), _BARS_PX)

    def _pitch(self, count: int) -> float:
        return min(max(self._room().width() / max(count, 1), NARROWEST_PX), WIDEST_PX)

    def _bar_at(self, x: float, *, nearest: bool = False) -> YearBar | None:
        bars = self.bars()
        index = int((x - self._room().left()) // self._pitch(len(bars)))
        if nearest:
            index = min(max(index, 0), len(bars) - 1)
        return bars[index] if 0 <= index < len(bars) else None

    def _hovered_years(self) -> tuple[int, int] | None:
        return None if self._hovered is None else (self._hovered.first, self._hovered.last)

    def _count(self, years: tuple[int, int]) -> int:
        return sum(count for year, count in self._years.items() if years[0] <= year <= years[1])

    def _text_of(self, years: tuple[int, int] | None) -> str:
        if years is None:
            return ""
        said = self.tr("{year}: {photos}") if years[0] == years[1] else self.tr("{years}: {photos}")
        span = f"{years[0]}–{years[1]}"  # digits are written the same everywhere here
        return said.format(year=years[0], years=span, photos=photos(self._count(years)))

    def _update_accessible_name(self) -> None:
        said = self._text_of(self._chosen) or self.tr("none chosen")
        self.setAccessibleName(self.tr("Years, {chosen}").format(chosen=said))
        if QAccessible.isActive():
            event = QAccessibleEvent(self, QAccessible.Event.NameChanged)
            QAccessible.updateAccessibility(event)


_LEFT, _RIGHT = Qt.Key.Key_Left, Qt.Key.Key_Right


def _around(one: YearBar, other: YearBar) -> tuple[int, int]:
    return min(one.first, other.first), max(one.last, other.last)
