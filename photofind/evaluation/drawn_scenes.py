"""Pictures drawn from a seed, with true captions and the boxes of their objects.

They train and measure what photo collections label too rarely (colours, counts, positions, night,
snow, vehicles), and stand in for photos in a demonstration, since nobody owns rights in them.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Final

import numpy as np
from PIL import Image, ImageFilter

from photofind.evaluation.drawn_easel import SMOOTHING, DrawnObject, Easel
from photofind.evaluation.drawn_landscapes import LANDSCAPES, Painter, Words
from photofind.evaluation.drawn_pen import COLOURS, Point, distance, far_colours, shade
from photofind.evaluation.drawn_shapes import SHAPES, THINGS
from photofind.evaluation.drawn_words import article, counted, number_word, plural

__all__ = ["DrawnObject", "DrawnScene", "draw_scene", "held_out_seeds", "training_seeds"]

training_seeds: Final = range(0, 1_000_000)
held_out_seeds: Final = range(1_000_000, 1_100_000)


@dataclass(frozen=True)
class DrawnScene:
    """A picture with its captions, all true of the whole, the most specific first."""

    image: Image.Image
    captions: tuple[str, ...]
    objects: tuple[DrawnObject, ...]


def _noun(random: Random) -> str:
    return random.choice(list(SHAPES) if random.random() < 0.6 else list(THINGS))


def _turn(random: Random, noun: str) -> float:
    """Choose a rotation that leaves a shape's name true; objects only lean a little."""
    most = 18.0 if noun in SHAPES else 6.0
    return random.uniform(-most, most)


def _backdrop(easel: Easel, avoid: list[str]) -> None:
    """Paint a plain, faded, striped, dotted or two-part ground unlike the given colours."""
    random = easel.random
    while True:
        base = shade(random.choice(list(COLOURS.values())), random.uniform(0.8, 1.75))
        if all(distance(base, COLOURS[name]) > 90 for name in avoid):
            break
    easel.fade(shade(base, random.uniform(0.93, 1.0)), base)
    soft, kind = shade(base, random.choice((0.92, 1.2))), random.randrange(4)
    if kind == 1:
        easel.dots(60, soft, size=0.014)
    elif kind == 2:
        for stripe in np.arange(-0.4, 1.4, random.uniform(0.1, 0.2)):
            left, right = float(stripe), float(stripe) + 0.05
            easel.polygon([(left, 0), (right, 0), (right + 0.2, 1), (left + 0.2, 1)], soft)
    elif kind == 3:
        easel.hills(random.uniform(0.55, 0.75), 0.03, soft)


def _one_object(easel: Easel) -> Words:
    random = easel.random
    (colour,), noun = far_colours(random, 1), _noun(random)
    _backdrop(easel, [colour])
    side = random.uniform(0.4, 0.85)
    centre = (random.uniform(0.3, 0.7), random.uniform(0.42, 0.58))
    easel.put(noun, colour, centre, side, _turn(random, noun))
    if noun == "person":
        return f"a person in {colour}", "a person", f"something {colour}"
    return article(f"{colour} {noun}"), article(noun), f"something {colour}"


def _cells(random: Random, number: int) -> list[Point]:
    """Choose cells of a 4 × 3 grid, so that counted objects never overlap."""
    cells = [((column + 0.5) / 4, (row + 0.5) / 3) for column in range(4) for row in range(3)]
    return random.sample(cells, number)


def _counted_objects(easel: Easel) -> Words:
    random = easel.random
    (colour,), noun, number = far_colours(random, 1), _noun(random), random.randint(2, 6)
    _backdrop(easel, [colour])
    side = random.uniform(0.22, 0.3)
    for x, y in _cells(random, number):
        centre = (x + random.uniform(-0.015, 0.015), y + random.uniform(-0.015, 0.015))
        easel.put(noun, colour, centre, side, _turn(random, noun))
    return (
        counted(number, colour, noun),
        f"{number_word(number)} {plural(noun)}",
        f"{colour} {plural(noun)}",
    )


def _two_objects(easel: Easel) -> Words:
    random = easel.random
    colours = far_colours(random, 2)
    nouns = [_noun(random), _noun(random)]
    _backdrop(easel, colours)
    first, second = (article(f"{c} {n}") for c, n in zip(colours, nouns, strict=True))
    if random.random() < 0.6:
        places, word, inverse, side = ((0.27, 0.5), (0.73, 0.5)), "left of", "right of", 0.5
    else:
        places, word, inverse, side = ((0.5, 0.26), (0.5, 0.74)), "above", "below", 0.42
    for noun, colour, (x, y) in zip(nouns, colours, places, strict=True):
        centre = (x + random.uniform(-0.05, 0.05), y + random.uniform(-0.03, 0.03))
        easel.put(noun, colour, centre, side * random.uniform(0.75, 1.1), _turn(random, noun))
    return (
        f"{first} {word} {second}",
        f"{second} {inverse} {first}",
        f"{first} and {second}",
        f"{second} next to {first}",
    )


_OBJECTS: Final[tuple[Painter, ...]] = (_one_object, _counted_objects, _two_objects)


def _finish(painted: Image.Image, size: tuple[int, int], random: Random) -> Image.Image:
    """Scale to the requested size and add the faint grain of a print."""
    small = painted.resize(size, Image.Resampling.LANCZOS)
    if random.random() < 0.15:
        small = small.filter(ImageFilter.GaussianBlur(0.6))
    grain = np.random.default_rng(random.getrandbits(32)).normal(
        0, random.uniform(0, 4), (size[1], size[0], 1)
    )
    return Image.fromarray((np.asarray(small) + grain).clip(0, 255).astype(np.uint8))


def draw_scene(seed: int, size: tuple[int, int] = (384, 288)) -> DrawnScene:
    """Draw the scene of a seed; the same seed and size give the same picture and captions."""
    random = Random(seed)
    easel = Easel(random, Image.new("RGB", (size[0] * SMOOTHING, size[1] * SMOOTHING)))
    painter = random.choice(_OBJECTS if random.random() < 0.5 else LANDSCAPES)
    captions = painter(easel)
    image = _finish(easel.image, size, random)
    return DrawnScene(image, tuple(dict.fromkeys(captions)), tuple(easel.objects))
