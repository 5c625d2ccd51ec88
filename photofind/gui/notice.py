"""Toast messages at the lower edge of the window: what was done, and errors."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from photofind.errors import UserFacingError
from photofind.gui.theme import RADIUS, SPACING

SHOWN_MS = 8000
WIDEST_PX = 560
EDGE_PX = 52
"""Distance from the lower edge, above the status strip."""


class Notice(QFrame):
    """One message over its parent; a later one takes its place.

    What was done goes away by itself. An error stays until it is closed.
    """

    def __init__(self, parent: QWidget, *, shown_ms: int = SHOWN_MS) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # The palette's colours, by its names: they follow the theme while a message is shown.
        self.setStyleSheet(
            "Notice { background: palette(alternate-base); border: 1px solid palette(mid);"
            f" border-radius: {RADIUS}px; }}"
        )
        self._message = QLabel()
        self._message.setWordWrap(True)
        self._hint = QLabel()
        self._hint.setWordWrap(True)
        self._hint.setProperty("muted", True)
        self._act = QPushButton()
        self._act.clicked.connect(self._do)
        self._close = QPushButton(self.tr("Close"))
        self._close.setProperty("quiet", True)
        self._close.clicked.connect(self.hide)
        self._action: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(shown_ms)
        self._timer.timeout.connect(self.hide)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._message)
        words.addWidget(self._hint)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(2 * SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addLayout(words, 1)
        layout.addWidget(self._act)
        layout.addWidget(self._close)
        parent.installEventFilter(self)
        self.hide()

    def show_message(
        self, text: str, action: str | None = None, do: Callable[[], None] | None = None
    ) -> None:
        """Show what was done, and offer one action."""
        self._action = do
        self._act.setText(action or "")
        self._act.setVisible(do is not None)
        self._show(text, "")
        self._timer.start()

    def show_error(self, error: UserFacingError) -> None:
        self._action = None
        self._act.hide()
        self._show(error.message, error.hint)
        self._timer.stop()

    @property
    def text(self) -> str:
        """The message shown, with its hint."""
        return "\n".join(part for part in (self._message.text(), self._hint.text()) if part)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._reposition()
        return False

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            super().keyPressEvent(event)

    def _show(self, message: str, hint: str) -> None:
        self._message.setText(message)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))
        self.setAccessibleName(f"{message} {hint}".strip())
        self.show()
        self._reposition()
        self.raise_()

    def _reposition(self) -> None:
        around = self.parentWidget()
        if around is None or self.isHidden():
            return
        width = min(WIDEST_PX, around.width() - 4 * SPACING)
        self.setFixedWidth(width)
        self.setFixedHeight(self.heightForWidth(width))
        self.move((around.width() - width) // 2, around.height() - self.height() - EDGE_PX)

    def _do(self) -> None:
        self.hide()
        if self._action is not None:
            self._action()
