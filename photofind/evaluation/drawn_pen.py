"""A pen that draws on a transparent tile, and the colours it draws with.

Coordinates are fractions of the tile (0 left/top to 1 right/bottom), so one drawing serves every
size; a tile is drawn large and scaled down, which smooths its edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[int, int, int]
Point = tuple[float, float]

TILE_PX: Final = 256
INK: Final[Colour] = (52, 52, 60)
WHITE: Final[Colour] = (250, 250, 248)
GLASS: Final[Colour] = (190, 224, 240)
WOOD: Final[Colour] = (128, 88, 54)
LEAF: Final[Colour] = (62, 140, 72)
SKIN: Final[Colour] = (236, 190, 152)
GOLD: Final[Colour] = (250, 204, 60)

COLOURS: Final[dict[str, Colour]] = {
    "red": (214, 48, 44),
    "orange": (240, 138, 36),
    "yellow": (246, 212, 52),
    "green": (58, 160, 76),
    "blue": (48, 98, 204),
    "purple": (132, 72, 176),
    "pink": (242, 140, 178),
    "brown": (132, 86, 52),
    "black": (38, 38, 42),
    "white": (248, 248, 246),
    "grey": (142, 146, 152),
}


def shade(colour: Colour, factor: float) -> Colour:
    """Darken (`factor` < 1) or lighten (> 1, towards white) a colour."""
    if factor <= 1:
        red, green, blue = (round(channel * factor) for channel in colour)
    else:
        red, green, blue = (
            round(255 - (255 - channel) * max(0.0, 2 - factor)) for channel in colour
        )
    return red, green, blue


def far_colours(random: Random, how_many: int) -> list[str]:
    """Choose colours that cannot be mistaken for each other."""
    chosen: list[str] = []
    while len(chosen) < how_many:
        name = random.choice(list(COLOURS))
        if all(distance(COLOURS[name], COLOURS[other]) > 110 for other in chosen):
            chosen.append(name)
    return chosen


def distance(one: Colour, other: Colour) -> float:
    """Return the distance of two colours in RGB, from 0 to 442."""
    return float(np.linalg.norm(np.subtract(one, other)))


class Pen:
    """Draws on one tile in fractions of its side, with one leading colour."""

    def __init__(self, colour: Colour) -> None:
        self.colour = colour
        self.dark = shade(colour, 0.72)
        self.light = shade(colour, 1.45)
        self.tile = Image.new("RGBA", (TILE_PX, TILE_PX), (*colour, 0))
        self._draw = ImageDraw.Draw(self.tile)

    def polygon(self, points: Sequence[Point], fill: Colour | None = None) -> None:
        """Fill a polygon."""
        self._draw.polygon([(x * TILE_PX, y * TILE_PX) for x, y in points], fill or self.colour)

    def box(self, x0: float, y0: float, x1: float, y1: float, fill: Colour | None = None) -> None:
        """Fill an upright rectangle."""
        self.polygon([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], fill)

    def ellipse(
        self, x0: float, y0: float, x1: float, y1: float, fill: Colour | None = None
    ) -> None:
        """Fill an ellipse given by its box."""
        corners = [x0 * TILE_PX, y0 * TILE_PX, x1 * TILE_PX, y1 * TILE_PX]
        self._draw.ellipse(corners, fill or self.colour)

    def disc(self, x: float, y: float, radius: float, fill: Colour | None = None) -> None:
        """Fill a circle given by its centre."""
        self.ellipse(x - radius, y - radius, x + radius, y + radius, fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: Colour) -> None:
        """Draw a circle's outline."""
        corners = [(c + sign * radius) * TILE_PX for sign in (-1, 1) for c in (x, y)]
        self._draw.ellipse(corners, outline=fill, width=round(width * TILE_PX))

    def line(self, points: Sequence[Point], width: float, fill: Colour | None = None) -> None:
        """Draw a bent line with round joints."""
        scaled = [(x * TILE_PX, y * TILE_PX) for x, y in points]
        self._draw.line(scaled, fill or self.colour, round(width * TILE_PX), joint="curve")

    def erase(self, x: float, y: float, radius: float) -> None:
        """Make a disc of the tile transparent again."""
        corners = [(c + sign * radius) * TILE_PX for sign in (-1, 1) for c in (x, y)]
        self._draw.ellipse(corners, (0, 0, 0, 0))
