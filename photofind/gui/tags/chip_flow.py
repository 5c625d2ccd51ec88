"""Chips in lines, one Tab stop for all of them."""

from collections.abc import Mapping
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QEvent, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from photofind.gui.tags.chip import Chip, ChipFace
from photofind.gui.tags.flow import flow, height_of
from photofind.gui.tags.steps import step_from

_WIDTH_PX = 200
_TAB_STOP = Qt.FocusPolicy.StrongFocus


class ChipFlow(QWidget):
    """The arrow keys go from chip to chip and behind the last one.

    Args:
        behind: What stands after the last chip and takes the rest of its line.

    Signals:
        acted: The key of a chip and the action that was asked for.
    """

    acted = Signal(str, str)

    def __init__(self, behind: QWidget | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: dict[str, Chip] = {}
        self._behind = behind
        if behind is not None:
            behind.setParent(self)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_faces(self, faces: Mapping[str, ChipFace]) -> None:
        """In this order; a chip that has the keyboard keeps it, or hands it to its neighbour."""
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
        self._link_tabs()
        self._arrange()
        self.updateGeometry()

    def focus_last(self) -> None:
        chips = list(self._chips.values())
        if chips:
            self._focus_among(chips, len(chips) - 1)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        return height_of(self._areas(width))

    @override
    def sizeHint(self) -> QSize:
        width = max(self.width(), _WIDTH_PX)
        return QSize(width, self.heightForWidth(width))

    @override
    def minimumSizeHint(self) -> QSize:
        least = max((one.minimumSizeHint().width() for one in self._widgets()), default=0)
        return QSize(least, self.heightForWidth(max(self.width(), least)))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.LayoutDirectionChange):
            self._arrange()
            self.updateGeometry()
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Keys that a chip has no use for."""
        place = self._focused_place()
        target = None
        if place is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            areas = [chip.geometry() for chip in self._chips.values()]
            mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            target = step_from(place, Qt.Key(event.key()), areas, mirrored=mirrored)
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

    def _drop(self, key: str) -> None:
        chip = self._chips.pop(key)
        chip.hide()
        chip.deleteLater()

    def _widgets(self) -> list[QWidget]:
        return [*self._chips.values(), *([self._behind] if self._behind else [])]

    def _areas(self, width: int) -> list[QRect]:
        widgets = self._widgets()
        return flow(
            [one.sizeHint() for one in widgets],
            [one.minimumSizeHint().width() for one in widgets],
            width,
            last_fills=self._behind is not None,
            mirrored=self.layoutDirection() == Qt.LayoutDirection.RightToLeft,
        )

    def _arrange(self) -> None:
        for one, area in zip(self._widgets(), self._areas(self.width()), strict=True):
            one.setGeometry(area)

    def _focused_place(self) -> int | None:
        focused = [place for place, chip in enumerate(self._chips.values()) if chip.hasFocus()]
        return focused[0] if focused else None

    def _focus_among(self, chips: list[Chip], place: int) -> None:
        """The chip at a place, or what stands behind them all."""
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
        for before, after in pairwise(self._widgets()):
            QWidget.setTabOrder(before, after)
