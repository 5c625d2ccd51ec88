"""Chips in the search bar: one for each picture, each filter, and words that are marked."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget
from typing_extensions import override

from photofind.gui.search.chip import GAP, HEIGHT, NARROWEST, Chip
from photofind.gui.search.kept_pictures import shown_name
from photofind.gui.search.request import PictureQuery, filter_label
from photofind.gui.search.weight_popup import WeightPopup
from photofind.search.query import PictureFile, Term, Text
from photofind.store.filters import Condition, Filter

Picture = PictureQuery | PictureFile
"""What a chip may show."""

Chosen = PictureQuery | Term | Condition
"""What a chip stands for."""


class ChipStrip(QWidget):
    """Chips side by side; where there is no room they grow narrower, then scroll.

    Signals:
        removed: `Chosen`, by its chip.
        edit_requested: `Chosen`.
        weighed: `Chosen`, a term, and what it is to count (float).
        thumbnail_wanted: `Picture` of a new chip.
        left: On behind the last chip.
        typed: A letter, typed on a chip.
    """

    removed = Signal(object)
    edit_requested = Signal(object)
    weighed = Signal(object, float)
    thumbnail_wanted = Signal(object)
    left = Signal()
    typed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: list[tuple[Chosen, Chip]] = []
        self._scrolled = 0
        self._weight = WeightPopup(self)
        self._weighed: Chip | None = None
        self._weight.chosen.connect(self._weigh)
        # Afterwards: the chip has the focus back, and hands it on.
        self._weight.emptied.connect(self._leave_out, Qt.ConnectionType.QueuedConnection)
        # Qt orders only after what may have the focus; hidden, this one never gets it.
        self._first = QWidget(self)
        self._first.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._first.hide()
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(HEIGHT)
        self.setVisible(False)

    @property
    def chips(self) -> list[Chip]:
        """From first to last."""
        return [chip for _, chip in self._shown]

    @property
    def weight_popup(self) -> WeightPopup:
        return self._weight

    def show_chosen(self, chosen: Sequence[Chosen]) -> None:
        """Put these in the place of those shown; equal ones and terms keep their chips."""
        before, old = self._focused(), self._shown
        self._shown = []
        new: list[tuple[Chosen, Chip]] = []
        for one in chosen:
            kept = _kept(one, [pair for pair in old if pair[0] == one or pair[0] not in chosen])
            if kept is not None:
                old.remove(kept)
            shown = one, self._new_chip() if kept is None else kept[1]
            if kept is None:
                new.append(shown)
            if kept is None or kept[0] != one:
                self._label(*shown)
            self._shown.append(shown)
        for _, chip in old:
            self._drop(chip)
        self._rearrange(before)
        for one, _ in new:
            picture = _picture_of(one)
            if picture is not None:
                self.thumbnail_wanted.emit(picture)

    def show_thumbnail(self, picture: Picture, thumbnail: QPixmap) -> None:
        """Show a picture in its chips, if it still has any."""
        for one, chip in self._shown:
            if _picture_of(one) == picture:
                chip.set_thumbnail(thumbnail)
        self.updateGeometry()
        self._arrange()

    def focus_last(self) -> None:
        if self.chips:
            self.chips[-1].setFocus(Qt.FocusReason.BacktabFocusReason)

    @override
    def sizeHint(self) -> QSize:
        return QSize(_total([chip.sizeHint().width() for chip in self.chips]), HEIGHT)

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(min(self.sizeHint().width(), NARROWEST), HEIGHT)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._scrolled = self._furthest()
        self._arrange()

    @override
    def wheelEvent(self, event: QWheelEvent) -> None:
        turned = event.angleDelta()
        self._scroll_to(self._scrolled - (turned.y() or turned.x()) // 2)
        event.accept()

    def _new_chip(self) -> Chip:
        chip = Chip(self)
        chip.removed.connect(lambda: self.removed.emit(self._chosen_of(chip)))
        chip.edit_requested.connect(lambda: self.edit_requested.emit(self._chosen_of(chip)))
        chip.weight_requested.connect(lambda steps: self._open_weight(chip, steps))
        chip.stepped.connect(lambda step: self._step(chip, step))
        chip.typed.connect(self.typed)
        chip.installEventFilter(self)
        chip.show()
        return chip

    def _label(self, one: Chosen, chip: Chip) -> None:
        sign, weight = _sign_and_weight(one)
        chip.set_label(_name_of(one), self._spoken(one), sign=sign, weight=weight)
        if isinstance(one, Term):
            how = self.tr("Ctrl+Up and Ctrl+Down change how much it counts.")
            chip.setAccessibleDescription(how)
            chip.setToolTip(f"{chip.text()}\n{how}")

    def _chosen_of(self, chip: Chip | None) -> Chosen | None:
        return next((one for one, shown in self._shown if shown is chip), None)

    def _open_weight(self, chip: Chip, steps: int) -> None:
        one = self._chosen_of(chip)
        if isinstance(one, Term):
            self._weighed = chip
            self._weight.open_below(chip, one.weight, steps)

    def _weigh(self, weight: float) -> None:
        one = self._chosen_of(self._weighed)
        if one is not None:
            self.weighed.emit(one, weight)

    def _leave_out(self) -> None:
        one = self._chosen_of(self._weighed)
        if one is not None:
            self.removed.emit(one)

    def _spoken(self, one: Chosen) -> str:
        if isinstance(one, PictureQuery):
            return self.tr("Picture: {name}. Remove with Delete.").format(name=one.name)
        if isinstance(one, Term):
            return self._spoken_term(one)
        if not isinstance(one, Filter):
            text = self.tr("Filter: {filter}. Remove with Delete.")
            return text.format(filter=filter_label(one))
        text = (
            self.tr("Filter: not {name} {value}. Remove with Delete.")
            if one.negated
            else self.tr("Filter: {name} {value}. Remove with Delete.")
        )
        return text.format(name=one.kind.name, value=one.kind.write(one.value))

    def _spoken_term(self, one: Term) -> str:
        said = self.tr("not {name}") if one.weight < 0 else "{name}"
        if abs(one.weight) != 1:
            said = self.tr("{name}, weight {weight}").format(
                name=said, weight=f"{abs(one.weight):g}"
            )
        text = (
            self.tr("Picture: {name}. Remove with Delete.")
            if one.is_picture
            else self.tr("Words: {name}. Remove with Delete.")
        )
        return text.format(name=said.format(name=_name_of(one)))

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn and isinstance(watched, Chip):
            self._bring_into_view(watched)
        return False

    def _drop(self, chip: Chip) -> None:
        chip.removeEventFilter(self)
        chip.hide()
        chip.deleteLater()

    def _step(self, chip: Chip, step: int) -> None:
        chips = self.chips
        to = chips.index(chip) + step
        if to >= len(chips):
            self.left.emit()
        elif to >= 0:
            chips[to].setFocus(Qt.FocusReason.TabFocusReason)

    def _focused(self) -> int | None:
        return next((n for n, chip in enumerate(self.chips) if chip.hasFocus()), None)

    def _rearrange(self, focused: int | None) -> None:
        """Put the chips in order; the focus of a chip that is gone moves on to its neighbour."""
        chips = self.chips
        for first, second in pairwise((self._first, *chips)):
            QWidget.setTabOrder(first, second)
        if focused is not None and self._focused() is None:
            if chips:
                chips[min(focused, len(chips) - 1)].setFocus(Qt.FocusReason.TabFocusReason)
            else:
                self.left.emit()
        self.setVisible(bool(chips))
        self.updateGeometry()
        self._scrolled = self._furthest()
        self._arrange()

    def _widths(self) -> list[int]:
        widths = [chip.sizeHint().width() for chip in self.chips]
        least = [chip.minimumSizeHint().width() for chip in self.chips]
        return _narrowed(widths, least, self.width())

    def _arrange(self) -> None:
        at = -self._scrolled
        for chip, width in zip(self.chips, self._widths(), strict=True):
            place = QRect(at, 0, width, HEIGHT)
            chip.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))
            at += width + GAP

    def _furthest(self) -> int:
        return max(0, _total(self._widths()) - self.width())

    def _scroll_to(self, offset: int) -> None:
        self._scrolled = max(0, min(offset, self._furthest()))
        self._arrange()

    def _bring_into_view(self, chip: Chip) -> None:
        widths = self._widths()
        number = self.chips.index(chip)
        start = sum(widths[:number]) + GAP * number
        lowest = start + widths[number] - self.width()
        self._scroll_to(max(lowest, min(self._scrolled, start)))


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + GAP * max(len(widths) - 1, 0)


def _narrowed(widths: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """Cut the widest of some widths so that all fit, none below its least for it."""

    def cut(widest: int) -> list[int]:
        return [max(min(width, widest), floor) for width, floor in zip(widths, least, strict=True)]

    low, high = 0, max(widths, default=0)
    while low < high:
        middle = (low + high + 1) // 2
        if _total(cut(middle)) <= room:
            low = middle
        else:
            high = middle - 1
    return cut(low)


def _kept(one: Chosen, shown: Sequence[tuple[Chosen, Chip]]) -> tuple[Chosen, Chip] | None:
    """Return what is shown of it, or else of a term that counts otherwise."""
    equal = next((pair for pair in shown if pair[0] == one), None)
    if equal is not None or not isinstance(one, Term):
        return equal
    for pair in shown:
        if isinstance(pair[0], Term) and pair[0].source == one.source:
            return pair
    return None


def _picture_of(one: Chosen) -> Picture | None:
    if isinstance(one, Term):
        return one.source if isinstance(one.source, PictureFile) else None
    return one if isinstance(one, PictureQuery) else None


def _name_of(one: Chosen) -> str:
    if isinstance(one, PictureQuery):
        return one.name
    if not isinstance(one, Term):
        return filter_label(one)
    source = one.source
    return source.words if isinstance(source, Text) else shown_name(source.path)


def _sign_and_weight(one: Chosen) -> tuple[str, str]:
    if not isinstance(one, Term):
        return "", ""
    weight = abs(one.weight)
    return "−" if one.weight < 0 else "", "" if weight == 1 else f"×{weight:g}"
