"""Geometry of a box in a photo, in pixels of the upright photo."""

from dataclasses import dataclass
from enum import Enum

from photofind.domain import Box

LEAST_PX = 8.0
LEAST_SHARE = 0.01
"""The smallest box, in pixels and in shorter sides of the photo; whichever is more."""

STEP_SHARE = 0.01
LONG_STEP_SHARE = 0.05
"""Distance of one key press, in shorter sides of the photo."""

Point = tuple[float, float]
"""x and y in pixels of the upright photo."""


class Grip(Enum):
    """Part of the box a pointer holds: the whole, or the edges that move with it.

    The value says which: −1 the left or upper edge, 1 the right or lower one, 0 neither.
    """

    TOP_LEFT = (-1, -1)
    TOP = (0, -1)
    TOP_RIGHT = (1, -1)
    RIGHT = (1, 0)
    BOTTOM_RIGHT = (1, 1)
    BOTTOM = (0, 1)
    BOTTOM_LEFT = (-1, 1)
    LEFT = (-1, 0)
    WHOLE = (0, 0)


@dataclass(frozen=True, slots=True)
class PhotoFrame:
    """Bounds that every returned box stays within."""

    width: int
    height: int

    @property
    def least(self) -> tuple[float, float]:
        """Smallest width and height; all of a photo that is smaller still."""
        side = max(LEAST_PX, LEAST_SHARE * self._shorter)
        return min(side, float(self.width)), min(side, float(self.height))

    def step(self, *, long: bool = False) -> float:
        """Return the distance of one key press, in pixels."""
        return self._shorter * (LONG_STEP_SHARE if long else STEP_SHARE)

    def centred(self, share: float = 0.5) -> Box:
        """Make a centred box in the photo's shape; `share` of its width and height."""
        (across, down), (least_across, least_down) = (self.width, self.height), self.least
        width, height = max(share * across, least_across), max(share * down, least_down)
        left, top = (across - width) / 2, (down - height) / 2
        return left, top, left + width, top + height

    def spanned(self, begin: Point, end: Point) -> Box:
        """Make the box between two points in any order, clamped to the photo."""
        least_across, least_down = self.least
        left, right = _spanned(_clamped(begin[0], self.width), end[0], least_across, self.width)
        top, bottom = _spanned(_clamped(begin[1], self.height), end[1], least_down, self.height)
        return left, top, right, bottom

    def pulled(self, box: Box, grip: Grip, across: float, down: float) -> Box:
        """Move a grip of the box by a distance; pulled across itself, the box turns over.

        What it comes to depends on `box` and the way alone, so a way back ends where it began.
        """
        if grip is Grip.WHOLE:
            return self.moved(box, across, down)
        x0, y0, x1, y1 = box
        (least_across, least_down), (horizontal, vertical) = self.least, grip.value
        x0, x1 = _pulled(x0, x1, horizontal, across, least_across, self.width)
        y0, y1 = _pulled(y0, y1, vertical, down, least_down, self.height)
        return x0, y0, x1, y1

    def moved(self, box: Box, across: float, down: float) -> Box:
        """Move the box as far as the photo's edges allow."""
        x0, y0, x1, y1 = box
        left, right = _moved(x0, x1, across, self.width)
        top, bottom = _moved(y0, y1, down, self.height)
        return left, top, right, bottom

    def grown(self, box: Box, across: float, down: float) -> Box:
        """Move the right and the lower edge, within the smallest size and the photo's edges."""
        x0, y0, x1, y1 = box
        least_across, least_down = self.least
        if across:
            x1 = min(max(x1 + across, x0 + least_across), float(self.width))
        if down:
            y1 = min(max(y1 + down, y0 + least_down), float(self.height))
        return x0, y0, x1, y1

    @property
    def _shorter(self) -> int:
        return min(self.width, self.height)


def _clamped(value: float, limit: float) -> float:
    return min(max(value, 0.0), float(limit))


def _spanned(fixed: float, moving: float, least: float, limit: float) -> tuple[float, float]:
    """Return the span between a fixed and a moving end; shift it only where there is no room."""
    moving = _clamped(moving, limit)
    if abs(moving - fixed) < least:
        moving = fixed - least if moving < fixed else fixed + least
    low, high = min(fixed, moving), max(fixed, moving)
    if low < 0:
        return 0.0, high - low
    if high > limit:
        return limit - (high - low), float(limit)
    return low, high


def _pulled(
    low: float, high: float, side: int, way: float, least: float, limit: float
) -> tuple[float, float]:
    match side:
        case -1:
            return _spanned(high, low + way, least, limit)
        case 1:
            return _spanned(low, high + way, least, limit)
        case _:
            return low, high


def _moved(low: float, high: float, way: float, limit: float) -> tuple[float, float]:
    length = high - low
    low = _clamped(low + way, limit - length)
    return low, min(low + length, float(limit))
