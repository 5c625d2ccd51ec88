"""A scene being painted: backgrounds, objects placed on them, and their boxes."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Final

import numpy as np
from PIL import Image, ImageDraw

from photofind.evaluation.drawn_pen import COLOURS, Colour, Point
from photofind.evaluation.drawn_shapes import draw_tile

SMOOTHING: Final = 2
"""How many times larger than wanted a scene is painted, for smooth edges."""


@dataclass(frozen=True)
class DrawnObject:
    """One object in a scene; the box is (left, top, right, bottom) in pixels."""

    label: str
    box: tuple[float, float, float, float]


@dataclass
class Easel:
    """A scene being painted, in fractions of its width and height."""

    random: Random
    image: Image.Image
    objects: list[DrawnObject] = field(default_factory=list)

    @property
    def width(self) -> int:
        return self.image.width

    @property
    def height(self) -> int:
        return self.image.height

    @property
    def unit(self) -> float:
        """The unit of object sides: the height of the largest 4:3 picture that fits."""
        return min(self.height, 0.75 * self.width)

    def fade(self, top: Colour, bottom: Colour, start: float = 0.0, stop: float = 1.0) -> None:
        """Paint a vertical gradient over the rows from `start` to `stop`."""
        first, last = round(start * self.height), round(stop * self.height)
        mix = np.linspace(0, 1, max(1, last - first))[:, None, None]
        rows = np.array(top) * (1 - mix) + np.array(bottom) * mix
        band = np.broadcast_to(rows, (len(mix), self.width, 3)).astype(np.uint8)
        self.image.paste(Image.fromarray(band), (0, first))

    def polygon(self, points: list[Point], fill: Colour) -> None:
        """Fill a polygon."""
        scaled = [(x * self.width, y * self.height) for x, y in points]
        ImageDraw.Draw(self.image).polygon(scaled, fill)

    def hills(self, level: float, swing: float, fill: Colour) -> None:
        """Fill everything below a gently waving line."""
        phase, waves = self.random.uniform(0, 6), self.random.uniform(3, 8)
        xs = np.linspace(0, 1, 40)
        ys = level + swing * np.sin(xs * waves + phase)
        outline = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
        self.polygon([*outline, (1.0, 1.0), (0.0, 1.0)], fill)

    def dots(self, count: int, fill: Colour, bottom: float = 1.0, size: float = 0.006) -> None:
        """Scatter small discs above `bottom`: stars, snowflakes, blossoms."""
        pen = ImageDraw.Draw(self.image)
        for _ in range(count):
            x = self.random.random() * self.width
            y = self.random.random() * bottom * self.height
            radius = self.random.uniform(0.5, 1.3) * size * self.width
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill)

    def put(self, name: str, colour: str, centre: Point, side: float, turn: float = 0.0) -> None:
        """Place a drawing; `side` is a fraction of `unit`, `turn` in degrees."""
        tile = draw_tile(name, COLOURS[colour] if colour else COLOURS["grey"])
        pixels = max(8, round(side * self.unit))
        tile = tile.resize((pixels, pixels), Image.Resampling.LANCZOS)
        if turn:
            tile = tile.rotate(turn, Image.Resampling.BICUBIC, expand=True)
        left = round(centre[0] * self.width - tile.width / 2)
        top = round(centre[1] * self.height - tile.height / 2)
        self.image.paste(tile, (left, top), tile)
        self._note(f"{colour} {name}".strip(), tile, left, top)

    def stand(self, name: str, colour: str, x: float, ground: float, side: float) -> None:
        """Place a drawing so that its foot touches `ground`."""
        self.put(name, colour, (x, ground - side * 0.47 * self.unit / self.height), side)

    def _note(self, label: str, tile: Image.Image, left: int, top: int) -> None:
        inked = tile.getchannel("A").point(lambda alpha: 255 if alpha > 127 else 0).getbbox()
        if inked is None:
            return
        box = (
            max(0, left + inked[0]) / SMOOTHING,
            max(0, top + inked[1]) / SMOOTHING,
            min(self.width, left + inked[2]) / SMOOTHING,
            min(self.height, top + inked[3]) / SMOOTHING,
        )
        if box[2] - box[0] > 1 and box[3] - box[1] > 1:
            self.objects.append(DrawnObject(label, box))
