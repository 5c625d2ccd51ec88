"""Queries of several terms whose right answers captions tell.

A photo shows a concept where one of its five captions has one of the concept's forms. Captions name
only some of what is there, which lowers every figure alike.
"""

import csv
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FEWEST = 3
"""Photos that must be relevant, and as many that must not be though one term alone finds them."""

PICTURES = 3
"""Query pictures drawn for a pair of concepts."""

TRIPLES = 200
"""Queries of three concepts, drawn at random from all there are."""

PEOPLE = (
    "person|persons|people|man|men|woman|women|boy|boys|girl|girls|child|children|kid|kids|lady|"
    "ladies|guy|guys|baby|babies|toddler|toddlers|adult|adults|crowd"
)

# Forms besides the plural in -s or -es; "|" separates them, and a pattern is one of a whole word.
SYNONYMS = {
    "person": PEOPLE,
    "people": PEOPLE,
    "man": "man|men|guy|guys",
    "woman": "woman|women|lady|ladies",
    "child": "child|children|kid|kids|toddler|toddlers",
    "baby": "baby|babies|infant|toddler",
    "dog": "dog|dogs|puppy|puppies",
    "puppy": "puppy|puppies",
    "beach": "beach|beaches|shore|seashore",
    "sea": "sea|ocean|oceans",
    "river": "river|rivers|stream|creek",
    "swimming pool": "pool|pools",
    "snow": "snow|snowy",
    "mountain": "mountain|mountains|mountainside",
    "grass": "grass|grassy|lawn",
    "sand": "sand|sandy",
    "rock": "rock|rocks|rocky|boulder|boulders",
    "tree": "tree|trees",
    "forest": "forest|forests|woods|wooded",
    "street": "street|streets|road|roads",
    "building": "building|buildings|house|houses",
    "hat": "hat|hats|cap|caps",
    "jacket": "jacket|jackets|parka|parkas",
    "coat": "coat|coats|parka|parkas",
    "jean": "jeans",
    "shorts": "shorts",
    "sunglasses": "sunglasses",
    "bicycle": "bicycle|bicycles|bicyclist|bicyclists|cyclist|cyclists|(?<!dirt )bikes?|biker",
    "motorcycle": "motorcycle|motorcycles|motorbike|motorbikes|dirt bike|dirt bikes|motocross",
    "skateboard": "skateboard|skateboards|skateboarder|skateboarders|skateboarding",
    "snowboard": "snowboard|snowboards|snowboarder|snowboarders|snowboarding",
    "ski": "ski|skis|skier|skiers|skiing",
    "surfboard": "surfboard|surfboards|surfer|surfers|surfing",
    "soccer": "soccer",
    "boat": "boat|boats|canoe|canoes|kayak|kayaks|raft",
    "running": "running|run|runs",
    "jumping": "jumping|jump|jumps|leaping|leaps|leap",
    "swimming": "swimming|swim|swims",
    "climbing": "climbing|climb|climbs|climber|climbers",
    "sitting": "sitting|sit|sits",
    "smiling": "smiling|smile|smiles",
    "walking": "walking|walk|walks",
    "riding": "riding|ride|rides",
}

NAMES = (
    "person", "dog", "shirt", "ball", "jacket", "hat", "toy", "helmet", "bicycle", "skateboard",
    "dress", "coat", "jean", "bench", "sunglasses", "car", "jersey", "chair", "shoe", "sweater",
    "table", "bed", "baseball", "ski", "costume", "bird", "backpack", "tennis ball", "sweatshirt",
    "horse", "boat", "wheel", "vest", "puppy", "motorcycle", "swimsuit", "surfboard", "flag",
    "basketball", "train", "snowboard", "skirt", "paddle", "frisbee", "fish", "volleyball",
    "umbrella", "soccer ball", "glove", "bottle", "truck", "guitar", "scarf", "painting", "cup",
    "bus", "sled", "headband", "necklace", "racket", "blanket", "boot", "bucket",
)  # fmt: skip
"""Names with a recorded embedding that mean in captions what they mean as a name."""

WORDS = (
    "people", "man", "woman", "boy", "girl", "child", "baby", "crowd", "dog", "bird", "horse",
    "water", "beach", "sea", "lake", "river", "swimming pool", "snow", "mountain", "hill", "grass",
    "field", "sand", "rock", "cliff", "tree", "forest", "street", "sidewalk", "path", "park",
    "playground", "city", "building", "wall", "fence", "bench", "bridge", "fountain", "bicycle",
    "motorcycle", "skateboard", "snowboard", "ski", "surfboard", "car", "boat", "ball", "soccer",
    "frisbee", "toy", "rope", "stick", "swing", "shirt", "jacket", "coat", "hat", "helmet", "dress",
    "jean", "shorts", "sunglasses", "backpack", "costume", "running", "jumping", "swimming",
    "climbing", "sitting", "walking", "smiling", "riding", "table", "flag", "camera",
)  # fmt: skip
"""What one may search photos of people outdoors for."""


