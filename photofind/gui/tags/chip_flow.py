"""Chips in lines, one Tab stop for all of them."""

from collections.abc import Mapping
from functools import partial
from itertools import pairwise

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from photofind.gui.flow_row import FlowRow
from photofind.gui.tags.chip import Chip, ChipFace
from photofind.gui.tags.steps import step_from

_TAB_STOP = Qt.FocusPolicy.StrongFocus


class ChipFlow(FlowRow):
    """The arrow keys go from chip to chip and behind the last one.

    Args:
        behind: What stands after the last chip and takes the rest of its line.

    Signals:
        acted: The key of a chip and the action that was requested.
    """

    acted = Signal(str, str)

    def __init__(self, behind: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent, last_fills=behind is not None)
        self._chips: dict[str, Chip] = {}
        self._behind = behind
        self._show_chips()

    def show_faces(self, faces: Mapping[str, ChipFace]) -> None:
        """Show chips in this order; the focused one keeps the focus, or its neighbour gets it."""
        place = self._focused_place()
        gone = [key for key in self._chips if key not in faces]
        self._chips = {key: self._chip(key, face) for key, face in faces.items()} | {
            key: self._chips[key] for key in gone
        }
        order = [chip for key, chip in self._chips.items() if key in faces]
        if place is not None and list(self._chips)[self._focused_place() or 0] in gone:
            self._focus_among(order, min(place, len(order) - 1))
        for key in gone:
            self._drop(key)
        self._show_chips()

    def focus_last(self) -> None:
        chips = list(self._chips.values())
        if chips:
            self._focus_among(chips, len(chips) - 1)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the focus by keys that a chip ignores."""
        place = self._focused_place()
        target = None
        if place is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            areas = [chip.geometry() for chip in self._chips.values()]
            key = Qt.Key(event.key())
            target = step_from(place, key, areas, mirrored=self.isRightToLeft())
        if target is None:
            event.ignore()
            return
        self._focus_among(list(self._chips.values()), target)

    def _chip(self, key: str, face: ChipFace) -> Chip:
        if key in self._chips:
            self._chips[key].show_face(face)
            return self._chips[key]
        chip = Chip(face, self)
        chip.acted.connect(partial(self.acted.emit, key))
        chip.focused.connect(self._link_tabs)
        chip.show()
        return chip

    def _show_chips(self) -> None:
        self.show_widgets([*self._chips.values(), *([self._behind] if self._behind else [])])
        self._link_tabs()

    def _drop(self, key: str) -> None:
        chip = self._chips.pop(key)
        chip.hide()
        chip.deleteLater()

    def _focused_place(self) -> int | None:
        focused = [place for place, chip in enumerate(self._chips.values()) if chip.hasFocus()]
        return focused[0] if focused else None

    def _focus_among(self, chips: list[Chip], place: int) -> None:
        """Return the chip at a place, or what stands behind them all."""
        target = chips[place] if 0 <= place < len(chips) else self._behind
        if target is not None:
            target.setFocus(Qt.FocusReason.OtherFocusReason)

    def _link_tabs(self) -> None:
        """Tab stops at the chip that had the keyboard last, and at no other."""
        chips = list(self._chips.values())
        stop = self._focused_place()
        if stop is None:
            had = [place for place, chip in enumerate(chips) if chip.focusPolicy() == _TAB_STOP]
            stop = had[0] if had else 0
        for place, chip in enumerate(chips):
            chip.setFocusPolicy(_TAB_STOP if place == stop else Qt.FocusPolicy.ClickFocus)
        for before, after in pairwise(self._widgets):
            QWidget.setTabOrder(before, after)
