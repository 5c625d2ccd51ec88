"""Lay widgets out in lines, wrapped like text."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

GAP_PX = 6
_WIDTH_PX = 200


def flow(
    sizes: Sequence[QSize],
    shortest: Sequence[int],
    width: int,
    *,
    gap_px: int = GAP_PX,
    last_fills: bool = False,
    mirrored: bool = False,
) -> list[QRect]:
    """Return a rectangle for each size, side by side until a line is full.

    Args:
        sizes: What each would have.
        shortest: The width below which each is not cut.
        last_fills: Whether the last one takes what its line has left.
        mirrored: Whether lines begin at the right.
    """
    lines: list[list[int]] = []
    widths = [
        max(min(size.width(), width), least) for size, least in zip(sizes, shortest, strict=True)
    ]
    taken = 0
    for index, wanted in enumerate(widths):
        if not lines or taken + gap_px + wanted > width:
            lines.append([])
            taken = -gap_px
        lines[-1].append(index)
        taken += gap_px + wanted
    if last_fills and lines:
        widths[-1] += max(width - taken, 0)
    return _placed(lines, sizes, widths, width, gap_px=gap_px, mirrored=mirrored)


def height_of(areas: Sequence[QRect]) -> int:
    return max((area.y() + area.height() for area in areas), default=0)


def _placed(
    lines: list[list[int]],
    sizes: Sequence[QSize],
    widths: Sequence[int],
    width: int,
    *,
    gap_px: int,
    mirrored: bool,
) -> list[QRect]:
    areas: list[QRect] = []
    top = 0
    for line in lines:
        height = max(sizes[index].height() for index in line)
        left = 0
        for index in line:
            own = sizes[index].height()
            x = width - left - widths[index] if mirrored else left
            areas.append(QRect(x, top + (height - own) // 2, widths[index], own))
            left += widths[index] + gap_px
        top += height + gap_px
    return areas


class FlowRow(QWidget):
    """Widget that wraps its children into lines as `flow` does.

    No `QLayout`: one written in Python gives its items away to be deleted, and keeps them.

    Args:
        last_fills: Whether the last one takes what its line has left.
    """

    def __init__(
        self, parent: QWidget | None = None, *, gap_px: int = GAP_PX, last_fills: bool = False
    ) -> None:
        super().__init__(parent)
        self._gap = gap_px
        self._last_fills = last_fills
        self._widgets: tuple[QWidget, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)

    def show_widgets(self, widgets: Sequence[QWidget]) -> None:
        """Show widgets in this order; the caller hides those it leaves out."""
        self._widgets = tuple(widgets)
        for widget in widgets:
            widget.setParent(self)
            # Only now its size is that of the style sheet.
            widget.ensurePolished()
            widget.show()
        self._arrange()
        self.updateGeometry()

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
        least = max((one.minimumSizeHint().width() for one in self._widgets), default=0)
        return QSize(least, self.heightForWidth(max(self.width(), least)))

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.LayoutDirectionChange):
            self._arrange()
            self.updateGeometry()
        return super().event(event)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    def _arrange(self) -> None:
        for widget, area in zip(self._widgets, self._areas(self.width()), strict=True):
            widget.setGeometry(area)

    def _areas(self, width: int) -> list[QRect]:
        return flow(
            [widget.sizeHint() for widget in self._widgets],
            [widget.minimumSizeHint().width() for widget in self._widgets],
            width,
            gap_px=self._gap,
            last_fills=self._last_fills,
            mirrored=self.isRightToLeft(),
        )
