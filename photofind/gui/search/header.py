"""The line above the photos: how many there are, how sure it is, how they are shown."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui import wording
from photofind.gui.flow_row import FlowRow
from photofind.gui.grid.layout import DEFAULT_CELL, MAX_CELL, MIN_CELL, Arrangement
from photofind.gui.icons import icon, pixmap
from photofind.gui.search.fitting_label import FittingLabel
from photofind.gui.search.order_menu import OrderButton
from photofind.gui.search.outcome import Outcome, outcome_of, outcome_of_all
from photofind.gui.search.request import SearchRequest, filter_label
from photofind.gui.theme import SPACING, theme_of
from photofind.live.results import Coverage, Results

_STEP_PX = 16


class ResultsHeader(QWidget):
    """Names the photos below, and changes how they are shown.

    Signals:
        cell_size_changed: Pixels, `MIN_CELL` to `MAX_CELL`; by the person.
        arrangement_changed: "justified" or "squares"; by the person.
        order_chosen: A `PhotoOrder`, or `None` for the best match first; by the person.
        broadened: `SearchRequest` with a filter less.
        refresh_requested: New photos shall be shown.
    """

    cell_size_changed = Signal(int)
    arrangement_changed = Signal(str)
    order_chosen = Signal(object)
    broadened = Signal(object)
    refresh_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._counted = QLabel()
        self._covered = FittingLabel()
        self._covered.setProperty("muted", True)
        self._new = QPushButton()
        self._new.setProperty("primary", True)
        self._new.hide()
        self._new.clicked.connect(self._refresh)
        self._order = OrderButton()
        self._order.chosen.connect(self.order_chosen)
        self._size_icon, self._size = QLabel(), self._make_slider()
        self._arrangements = QButtonGroup(self)
        self._rows = self._make_choice(
            self.tr("Rows"), self.tr("Rows: whole photos, as wide as they are")
        )
        self._squares = self._make_choice(
            self.tr("Squares"), self.tr("Squares: all alike, cut to fit")
        )
        self._rows.setChecked(True)
        self._arrangements.buttonClicked.connect(self._emit_arrangement)
        self._message = QLabel()
        self._message.setWordWrap(True)
        self._message.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._broader: list[QPushButton] = []
        self._flow = FlowRow(gap_px=SPACING)
        self._flow.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self._paint_icons()
        self._show(Outcome())

    @property
    def count_text(self) -> str:
        """How many photos there are, and what is known of them."""
        return " ".join(part for part in (self._counted.text(), self._covered.full_text) if part)

    @property
    def message(self) -> str:
        """The message where nothing clearly matches; empty otherwise."""
        return self._message.text()

    @property
    def broaden_buttons(self) -> list[QPushButton]:
        return list(self._broader)

    @property
    def new_button(self) -> QPushButton:
        return self._new

    @property
    def order_button(self) -> OrderButton:
        return self._order

    @property
    def size_slider(self) -> QSlider:
        return self._size

    @property
    def arrangement_buttons(self) -> tuple[QToolButton, QToolButton]:
        """Rows, squares."""
        return self._rows, self._squares

    def show_results(self, results: Results, request: SearchRequest) -> None:
        """Show the outcome of a request; new photos that were announced are taken to be in it."""
        self.show_new(0)
        self._order.show_ranked(results.ranked)
        self._show(outcome_of(results, request))

    def show_all(self, count: int, coverage: Coverage) -> None:
        """Show the count of all photos; new ones that were announced are taken to be among them."""
        self.show_new(0)
        self._order.show_ranked(False)
        self.show_count(count, coverage)

    def show_count(self, count: int, coverage: Coverage) -> None:
        """How many of all photos there are, and can be searched, by now."""
        self._show(outcome_of_all(count, coverage))

    def show_new(self, count: int) -> None:
        """Offer photos that came since; none hides the offer."""
        self._new.setVisible(count > 0)
        if count == 1:
            self._new.setText(self.tr("1 new photo – show it"))
        else:
            self._new.setText(
                self.tr("{count} new photos – show them").format(count=wording.number(count))
            )

    def set_cell_size(self, size_px: int) -> None:
        """Follow the grid, which knows it already."""
        before = self._size.blockSignals(True)
        self._size.setValue(size_px)
        self._size.blockSignals(before)
        self._describe_size()

    def set_arrangement(self, arrangement: Arrangement) -> None:
        """Follow the grid, which knows it already."""
        (self._rows if arrangement == "justified" else self._squares).setChecked(True)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_icons()

    def _make_slider(self) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(MIN_CELL, MAX_CELL)
        slider.setSingleStep(_STEP_PX)
        slider.setPageStep(_STEP_PX * 4)
        slider.setValue(DEFAULT_CELL)
        slider.setMinimumWidth(64)
        slider.setMaximumWidth(120)
        slider.setAccessibleName(self.tr("Photo size"))
        slider.setToolTip(self.tr("Photo size"))
        slider.valueChanged.connect(self._emit_size)
        return slider

    def _make_choice(self, name: str, explained: str) -> QToolButton:
        button = QToolButton()
        button.setCheckable(True)
        button.setAccessibleName(name)
        button.setToolTip(explained)
        self._arrangements.addButton(button)
        return button

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.setSpacing(SPACING)
        line.addWidget(self._counted)
        line.addWidget(self._covered, 1)
        line.addWidget(self._new)
        line.addWidget(self._order)
        line.addSpacing(SPACING)
        for widget in (self._size_icon, self._size):
            line.addWidget(widget)
        line.addSpacing(SPACING)
        pair = QHBoxLayout()
        pair.setSpacing(2)
        for button in (self._rows, self._squares):
            pair.addWidget(button)
        line.addLayout(pair)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING, 4, SPACING, 4)
        column.setSpacing(SPACING)
        column.addLayout(line)
        column.addWidget(self._message)
        column.addWidget(self._flow)

    def _paint_icons(self) -> None:
        theme = theme_of(self.palette())
        scale = self.devicePixelRatioF()
        self._size_icon.setPixmap(pixmap("picture", theme.muted, 16, scale))
        self._rows.setIcon(icon("rows", theme.text))
        self._squares.setIcon(icon("squares", theme.text))

    def _show(self, outcome: Outcome) -> None:
        self._counted.setText(outcome.counted)
        self._covered.set_texts(outcome.covered, outcome.covered_shortly)
        self._message.setText(outcome.message)
        self._message.setVisible(bool(outcome.message))
        for button in self._broader:
            button.hide()
            button.deleteLater()
        self._broader = [
            self._make_broader(filter_label(one), request) for one, request in outcome.broader
        ]
        self._flow.setVisible(bool(self._broader))
        self._flow.show_widgets(self._broader)

    def _make_broader(self, label: str, request: SearchRequest) -> QPushButton:
        button = QPushButton(self.tr("Search without {filter}").format(filter=label))
        button.clicked.connect(lambda: self.broadened.emit(request))
        return button

    def _emit_size(self, size_px: int) -> None:
        self._describe_size()
        self.cell_size_changed.emit(size_px)

    def _describe_size(self) -> None:
        text = self.tr("{count} pixels high").format(count=wording.number(self._size.value()))
        self._size.setAccessibleDescription(text)

    def _emit_arrangement(self) -> None:
        self.arrangement_changed.emit("justified" if self._rows.isChecked() else "squares")

    def _refresh(self) -> None:
        self.show_new(0)
        self.refresh_requested.emit()
