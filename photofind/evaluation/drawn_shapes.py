"""Flat drawings of single shapes and objects, each on a transparent tile."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from PIL import Image

from photofind.evaluation.drawn_pen import (
    COLOURS,
    GLASS,
    GOLD,
    INK,
    LEAF,
    SKIN,
    TILE_PX,
    WHITE,
    WOOD,
    Colour,
    Pen,
    Point,
    shade,
)

Drawing = Callable[[Pen], None]


def _regular(corners: int, radius: float = 0.46, turn: float = -90.0) -> list[Point]:
    angles = [math.radians(turn + 360 * corner / corners) for corner in range(corners)]
    return [(0.5 + radius * math.cos(a), 0.5 + radius * math.sin(a)) for a in angles]


def _circle(pen: Pen) -> None:
    pen.disc(0.5, 0.5, 0.45)


def _square(pen: Pen) -> None:
    pen.box(0.1, 0.1, 0.9, 0.9)


def _triangle(pen: Pen) -> None:
    pen.polygon([(0.5, 0.08), (0.95, 0.88), (0.05, 0.88)])


def _star(pen: Pen) -> None:
    outer, inner = _regular(5, 0.48), _regular(5, 0.2, -54)
    pen.polygon([point for pair in zip(outer, inner, strict=True) for point in pair])


def _heart(pen: Pen) -> None:
    pen.disc(0.29, 0.34, 0.225)
    pen.disc(0.71, 0.34, 0.225)
    pen.polygon([(0.09, 0.44), (0.5, 0.26), (0.91, 0.44), (0.5, 0.93)])


def _diamond(pen: Pen) -> None:
    pen.polygon([(0.5, 0.04), (0.86, 0.5), (0.5, 0.96), (0.14, 0.5)])


def _hexagon(pen: Pen) -> None:
    pen.polygon(_regular(6))


def _ring(pen: Pen) -> None:
    pen.disc(0.5, 0.5, 0.45)
    pen.erase(0.5, 0.5, 0.27)


def _cross(pen: Pen) -> None:
    pen.box(0.38, 0.08, 0.62, 0.92)
    pen.box(0.08, 0.38, 0.92, 0.62)


def _crescent(pen: Pen) -> None:
    pen.disc(0.46, 0.5, 0.42)
    pen.erase(0.64, 0.42, 0.35)


def _house(pen: Pen) -> None:
    pen.box(0.14, 0.44, 0.86, 0.95)
    pen.box(0.66, 0.14, 0.76, 0.4, pen.dark)
    pen.polygon([(0.04, 0.46), (0.5, 0.08), (0.96, 0.46)], shade(pen.colour, 0.5))
    pen.box(0.42, 0.64, 0.58, 0.95, WOOD)
    for left in (0.21, 0.66):
        pen.box(left, 0.54, left + 0.14, 0.7, GLASS)


def _tree(pen: Pen) -> None:
    pen.box(0.44, 0.55, 0.56, 0.97, WOOD)
    for x, y, radius in ((0.32, 0.42, 0.22), (0.68, 0.42, 0.22), (0.5, 0.26, 0.24)):
        pen.disc(x, y, radius, LEAF)
    pen.disc(0.42, 0.3, 0.13, shade(LEAF, 1.2))


def _pine_tree(pen: Pen) -> None:
    pen.box(0.45, 0.8, 0.55, 0.98, WOOD)
    for top, bottom, half in ((0.4, 0.84, 0.38), (0.2, 0.6, 0.3), (0.02, 0.36, 0.21)):
        pen.polygon([(0.5, top), (0.5 + half, bottom), (0.5 - half, bottom)], (38, 104, 68))


def _sun(pen: Pen) -> None:
    for x, y in _regular(12, 0.48):
        pen.line([(0.5, 0.5), (x, y)], 0.045, GOLD)
    pen.disc(0.5, 0.5, 0.29, GOLD)


def _moon(pen: Pen) -> None:
    pen.disc(0.46, 0.5, 0.42, (244, 238, 206))
    pen.erase(0.64, 0.42, 0.35)


def _cloud(pen: Pen) -> None:
    for x, y, radius in ((0.25, 0.58, 0.19), (0.5, 0.46, 0.26), (0.76, 0.58, 0.2)):
        pen.disc(x, y, radius, WHITE)
    pen.box(0.25, 0.6, 0.76, 0.77, WHITE)


def _boat(pen: Pen) -> None:
    pen.box(0.47, 0.08, 0.5, 0.7, INK)
    pen.polygon([(0.52, 0.1), (0.9, 0.62), (0.52, 0.62)], WHITE)
    pen.polygon([(0.45, 0.18), (0.45, 0.62), (0.16, 0.62)], shade(WHITE, 0.9))
    pen.polygon([(0.04, 0.68), (0.96, 0.68), (0.8, 0.92), (0.2, 0.92)])


def _wheels(pen: Pen, y: float, radius: float, *centres: float) -> None:
    for x in centres:
        pen.disc(x, y, radius, INK)
        pen.disc(x, y, radius * 0.45, shade(WHITE, 0.8))


def _car(pen: Pen) -> None:
    pen.polygon([(0.2, 0.52), (0.32, 0.3), (0.68, 0.3), (0.82, 0.52)])
    pen.box(0.03, 0.5, 0.97, 0.72)
    pen.polygon([(0.27, 0.5), (0.35, 0.35), (0.48, 0.35), (0.48, 0.5)], GLASS)
    pen.polygon([(0.53, 0.5), (0.53, 0.35), (0.65, 0.35), (0.75, 0.5)], GLASS)
    pen.disc(0.93, 0.57, 0.03, GOLD)
    _wheels(pen, 0.72, 0.11, 0.24, 0.76)


def _bus(pen: Pen) -> None:
    pen.box(0.03, 0.2, 0.97, 0.76)
    for left in (0.08, 0.26, 0.44, 0.62):
        pen.box(left, 0.28, left + 0.14, 0.48, GLASS)
    pen.box(0.81, 0.28, 0.93, 0.74, GLASS)
    pen.box(0.03, 0.56, 0.78, 0.61, pen.light)
    _wheels(pen, 0.76, 0.1, 0.22, 0.68)


def _truck(pen: Pen) -> None:
    pen.box(0.03, 0.22, 0.64, 0.74, pen.light)
    pen.box(0.03, 0.66, 0.64, 0.74, pen.dark)
    pen.polygon([(0.66, 0.36), (0.86, 0.36), (0.97, 0.54), (0.97, 0.74), (0.66, 0.74)])
    pen.polygon([(0.71, 0.42), (0.83, 0.42), (0.9, 0.54), (0.71, 0.54)], GLASS)
    _wheels(pen, 0.75, 0.1, 0.18, 0.46, 0.82)


def _train(pen: Pen) -> None:
    pen.box(0.02, 0.82, 0.98, 0.86, shade(INK, 1.4))
    pen.box(0.03, 0.36, 0.5, 0.72)
    pen.box(0.53, 0.46, 0.97, 0.72, pen.dark)
    pen.box(0.53, 0.26, 0.7, 0.5, pen.dark)
    pen.box(0.84, 0.3, 0.9, 0.46, INK)
    for left in (0.08, 0.23, 0.37):
        pen.box(left, 0.43, left + 0.1, 0.55, GLASS)
    pen.box(0.57, 0.31, 0.66, 0.42, GLASS)
    _wheels(pen, 0.75, 0.07, 0.14, 0.38, 0.62, 0.78, 0.91)


def _bicycle(pen: Pen) -> None:
    for x in (0.24, 0.76):
        pen.ring(x, 0.66, 0.21, 0.035, INK)
    pen.line([(0.24, 0.66), (0.4, 0.38), (0.66, 0.38), (0.48, 0.66), (0.24, 0.66)], 0.035)
    pen.line([(0.48, 0.66), (0.38, 0.32)], 0.035)
    pen.line([(0.76, 0.66), (0.64, 0.28), (0.74, 0.26)], 0.035)
    pen.box(0.3, 0.29, 0.45, 0.33, INK)


def _flower(pen: Pen) -> None:
    pen.box(0.48, 0.45, 0.52, 0.98, LEAF)
    pen.polygon([(0.51, 0.82), (0.76, 0.62), (0.7, 0.8)], LEAF)
    for x, y in _regular(6, 0.2):
        pen.disc(x, y - 0.18, 0.12)
    pen.disc(0.5, 0.32, 0.11, GOLD if pen.colour != COLOURS["yellow"] else WOOD)


def _ball(pen: Pen) -> None:
    pen.disc(0.5, 0.5, 0.42)
    pen.ellipse(0.36, 0.08, 0.64, 0.92, pen.light)
    pen.ellipse(0.42, 0.08, 0.58, 0.92)
    pen.disc(0.34, 0.32, 0.06, WHITE)


def _person(pen: Pen) -> None:
    pen.line([(0.44, 0.6), (0.4, 0.96)], 0.09, (62, 72, 110))
    pen.line([(0.56, 0.6), (0.6, 0.96)], 0.09, (62, 72, 110))
    pen.line([(0.4, 0.34), (0.24, 0.56)], 0.07, SKIN)
    pen.line([(0.6, 0.34), (0.76, 0.52)], 0.07, SKIN)
    pen.polygon([(0.36, 0.28), (0.64, 0.28), (0.62, 0.66), (0.38, 0.66)])
    pen.disc(0.5, 0.15, 0.12, SKIN)
    pen.ellipse(0.38, 0.02, 0.62, 0.13, WOOD)


def _fish(pen: Pen) -> None:
    pen.polygon([(0.3, 0.5), (0.04, 0.28), (0.04, 0.72)], pen.dark)
    pen.polygon([(0.42, 0.32), (0.58, 0.14), (0.68, 0.32)], pen.dark)
    pen.ellipse(0.2, 0.28, 0.96, 0.72)
    pen.disc(0.8, 0.44, 0.05, WHITE)
    pen.disc(0.81, 0.44, 0.025, INK)


def _bird(pen: Pen) -> None:
    pen.polygon([(0.24, 0.52), (0.03, 0.4), (0.06, 0.62)], pen.dark)
    pen.ellipse(0.16, 0.36, 0.74, 0.74)
    pen.disc(0.73, 0.34, 0.15)
    pen.polygon([(0.86, 0.3), (0.99, 0.36), (0.86, 0.41)], (240, 160, 40))
    pen.polygon([(0.3, 0.48), (0.6, 0.48), (0.34, 0.82)], pen.dark)
    pen.disc(0.77, 0.31, 0.025, INK)


def _cat(pen: Pen) -> None:
    pen.line([(0.76, 0.86), (0.93, 0.74), (0.9, 0.5)], 0.06, pen.dark)
    pen.ellipse(0.26, 0.42, 0.8, 0.97)
    for left in (0.24, 0.46):
        pen.polygon([(left, 0.3), (left + 0.04, 0.06), (left + 0.18, 0.2)])
    pen.disc(0.44, 0.32, 0.21)
    for x in (0.37, 0.51):
        pen.disc(x, 0.29, 0.03, GOLD)
    pen.polygon([(0.41, 0.36), (0.47, 0.36), (0.44, 0.4)], (240, 140, 150))


def _dog(pen: Pen) -> None:
    pen.line([(0.1, 0.32), (0.2, 0.48)], 0.06)
    pen.box(0.16, 0.44, 0.72, 0.68)
    for left in (0.17, 0.29, 0.54, 0.64):
        pen.box(left, 0.64, left + 0.08, 0.94, pen.dark if left in (0.29, 0.54) else None)
    pen.box(0.6, 0.22, 0.86, 0.5)
    pen.box(0.82, 0.34, 0.98, 0.48)
    pen.polygon([(0.6, 0.2), (0.7, 0.2), (0.64, 0.44)], pen.dark)
    pen.disc(0.78, 0.3, 0.025, INK)
    pen.disc(0.97, 0.37, 0.03, INK)


def _umbrella(pen: Pen) -> None:
    pen.box(0.485, 0.2, 0.515, 0.96, WOOD)
    pen.ellipse(0.06, 0.12, 0.94, 0.92)
    pen.ellipse(0.34, 0.12, 0.66, 0.92, pen.light)
    pen.tile.paste((0, 0, 0, 0), (0, TILE_PX // 2, TILE_PX, TILE_PX))
    pen.box(0.485, 0.5, 0.515, 0.96, WOOD)


def _balloon(pen: Pen) -> None:
    pen.line([(0.5, 0.66), (0.46, 0.8), (0.52, 0.97)], 0.015, INK)
    pen.ellipse(0.22, 0.04, 0.78, 0.66)
    pen.ellipse(0.33, 0.13, 0.45, 0.3, pen.light)


def _apple(pen: Pen) -> None:
    pen.line([(0.5, 0.32), (0.54, 0.1)], 0.04, WOOD)
    pen.ellipse(0.54, 0.1, 0.8, 0.24, LEAF)
    pen.ellipse(0.1, 0.24, 0.6, 0.92)
    pen.ellipse(0.4, 0.24, 0.9, 0.92)


def _mushroom(pen: Pen) -> None:
    pen.ellipse(0.06, 0.1, 0.94, 0.94)
    pen.tile.paste((0, 0, 0, 0), (0, TILE_PX * 11 // 20, TILE_PX, TILE_PX))
    pen.box(0.38, 0.55, 0.62, 0.94, (238, 226, 204))
    for x, y, radius in ((0.3, 0.38, 0.07), (0.56, 0.24, 0.08), (0.72, 0.44, 0.06)):
        pen.disc(x, y, radius, WHITE)


def _cactus(pen: Pen) -> None:
    pen.line([(0.2, 0.3), (0.2, 0.56), (0.5, 0.6)], 0.12, LEAF)
    pen.line([(0.8, 0.22), (0.8, 0.46), (0.5, 0.5)], 0.12, LEAF)
    pen.box(0.41, 0.12, 0.59, 0.98, LEAF)
    pen.disc(0.5, 0.13, 0.09, LEAF)


def _snowman(pen: Pen) -> None:
    for y, radius in ((0.74, 0.24), (0.46, 0.18), (0.24, 0.13)):
        pen.disc(0.5, y, radius, shade(WHITE, 0.9))
        pen.disc(0.49, y - 0.01, radius - 0.02, WHITE)
    pen.polygon([(0.5, 0.23), (0.7, 0.27), (0.5, 0.28)], (240, 138, 36))
    pen.box(0.36, 0.11, 0.64, 0.15, INK)
    pen.box(0.41, 0.01, 0.59, 0.13, INK)


def _cup(pen: Pen) -> None:
    pen.ring(0.76, 0.5, 0.17, 0.06, pen.colour)
    pen.polygon([(0.12, 0.22), (0.78, 0.22), (0.7, 0.9), (0.2, 0.9)])
    pen.ellipse(0.12, 0.14, 0.78, 0.3, pen.dark)


SHAPES: Final[dict[str, Drawing]] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "star": _star,
    "heart": _heart,
    "diamond": _diamond,
    "hexagon": _hexagon,
    "ring": _ring,
    "cross": _cross,
    "crescent": _crescent,
}

THINGS: Final[dict[str, Drawing]] = {
    "house": _house,
    "car": _car,
    "bus": _bus,
    "truck": _truck,
    "train": _train,
    "bicycle": _bicycle,
    "boat": _boat,
    "flower": _flower,
    "ball": _ball,
    "person": _person,
    "fish": _fish,
    "bird": _bird,
    "cat": _cat,
    "dog": _dog,
    "umbrella": _umbrella,
    "balloon": _balloon,
    "apple": _apple,
    "mushroom": _mushroom,
    "cup": _cup,
}
"""Things that come in any of `COLOURS`."""

FIXED_THINGS: Final[dict[str, Drawing]] = {
    "tree": _tree,
    "pine tree": _pine_tree,
    "sun": _sun,
    "moon": _moon,
    "cloud": _cloud,
    "cactus": _cactus,
    "snowman": _snowman,
}
"""Things whose colours are always the same."""


def draw_tile(name: str, colour: Colour) -> Image.Image:
    """Draw one shape or object on a transparent square of `TILE_PX`.

    Raises:
        KeyError: No drawing has that name.
    """
    pen = Pen(colour)
    drawings: dict[str, Drawing] = {**SHAPES, **THINGS, **FIXED_THINGS}
    drawings[name](pen)
    return pen.tile
