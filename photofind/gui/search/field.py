"""The line a person types into."""

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QTextCharFormat,
    QTextFormat,
)
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from typing_extensions import override

from photofind.gui.search.typed import TypedText
from photofind.gui.theme import theme_of

NARROWEST = 200
_TINT = 0.18

_PASSING = (
    Qt.FocusReason.PopupFocusReason,
    Qt.FocusReason.MenuBarFocusReason,
    Qt.FocusReason.ActiveWindowFocusReason,
)
"""The focus is gone for a moment only, or with the whole window."""


class SearchField(QLineEdit):
    """A line without a frame; emits the keys that lead out of it.

    Signals:
        entered: Enter.
        escaped: Esc.
        backspaced: Backspace where nothing is left to erase.
        stepped_back: To the chips before the text.
        clicked: With the mouse.
        left: The focus has gone elsewhere in the window.
        picture_pasted: `QMimeData` that holds files or a picture.
    """

    entered = Signal()
    escaped = Signal()
    backspaced = Signal()
    stepped_back = Signal()
    clicked = Signal()
    left = Signal()
    picture_pasted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choosing = False
        """Whether Enter and Tab take what is chosen in a list below."""
        self.marked: tuple[int, int] | None = None
        self._typed = TypedText("")
        self.setFrame(False)
        self.setMinimumWidth(NARROWEST)
        # What is dropped on the window is taken by the window, wherever it falls.
        self.setAcceptDrops(False)
        self.setStyleSheet(
            "QLineEdit, QLineEdit:focus { border: none; background: transparent; padding: 0; }"
        )

    @property
    def typed(self) -> TypedText:
        """The text, parsed once however often it is read."""
        if self._typed.text != self.text():
            self._typed = TypedText(self.text())
        return self._typed

    def mark(self, start: int, end: int) -> None:
        """Draw a wavy line under a part of the text; none where it is empty."""
        self.marked = (start, end) if end > start else None
        danger = QColor(theme_of(self.palette()).danger)
        wavy = QTextCharFormat()
        wavy.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        wavy.setUnderlineColor(danger)
        danger.setAlphaF(_TINT)
        wavy.setBackground(danger)
        attributes = []
        if self.marked is not None:
            # A line edit takes formats from an input method alone, counted from the cursor.
            attributes.append(
                QInputMethodEvent.Attribute(
                    QInputMethodEvent.AttributeType.TextFormat,
                    start - self.cursorPosition(),
                    end - start,
                    QTextFormat(wavy),
                )
            )
        QApplication.sendEvent(self, QInputMethodEvent("", attributes))

    @override
    def event(self, event: QEvent) -> bool:
        taking = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab)
        if self.choosing and isinstance(event, QKeyEvent) and event.key() in taking:
            event.ignore()
            return False
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        at_start = self.cursorPosition() == 0 and not self.hasSelectedText()
        plain = event.modifiers() in (
            Qt.KeyboardModifier.NoModifier,
            Qt.KeyboardModifier.KeypadModifier,
        )
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.entered.emit()
            case Qt.Key.Key_Escape:
                self.escaped.emit()
            case Qt.Key.Key_Backspace if at_start:
                self.backspaced.emit()
            case Qt.Key.Key_Left if at_start and plain and self.isLeftToRight():
                self.stepped_back.emit()
            case Qt.Key.Key_Right if at_start and plain and self.isRightToLeft():
                self.stepped_back.emit()
            case _ if event.matches(QKeySequence.StandardKey.Paste) and self._paste_picture():
                pass
            case _:
                super().keyPressEvent(event)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            self.clicked.emit()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in _PASSING:
            self.left.emit()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        paste = menu.findChild(QAction, "edit-paste")
        if paste is not None and _holds_picture(QGuiApplication.clipboard().mimeData()):
            paste.triggered.disconnect()
            paste.triggered.connect(self._paste_picture)
            paste.setEnabled(True)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def _paste_picture(self) -> bool:
        held = QGuiApplication.clipboard().mimeData()
        if not _holds_picture(held):
            return False
        self.picture_pasted.emit(held)
        return True


def _holds_picture(held: QMimeData) -> bool:
    # A word processor puts a picture of the text beside it; there the text is meant.
    return held.hasUrls() or (held.hasImage() and not held.hasText())
