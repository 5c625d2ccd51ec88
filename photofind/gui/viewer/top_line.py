"""The line above a photo: back, what it is, and what can be done with it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from photofind.gui.icons import icon
from photofind.gui.theme import SPACING, SURROUND, style_sheet
from photofind.gui.viewer.elided_text import ElidedText
from photofind.gui.wording import number


class TopLine(QWidget):
    """Buttons with words; their keys are in the tooltips, and are the viewer's.

    Signals:
        back_asked: Away from this photo.
        similar_asked: Photos like this one are wanted.
        tag_asked: It is to be tagged.
        region_asked: A part of it is to be looked at.
        details_toggled: Whether the details are to be seen.
    """

    back_asked = Signal()
    similar_asked = Signal()
    tag_asked = Signal()
    region_asked = Signal()
    details_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(style_sheet(SURROUND) + _own_style())
        self._back = self._button("left", self.tr("Back"), "Esc")
        self._name = ElidedText()
        self._place = QLabel()
        self._place.setProperty("muted", True)
        self._similar = self._button("search", self.tr("Find similar"), "S")
        self._tag = self._button("tag", self.tr("Tag"), "T")
        self._region = self._button("region", self.tr("Region"), "R")
        self._details = self._button("info", self.tr("Details"), "I")
        self._details.setCheckable(True)
        self._back.clicked.connect(self.back_asked)
        self._similar.clicked.connect(self.similar_asked)
        self._tag.clicked.connect(self.tag_asked)
        self._region.clicked.connect(self.region_asked)
        self._details.toggled.connect(self.details_toggled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(self._back)
        layout.addSpacing(SPACING)
        layout.addWidget(self._name, 1)
        layout.addWidget(self._place)
        layout.addSpacing(2 * SPACING)
        for button in (self._similar, self._tag, self._region, self._details):
            layout.addWidget(button)

    def show_name(self, name: str, path: str) -> None:
        self._name.show_text(name, path)

    def show_place(self, row: int, count: int) -> None:
        said = self.tr("{place} of {count}")
        self._place.setText(said.format(place=number(row + 1), count=number(count)))

    def show_details_open(self, is_open: bool) -> None:
        self._details.setChecked(is_open)

    @property
    def place_text(self) -> str:
        return self._place.text()

    @property
    def name_text(self) -> str:
        return self._name.whole

    def set_region_possible(self, possible: bool) -> None:
        """Not while there is no picture to look at."""
        self._region.setEnabled(possible)

    def _button(self, drawing: str, words: str, key: str) -> QPushButton:
        button = QPushButton(icon(drawing, SURROUND.text), words)
        button.setProperty("quiet", True)
        # A click leaves the keyboard with the photo.
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        named = QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{words} ({named})")
        button.setAccessibleName(words)
        return button


def _own_style() -> str:
    """Dark in both themes, as the photo's surround is."""
    return f"""
    TopLine {{ background: {SURROUND.window}; }}
    QLabel {{ color: {SURROUND.text}; }}
    QPushButton[quiet="true"]:checked {{ background: {SURROUND.raised}; }}
    """
