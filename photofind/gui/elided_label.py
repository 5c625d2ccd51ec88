"""Label that elides its text, with the whole of it in the tooltip."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget
from typing_extensions import override

LEAST_PX = 48


class ElidedLabel(QLabel):
    """Label as wide as its text where there is room, elided where not.

    Args:
        mode: Where the text is cut.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def show_text(self, text: str, *, tooltip: str = "") -> None:
        """Show a text; `tooltip` where there is more to say than the text itself."""
        self.setToolTip(tooltip or text)
        if text == self.text():
            return
        self.setText(text)
        # Padding of numbers is not for screen readers.
        self.setAccessibleName(" ".join(text.split()))

    @override
    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(min(LEAST_PX, hint.width()), hint.height())

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self.text(), self._mode, self.width())
        painter.drawText(self.contentsRect(), Qt.AlignmentFlag.AlignVCenter, text)
