"""One tag as a small rounded button, with what can be done to it at its end."""

from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from typing_extensions import override

from photofind.gui.icons import pixmap
from photofind.gui.theme import FOCUS_PX, theme_of

HEIGHT_PX = 26
_PADDING_PX = 16
_MARK_PX = 20
_ICON_PX = 12
_SHORTEST_PX = 48


class Look(Enum):
    """What a chip says about its tag before its name is read."""

    FILLED = "filled"
    """A person said so."""
    OUTLINED = "outlined"
    """Suggested, or on some of the photos only."""
    STRUCK = "struck"
    """To be taken away."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A small button on a chip.

    Attributes:
        action: What the chip emits when it is pressed.
        icon: A drawing of resources/icons.
        words: What it does, for the tooltip and for screen readers.
    """

    action: str
    icon: str
    words: str


@dataclass(frozen=True, slots=True)
class ChipFace:
    """All that a chip shows.

    Attributes:
        note: Said after the name, quietly.
        marks: Always there, but for that of a filled chip: it comes with the pointer or the focus.
        spoken: Name, state and what can be done, for screen readers.
        on_click: The action of a click on the name.
        on_enter: The action of Enter.
        on_delete: The action of Delete.
    """

    name: str
    look: Look
    marks: tuple[Mark, ...]
    spoken: str
    on_click: str
    on_enter: str
    on_delete: str
    note: str = ""


class _MarkButton(QAbstractButton):
    def __init__(self, mark: Mark, chip: "Chip") -> None:
        super().__init__(chip)
        self.mark = mark
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(mark.words)
        self.setToolTip(mark.words)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    @override
    def sizeHint(self) -> QSize:
        return QSize(_MARK_PX, HEIGHT_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = QRectF(self.rect()).center()
        if self.underMouse():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.raised if self.isDown() else theme.hairline))
            painter.drawEllipse(middle, 9, 9)
        colour = theme.text if self.underMouse() else theme.muted
        drawn = pixmap(self.mark.icon, colour, _ICON_PX, self.devicePixelRatioF())
        painter.drawPixmap(middle - QPointF(_ICON_PX / 2, _ICON_PX / 2), drawn)


class Chip(QAbstractButton):
    """Shows one `ChipFace`; the arrow keys are its owner's.

    Signals:
        acted: A mark, the name or a key was pressed; the action it stands for.
        focused: It has the keyboard now.
    """

    acted = Signal(str)
    focused = Signal()

    def __init__(self, face: ChipFace, parent: QWidget) -> None:
        super().__init__(parent)
        self._face = face
        self._marks: list[_MarkButton] = []
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.clicked.connect(lambda: self.acted.emit(self._face.on_click))
        self.show_face(face)

    @property
    def face(self) -> ChipFace:
        return self._face

    def show_face(self, face: ChipFace) -> None:
        if face.marks != tuple(button.mark for button in self._marks):
            self._make_marks(face.marks)
        self._face = face
        self.setText(face.name)
        self.setAccessibleName(face.spoken)
        self._show_marks()
        self._place_marks()
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        width = self._before() + metrics.horizontalAdvance(self._face.name) + self._after()
        if self._face.note:
            width += metrics.horizontalAdvance("  " + self._face.note)
        # One pixel more: rounding of the text's width must not shorten it.
        return QSize(width + 1, max(HEIGHT_PX, metrics.height() + 8))

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(min(_SHORTEST_PX, self.sizeHint().width()), self.sizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_marks()

    @override
    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._show_marks(hovered=True)

    @override
    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._show_marks(hovered=False)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._show_marks()
        self.focused.emit()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_marks()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Space if plain:
                self.acted.emit(self._face.on_enter)
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace if plain:
                self.acted.emit(self._face.on_delete)
            case _:
                # Not to the button, which would take arrow keys for itself.
                event.ignore()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter)
        self._paint_words(painter)

    def _paint_ground(self, painter: QPainter) -> None:
        theme = theme_of(self.palette())
        line = FOCUS_PX if self.hasFocus() else 1
        colour = theme.muted
        if self.hasFocus():
            colour = theme.accent
        elif self._face.look is not Look.OUTLINED:
            colour = theme.hairline
        painter.setPen(QPen(QColor(colour), line))
        if self._face.look is Look.FILLED:
            painter.setBrush(QColor(theme.raised if self.underMouse() else theme.hairline))
        elif self.underMouse():
            painter.setBrush(QColor(theme.raised))
        inset = line / 2
        frame = QRectF(self.rect()).adjusted(inset, inset, -inset, -inset)
        painter.drawRoundedRect(frame, frame.height() / 2, frame.height() / 2)

    def _paint_words(self, painter: QPainter) -> None:
        theme = theme_of(self.palette())
        struck = self._face.look is Look.STRUCK
        font = self.font()
        font.setStrikeOut(struck)
        painter.setFont(font)
        metrics = QFontMetrics(font)
        note = "  " + self._face.note if self._face.note else ""
        room = self._words().width() - metrics.horizontalAdvance(note)
        name = metrics.elidedText(self._face.name, Qt.TextElideMode.ElideRight, room)
        if name != self._face.name:
            self.setToolTip(self._face.name)
        side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        aligned = self.style().visualAlignment(self.layoutDirection(), side)
        painter.setPen(QColor(theme.muted if struck else theme.text))
        painter.drawText(self._words(), aligned, name)
        if note:
            painter.setPen(QColor(theme.muted))
            end = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignTrailing
            aligned = self.style().visualAlignment(self.layoutDirection(), end)
            painter.drawText(self._words(), aligned, note)

    def _words(self) -> QRect:
        words = self.rect().adjusted(self._before(), 0, -self._after(), 0)
        return self.style().visualRect(self.layoutDirection(), self.rect(), words)

    def _before(self) -> int:
        return _PADDING_PX if self._comes_and_goes() else _PADDING_PX - 4

    def _after(self) -> int:
        """Return the room behind the words; a mark that comes and goes lies in the padding."""
        if self._comes_and_goes() or not self._marks:
            return _PADDING_PX
        return _MARK_PX * len(self._marks) + 5

    def _comes_and_goes(self) -> bool:
        return self._face.look is Look.FILLED and len(self._marks) == 1

    def _make_marks(self, marks: tuple[Mark, ...]) -> None:
        for button in self._marks:
            button.hide()
            button.deleteLater()
        self._marks = []
        for mark in marks:
            button = _MarkButton(mark, self)
            button.clicked.connect(lambda _=False, action=mark.action: self.acted.emit(action))
            self._marks.append(button)

    def _show_marks(self, *, hovered: bool | None = None) -> None:
        over = self.underMouse() if hovered is None else hovered
        seen = not self._comes_and_goes() or over or self.hasFocus()
        for button in self._marks:
            button.setVisible(seen)

    def _place_marks(self) -> None:
        width = _PADDING_PX if self._comes_and_goes() else _MARK_PX
        ending = 0 if self._comes_and_goes() else 3
        left = self.width() - ending - width * len(self._marks)
        for place, button in enumerate(self._marks):
            area = QRect(left + place * width, 0, width, self.height())
            button.setGeometry(self.style().visualRect(self.layoutDirection(), self.rect(), area))
