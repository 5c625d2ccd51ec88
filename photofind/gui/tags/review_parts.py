"""What the review page is put together from."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.icons import icon
from photofind.gui.row_list import RowList
from photofind.gui.row_model import Row
from photofind.gui.theme import SPACING, theme_of
from photofind.gui.wording import number
from photofind.store.tag_names import tag_key

_WIDTH_PX = 220
_SLIDER_PX = 120
_STEPS = 100


class TagList(QWidget):
    """Tags with how many suggestions each has.

    Signals:
        chosen: A person chose a tag.
        entered: The person wants to go on to the photos.
        left: The person wants to go back.
    """

    chosen = Signal(str)
    entered = Signal()
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[tuple[str, int]] = []
        self._tag: str | None = None
        self.list = RowList(self.tr("Tags to review"), fitted=False)
        self.list.picked.connect(self.chosen.emit)
        self.list.entered.connect(lambda _: self.entered.emit())
        self._filter = QLineEdit()
        self._filter.setPlaceholderText(self.tr("Filter tags"))
        self._filter.setAccessibleName(self.tr("Filter tags"))
        self._filter.setClearButtonEnabled(True)
        self._filter.textChanged.connect(self._show)
        self._filter.returnPressed.connect(self._pick_first)
        self._back = QPushButton(self.tr("Back"))
        self._back.setProperty("quiet", True)
        self._back.setToolTip(self.tr("Esc"))
        self._back.clicked.connect(self.left)
        heading = QLabel(self.tr("To review"))
        heading.setProperty("heading", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(SPACING,) * 4)
        column.setSpacing(SPACING)
        column.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeading)
        for widget in (heading, self._filter, self.list):
            column.addWidget(widget)
        self._draw_icons()

    def show_tags(self, waiting: Sequence[tuple[str, int]], tag: str | None) -> None:
        """Names and counts in their order, and which of them is gone through."""
        self._waiting, self._tag = list(waiting), tag
        self._show()

    @override
    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, 400)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icons()

    def _draw_icons(self) -> None:
        self._back.setIcon(icon("left", theme_of(self.palette()).muted))

    def _show(self) -> None:
        part = tag_key(" ".join(self._filter.text().split()))
        self.list.show_rows([self._row(*tag) for tag in self._waiting if part in tag_key(tag[0])])
        self.list.choose(self._tag)

    def _row(self, name: str, count: int) -> Row:
        said = self.tr("{name}, {count} suggestions").format(name=name, count=number(count))
        return Row(name, "tag", name, count, said, name)

    def _pick_first(self) -> None:
        if self.list.rows:
            self.chosen.emit(self.list.rows[0].key)
            self.entered.emit()


class DecisionBar(QWidget):
    """The tag in question, how certain its photos must be, yes and no.

    Signals:
        confirm_asked: Yes.
        reject_asked: No.
        undo_asked: What was done last is to be taken back.
        certainty_changed: 0 for all photos to 1 for only the most certain ones.
    """

    confirm_asked = Signal()
    reject_asked = Signal()
    undo_asked = Signal()
    certainty_changed = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self._name = QLabel()
        self._name.setProperty("heading", True)
        self._name.setTextFormat(Qt.TextFormat.PlainText)
        # A long name is cut off before a button is.
        self._name.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._shown = QLabel()
        self._shown.setProperty("muted", True)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setRange(0, _STEPS)
        self._slider.setFixedWidth(_SLIDER_PX)
        self._slider.setAccessibleName(self.tr("How certain photos must be, from more to surer"))
        self._slider.setToolTip(self.tr("Fewer photos, and surer ones, to the right"))
        self._slider.valueChanged.connect(lambda value: self.certainty_changed.emit(value / _STEPS))
        self._confirm = QPushButton()
        self._confirm.setProperty("primary", True)
        self._confirm.setToolTip(self.tr("Y or Enter"))
        self._confirm.clicked.connect(self.confirm_asked)
        self._reject = QPushButton()
        self._reject.setToolTip(self.tr("N or Delete"))
        self._reject.clicked.connect(self.reject_asked)
        self._undo = QPushButton(self.tr("Undo"))
        self._undo.setProperty("quiet", True)
        self._undo.setToolTip(self.tr("Ctrl+Z"))
        self._undo.clicked.connect(self.undo_asked)
        self.set_undoable(False)
        self._lay_out()

    def show_tag(self, name: str) -> None:
        self._name.setText(name)
        self._name.setToolTip(name)
        self.reset_certainty()

    def show_counts(self, selected: int, shown: int, total: int) -> None:
        """Photos: selected, certain enough to be shown, and all."""
        meant = selected or shown
        said = number(meant) if meant else ""
        self._confirm.setText(self.tr("Confirm {count}").format(count=said).strip())
        self._reject.setText(self.tr("Reject {count}").format(count=said).strip())
        for button in (self._confirm, self._reject):
            button.setEnabled(meant > 0)
        self._slider.setEnabled(total > 1)
        if selected:
            words = self.tr("{count} of {total} selected")
            self._shown.setText(words.format(count=number(selected), total=number(shown)))
        elif shown < total:
            words = self.tr("{count} of {total} shown")
            self._shown.setText(words.format(count=number(shown), total=number(total)))
        else:
            self._shown.setText(self.tr("{count} suggested").format(count=said) if said else "")

    def reset_certainty(self) -> None:
        """To all photos, without telling anybody."""
        self._slider.blockSignals(True)
        self._slider.setValue(0)
        self._slider.blockSignals(False)

    def set_undoable(self, undoable: bool) -> None:
        self._undo.setEnabled(undoable)

    def _lay_out(self) -> None:
        cut = QHBoxLayout()
        cut.setSpacing(6)
        for end, stretch in ((self.tr("more"), 0), (None, 1), (self.tr("surer"), 0)):
            if end is None:
                cut.addWidget(self._slider, stretch)
                continue
            label = QLabel(end)
            label.setProperty("muted", True)
            cut.addWidget(label)
        line = QHBoxLayout(self)
        line.setContentsMargins(*(SPACING,) * 4)
        line.setSpacing(SPACING)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(self._name)
        words.addWidget(self._shown)
        line.addLayout(words, 1)
        line.addLayout(cut)
        line.addSpacing(SPACING)
        for button in (self._undo, self._reject, self._confirm):
            line.addWidget(button)


class NothingToReview(QWidget):
    """Said when every suggestion has its answer.

    Signals:
        left: The person wants to go back.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        heading = QLabel(self.tr("Nothing to review."))
        heading.setProperty("heading", True)
        words = QLabel(self.tr("Suggestions come while photos are read."))
        words.setProperty("muted", True)
        self._undo = QLabel(self.tr("Ctrl+Z takes back what was done last."))
        self._undo.setProperty("muted", True)
        back = QPushButton(self.tr("Back to all photos"))
        back.clicked.connect(self.left)
        column = QVBoxLayout(self)
        column.setSpacing(SPACING)
        column.addStretch()
        for widget in (heading, words, self._undo, back):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        self.setFocusProxy(back)
        self.set_undoable(False)

    def set_undoable(self, undoable: bool) -> None:
        self._undo.setVisible(undoable)
