"""The search bar's line: a lens, chips, the text, and a way to clear them."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QColor, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget
from typing_extensions import override

from photofind.gui.icons import icon, pixmap
from photofind.gui.search.chips import ChipStrip
from photofind.gui.search.field import SearchField
from photofind.gui.theme import FOCUS_PX, RADIUS, SPACING, theme_of

HEIGHT = 40


class BarFrame(QWidget):
    """Lays out the line; shows the field's focus as its own.

    Attributes:
        clear: Takes everything away; there only where there is something.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = SearchField()
        self.field.setAccessibleName(self.tr("Search your photos"))
        self.chips = ChipStrip()
        self.clear = QToolButton()
        self.clear.setProperty("quiet", True)
        self.clear.setAccessibleName(self.tr("Clear search"))
        self.clear.setToolTip(self.tr("Clear search"))
        self._lens = QLabel()
        keys = QKeySequence("Ctrl+K").toString(QKeySequence.SequenceFormat.NativeText)
        self._hint = QLabel(keys)
        self._hint.setProperty("muted", True)
        self._lay_out()
        self._paint_icons()
        self.setFixedHeight(HEIGHT)
        self.field.installEventFilter(self)

    def show_state(self, *, chips: bool) -> None:
        """Follow what is in the line."""
        self.field.setPlaceholderText(
            "" if chips else self.tr("Search your photos – a dog on a beach")
        )
        filled = chips or bool(self.field.text())
        self._hint.setVisible(not filled)
        self.clear.setVisible(filled)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return False

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icons()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.field.setFocus()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        focused = self.field.hasFocus()
        line = FOCUS_PX if focused else 1
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.accent if focused else theme.hairline), line))
        painter.setBrush(self.palette().base())
        box = self.rect().toRectF().adjusted(line / 2, line / 2, -line / 2, -line / 2)
        painter.drawRoundedRect(box, RADIUS, RADIUS)

    def _lay_out(self) -> None:
        line = QHBoxLayout(self)
        line.setContentsMargins(SPACING + 4, 2, SPACING, 2)
        line.setSpacing(SPACING)
        line.addWidget(self._lens)
        line.addWidget(self.chips)
        line.addWidget(self.field, 1)
        line.addWidget(self._hint)
        line.addWidget(self.clear)
        QWidget.setTabOrder(self.field, self.clear)

    def _paint_icons(self) -> None:
        theme = theme_of(self.palette())
        self._lens.setPixmap(pixmap("search", theme.muted, 16, self.devicePixelRatioF()))
        self.clear.setIcon(icon("close", theme.muted))
