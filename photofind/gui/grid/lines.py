"""Break photos of given aspect ratios into lines that fill a width.

Every line is scaled until it is exactly as wide as the view, so a line of few or narrow photos
comes out tall and one of many comes out flat. The breaks are those that keep all lines of a block
together nearest to the target height (the way TeX breaks a paragraph), not the first
that fit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

MIN_ASPECT, MAX_ASPECT = 0.4, 3.0
"""Beyond them photos are cropped: they would be too small, or fill a line alone."""

BLOCK = 360
"""Photos in a block, which is laid out at once. Photos of one shape often fill a library; 360
divides evenly into lines of 1 to 6, 8, 9, 10 and 12."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Target size of lines.

    Attributes:
        width: Pixels that every line fills.
        height: Pixels that a line should come near.
        gap: Pixels between photos and between lines.
    """

    width: int
    height: int
    gap: int


@dataclass(frozen=True, slots=True)
class Lines:
    """Photos broken into lines.

    Attributes:
        starts: First photo of each line, and the number of photos at the end.
        tops: Pixels of each line, and at the end what all take, a gap after each line included.
        edges: For each line, the left edges of its photos, and where the next one would be.
    """

    starts: tuple[int, ...]
    tops: tuple[int, ...]
    edges: tuple[tuple[int, ...], ...]

    @property
    def height(self) -> int:
        return self.tops[-1]


def lay_lines(
    aspects: Sequence[float], measure: Measure, *, filled: bool, kept: Sequence[int] = (0,)
) -> Lines:
    """Break photos into lines.

    Args:
        aspects: Width / height, within `MIN_ASPECT` and `MAX_ASPECT`.
        filled: Whether the last line is to be filled too; else it keeps the target height.
        kept: Starts of lines that are to stay as they are, the first 0.
    """
    starts = _breaks(aspects, measure, filled, kept)
    tops, edges = [0], []
    for first, stop in pairwise(starts):
        last_open = stop == len(aspects) and not filled
        height = _natural_height(sum(aspects[first:stop]), stop - first, measure)
        if last_open:
            height = min(height, measure.height)
        edges.append(_edges(aspects[first:stop], height, measure, justified=not last_open))
        tops.append(tops[-1] + max(1, round(height)) + measure.gap)
    return Lines(tuple(starts), tuple(tops), tuple(edges))


def _breaks(
    aspects: Sequence[float], measure: Measure, filled: bool, kept: Sequence[int]
) -> list[int]:
    """Return the starts of the lines, and the number of photos at the end."""
    count, begin = len(aspects), kept[-1]
    sums = list(accumulate(aspects, initial=0.0))
    room = (measure.width + measure.gap) / measure.height
    gap = measure.gap / measure.height
    # No line need be further off than by one panorama.
    tallest = min(1 + MAX_ASPECT / room, 2.0)
    best = [float("inf")] * (count + 1)
    best[begin] = 0.0
    before = [begin] * (count + 1)
    shortest = begin + 1
    for first in range(begin, count):
        # A later line ends no earlier than the one before it could.
        shortest = stop = max(shortest, first + 1)
        reached = False
        while stop <= count:
            ratio = (room - gap * (stop - first)) / (sums[stop] - sums[first])
            if ratio > tallest and stop < count:
                stop += 1
                shortest = stop
                continue
            if ratio * tallest < 1 and reached:
                break
            reached = True
            left_open = stop == count and not filled and ratio > 1
            cost = best[first] + (0.0 if left_open else ratio + 1 / ratio - 2)
            if cost < best[stop]:
                best[stop] = cost
                before[stop] = first
            stop += 1
    found = [count]
    while found[-1] > begin:
        found.append(before[found[-1]])
    return [*kept[:-1], *reversed(found)]


def _natural_height(aspect_sum: float, count: int, measure: Measure) -> float:
    return (measure.width - measure.gap * (count - 1)) / aspect_sum


def _edges(
    aspects: Sequence[float], height: float, measure: Measure, *, justified: bool
) -> tuple[int, ...]:
    widths = accumulate((aspect * height for aspect in aspects), initial=0.0)
    edges = [round(width) + measure.gap * number for number, width in enumerate(widths)]
    if justified:
        edges[-1] = measure.width + measure.gap
    return tuple(edges)
