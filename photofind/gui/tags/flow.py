"""Where things go that fill lines as text does."""

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize

GAP_PX = 6


def flow(
    sizes: Sequence[QSize],
    shortest: Sequence[int],
    width: int,
    *,
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
        if not lines or taken + GAP_PX + wanted > width:
            lines.append([])
            taken = -GAP_PX
        lines[-1].append(place)
        taken += GAP_PX + wanted
    if last_fills and lines:
        widths[-1] += max(width - taken, 0)
    return _placed(lines, sizes, widths, width, mirrored=mirrored)


def height_of(areas: Sequence[QRect]) -> int:
    return max((area.y() + area.height() for area in areas), default=0)


def _placed(
    lines: list[list[int]],
    sizes: Sequence[QSize],
    widths: Sequence[int],
    width: int,
    *,
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
            left += widths[place] + GAP_PX
        top += height + GAP_PX
    return areas
