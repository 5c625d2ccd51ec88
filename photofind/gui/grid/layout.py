"""Lay out a grid of a dozen or a million photos, without Qt.

Pixels of the content begin at the top left of its margin. Rows are laid out on
demand, so positions further on are estimates until `settle` is called for them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from photofind.gui.grid.flow import Aspects, Flow, Justified, Line, Rect, Squares
from photofind.gui.grid.lines import Measure

GAP = 4
MARGIN = 16
"""Margin around all photos, for the focus ring and the start of a rubber band."""

HEADING = 44
"""Height of a heading line."""

Arrangement = Literal["justified", "squares"]
ARRANGEMENTS: tuple[Arrangement, ...] = get_args(Arrangement)
MIN_CELL, MAX_CELL = 96, 400
DEFAULT_CELL = 200

_NARROWEST = 48


class Direction(Enum):
    BACK = auto()
    ON = auto()
    UP = auto()
    DOWN = auto()


@dataclass(slots=True)
class _Section:
    """Rows from `first` on, below `y`."""

    first: int
    stop: int
    y: int
    flow: Flow


class GridLayout:
    """Lays out rows in lines, the best guesses below a heading."""

    def __init__(self) -> None:
        self._aspects: Aspects = np.empty(0, np.float32)
        self._sure: int | None = None
        self._width, self._cell, self._arrangement = 800, DEFAULT_CELL, ARRANGEMENTS[0]
        self._sections: list[_Section] = []

    @property
    def count(self) -> int:
        return len(self._aspects)

    @property
    def width(self) -> int:
        return self._width

    @property
    def cell_size(self) -> int:
        return self._cell

    @property
    def arrangement(self) -> Arrangement:
        return self._arrangement

    def show(self, aspects: Aspects, sure: int | None) -> None:
        """Lay out other photos.

        Args:
            aspects: Not copied.
            sure: How many come before the heading "Best guesses"; no heading where `None`, 0, or
                all.
        """
        self._aspects, self._sure = aspects, sure
        self._lay(unchanged=0)

    def change(self, aspects: Aspects, sure: int | None, unchanged: int) -> None:
        """Lay out again after rows from `unchanged` on came or went; those before stay in place."""
        same_sections = sure == self._sure
        self._aspects, self._sure = aspects, sure
        self._lay(unchanged if same_sections or sure is None else min(unchanged, sure))

    def set_frame(self, width: int, cell: int, arrangement: Arrangement) -> bool:
        """Set view width, cell size and arrangement; return whether anything changed.

        Args:
            width: Pixels, margins included.
            cell: `MIN_CELL` to `MAX_CELL` pixels: the side of a square, or near a line's height.
        """
        frame = max(width, 2 * MARGIN + _NARROWEST), cell, arrangement
        if frame == (self._width, self._cell, self._arrangement):
            return False
        self._width, self._cell, self._arrangement = frame
        self._sections = []
        self._lay(unchanged=0)
        return True

    @property
    def height(self) -> int:
        """Height of everything, margins included; partly an estimate."""
        if not self._sections:
            return 0
        last = self._sections[-1]
        return last.y + last.flow.height - GAP + MARGIN

    @property
    def heading(self) -> Rect | None:
        """Rectangle of the heading between sure photos and best guesses."""
        if len(self._sections) < 2:
            return None
        y = self._sections[1].y - HEADING
        return Rect(MARGIN, y, self._width - 2 * MARGIN, HEADING)

    def rect_of(self, row: int) -> Rect:
        """Return a row's rectangle, laying out what is around it if need be."""
        section = self._section_of(row)
        line = section.flow.line_of(row - section.first)
        return line.rect(row - section.first).moved(MARGIN, section.y)

    def is_known(self, row: int) -> bool:
        """Whether `rect_of` returns without laying anything out."""
        section = self._section_of(row)
        return section.flow.is_known(row - section.first)

    def settle(self, top: int, bottom: int) -> int:
        """Lay out everything between two y coordinates.

        Returns:
            How far down everything has moved that was known between them before, because what lies
            above turned out taller (or shorter) than was estimated.
        """
        if not self._sections:
            return 0
        anchor = self._first_known(top, bottom)
        before = 0 if anchor is None else self.rect_of(anchor).y
        moved = 0
        while True:
            for _ in self._lines(top + moved, bottom + moved):
                pass
            now = 0 if anchor is None else self.rect_of(anchor).y - before
            if now == moved:
                return moved
            moved = now

    def row_at(self, x: float, y: float) -> int | None:
        for section, line in self._lines(y, y):
            for row in range(line.first, line.stop):
                rect = line.rect(row).moved(MARGIN, section.y)
                if rect.x <= x < rect.right and rect.y <= y < rect.bottom:
                    return section.first + row
        return None

    def nearest(self, x: float, y: float) -> int | None:
        """Return the row nearest to a point, by x within the line at y."""
        if not self._sections:
            return None
        section, line = self._line_near(y)
        return section.first + line.nearest(x - MARGIN)

    def rows_between(self, top: int, bottom: int) -> range:
        """Return the rows of all lines that reach into a band, gaps not counted."""
        first = stop = 0
        for section, line in self._lines(top, bottom):
            if first == stop:
                first = section.first + line.first
            stop = section.first + line.stop
        return range(first, stop)

    def cells_between(self, top: int, bottom: int) -> Iterator[tuple[int, Rect]]:
        """Yield the rows of a band with their rectangles."""
        for section, line in self._lines(top, bottom):
            for row in range(line.first, line.stop):
                yield section.first + row, line.rect(row).moved(MARGIN, section.y)

    def rows_in(self, rect: Rect) -> NDArray[np.int64]:
        """Return the rows whose photos intersect a rectangle, ascending."""
        found = [
            row
            for row, cell in self.cells_between(rect.y, rect.bottom)
            if cell.x < rect.right and rect.x < cell.right
        ]
        return np.array(found, np.int64)

    def next_row(self, row: int, direction: Direction) -> int:
        """Return the row an arrow key leads to; the row itself at the ends.

        Up and down go to the photo whose middle is nearest across.
        """
        match direction:
            case Direction.BACK:
                return max(0, row - 1)
            case Direction.ON:
                return min(self.count - 1, row + 1)
        section = self._section_of(row)
        line = section.flow.line_of(row - section.first)
        x = _middle(line.rect(row - section.first))
        step = line.first - 1 if direction is Direction.UP else line.stop
        beside = section.first + step
        if not 0 <= beside < self.count:
            return row
        other = self._section_of(beside)
        return other.first + other.flow.line_of(beside - other.first).nearest(x)

    def _lay(self, unchanged: int) -> None:
        before, self._sections = self._sections, []
        y = MARGIN
        for number, (first, stop) in enumerate(self._bounds()):
            kept = before[number] if number < len(before) else None
            same = min(unchanged, stop) - first
            if kept is not None and (kept.first != first or same <= 0):
                kept = None
            if number:
                y += HEADING - GAP
            aspects = self._aspects[first:stop]
            section = _Section(first, stop, y, self._flow(aspects, kept, same))
            self._sections.append(section)
            y += section.flow.height

    def _bounds(self) -> list[tuple[int, int]]:
        count, sure = self.count, self._sure
        if not count:
            return []
        if sure is None or not 0 < sure < count:
            return [(0, count)]
        return [(0, sure), (sure, count)]

    def _flow(self, aspects: Aspects, kept: _Section | None, same: int) -> Flow:
        measure = Measure(self._width - 2 * MARGIN, self._cell, GAP)
        if self._arrangement == "squares":
            return Squares(len(aspects), measure)
        if kept is None or not isinstance(kept.flow, Justified):
            return Justified(aspects, measure)
        if kept.stop - kept.first == same == len(aspects):
            return kept.flow
        return Justified(aspects, measure, kept.flow, same)

    def _section_of(self, row: int) -> _Section:
        section = self._sections[-1]
        return self._sections[0] if row < section.first else section

    def _pile(self) -> None:
        """Move the second section after the height of the first has changed."""
        if len(self._sections) > 1:
            above = self._sections[0]
            self._sections[1].y = above.y + above.flow.height + HEADING - GAP

    def _line_near(self, y: float) -> tuple[_Section, Line]:
        section = self._sections[-1]
        if y < section.y - HEADING / 2:
            section = self._sections[0]
        line = section.flow.line_at(y - section.y)
        self._pile()
        return section, line

    def _lines(self, top: float, bottom: float) -> Iterator[tuple[_Section, Line]]:
        """Yield lines whose photos reach into a band, downwards."""
        for section in self._sections:
            if section.y > bottom or section.y + section.flow.height <= top:
                continue
            line = section.flow.line_at(max(0.0, top - section.y))
            self._pile()
            while True:
                if line.y + section.y > bottom:
                    break
                if line.y + line.height + section.y > top:
                    yield section, line
                if line.stop >= section.stop - section.first:
                    break
                line = section.flow.line_of(line.stop)
                self._pile()

    def _first_known(self, top: int, bottom: int) -> int | None:
        """Return a visible row that is laid out already; lay out none."""
        for section in self._sections:
            y = max(top, section.y)
            while y <= bottom and y < section.y + section.flow.height:
                if section.flow.known_at(y - section.y):
                    return section.first + section.flow.line_at(y - section.y).first
                y += self._cell
        return None


def _middle(rect: Rect) -> float:
    return rect.x + rect.width / 2
