"""Label of one line, elided in the middle, that copies its full text."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QWidget
from typing_extensions import override


class CopyableLabel(QLabel):
    """Shows as much of its text as fits; copying takes all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._whole = ""
        self._mode = Qt.TextElideMode.ElideMiddle
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    @property
    def whole(self) -> str:
        return self._whole

    def show_text(self, whole: str, tooltip: str = "") -> None:
        """Show a text; the tooltip is the text itself where none is given."""
        self._whole = whole
        self.setToolTip(tooltip or whole)
        self.setAccessibleName(whole)
        self._cut()

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self.hasSelectedText():
            self._copy()
        else:
            super().keyPressEvent(event)

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Copy")).triggered.connect(self._copy_whole)
        menu.popup(event.globalPos())

    def _copy(self) -> None:
        """Copy the selection, or the full text where the selection spans the ellipsis."""
        selected = self.selectedText()
        copied = self._whole if selected not in self._whole else selected
        QGuiApplication.clipboard().setText(copied)

    def _copy_whole(self) -> None:
        QGuiApplication.clipboard().setText(self._whole)

    def _cut(self) -> None:
        # One pixel less: rounding of the text's width must not cut its end.
        room = self.contentsRect().width() - 1
        shown = self.fontMetrics().elidedText(self._whole, self._mode, room)
        if shown != self.text():
            self.setText(shown)
