"""Card beside a box: labels, candidates, and actions."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.errors import UserFacingError
from photofind.gui.icons import icon
from photofind.gui.region.labels import SHOWN, LabelList
from photofind.gui.region.options import RegionOptions
from photofind.gui.region.tagging import TagLine
from photofind.gui.theme import RADIUS, SPACING, theme_of
from photofind.search.regions import RegionAnswer, RegionMethod

_WIDTH_PX = 288
_WIDTH_LETTERS = 40

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)

TYPING_PAUSE_MS = 400
"""After this long without a key, typed labels are submitted."""

DIM_AFTER_MS = 150
"""An answer that comes sooner replaces the old one without a flicker."""


class RegionCard(QWidget):
    """Shows labels of a box as bars and names, and the actions for it.

    Args:
        typing_pause_ms: See `TYPING_PAUSE_MS`.
        dim_after_ms: See `DIM_AFTER_MS`.

    Signals:
        find_requested: Photos with this in them are to be found.
        tag_requested: The name of a tag for the photo.
        options_changed: Labels, method or strength were changed.
        closed: The card was closed.
        field_left: A field was left, and the box is to have the focus.
        reshaped: `wanted_size` has changed.
    """

    find_requested = Signal()
    tag_requested = Signal(str)
    options_changed = Signal()
    closed = Signal()
    field_left = Signal()
    reshaped = Signal()

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        typing_pause_ms: int = TYPING_PAUSE_MS,
        dim_after_ms: int = DIM_AFTER_MS,
    ) -> None:
        super().__init__(parent)
        self._labels: tuple[str, ...] = ()
        self._list = LabelList()
        self._close = QToolButton()
        self._nothing = _quiet(QLabel(self.tr("Nothing of this stands out.")))
        self._message, self._hint = QLabel(), _quiet(QLabel())
        self._own = QLineEdit()
        self._tag = TagLine()
        self._find = QPushButton(self.tr("Find this elsewhere"))
        self._more = QToolButton()
        self._options = RegionOptions()
        self._body = QWidget()
        self._scroll = QScrollArea()
        self._typing = QTimer(self, singleShot=True, interval=typing_pause_ms)
        self._dimming = QTimer(self, singleShot=True, interval=dim_after_ms)
        self._dress()
        self._lay_out()
        self._connect()
        self.reset()

    @property
    def labels(self) -> tuple[str, ...]:
        """Candidate labels a person typed; empty for the whole vocabulary."""
        return self._labels

    @property
    def method(self) -> RegionMethod:
        return self._options.method

    @property
    def strength(self) -> float:
        return self._options.strength

    @property
    def names(self) -> list[str]:
        """Labels shown, the best first."""
        return self._list.names

    def wanted_size(self) -> QSize:
        """Return the size at which all contents are in view."""
        width = max(_WIDTH_PX, self.fontMetrics().averageCharWidth() * _WIDTH_LETTERS)
        body, outer = self._body.layout(), self.layout()
        if body is None or outer is None:
            return QSize(width, 0)
        body.activate()
        margins = outer.contentsMargins()
        inner = width - margins.left() - margins.right()
        height = max(body.totalHeightForWidth(inner), body.totalMinimumSize().height())
        frame = margins.top() + margins.bottom() + outer.spacing() + self._find.sizeHint().height()
        return QSize(width, height + frame)

    def set_completions(self, names: Sequence[str]) -> None:
        """Set the names that the tag field offers."""
        self._tag.set_completions(names)

    def show_answer(self, answer: RegionAnswer, requested: RegionMethod) -> None:
        """Show an answer; `requested` is the method wanted, the answer says which was used."""
        best = answer.labels[:SHOWN]
        self._list.show_labels(best)
        self._list.show()
        self._nothing.setVisible(bool(best) and best[0].score <= 0)
        self._show_error("", "")
        self._options.show_used(requested, answer.method)
        self._tag.suggest(self._list.chosen_name or (best[0].label if best else ""))
        self._undim()

    def show_error(self, error: UserFacingError) -> None:
        """Show why there is no answer; the last one stays, dimmed."""
        self._dimming.stop()
        self._list.setVisible(bool(self._list.names))
        self._list.set_dimmed(True)
        self._show_error(error.message, error.hint)

    def show_tagged(self, name: str) -> None:
        """Show that the photo has the tag now."""
        self._tag.show_tagged(name)

    def set_busy(self, busy: bool) -> None:
        """Dim the last answer if the next one takes long."""
        if busy:
            self._dimming.start()
        elif self._message.isHidden():
            self._undim()

    def reset(self) -> None:
        """Clear everything for another box."""
        self._list.reset()
        self._list.show()
        self._nothing.hide()
        self._show_error("", "")
        self._tag.reset()
        self._undim()

    def reset_choice(self) -> None:
        """Drop what a person chose or typed for the box before."""
        self._list.reset_choice()
        self._tag.reset_choice()

    # What it looks like

    def _dress(self) -> None:
        self.setAccessibleName(self.tr("What is in the box"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self._close.setProperty("quiet", True)
        self._close.setAccessibleName(self.tr("Clear the box"))
        self._close.setToolTip(self.tr("Clear the box (Esc)"))
        self._own.setPlaceholderText(self.tr("Or is it one of these? dog, cat, cow"))
        self._own.setAccessibleName(self.tr("What it may be, separated by commas"))
        self._own.setClearButtonEnabled(True)
        self._message.setProperty("danger", True)
        for label in (self._message, self._hint):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self._find.setProperty("primary", True)
        self._find.setToolTip(self.tr("Photos with this in them (Enter)"))
        self._more.setText(self.tr("How to look"))
        self._more.setCheckable(True)
        self._more.setProperty("quiet", True)
        self._more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._options.hide()
        self._draw_icons()

    def _draw_icons(self) -> None:
        theme = theme_of(self.palette())
        self._close.setIcon(icon("close", theme.muted))
        backwards = self.isRightToLeft()
        folded = "left" if backwards else "right"
        self._more.setIcon(icon("down" if self._more.isChecked() else folded, theme.muted))

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(_quiet(QLabel(self.tr("This looks like"))))
        top.addStretch()
        top.addWidget(self._close)
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(SPACING)
        body.addLayout(top)
        for part in (self._list, self._nothing, self._message, self._hint, self._own, self._tag):
            body.addWidget(part)
        body.addWidget(self._more, 0, Qt.AlignmentFlag.AlignLeading)
        body.addWidget(self._options)
        body.addStretch()
        self._scroll.setWidget(self._body)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.viewport().setAutoFillBackground(False)
        self._body.setAutoFillBackground(False)
        self._find.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(12, SPACING, 12, 12)
        outer.setSpacing(SPACING)
        outer.addWidget(self._scroll, 1)
        outer.addWidget(self._find)

    def _connect(self) -> None:
        self._list.chosen.connect(self._tag.set_name)
        self._close.clicked.connect(self.closed)
        self._find.clicked.connect(self.find_requested)
        self._tag.tag_requested.connect(self.tag_requested)
        self._own.textEdited.connect(lambda _: self._typing.start())
        self._own.textChanged.connect(self._clear_at_once)
        self._own.editingFinished.connect(self._apply_labels)
        self._typing.timeout.connect(self._apply_labels)
        self._dimming.timeout.connect(lambda: self._list.set_dimmed(True))
        self._options.changed.connect(self.options_changed)
        self._more.toggled.connect(self._show_more)
        self._body.installEventFilter(self)

    # What is done with it

    def _clear_at_once(self, text: str) -> None:
        if not text:
            self._apply_labels()

    def _apply_labels(self) -> None:
        self._typing.stop()
        names = (" ".join(name.split()) for name in self._own.text().split(","))
        labels = tuple(dict.fromkeys(name for name in names if name))
        if labels != self._labels:
            self._labels = labels
            self.options_changed.emit()

    def _show_more(self, shown: bool) -> None:
        self._options.setVisible(shown)
        self._draw_icons()

    def _show_error(self, message: str, hint: str) -> None:
        for label, words in ((self._message, message), (self._hint, hint)):
            label.setText(words)
            label.setVisible(bool(words))

    def _undim(self) -> None:
        self._dimming.stop()
        self._list.set_dimmed(False)

    # Qt

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._body and event.type() == QEvent.Type.LayoutRequest:
            self.reshaped.emit()
        return super().eventFilter(watched, event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.PaletteChange, QEvent.Type.LayoutDirectionChange):
            self._draw_icons()
        elif event.type() == QEvent.Type.FontChange:
            self.reshaped.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Consume keys, so that none moves the box below; Esc returns to it."""
        focused = self.focusWidget()
        if event.key() == Qt.Key.Key_Escape:
            if isinstance(focused, QLineEdit):
                self.field_left.emit()
            else:
                event.ignore()
        elif event.key() in _ENTER and isinstance(focused, QAbstractButton):
            focused.click()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    @override
    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.hairline), 1))
        painter.setBrush(QColor(theme.raised))
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        painter.end()


def _quiet(label: QLabel) -> QLabel:
    label.setProperty("muted", True)
    return label
