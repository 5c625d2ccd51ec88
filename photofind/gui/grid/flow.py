"""Flow photos into lines on demand: only what is looked up is laid out.

A flow's own pixels begin at 0, 0. Squares are arithmetic. Justified lines are laid out a block at a
time, when they are looked up; until then their height is an estimate.
"""

from bisect import bisect_right
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.gui.grid.lines import (
    BLOCK,
    MAX_ASPECT,
    MIN_ASPECT,
    Lines,
    Measure,
    lay_lines,
)

Aspects = NDArray[np.float32]
"""(N,) width / height."""


class Rect(NamedTuple):
    """Pixels; right and bottom are the first that lie outside."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        return self.x + self.width

    @property
    def bottom(self) -> int:
        return self.y + self.height

    def moved(self, x: int, y: int) -> "Rect":
        return Rect(self.x + x, self.y + y, self.width, self.height)


class Line(NamedTuple):
    """Photos in one line.

    Attributes:
        first: Row of the first photo.
        edges: Left edges, and where the next photo would be.
    """

    first: int
    y: int
    height: int
    edges: tuple[int, ...]
    gap: int

    @property
    def stop(self) -> int:
        return self.first + len(self.edges) - 1

    def rect(self, row: int) -> Rect:
        index = row - self.first
        left = self.edges[index]
        return Rect(left, self.y, self.edges[index + 1] - self.gap - left, self.height)

    def nearest(self, x: float) -> int:
        """Return the row whose middle is nearest to an x coordinate."""
        rects = [self.rect(row) for row in range(self.first, self.stop)]
        away = [abs(rect.x + rect.width / 2 - x) for rect in rects]
        return self.first + away.index(min(away))


class Flow(Protocol):
    """Rows from 0 in lines; laying out some may change the height of others."""

    @property
    def height(self) -> int:
        """Height of all lines, the gap after the last one included."""
        ...

    def line_of(self, row: int) -> Line: ...

    def line_at(self, y: float) -> Line:
        """Return the line at y or below that gap; the first or last one beyond the ends."""
        ...

    def is_known(self, row: int) -> bool:
        """Whether the row is laid out; `line_of` lays it out."""
        ...

    def known_at(self, y: float) -> bool:
        """Whether what lies at y is laid out."""
        ...


class Squares:
    """Cells of one size."""

    def __init__(self, count: int, measure: Measure) -> None:
        self._count = count
        self._gap = measure.gap
        pitch = measure.height + measure.gap
        self._columns = max(1, round((measure.width + measure.gap) / pitch))
        width = measure.width + measure.gap
        self._edges = tuple(
            round(width * column / self._columns) for column in range(self._columns + 1)
        )
        self._pitch = max(1, round(width / self._columns))

    @property
    def height(self) -> int:
        return -(-self._count // self._columns) * self._pitch

    def line_of(self, row: int) -> Line:
        first = row - row % self._columns
        edges = self._edges[: min(self._columns, self._count - first) + 1]
        y = first // self._columns * self._pitch
        return Line(first, y, self._pitch - self._gap, edges, self._gap)

    def line_at(self, y: float) -> Line:
        row = int(y + self._gap) // self._pitch * self._columns
        return self.line_of(min(max(0, row), self._count - 1))

    def is_known(self, row: int) -> bool:
        return True

    def known_at(self, y: float) -> bool:
        return True


class Justified:
    """Photos in their own shapes, in lines that are filled; the last line is not stretched.

    Args:
        aspects: Of all rows.
        kept: An earlier flow of the same measure, whose first `unchanged` rows are the same: what
            it has laid out stays where it is.
    """

    def __init__(
        self,
        aspects: Aspects,
        measure: Measure,
        kept: "Justified | None" = None,
        unchanged: int = 0,
    ) -> None:
        self._aspects = aspects
        self._measure = measure
        self._known: dict[int, Lines] = {}
        self._hints: dict[int, tuple[int, ...]] = {}
        self._taller: float = 1.0 if kept is None else kept._taller
        self._heights = self._estimates()
        self._tops = np.empty(0, np.int64)
        if kept is not None:
            self._reuse(kept, unchanged)
        self._pile(0)

    @property
    def height(self) -> int:
        return int(self._tops[-1])

    def line_of(self, row: int) -> Line:
        block, index = divmod(row, BLOCK)
        lines = self._lines(block)
        return self._line(block, bisect_right(lines.starts, index) - 1)

    def line_at(self, y: float) -> Line:
        # Laying a block out may move it, or make it end above y.
        while (block := self._block_at(y)) not in self._known:
            self._lay(block)
        lines = self._known[block]
        inside = y - self._tops[block] + self._measure.gap
        number = bisect_right(lines.tops, inside, hi=len(lines.edges)) - 1
        return self._line(block, max(0, number))

    def is_known(self, row: int) -> bool:
        return row // BLOCK in self._known

    def known_at(self, y: float) -> bool:
        return self._block_at(y) in self._known

    def _block_at(self, y: float) -> int:
        block = int(np.searchsorted(self._tops, y, side="right")) - 1
        return min(max(0, block), len(self._heights) - 1)

    def _line(self, block: int, number: int) -> Line:
        lines, gap = self._known[block], self._measure.gap
        top, bottom = lines.tops[number], lines.tops[number + 1]
        first = block * BLOCK + lines.starts[number]
        return Line(
            first, int(self._tops[block]) + top, bottom - top - gap, lines.edges[number], gap
        )

    def _lines(self, block: int) -> Lines:
        lines = self._known.get(block)
        if lines is None:
            lines = self._lay(block)
        return lines

    def _lay(self, block: int) -> Lines:
        first = block * BLOCK
        aspects = np.clip(self._aspects[first : first + BLOCK], MIN_ASPECT, MAX_ASPECT).tolist()
        filled = block < len(self._heights) - 1
        kept = self._hints.get(block, (0,))
        lines = lay_lines(aspects, self._measure, filled=filled, kept=kept)
        if not self._known and filled:
            self._learn(lines.height / float(self._heights[block]))
        self._known[block] = lines
        self._heights[block] = lines.height
        self._pile(block)
        return lines

    def _learn(self, taller: float) -> None:
        """Correct the estimated heights by the first block that is laid out."""
        self._taller *= taller
        self._heights *= taller
        self._pile(0)

    def _pile(self, block: int) -> None:
        """Recompute the tops from a block on."""
        if not block:
            self._tops = np.zeros(len(self._heights) + 1, np.int64)
        heights = np.rint(self._heights[block:]).astype(np.int64)
        self._tops[block + 1 :] = self._tops[block] + np.cumsum(heights)

    def _estimates(self) -> NDArray[np.float64]:
        count = len(self._aspects)
        firsts = np.arange(0, count, BLOCK)
        clipped = np.clip(self._aspects, MIN_ASPECT, MAX_ASPECT)
        sums = np.add.reduceat(clipped, firsts, dtype=np.float64)
        counts = np.diff(firsts, append=count)
        measure = self._measure
        lines = (sums * measure.height + counts * measure.gap) / (measure.width + measure.gap)
        estimates: NDArray[np.float64] = self._taller * lines * (measure.height + measure.gap)
        return estimates

    def _reuse(self, other: "Justified", unchanged: int) -> None:
        """Take over lines of rows that have not changed from another layout."""
        whole = unchanged // BLOCK
        last = len(other._heights) - 1
        for block, lines in other._known.items():
            # The last block's lines were laid out to be left open at the end.
            if block < whole and block != last:
                self._known[block] = lines
                self._heights[block] = lines.height
            elif block <= whole and block < len(self._heights):
                self._hints[block] = self._still(lines, unchanged - block * BLOCK, block)
        for block, hint in other._hints.items():
            if block < whole and block not in self._known:
                self._hints.setdefault(block, hint)

    def _still(self, lines: Lines, unchanged: int, block: int) -> tuple[int, ...]:
        """Return the starts of lines that stay as they are in a block that changed further on."""
        within = [start for start in lines.starts[:-1] if start < unchanged]
        if block < len(self._heights) - 1:
            # The block is full now: its last lines share what is left between them.
            within = within[:-2]
        return tuple(within) or (0,)
