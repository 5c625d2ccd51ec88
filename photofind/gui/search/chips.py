"""Chips in the search bar: one for each filter, one for a picture."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QWidget
from typing_extensions import override

from photofind.gui.icons import pixmap
from photofind.gui.search.request import filter_label
from photofind.gui.theme import FOCUS_PX, RADIUS, SPACING, theme_of
from photofind.store.filters import Condition, Filter

HEIGHT = 24
WIDEST = 240
NARROWEST = 72
GAP = 4
_CROSS = 16


class Chip(QAbstractButton):
    """A word or two that can be taken away.

    Args:
        spoken: What a screen reader says.
        thumbnail: Stands before the label.

    Signals:
        edit_requested: Clicked beside the cross, or Enter.
        removed: The cross, Delete or Backspace.
        stepped: −1 or 1: on to the neighbour before or after it.
        typed: A letter, which belongs into the text.
    """

    edit_requested = Signal()
    removed = Signal()
    stepped = Signal(int)
    typed = Signal(str)

    def __init__(
        self,
        label: str,
        spoken: str,
        thumbnail: QPixmap | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._thumbnail = thumbnail
        self._cross_hovered = False
        self.setText(label)
        self.setAccessibleName(spoken)
        self.setToolTip(label)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.edit_requested)

    def set_thumbnail(self, thumbnail: QPixmap | None) -> None:
        self._thumbnail = thumbnail
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        text = self.fontMetrics().horizontalAdvance(self.text())
        # One more: the width of a text is not always whole pixels.
        width = self._before_text() + text + 1 + GAP + _CROSS + GAP
        return QSize(min(width, WIDEST), HEIGHT)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        line = FOCUS_PX if self.hasFocus() else 1
        painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.hairline), line))
        painter.setBrush(self.palette().window() if self.isDown() else theme.raised)
        inset = line / 2
        painter.drawRoundedRect(
            self.rect().toRectF().adjusted(inset, inset, -inset, -inset), RADIUS, RADIUS
        )
        self._paint_thumbnail(painter)
        painter.setPen(theme.text)
        room = self._text_rect()
        label = self.fontMetrics().elidedText(
            self.text(), Qt.TextElideMode.ElideMiddle, room.width()
        )
        # A filter is written from left to right in every language.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        leading = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        painter.drawText(self._mirrored(room), leading | Qt.AlignmentFlag.AlignVCenter, label)
        colour = theme.text if self._cross_hovered else theme.muted
        cross = pixmap("close", colour, 12, self.devicePixelRatioF())
        painter.drawPixmap(self._mirrored(self._cross_rect()).topLeft() + QPoint(2, 2), cross)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        onward = 1 if self.isLeftToRight() else -1
        match event.key():
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.removed.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.edit_requested.emit()
            case Qt.Key.Key_Left:
                self.stepped.emit(-onward)
            case Qt.Key.Key_Right:
                self.stepped.emit(onward)
            case _ if event.text().isprintable() and event.text().strip():
                self.typed.emit(event.text())
            case _:
                super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.MiddleButton or self._on_cross(event):
            event.accept()
        else:
            super().mousePressEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isDown():
            super().mouseReleaseEvent(event)
        elif event.button() == Qt.MouseButton.MiddleButton or self._on_cross(event):
            self.removed.emit()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover_cross(self._on_cross(event))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover_cross(False)

    def _paint_thumbnail(self, painter: QPainter) -> None:
        if self._thumbnail is None or self._thumbnail.isNull():
            return
        side = HEIGHT - 6
        scale = self.devicePixelRatioF()
        filled = self._thumbnail.scaled(
            QSize(side, side) * scale,
            Qt.AspectRatioMode.KeepAspectRatioByExpanding,
            Qt.TransformationMode.SmoothTransformation,
        )
        shown = QRect(QPoint(0, 0), QSize(side, side) * scale)
        shown.moveCenter(filled.rect().center())
        painter.drawPixmap(self._mirrored(QRect(3, 3, side, side)), filled, shown)

    def _before_text(self) -> int:
        return SPACING if self._thumbnail is None else HEIGHT + 2

    def _text_rect(self) -> QRect:
        start = self._before_text()
        return QRect(start, 0, self.width() - start - GAP - _CROSS - GAP, HEIGHT)

    def _cross_rect(self) -> QRect:
        return QRect(self.width() - GAP - _CROSS, (HEIGHT - _CROSS) // 2, _CROSS, _CROSS)

    def _mirrored(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), rect)

    def _on_cross(self, event: QMouseEvent) -> bool:
        target = self._mirrored(self._cross_rect()).adjusted(-GAP, -GAP, GAP, GAP)
        return target.contains(event.position().toPoint())

    def _hover_cross(self, hovered: bool) -> None:
        if hovered != self._cross_hovered:
            self._cross_hovered = hovered
            self.update()


class ChipStrip(QWidget):
    """Chips side by side; where there is no room they grow narrower, then scroll.

    Signals:
        filter_removed: `Condition`.
        filter_edit_requested: `Condition`.
        picture_removed: The chip of the picture is gone.
        left: On behind the last chip.
        typed: A letter, typed on a chip.
    """

    filter_removed = Signal(object)
    filter_edit_requested = Signal(object)
    picture_removed = Signal()
    left = Signal()
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture: Chip | None = None
        self._filters: list[tuple[Condition, Chip]] = []
        self._scrolled = 0
        # Qt orders only after what may have the focus; hidden, this one never gets it.
        self._first = QWidget(self)
        self._first.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._first.hide()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setVisible(False)

    @property
    def chips(self) -> list[Chip]:
        """From first to last; the picture's is the first."""
        filters = [chip for _, chip in self._filters]
        return filters if self._picture is None else [self._picture, *filters]

    def show_filters(self, filters: Sequence[Condition]) -> None:
        """Put these in the place of those shown; equal ones keep their chips."""
        before, old = self._focused(), self._filters
        self._filters = []
        for one in filters:
            kept = next((pair for pair in old if pair[0] == one), None)
            if kept is not None:
                old.remove(kept)
            self._filters.append(kept or (one, self._filter_chip(one)))
        for _, chip in old:
            self._drop(chip)
        self._rearrange(before)

    def show_picture(self, name: str | None, thumbnail: QPixmap | None) -> None:
        """`None` takes the picture away."""
        if self._picture is not None and name == self._picture.text():
            self._picture.set_thumbnail(thumbnail)
            self.updateGeometry()
            self._arrange()
            return
        before = self._focused()
        if self._picture is not None:
            self._drop(self._picture)
            self._picture = None
        if name is not None:
            spoken = self.tr("Picture: {name}. Remove with Delete.").format(name=name)
            self._picture = self._connected(Chip(name, spoken, thumbnail, self))
            self._picture.removed.connect(self.picture_removed)
        self._rearrange(before)

    def focus_last(self) -> None:
        if self.chips:
            self.chips[-1].setFocus(Qt.FocusReason.BacktabFocusReason)

    @override
    def sizeHint(self) -> QSize:
        return QSize(_total([chip.sizeHint().width() for chip in self.chips]), HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), NARROWEST), HEIGHT)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scrolled = self._furthest()
        self._arrange()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        self._scroll_to(self._scrolled - (turned.y() or turned.x()) // 2)
        event.accept()

    def _filter_chip(self, one: Condition) -> Chip:
        chip = self._connected(Chip(filter_label(one), self._spoken(one), None, self))
        chip.removed.connect(lambda: self.filter_removed.emit(one))
        chip.edit_requested.connect(lambda: self.filter_edit_requested.emit(one))
        return chip

    def _spoken(self, one: Condition) -> str:
        if not isinstance(one, Filter):
            text = self.tr("Filter: {filter}. Remove with Delete.")
            return text.format(filter=filter_label(one))
        text = (
            self.tr("Filter: not {name} {value}. Remove with Delete.")
            if one.negated
            else self.tr("Filter: {name} {value}. Remove with Delete.")
        )
        return text.format(name=one.kind.name, value=one.kind.write(one.value))

    def _connected(self, chip: Chip) -> Chip:
        chip.stepped.connect(lambda step: self._step(chip, step))
        chip.typed.connect(self.typed)
        chip.installEventFilter(self)
        chip.show()
        return chip

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, Chip):
            self._bring_into_view(watched)
        return False

    def _drop(self, chip: Chip) -> None:
        chip.removeEventFilter(self)
        chip.hide()
        chip.deleteLater()

    def _step(self, chip: Chip, step: int) -> None:
        chips = self.chips
        to = chips.index(chip) + step
        if to >= len(chips):
            self.left.emit()
        elif to >= 0:
            chips[to].setFocus(Qt.FocusReason.TabFocusReason)

    def _focused(self) -> int | None:
        return next((n for n, chip in enumerate(self.chips) if chip.hasFocus()), None)

    def _rearrange(self, focused: int | None) -> None:
        """Put the chips in order; the focus of a chip that is gone moves on to its neighbour."""
        chips = self.chips
        for first, second in pairwise((self._first, *chips)):
            QWidget.setTabOrder(first, second)
        if focused is not None and self._focused() is None:
            if chips:
                chips[min(focused, len(chips) - 1)].setFocus(Qt.FocusReason.TabFocusReason)
            else:
                self.left.emit()
        self.setVisible(bool(chips))
        self.updateGeometry()
        self._scrolled = self._furthest()
        self._arrange()

    def _widths(self) -> list[int]:
        return _narrowed([chip.sizeHint().width() for chip in self.chips], self.width())

    def _arrange(self) -> None:
        at = -self._scrolled
        for chip, width in zip(self.chips, self._widths(), strict=True):
            place = QRect(at, 0, width, HEIGHT)
            chip.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))
            at += width + GAP

    def _furthest(self) -> int:
        return max(0, _total(self._widths()) - self.width())

    def _scroll_to(self, offset: int) -> None:
        self._scrolled = max(0, min(offset, self._furthest()))
        self._arrange()

    def _bring_into_view(self, chip: Chip) -> None:
        widths = self._widths()
        number = self.chips.index(chip)
        start = sum(widths[:number]) + GAP * number
        lowest = start + widths[number] - self.width()
        self._scroll_to(max(lowest, min(self._scrolled, start)))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(len(widths) - 1, 0)


def _narrowed(widths: Sequence[int], room: int) -> list[int]:
    """Cut the widest of some widths so that all fit, none below `NARROWEST` for it."""
    low, high = NARROWEST, max(widths, default=NARROWEST)
    while low < high:
        middle = (low + high + 1) // 2
        if _total([min(width, middle) for width in widths]) <= room:
            low = middle
        else:
            high = middle - 1
    return [min(width, max(low, NARROWEST)) for width in widths]
