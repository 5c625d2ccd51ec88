"""The tag that is reviewed, how certain its photos must be, yes and no."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from photofind.gui.theme import SPACING
from photofind.gui.wording import number

_SLIDER_PX = 120
_STEPS = 100


class DecisionBar(QWidget):
    """Buttons and a slider above the suggested photos.

    Signals:
        confirm_requested: Yes.
        reject_requested: No.
        undo_requested: What was done last is to be taken back.
        certainty_changed: 0 for all photos to 1 for only the most certain ones.
    """

    confirm_requested = Signal()
    reject_requested = Signal()
    undo_requested = Signal()
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
        self._confirm.clicked.connect(self.confirm_requested)
        self._reject = QPushButton()
        self._reject.setToolTip(self.tr("N or Delete"))
        self._reject.clicked.connect(self.reject_requested)
        self._undo = QPushButton(self.tr("Undo"))
        self._undo.setProperty("quiet", True)
        self._undo.setToolTip(self.tr("Ctrl+Z"))
        self._undo.clicked.connect(self.undo_requested)
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
        """Back to all photos, without a signal."""
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
