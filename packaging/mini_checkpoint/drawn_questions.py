"""Questions about drawn scenes whose wrong answers differ from the true caption in one word."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from PIL import Image

from photofind.evaluation.drawn_pen import COLOURS
from photofind.evaluation.drawn_scenes import DrawnScene, draw_scene, held_out_seeds

NUMBERS = ("two", "three", "four", "five", "six")
TIMES = ("at night", "at sunset", "on a sunny day")
SCENES = 600
CHOICES = 20

ImageEncoder = Callable[[Sequence[Image.Image]], np.ndarray]
TextEncoder = Callable[[Sequence[str]], np.ndarray]


def questions_of(caption: str) -> dict[str, list[str]]:
    """What can be asked of a scene: subject to answers, the true one (the caption) first."""
    questions: dict[str, list[str]] = {}
    placed = re.fullmatch(r"(.+) (left of|above) (.+)", caption)
    if placed:
        one, place, other = placed.groups()
        questions["left or right" if place == "left of" else "above or below"] = [
            caption,
            f"{other} {place} {one}",
        ]
    for subject, words in (("number", NUMBERS), ("time of day", TIMES)):
        questions.update(_exchanged(subject, caption, words))
    if re.fullmatch(r"an? \w+ \w+", caption):
        questions.update(_exchanged("colour", caption.replace("an ", "a ", 1), tuple(COLOURS)))
    return questions


def _exchanged(subject: str, caption: str, words: Sequence[str]) -> dict[str, list[str]]:
    own = [word for word in words if re.search(rf"\b{word}\b", caption)]
    if len(own) != 1:
        return {}
    others = [caption.replace(own[0], word) for word in words if word != own[0]]
    return {subject: [caption, *others]}


def measure_drawn(
    encode_images: ImageEncoder, encode_texts: TextEncoder
) -> dict[str, dict[str, float]]:
    """Accuracy in percent for every subject, with chance and the number of questions.

    The subject "caption" asks for a scene's own caption among those of 20 scenes.
    """
    scenes = [draw_scene(seed) for seed in held_out_seeds[:SCENES]]
    embedded = encode_images([scene.image for scene in scenes])
    answers: dict[str, list[tuple[bool, float]]] = {}
    for row, scene in enumerate(scenes):
        questions = questions_of(scene.captions[0])
        questions["caption"] = _captions_near(row, scenes)
        for subject, choices in questions.items():
            scores = encode_texts(choices) @ embedded[row]
            right = bool(scores[0] > scores[1:].max())
            answers.setdefault(subject, []).append((right, 1 / len(choices)))
    return {subject: _figures(given) for subject, given in sorted(answers.items())}


def _captions_near(row: int, scenes: Sequence[DrawnScene]) -> list[str]:
    start = row - row % CHOICES
    own = scenes[row].captions[0]
    others = {scene.captions[0] for scene in scenes[start : start + CHOICES]} - {own}
    return [own, *sorted(others)]


def _figures(given: Sequence[tuple[bool, float]]) -> dict[str, float]:
    right, chance = zip(*given, strict=True)
    return {
        "right": round(100 * float(np.mean(right)), 1),
        "chance": round(100 * float(np.mean(chance)), 1),
        "questions": len(given),
    }
