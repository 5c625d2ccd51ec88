"""What is known to be true of a picture: its captions, and the words and labels it goes by.

Labels of one source are also looked for in the captions of another, so that a captioned photo of a
dog is a positive of the text "dog" although nobody labelled it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

MIN_PHOTOS_OF_A_WORD = 15
MIN_USES_OF_A_SPELLING = 3
LONGEST_PHRASE = 3

_STOP_WORDS = """
    a an the of in on at to and or with from by for as is are be being was were has have having
    his her him he she it its they them their there this that these those who which while into
    onto off up down out over under through near next front behind around along across against
    other another some one two three four five six each all both very as what something someone
    so not no after before about toward towards between past during do does get gets got going go
    goes take takes taking make makes making look looks looking
"""
_IRREGULAR = {
    "men": "man", "women": "woman", "children": "child", "people": "people", "feet": "foot",
    "leaves": "leaf", "teeth": "tooth", "wolves": "wolf", "knives": "knife", "grey": "gray",
    "puppies": "puppy", "babies": "baby", "ladies": "lady", "bus": "bus", "grass": "grass",
    "dress": "dress", "glass": "glass", "glasses": "glasses", "tennis": "tennis",
}  # fmt: skip

TEMPLATES = (
    "{}", "{}", "a photo of a {}", "a photo of {}", "a picture of a {}", "a {}", "the {}",
    "a photo of the {}", "a picture of {}", "there is a {} in the photo",
)  # fmt: skip


@dataclass(frozen=True)
class Picture:
    """What a picture's pack says of it; `labels` is empty for captioned pictures."""

    captions: tuple[str, ...]
    labels: tuple[str, ...]


def stem(word: str) -> str:
    """Reduce a plural to its singular, roughly."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3:
        return word[:-1]
    return word


def words_of(text: str) -> list[str]:
    """Split a text into lower-case words."""
    return re.findall(r"[a-z0-9]+(?:['-][a-z0-9]+)*", text.lower())


def key_of(text: str) -> str:
    """The form under which a label and its spelling variants are one concept."""
    return " ".join(stem(word) for word in words_of(text))


class Concepts:
    """All labels of the packs and the frequent words of their captions, with who has which.

    Attributes:
        names: The key of every concept, by concept number.
        is_label: Whether a concept is some source's label, by concept number.
        membership: (pictures, concepts) bool, which concepts are known true of a picture.
        targets: For every picture, (concept numbers, weights that sum to 1).
    """

    def __init__(self, pictures: Sequence[Picture]) -> None:
        labels = {key_of(label) for picture in pictures for label in picture.labels}
        self._spellings = _spellings(pictures)
        common = _common_words(pictures)
        self.names = sorted(labels | common)
        self.number = {name: number for number, name in enumerate(self.names)}
        self.is_label = np.array([name in labels for name in self.names])
        self.membership = np.zeros((len(pictures), len(self.names)), dtype=bool)
        self.targets: list[tuple[np.ndarray, np.ndarray]] = []
        counts = [self._weights(picture) for picture in pictures]
        for row, weights in enumerate(counts):
            self.membership[row, list(weights)] = True
        rarity = 1 / np.sqrt(1 + self.membership.sum(axis=0))
        for weights in counts:
            self.targets.append(_normalised(weights, rarity))

    def __len__(self) -> int:
        return len(self.names)

    def _weights(self, picture: Picture) -> dict[int, float]:
        """Weigh a class above its hypernyms, and a word by how many captions hold it."""
        weights: dict[int, float] = defaultdict(float)
        for position, label in enumerate(picture.labels):
            weights[self.number[key_of(label)]] += 1.0 if position == 0 else 0.4
        for caption in picture.captions:
            for phrase in sorted(_phrases(caption)):
                if phrase in self.number:
                    weights[self.number[phrase]] += 1 / len(picture.captions)
        return dict(weights)

    def spell(self, concept: int, draw: float) -> str:
        """A spelling of a concept, the commonest most of the time; `draw` in [0, 1)."""
        name = self.names[concept]
        spellings = self._spellings.get(name, [name])
        return spellings[0] if draw < 0.7 else spellings[int((draw - 0.7) / 0.3 * len(spellings))]


def _normalised(weights: dict[int, float], rarity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    numbers = np.array(list(weights), dtype=np.int64)
    values = np.array(list(weights.values()), dtype=np.float32) * rarity[numbers]
    return numbers, (values / max(values.sum(), 1e-9)).astype(np.float32)


def _phrases(text: str) -> set[str]:
    words = [stem(word) for word in words_of(text)]
    return {
        " ".join(words[start : start + length])
        for length in range(1, LONGEST_PHRASE + 1)
        for start in range(len(words) - length + 1)
    }


def _common_words(pictures: Iterable[Picture]) -> set[str]:
    photos: Counter[str] = Counter()
    stop_words = set(_STOP_WORDS.split())
    for picture in pictures:
        words = {word for caption in picture.captions for word in words_of(caption)}
        photos.update({stem(word) for word in words if word not in stop_words})
    return {word for word, count in photos.items() if count >= MIN_PHOTOS_OF_A_WORD}


def _spellings(pictures: Iterable[Picture]) -> dict[str, list[str]]:
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    for picture in pictures:
        for label in picture.labels:
            uses[key_of(label)][label.lower()] += 10
        for caption in picture.captions:
            for word in words_of(caption):
                uses[stem(word)][word] += 1
    return {
        key: [text for text, count in counter.most_common() if count >= MIN_USES_OF_A_SPELLING]
        or [counter.most_common(1)[0][0]]
        for key, counter in uses.items()
    }
