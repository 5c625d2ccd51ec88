"""Collapsible section of the library panel."""

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from photofind.gui.focus import paint_focus_ring
from photofind.gui.icons import pixmap
from photofind.gui.theme import SPACING, theme_of

_ICON_PX = 12


class _Heading(QAbstractButton):
    def __init__(self, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setCheckable(True)
        self.setChecked(True)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # Tab stops here, as at other buttons; arrow keys collapse and expand.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.toggled.connect(self._update_accessible_name)
        self._update_accessible_name(self.isChecked())

    @override
    def sizeHint(self) -> QSize:
        return QSize(120, max(28, self.fontMetrics().height() + SPACING))

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        mirrored = self.isRightToLeft()
        unfold, fold = Qt.Key.Key_Right, Qt.Key.Key_Left
        if mirrored:
            unfold, fold = fold, unfold
        match event.key():
            case key if key == unfold:
                self.setChecked(True)
            case key if key == fold:
                self.setChecked(False)
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.toggle()
            case _:
                super().keyPressEvent(event)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            paint_focus_ring(painter, self.rect(), theme)
        font = self.font()
        font.setWeight(QFont.Weight.DemiBold)
        painter.setFont(font)
        painter.setPen(QColor(theme.text if self.underMouse() else theme.muted))
        words = self.rect().adjusted(SPACING, 0, -SPACING, 0)
        side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(
            words, self.style().visualAlignment(self.layoutDirection(), side), self.text()
        )
        mirrored = self.isRightToLeft()
        folded = "left" if mirrored else "right"
        drawn = pixmap(
            "down" if self.isChecked() else folded, theme.muted, _ICON_PX, self.devicePixelRatioF()
        )
        x = SPACING if mirrored else self.width() - SPACING - _ICON_PX
        painter.drawPixmap(QPointF(x, (self.height() - _ICON_PX) / 2), drawn)

    def _update_accessible_name(self, unfolded: bool) -> None:
        said = self.tr("{section}, unfolded") if unfolded else self.tr("{section}, folded")
        self.setAccessibleName(said.format(section=self.text()))


class Section(QWidget):
    """Heading that collapses what is below it."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._heading = _Heading(title, self)
        self._body = QWidget(self)
        self.contents = QVBoxLayout(self._body)
        self.contents.setContentsMargins(0, 0, 0, 0)
        self.contents.setSpacing(0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._heading)
        column.addWidget(self._body)
        self._heading.toggled.connect(self._body.setVisible)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def expanded(self) -> bool:
        return self._heading.isChecked()

    def set_expanded(self, expanded: bool) -> None:
        self._heading.setChecked(expanded)
