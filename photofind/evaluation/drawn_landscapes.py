"""Landscapes by day, by night and at sunset, with true captions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from photofind.evaluation.drawn_easel import Easel
from photofind.evaluation.drawn_pen import COLOURS, Colour, far_colours, shade
from photofind.evaluation.drawn_words import article, counted, number_word

Words = tuple[str, ...]
Painter = Callable[[Easel], Words]


def _sky(easel: Easel, horizon: float) -> str:
    """Paint the sky with its lights and return the time of day in words."""
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
    """Build captions of a landscape from its place, time and contents."""
    with_extras = f"{place} with {' and '.join(extras)}" if extras else place
    light = {"at night": ("night", "the night sky with the moon and stars")}.get(
        when, ("sunset", "an orange sunset sky") if when == "at sunset" else ("daytime",)
    )
    first = f"{with_extras} {when}"
    return (first, f"{place} {when}", with_extras, place, *nouns, *light, *extras)


def _sea(easel: Easel) -> Words:
    random, horizon = easel.random, easel.random.uniform(0.42, 0.52)
    when = _sky(easel, horizon)
    easel.fade(_dimmed((40, 110, 180), when), _dimmed((70, 160, 205), when), horizon)
    colour, beach = random.choice(list(COLOURS)), random.random() < 0.5
    easel.stand("boat", colour, random.uniform(0.25, 0.75), horizon + 0.16, 0.38)
    extras = [article(f"{colour} boat")]
    if beach:
        easel.hills(0.82, 0.03, _dimmed((238, 214, 160), when))
        shelter = random.choice([name for name in COLOURS if name != colour])
        easel.stand("umbrella", shelter, random.uniform(0.2, 0.8), 0.95, 0.34)
        extras.append(article(f"{shelter} umbrella"))
    place = "a sandy beach by the sea" if beach else "the open sea"
    nouns = ("a boat on the sea", "the ocean", "water") + (("beach", "sand") if beach else ())
    return _scene_words(place, when, extras, nouns)


def _peaks(easel: Easel, horizon: float, fill: Colour) -> None:
    random = easel.random
    for x in random.sample((0.12, 0.36, 0.6, 0.86), 3):
        top, half = random.uniform(0.14, 0.3), random.uniform(0.26, 0.36)
        easel.polygon([(x, top), (x + half, horizon), (x - half, horizon)], fill)
        cap = [(x, top), (x + half * 0.3, top + (horizon - top) * 0.3)]
        cap += [(x + 0.03, top + 0.07), (x - 0.03, top + 0.1)]
        cap += [(x - half * 0.3, top + (horizon - top) * 0.3)]
        easel.polygon(cap, (244, 246, 250))


def _mountains(easel: Easel) -> Words:
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


def _snow(easel: Easel) -> Words:
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


def _desert(easel: Easel) -> Words:
    random, horizon = easel.random, 0.55
    when = _sky(easel, horizon)
    for level, tint in ((horizon, 0.92), (0.68, 1.0), (0.82, 1.1)):
        easel.hills(level, 0.05, _dimmed(shade((226, 178, 102), tint), when))
    cacti = random.randint(1, 3)
    for x in random.sample((0.18, 0.5, 0.82), cacti):
        easel.stand("cactus", "", x, random.uniform(0.78, 0.94), random.uniform(0.3, 0.42))
    extras = ["a cactus" if cacti == 1 else f"{number_word(cacti)} cactuses"]
    return _scene_words("a desert of sand dunes", when, extras, ("desert", "cactus", "sand"))


def _waterfall(easel: Easel) -> Words:
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


def _road(easel: Easel) -> Words:
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
    extras = [article(f"{vehicle} {noun}")]
    return _scene_words("a road by a house and a tree", when, extras, ("road", noun, "house"))


def _railway(easel: Easel) -> Words:
    random, horizon = easel.random, 0.56
    when = _sky(easel, horizon)
    easel.hills(horizon, 0.04, _dimmed((126, 172, 96), when))
    easel.polygon([(0, 0.84), (1, 0.84), (1, 0.9), (0, 0.9)], (128, 112, 98))
    colour = random.choice(list(COLOURS))
    easel.stand("train", colour, random.uniform(0.35, 0.65), 0.88, 0.5)
    extras = [article(f"{colour} train")]
    return _scene_words("a railway in the countryside", when, extras, ("train", "railway tracks"))


def _city(easel: Easel) -> Words:
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
    extras = [article(f"{colour} {noun}")]
    return _scene_words("a city street with tall buildings", when, extras, ("city", "skyline"))


def _meadow(easel: Easel) -> Words:
    random, horizon = easel.random, easel.random.uniform(0.5, 0.62)
    when = _sky(easel, horizon)
    easel.hills(horizon, 0.03, _dimmed((116, 186, 84), when))
    easel.stand("tree", "", random.uniform(0.1, 0.25), horizon + 0.14, random.uniform(0.45, 0.6))
    colour, noun = random.choice(list(COLOURS)), random.choice(("person", "dog", "cat", "bird"))
    easel.stand(noun, colour, random.uniform(0.4, 0.58), 0.92, 0.42)
    petals = random.choice([name for name in COLOURS if name not in (colour, "green")])
    for x in (0.72, 0.83, 0.94):
        easel.stand("flower", petals, x, random.uniform(0.82, 0.96), 0.26)
    who = article(f"{noun} in {colour}" if noun == "person" else f"{colour} {noun}")
    extras = [who, f"{petals} flowers"]
    return _scene_words("a green meadow", when, extras, (noun, "grass", "flowers", "tree"))


def _underwater(easel: Easel) -> Words:
    random = easel.random
    easel.fade((70, 170, 214), (20, 70, 130))
    easel.hills(0.88, 0.02, (218, 192, 140))
    easel.dots(30, (190, 226, 240), size=0.008)
    (colour,), number = far_colours(random, 1), random.randint(1, 5)
    for x, y in random.sample([(x, y) for x in (0.2, 0.5, 0.8) for y in (0.25, 0.6)], number):
        easel.put("fish", colour, (x, y), random.uniform(0.26, 0.36), random.uniform(-10, 10))
    fish = counted(number, colour, "fish")
    return f"{fish} swimming under water", fish, "fish", "underwater", "the sea floor"


LANDSCAPES: Final[tuple[Painter, ...]] = (
    _sea, _mountains, _snow, _desert, _waterfall, _road, _railway, _city, _meadow, _underwater,
)  # fmt: skip
