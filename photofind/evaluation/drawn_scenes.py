"""Pictures drawn from a seed, with the words that are true of them and where each thing is.

They train and measure what photo collections label too rarely (colours, counts, positions, night,
snow, vehicles), and stand in for photos in a demonstration, since nobody owns rights in them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from photofind.evaluation.drawn_shapes import COLOURS, FIXED_THINGS, SHAPES, THINGS
from photofind.evaluation.drawn_shapes import Colour, Point, draw_tile, shade

training_seeds: Final = range(0, 1_000_000)
held_out_seeds: Final = range(1_000_000, 1_100_000)

_COUNTS: Final = ("no", "one", "two", "three", "four", "five", "six")
_SMOOTHING: Final = 2


@dataclass(frozen=True)
class DrawnObject:
    """One thing in a scene; the box is (left, top, right, bottom) in pixels."""

    label: str
    box: tuple[float, float, float, float]


@dataclass(frozen=True)
class DrawnScene:
    """A picture; every caption is true of all of it, the most specific first."""

    image: Image.Image
    captions: tuple[str, ...]
    objects: tuple[DrawnObject, ...]


@dataclass
class _Easel:
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

    def fade(self, top: Colour, bottom: Colour, start: float = 0.0, stop: float = 1.0) -> None:
        """Paints a vertical gradient over the rows from `start` to `stop`."""
        first, last = round(start * self.height), round(stop * self.height)
        mix = np.linspace(0, 1, max(1, last - first))[:, None, None]
        rows = np.array(top) * (1 - mix) + np.array(bottom) * mix
        band = np.broadcast_to(rows, (len(mix), self.width, 3)).astype(np.uint8)
        self.image.paste(Image.fromarray(band), (0, first))

    def polygon(self, points: list[Point], fill: Colour) -> None:
        """Fills a polygon."""
        scaled = [(x * self.width, y * self.height) for x, y in points]
        ImageDraw.Draw(self.image).polygon(scaled, fill)

    def hills(self, level: float, swing: float, fill: Colour) -> None:
        """Fills everything below a gently waving line."""
        phase, waves = self.random.uniform(0, 6), self.random.uniform(3, 8)
        xs = np.linspace(0, 1, 40)
        ys = level + swing * np.sin(xs * waves + phase)
        outline = [(float(x), float(y)) for x, y in zip(xs, ys, strict=True)]
        self.polygon([*outline, (1.0, 1.0), (0.0, 1.0)], fill)

    def dots(self, count: int, fill: Colour, bottom: float = 1.0, size: float = 0.006) -> None:
        """Scatters small discs above `bottom`: stars, snowflakes, blossoms."""
        pen = ImageDraw.Draw(self.image)
        for _ in range(count):
            x = self.random.random() * self.width
            y = self.random.random() * bottom * self.height
            radius = self.random.uniform(0.5, 1.3) * size * self.width
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill)

    def put(self, name: str, colour: str, centre: Point, side: float, turn: float = 0.0) -> None:
        """Places a drawing; `side` is a fraction of the height, `turn` in degrees."""
        tile = draw_tile(name, COLOURS[colour] if colour else COLOURS["grey"])
        pixels = max(8, round(side * self.height))
        tile = tile.resize((pixels, pixels), Image.Resampling.LANCZOS)
        if turn:
            tile = tile.rotate(turn, Image.Resampling.BICUBIC, expand=True)
        left = round(centre[0] * self.width - tile.width / 2)
        top = round(centre[1] * self.height - tile.height / 2)
        self.image.paste(tile, (left, top), tile)
        self._note(f"{colour} {name}".strip(), tile, left, top)

    def stand(self, name: str, colour: str, x: float, ground: float, side: float) -> None:
        """Places a drawing so that its foot touches `ground`."""
        self.put(name, colour, (x, ground - side * 0.47), side)

    def _note(self, label: str, tile: Image.Image, left: int, top: int) -> None:
        inked = tile.getchannel("A").point(lambda alpha: 255 if alpha > 127 else 0).getbbox()
        if inked is None:
            return
        box = (
            max(0, left + inked[0]) / _SMOOTHING,
            max(0, top + inked[1]) / _SMOOTHING,
            min(self.width, left + inked[2]) / _SMOOTHING,
            min(self.height, top + inked[3]) / _SMOOTHING,
        )
        if box[2] - box[0] > 1 and box[3] - box[1] > 1:
            self.objects.append(DrawnObject(label, box))


Words = tuple[str, ...]
_Painter = Callable[[_Easel], Words]


def _article(noun: str) -> str:
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _plural(noun: str) -> str:
    irregular = {"fish": "fish", "person": "people", "bus": "buses"}
    return irregular.get(noun, f"{noun}es" if noun.endswith(("s", "x", "ss")) else f"{noun}s")


def _count(number: int, colour: str, noun: str) -> str:
    if number == 1:
        return _article(f"{colour} {noun}")
    return f"{_COUNTS[number]} {colour} {_plural(noun)}"


def _far_colours(random: Random, how_many: int) -> list[str]:
    """Chooses colours that cannot be taken for each other."""
    chosen: list[str] = []
    while len(chosen) < how_many:
        name = random.choice(list(COLOURS))
        if all(_distance(COLOURS[name], COLOURS[other]) > 110 for other in chosen):
            chosen.append(name)
    return chosen


def _distance(one: Colour, other: Colour) -> float:
    return float(np.linalg.norm(np.subtract(one, other)))


def _noun(random: Random) -> str:
    return random.choice(list(SHAPES) if random.random() < 0.6 else list(THINGS))


def _turn(random: Random, noun: str) -> float:
    """Shapes may lean any way that leaves their name true; things only a little."""
    most = 18.0 if noun in SHAPES else 6.0
    return random.uniform(-most, most)


def _backdrop(easel: _Easel, avoid: list[str]) -> None:
    """Paints a plain, faded, striped, dotted or two-part ground unlike the given colours."""
    random = easel.random
    while True:
        base = shade(random.choice(list(COLOURS.values())), random.uniform(0.8, 1.75))
        if all(_distance(base, COLOURS[name]) > 90 for name in avoid):
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


def _one_object(easel: _Easel) -> Words:
    random = easel.random
    (colour,), noun = _far_colours(random, 1), _noun(random)
    _backdrop(easel, [colour])
    side = random.uniform(0.4, 0.85)
    centre = (random.uniform(0.3, 0.7), random.uniform(0.42, 0.58))
    easel.put(noun, colour, centre, side, _turn(random, noun))
    if noun == "person":
        return f"a person in {colour}", "a person", f"something {colour}"
    return _article(f"{colour} {noun}"), _article(noun), f"something {colour}"


def _cells(random: Random, number: int) -> list[Point]:
    """Chooses cells of a 4 × 3 grid, so that counted things never overlap."""
    cells = [((column + 0.5) / 4, (row + 0.5) / 3) for column in range(4) for row in range(3)]
    return random.sample(cells, number)


def _counted_objects(easel: _Easel) -> Words:
    random = easel.random
    (colour,), noun, number = _far_colours(random, 1), _noun(random), random.randint(2, 6)
    _backdrop(easel, [colour])
    side = random.uniform(0.22, 0.3)
    for x, y in _cells(random, number):
        centre = (x + random.uniform(-0.015, 0.015), y + random.uniform(-0.015, 0.015))
        easel.put(noun, colour, centre, side, _turn(random, noun))
    return (
        _count(number, colour, noun),
        f"{_COUNTS[number]} {_plural(noun)}",
        f"{colour} {_plural(noun)}",
    )


def _two_objects(easel: _Easel) -> Words:
    random = easel.random
    colours = _far_colours(random, 2)
    nouns = [_noun(random), _noun(random)]
    _backdrop(easel, colours)
    first, second = (_article(f"{c} {n}") for c, n in zip(colours, nouns, strict=True))
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


def _sky(easel: _Easel, horizon: float) -> str:
    """Paints the sky with its lights and returns the time of day in words."""
    random = easel.random
    time = random.choice(("day", "day", "day", "night", "night", "sunset"))
    if time == "night":
        easel.fade((14, 18, 52), (48, 56, 108), 0, horizon + 0.08)
        easel.dots(random.randint(25, 60), (240, 240, 220), horizon, 0.003)
        easel.put("moon", "", (random.uniform(0.15, 0.85), 0.17), random.uniform(0.15, 0.24))
        return "at night"
    if time == "sunset":
        easel.fade((120, 70, 140), (252, 164, 84), 0, horizon + 0.08)
        easel.put("sun", "", (random.uniform(0.2, 0.8), horizon * 0.75), 0.26)
        return "at sunset"
    easel.fade((96, 168, 232), (206, 232, 250), 0, horizon + 0.08)
    easel.put("sun", "", (random.choice((0.13, 0.87)), 0.17), random.uniform(0.2, 0.28))
    for x in random.sample((0.3, 0.5, 0.68), random.randint(1, 2)):
        easel.put("cloud", "", (x, random.uniform(0.1, 0.25)), random.uniform(0.2, 0.3))
    return "on a sunny day"


def _dimmed(colour: Colour, when: str) -> Colour:
    return shade(colour, {"at night": 0.45, "at sunset": 0.8}.get(when, 1.0))


def _scene_words(place: str, when: str, extras: list[str], nouns: Words) -> Words:
    """Builds captions of a landscape from its place, time and contents."""
    with_extras = f"{place} with {' and '.join(extras)}" if extras else place
    light = {"at night": ("night", "the night sky with the moon and stars")}.get(
        when, ("sunset", "an orange sunset sky") if when == "at sunset" else ("daytime",)
    )
    first = f"{with_extras} {when}"
    return (first, f"{place} {when}", with_extras, place, *nouns, *light, *extras)


def _sea(easel: _Easel) -> Words:
    random, horizon = easel.random, easel.random.uniform(0.42, 0.52)
    when = _sky(easel, horizon)
    easel.fade(_dimmed((40, 110, 180), when), _dimmed((70, 160, 205), when), horizon)
    colour, beach = random.choice(list(COLOURS)), random.random() < 0.5
    easel.stand("boat", colour, random.uniform(0.25, 0.75), horizon + 0.16, 0.38)
    extras = [_article(f"{colour} boat")]
    if beach:
        easel.hills(0.82, 0.03, _dimmed((238, 214, 160), when))
        shelter = random.choice([name for name in COLOURS if name != colour])
        easel.stand("umbrella", shelter, random.uniform(0.2, 0.8), 0.95, 0.34)
        extras.append(_article(f"{shelter} umbrella"))
    place = "a sandy beach by the sea" if beach else "the open sea"
    nouns = ("a boat on the sea", "the ocean", "water") + (("beach", "sand") if beach else ())
    return _scene_words(place, when, extras, nouns)


def _peaks(easel: _Easel, horizon: float, fill: Colour) -> None:
    random = easel.random
    for x in random.sample((0.12, 0.36, 0.6, 0.86), 3):
        top, half = random.uniform(0.14, 0.3), random.uniform(0.26, 0.36)
        easel.polygon([(x, top), (x + half, horizon), (x - half, horizon)], fill)
        cap = [(x, top), (x + half * 0.3, top + (horizon - top) * 0.3)]
        cap += [(x + 0.03, top + 0.07), (x - 0.03, top + 0.1)]
        cap += [(x - half * 0.3, top + (horizon - top) * 0.3)]
        easel.polygon(cap, (244, 246, 250))


def _mountains(easel: _Easel) -> Words:
    random, horizon = easel.random, 0.62
    when = _sky(easel, horizon)
    _peaks(easel, horizon, _dimmed((118, 122, 140), when))
    easel.hills(horizon, 0.03, _dimmed((104, 158, 88), when))
    trees = random.randint(2, 4)
    for x in np.linspace(0.12, 0.88, trees):
        easel.stand("pine tree", "", float(x), random.uniform(0.8, 0.94), 0.34)
    return _scene_words(
        "snowy mountains", when, ["pine trees"], ("mountain", "a forest of pine trees")
    )


def _snow(easel: _Easel) -> Words:
    random, horizon = easel.random, 0.55
    when = _sky(easel, horizon)
    easel.hills(horizon, 0.04, shade((236, 242, 250), 0.75 if when == "at night" else 1.0))
    for x in random.sample((0.12, 0.28, 0.9), 2):
        easel.stand("pine tree", "", x, random.uniform(0.66, 0.8), random.uniform(0.35, 0.5))
    extras = []
    if random.random() < 0.6:
        easel.stand("snowman", "", random.uniform(0.45, 0.7), 0.93, 0.5)
        extras = ["a snowman"]
    easel.dots(80, (252, 252, 255), size=0.005)
    return _scene_words("a snowy winter landscape", when, extras, ("snow", "falling snow"))


def _desert(easel: _Easel) -> Words:
    random, horizon = easel.random, 0.55
    when = _sky(easel, horizon)
    for level, tint in ((horizon, 0.92), (0.68, 1.0), (0.82, 1.1)):
        easel.hills(level, 0.05, _dimmed(shade((226, 178, 102), tint), when))
    cacti = random.randint(1, 3)
    for x in random.sample((0.18, 0.5, 0.82), cacti):
        easel.stand("cactus", "", x, random.uniform(0.78, 0.94), random.uniform(0.3, 0.42))
    extras = ["a cactus" if cacti == 1 else f"{_COUNTS[cacti]} cactuses"]
    return _scene_words("a desert of sand dunes", when, extras, ("desert", "cactus", "sand"))


def _waterfall(easel: _Easel) -> Words:
    random = easel.random
    when = _sky(easel, 0.6)
    rock, x = _dimmed((112, 104, 98), when), random.uniform(0.35, 0.65)
    top = random.uniform(0.22, 0.32)
    easel.polygon([(0, top - 0.04), (1, top), (1, 0.85), (0, 0.85)], rock)
    easel.hills(0.8, 0.015, _dimmed((64, 146, 196), when))
    easel.polygon(
        [(x - 0.09, top), (x + 0.09, top), (x + 0.13, 0.84), (x - 0.13, 0.84)], (214, 236, 248)
    )
    for streak in np.linspace(-0.06, 0.06, 4):
        left = x + float(streak)
        easel.polygon([(left, top), (left + 0.012, top), (left + 0.016, 0.82)], (160, 204, 232))
    for side in (0.1, 0.9):
        easel.stand("pine tree", "", side, random.uniform(0.84, 0.94), 0.4)
    return _scene_words("a waterfall over a cliff", when, [], ("waterfall", "rocks and water"))


def _road(easel: _Easel) -> Words:
    random, horizon = easel.random, 0.5
    when = _sky(easel, horizon)
    easel.hills(horizon, 0.015, _dimmed((112, 168, 92), when))
    wall, vehicle = random.sample(list(COLOURS), 2)
    easel.stand("house", wall, random.uniform(0.15, 0.35), 0.66, 0.36)
    easel.stand("tree", "", random.uniform(0.6, 0.9), 0.66, 0.4)
    easel.polygon([(0, 0.7), (1, 0.7), (1, 0.96), (0, 0.96)], (84, 86, 92))
    for x in np.arange(0.02, 1, 0.16):
        start = float(x)
        easel.polygon([(start, 0.82), (start + 0.08, 0.82), (start + 0.08, 0.84), (start, 0.84)],
                      (244, 240, 220))  # fmt: skip
    noun = random.choice(("car", "bus", "truck", "bicycle"))
    easel.stand(noun, vehicle, random.uniform(0.3, 0.7), 0.9, 0.36)
    extras = [_article(f"{vehicle} {noun}")]
    return _scene_words("a road by a house and a tree", when, extras, ("road", noun, "house"))


def _railway(easel: _Easel) -> Words:
    random, horizon = easel.random, 0.56
    when = _sky(easel, horizon)
    easel.hills(horizon, 0.04, _dimmed((126, 172, 96), when))
    easel.polygon([(0, 0.84), (1, 0.84), (1, 0.9), (0, 0.9)], (128, 112, 98))
    colour = random.choice(list(COLOURS))
    easel.stand("train", colour, random.uniform(0.35, 0.65), 0.88, 0.5)
    extras = [_article(f"{colour} train")]
    return _scene_words("a railway in the countryside", when, extras, ("train", "railway tracks"))


def _city(easel: _Easel) -> Words:
    random = easel.random
    when = _sky(easel, 0.8)
    lit = (250, 222, 120) if when == "at night" else (196, 220, 236)
    left = -0.02
    while left < 1:
        width, top = random.uniform(0.1, 0.17), random.uniform(0.25, 0.6)
        wall = _dimmed(shade(random.choice(list(COLOURS.values())), 1.2), when)
        easel.polygon([(left, top), (left + width, top), (left + width, 0.85), (left, 0.85)], wall)
        for x in np.arange(left + 0.02, left + width - 0.03, 0.035):
            for y in np.arange(top + 0.04, 0.78, 0.08):
                a, b = float(x), float(y)
                easel.polygon([(a, b), (a + 0.017, b), (a + 0.017, b + 0.035), (a, b + 0.035)], lit)
        left += width + random.uniform(0.0, 0.02)
    easel.polygon([(0, 0.84), (1, 0.84), (1, 1), (0, 1)], (88, 90, 98))
    noun, colour = random.choice(("bus", "car", "truck")), random.choice(list(COLOURS))
    easel.stand(noun, colour, random.uniform(0.25, 0.75), 0.97, 0.3)
    extras = [_article(f"{colour} {noun}")]
    return _scene_words("a city street with tall buildings", when, extras, ("city", "skyline"))


def _meadow(easel: _Easel) -> Words:
    random, horizon = easel.random, easel.random.uniform(0.5, 0.62)
    when = _sky(easel, horizon)
    easel.hills(horizon, 0.03, _dimmed((116, 186, 84), when))
    easel.stand("tree", "", random.uniform(0.1, 0.25), horizon + 0.14, random.uniform(0.45, 0.6))
    colour, noun = random.choice(list(COLOURS)), random.choice(("person", "dog", "cat", "bird"))
    easel.stand(noun, colour, random.uniform(0.4, 0.58), 0.92, 0.42)
    petals = random.choice([name for name in COLOURS if name not in (colour, "green")])
    for x in (0.72, 0.83, 0.94):
        easel.stand("flower", petals, x, random.uniform(0.82, 0.96), 0.26)
    who = _article(f"{noun} in {colour}" if noun == "person" else f"{colour} {noun}")
    extras = [who, f"{petals} flowers"]
    return _scene_words("a green meadow", when, extras, (noun, "grass", "flowers", "tree"))


def _underwater(easel: _Easel) -> Words:
    random = easel.random
    easel.fade((70, 170, 214), (20, 70, 130))
    easel.hills(0.88, 0.02, (218, 192, 140))
    easel.dots(30, (190, 226, 240), size=0.008)
    (colour,), number = _far_colours(random, 1), random.randint(1, 5)
    for x, y in random.sample([(x, y) for x in (0.2, 0.5, 0.8) for y in (0.25, 0.6)], number):
        easel.put("fish", colour, (x, y), random.uniform(0.26, 0.36), random.uniform(-10, 10))
    fish = _count(number, colour, "fish")
    return f"{fish} swimming under water", fish, "fish", "underwater", "the sea floor"


_OBJECTS: Final[tuple[_Painter, ...]] = (_one_object, _counted_objects, _two_objects)
_LANDSCAPES: Final[tuple[_Painter, ...]] = (
    _sea, _mountains, _snow, _desert, _waterfall, _road, _railway, _city, _meadow, _underwater,
)  # fmt: skip


def _finish(painted: Image.Image, size: tuple[int, int], random: Random) -> Image.Image:
    """Scales to the wanted size and adds the faint grain of a print."""
    small = painted.resize(size, Image.Resampling.LANCZOS)
    if random.random() < 0.15:
        small = small.filter(ImageFilter.GaussianBlur(0.6))
    grain = np.random.default_rng(random.getrandbits(32)).normal(
        0, random.uniform(0, 4), (size[1], size[0], 1)
    )
    return Image.fromarray((np.asarray(small) + grain).clip(0, 255).astype(np.uint8))


def draw_scene(seed: int, size: tuple[int, int] = (384, 288)) -> DrawnScene:
    """Draws the scene of a seed; the same seed and size give the same picture and words."""
    random = Random(seed)
    easel = _Easel(random, Image.new("RGB", (size[0] * _SMOOTHING, size[1] * _SMOOTHING)))
    painter = random.choice(_OBJECTS if random.random() < 0.5 else _LANDSCAPES)
    captions = painter(easel)
    image = _finish(easel.image, size, random)
    return DrawnScene(image, tuple(dict.fromkeys(captions)), tuple(easel.objects))
