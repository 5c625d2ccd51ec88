"""The tags that wait for a review, at the left of its page."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from photofind.gui.icons import icon
from photofind.gui.row_list import RowList
from photofind.gui.row_model import Row
from photofind.gui.theme import SPACING, theme_of
from photofind.gui.wording import number
from photofind.store.tag_names import tag_key

_WIDTH_PX = 220


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