@dataclass(frozen=True, slots=True)
class Word:
    """A term in words, by its concept's number."""

    concept: int


@dataclass(frozen=True, slots=True)
class Picture:
    """A term that is a photo of the library, by its row."""

    row: int


Terms = tuple[tuple[float, Word | Picture], ...]


@dataclass(frozen=True, slots=True)
class Task:
    """A query with its answers.

    Attributes:
        kind: Which tasks it is averaged with.
        terms: (weight, term).
        relevant: (N,) which photos are right.
        out: Rows that are not ranked: the query's own pictures.
        pair: Numbers of its first and its last concept; the bootstrap draws pairs.
        sentence: The same in plain words, with two places for words; empty where there are none.
    """

    kind: str
    terms: Terms
    relevant: NDArray[np.bool_]
    pair: tuple[int, int]
    out: tuple[int, ...] = ()
    sentence: str = ""


def read_captions(path: Path, key: str) -> dict[str, str]:
    """Read `captions.csv` or `captions.txt`: photo → its captions, lower case, one text."""
    captions: defaultdict[str, str] = defaultdict(str)
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            captions[line[key]] += " . " + line["caption"].lower()
    return dict(captions)


def shown(names: Sequence[str], captions: Sequence[str]) -> NDArray[np.bool_]:
    """Return (C, N) whether a caption of a photo has a form of a name."""
    forms = [SYNONYMS.get(name, f"{re.escape(name)}(?:s|es)?") for name in names]
    patterns = [re.compile(rf"\b(?:{form})\b") for form in forms]
    return np.array([[bool(one.search(text)) for text in captions] for one in patterns])


def halves(names: Sequence[str]) -> tuple[set[int], set[int]]:
    """Split concepts by a hash of their words → numbers of (tuning half, held-out half)."""
    order = sorted(range(len(names)), key=lambda at: _hash(names[at]))
    middle = len(names) // 2
    return set(order[:middle]), set(order[middle:])


def _hash(word: str) -> str:
    return hashlib.sha256(f"composition {word}".encode()).hexdigest()


def make_tasks(seen: NDArray[np.bool_], concepts: set[int]) -> list[Task]:
    """Make all tasks from pairs among some concepts; seen: (C, N)."""
    chance = np.random.default_rng(16)
    kinds: defaultdict[str, list[Task]] = defaultdict(list)
    for a, b in permutations(sorted(concepts), 2):
        for task in _of_pair(seen, a, b, chance):
            kinds[task.kind].append(task)
    triples = list(_of_three(seen, sorted(concepts)))
    drawn = chance.permutation(len(triples))[:TRIPLES]
    kinds["A + B − C"] = [triples[at] for at in sorted(drawn.tolist())]
    return [task for tasks in kinds.values() for task in tasks]


def _of_pair(
    seen: NDArray[np.bool_], a: int, b: int, chance: np.random.Generator
) -> Iterator[Task]:
    both, only_a, only_b = seen[a] & seen[b], seen[a] & ~seen[b], seen[b] & ~seen[a]
    if min(both.sum(), only_a.sum()) < FEWEST:
        return
    pair = (a, b)
    first, second = Word(a), Word(b)
    yield Task("A − B", ((1, first), (-1, second)), only_a, pair, sentence="{} without {}")
    for row in _drawn(both, chance):
        terms: Terms = ((1, Picture(row)), (-1, second))
        yield Task("picture − B", terms, only_a, pair, (row,))
    for row in _drawn(only_a, chance):
        terms = ((1, Picture(row)), (1, second))
        yield Task("picture + B", terms, both, pair, (row,))
    if only_b.sum() < FEWEST or b < a:
        return
    yield Task("A + B", ((1, first), (1, second)), both, pair, sentence="{} and {}")
    for row, other in zip(_drawn(only_a, chance), _drawn(only_b, chance), strict=True):
        terms = ((1, Picture(row)), (1, Picture(other)))
        yield Task("picture + picture", terms, both, pair, (row, other))


def _of_three(seen: NDArray[np.bool_], concepts: Sequence[int]) -> Iterator[Task]:
    for a, b, c in permutations(concepts, 3):
        both = seen[a] & seen[b]
        if a < b and min((both & seen[c]).sum(), (both & ~seen[c]).sum()) >= FEWEST:
            terms = ((1, Word(a)), (1, Word(b)), (-1, Word(c)))
            yield Task("A + B − C", terms, both & ~seen[c], (a, c))


def _drawn(rows: NDArray[np.bool_], chance: np.random.Generator) -> list[int]:
    found: list[int] = chance.choice(np.flatnonzero(rows), PICTURES, replace=False).tolist()
    return found
