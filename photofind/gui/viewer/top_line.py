"""Line above a photo: back, name, and actions."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from photofind.gui.icons import icon
from photofind.gui.theme import SPACING, SURROUND, style_sheet
from photofind.gui.viewer.copyable_label import CopyableLabel
from photofind.gui.wording import number


class TopLine(QWidget):
    """Labelled buttons; their keys are in the tooltips, and are handled by the viewer.

    Signals:
        back_requested: The viewer is to be left.
        similar_requested: Photos like this one are to be found.
        tag_requested: It is to be tagged.
        region_requested: The region tool is to be opened.
        details_toggled: Whether the inspector is to be shown.
    """

    back_requested = Signal()
    similar_requested = Signal()
    tag_requested = Signal()
    region_requested = Signal()
    details_toggled = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setStyleSheet(style_sheet(SURROUND) + _own_style())
        self._back = self._button("left", self.tr("Back"), "Esc")
        self._name = CopyableLabel()
        self._position = QLabel()
        self._position.setProperty("muted", True)
        self._similar = self._button("search", self.tr("Find similar"), "S")
        self._tag = self._button("tag", self.tr("Tag"), "T")
        self._region = self._button("region", self.tr("Region"), "R")
        self._details = self._button("info", self.tr("Details"), "I")
        self._details.setCheckable(True)
        self._back.clicked.connect(self.back_requested)
        self._similar.clicked.connect(self.similar_requested)
        self._tag.clicked.connect(self.tag_requested)
        self._region.clicked.connect(self.region_requested)
        self._details.toggled.connect(self.details_toggled)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        layout.setSpacing(SPACING // 2)
        layout.addWidget(self._back)
        layout.addSpacing(SPACING)
        layout.addWidget(self._name, 1)
        layout.addWidget(self._position)
        layout.addSpacing(2 * SPACING)
        for button in (self._similar, self._tag, self._region, self._details):
            layout.addWidget(button)

    def show_name(self, name: str, path: str) -> None:
        self._name.show_text(name, path)

    def show_position(self, row: int, count: int) -> None:
        said = self.tr("{place} of {count}")
        self._position.setText(said.format(place=number(row + 1), count=number(count)))

    def show_details_open(self, is_open: bool) -> None:
        self._details.setChecked(is_open)

    @property
    def position_text(self) -> str:
        return self._position.text()

    @property
    def name_text(self) -> str:
        return self._name.whole

    def set_region_possible(self, possible: bool) -> None:
        """Enable the region button, where there is a picture."""
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
    """Return a dark style sheet for both themes, like the photo's surround."""
    return f"""
    TopLine {{ background: {SURROUND.window}; }}
    QLabel {{ color: {SURROUND.text}; }}
    QPushButton[quiet="true"]:checked {{ background: {SURROUND.raised}; }}
    """
