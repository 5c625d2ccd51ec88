"""Where things go that fill lines as text does."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget
from typing_extensions import override

GAP_PX = 6


def flow(
    sizes: Sequence[QSize],
    shortest: Sequence[int],
    width: int,
    *,
    gap_px: int = GAP_PX,
    last_fills: bool = False,
    mirrored: bool = False,
) -> list[QRect]:
    """An area for each thing, side by side until a line is full.

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
    for place, wanted in enumerate(widths):
        if not lines or taken + gap_px + wanted > width:
            lines.append([])
            taken = -gap_px
        lines[-1].append(place)
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
        height = max(sizes[place].height() for place in line)
        left = 0
        for place in line:
            own = sizes[place].height()
            x = width - left - widths[place] if mirrored else left
            areas.append(QRect(x, top + (height - own) // 2, widths[place], own))
            left += widths[place] + gap_px
        top += height + gap_px
    return areas


class FlowLayout(QLayout):
    """`flow` as the layout of a widget whose things stay."""

    def __init__(self, parent: QWidget | None = None, *, gap_px: int = GAP_PX) -> None:
        super().__init__(parent)
        self._gap = gap_px
        self._items: list[QLayoutItem] = []
        self.setContentsMargins(0, 0, 0, 0)

    @override
    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    @override
    def count(self) -> int:
        return len(self._items)

    @override
    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    @override
    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    @override
    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    @override
    def hasHeightForWidth(self) -> bool:
        return True

    @override
    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        inner = self._areas(width - margins.left() - margins.right())
        return height_of(inner) + margins.top() + margins.bottom()

    @override
    def minimumSize(self) -> QSize:
        margins = self.contentsMargins()
        size = QSize()
        for item in self._shown():
            size = size.expandedTo(item.minimumSize())
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    @override
    def sizeHint(self) -> QSize:
        return self.minimumSize()

    @override
    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        inner = rect.marginsRemoved(self.contentsMargins())
        for item, area in zip(self._shown(), self._areas(inner.width()), strict=True):
            item.setGeometry(area.translated(inner.topLeft()))

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _areas(self, width: int) -> list[QRect]:
        shown = self._shown()
        parent = self.parentWidget()
        mirrored = parent is not None and parent.layoutDirection() == Qt.LayoutDirection.RightToLeft
        return flow(
            [item.sizeHint() for item in shown],
            [item.minimumSize().width() for item in shown],
            width,
            gap_px=self._gap,
            mirrored=mirrored,
        )
