"""A chip: a few words that can be taken away."""

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QStyle, QWidget
from typing_extensions import override

from photofind.gui.icons import pixmap
from photofind.gui.theme import FOCUS_PX, RADIUS, SPACING, theme_of

HEIGHT = 24
WIDEST = 240
NARROWEST = 72
GAP = 4
_CROSS = 16


class Chip(QAbstractButton):
    """A word or two that can be taken away.

    Signals:
        edit_requested: Clicked beside the cross, or Enter.
        removed: The cross, Delete or Backspace.
        weight_requested: Its weight was clicked, or its menu requested (0), or Ctrl+Up or Ctrl+Down
            pressed (1, −1).
        stepped: −1 or 1: on to the neighbour before or after it.
        typed: A letter, which belongs into the text.
    """

    edit_requested = Signal()
    removed = Signal()
    weight_requested = Signal(int)
    stepped = Signal(int)
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._name = self._sign = self._behind = ""
        self._thumbnail: QPixmap | None = None
        self._cross_hovered = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMouseTracking(True)
        self.setFixedHeight(HEIGHT)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.edit_requested)

    def set_label(self, name: str, spoken: str, *, sign: str = "", weight: str = "") -> None:
        """Set what the chip says.

        Args:
            name: Cut in the middle where there is no room.
            spoken: What a screen reader says.
            sign: Stands before the name, and is never cut.
            weight: Stands behind the name, and is never cut.
        """
        self._name, self._sign = name, sign
        self._behind = f" {weight}" if weight else ""
        self.setText(self._labelled(name))
        self.setAccessibleName(spoken)
        self.setToolTip(self.text())
        self.updateGeometry()

    @property
    def thumbnail(self) -> QPixmap | None:
        """Stands before the label."""
        return self._thumbnail

    def set_thumbnail(self, thumbnail: QPixmap) -> None:
        self._thumbnail = thumbnail
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(min(self._width_with(self.text()), WIDEST), HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        least = self._width_with(self._labelled("…")) if self._behind else NARROWEST
        return QSize(min(max(least, NARROWEST), self.sizeHint().width()), HEIGHT)

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
        # A filter is written from left to right in every language.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        leading = QStyle.visualAlignment(self.layoutDirection(), Qt.AlignmentFlag.AlignLeft)
        label, room = self._labelled(self._shown_name()), self._mirrored(self._text_rect())
        painter.drawText(room, leading | Qt.AlignmentFlag.AlignVCenter, label)
        colour = theme.text if self._cross_hovered else theme.muted
        cross = pixmap("close", colour, 12, self.devicePixelRatioF())
        painter.drawPixmap(self._mirrored(self._cross_rect()).topLeft() + QPoint(2, 2), cross)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        onward = 1 if self.isLeftToRight() else -1
        with_control = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        match event.key():
            case Qt.Key.Key_Up | Qt.Key.Key_Down if with_control:
                self.weight_requested.emit(1 if event.key() == Qt.Key.Key_Up else -1)
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
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or self._on_cross(event) or self._on_weight(event):
            event.accept()
        else:
            super().mousePressEvent(event)

    @override
    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self.isDown():
            super().mouseReleaseEvent(event)
        elif event.button() == Qt.MouseButton.MiddleButton or self._on_cross(event):
            self.removed.emit()
        elif self._on_weight(event):
            self.weight_requested.emit(0)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.weight_requested.emit(0)

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._hover_cross(self._on_cross(event))

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._hover_cross(False)

    def _paint_thumbnail(self, painter: QPainter) -> None:
        if self._thumbnail is None:
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

    def _shown_name(self) -> str:
        """Return the name, cut to its room."""
        fonts = self.fontMetrics()
        room = self._text_rect().width() - fonts.horizontalAdvance(self._labelled(""))
        return fonts.elidedText(self._name, Qt.TextElideMode.ElideMiddle, room)

    def _labelled(self, name: str) -> str:
        return self._sign + name + self._behind

    def _width_with(self, text: str) -> int:
        # One more: the width of a text is not always whole pixels.
        advance = self.fontMetrics().horizontalAdvance(text) + 1
        return self._before_text() + advance + GAP + _CROSS + GAP

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

    def _on_weight(self, event: QMouseEvent) -> bool:
        if not self._behind or event.button() != Qt.MouseButton.LeftButton:
            return False
        fonts, text = self.fontMetrics(), self._mirrored(self._text_rect())
        whole = fonts.horizontalAdvance(self._labelled(self._shown_name()))
        end = text.left() + whole if self.isLeftToRight() else text.right() + 1
        return end - fonts.horizontalAdvance(self._behind) <= event.position().x() < end

    def _hover_cross(self, hovered: bool) -> None:
        if hovered != self._cross_hovered:
            self._cross_hovered = hovered
            self.update()
