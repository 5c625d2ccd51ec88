"""Cuts, mixes and words the batches; a batch is a function of the seed and its step alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from PIL import Image

from photofind.evaluation.drawn_scenes import draw_scene, training_seeds

from .concepts import TEMPLATES, Concepts, Picture, key_of
from .drawn_questions import questions_of
from .packs import CAPTIONED, SHORT_SIDE, Entry, PixelStore

DRAWN = "drawn"
SHARE_CAPTIONED = 0.38
SHARE_DRAWN = 0.15
DRAWN_SIZES = ((192, 144), (160, 160), (144, 192), (192, 128))
CLASS_BALANCE = 0.3
CROPS_OF_A_BATCH = 4
WORD_DROPOUT = 0.08
OPENAI_MEAN = (0.48145466, 0.4578275, 0.40821073)
OPENAI_STD = (0.26862954, 0.26130258, 0.27577711)


@dataclass(frozen=True)
class Corpus:
    """All training pictures with their pixels, words and share in the batches.

    `drawn` marks the drawn scenes. They are neither cut nor mirrored, since that could make their
    captions of numbers and places false.
    """

    pixels: PixelStore
    pictures: list[Picture]
    concepts: Concepts
    chances: np.ndarray
    drawn: np.ndarray


@dataclass(frozen=True)
class Batch:
    """Pictures, distinct texts, and which belong together.

    Attributes:
        images: (B, 3, side, side) uint8.
        texts: T distinct texts.
        positives: (B, T) float32, rows of known matches.
        ignored: (B, T) bool, pairs that may match although nobody said so.
        targets: (B, concepts) float32, rows that sum to 1.
    """

    images: torch.Tensor
    texts: list[str]
    positives: torch.Tensor
    ignored: torch.Tensor
    targets: torch.Tensor


def make_corpus(pixels: PixelStore, entries: Sequence[Entry], drawn: int) -> Corpus:
    """Add `drawn` drawn scenes to the pack and work out every picture's chance."""
    pictures = [
        Picture(entry.texts, ()) if entry.captioned else Picture((), entry.texts)
        for entry in entries
    ]
    sources = [entry.source for entry in entries]
    arrays = list(pixels.pictures)
    for seed in training_seeds[:drawn]:
        scene = draw_scene(seed, DRAWN_SIZES[seed % len(DRAWN_SIZES)])
        square = scene.image.resize((SHORT_SIDE, SHORT_SIDE), Image.Resampling.BICUBIC)
        arrays.append(np.asarray(square))
        pictures.append(Picture(scene.captions, ()))
        sources.append(DRAWN)
    chances = _chances(pictures, sources)
    is_drawn = np.array([source == DRAWN for source in sources])
    return Corpus(PixelStore(arrays), pictures, Concepts(pictures), chances, is_drawn)


def _chances(pictures: list[Picture], sources: list[str]) -> np.ndarray:
    classes = Counter(picture.labels[0] for picture in pictures if picture.labels)
    sizes = np.array([classes[p.labels[0]] if p.labels else 1 for p in pictures])
    chances: np.ndarray = sizes.astype(np.float64) ** -CLASS_BALANCE
    kinds = np.array([source if source in (CAPTIONED, DRAWN) else "" for source in sources])
    shares = {CAPTIONED: SHARE_CAPTIONED, DRAWN: SHARE_DRAWN}
    shares[""] = 1 - sum(shares[kind] for kind in set(kinds) - {""})
    for kind in set(kinds.tolist()):
        members = kinds == kind
        chances[members] *= shares[kind] / chances[members].sum()
    chances /= chances.sum()
    return chances


class Batches:
    """Makes the batch of any step."""

    def __init__(self, corpus: Corpus, size: int, seed: int) -> None:
        self._corpus = corpus
        self._size = size
        self._seed = seed
        self._cumulative = np.cumsum(corpus.chances)

    def batch(self, step: int, side: int, smallest_area: float = 0.35) -> Batch:
        """Draw the pictures of a step and cut them to squares of `side` pixels."""
        rng = np.random.default_rng((self._seed, step))
        rows = np.searchsorted(self._cumulative, rng.random(self._size) * self._cumulative[-1])
        rows = np.minimum(rows, len(self._corpus.pictures) - 1)
        drawn = self._corpus.drawn[rows]
        rows = np.concatenate([rows[drawn], rows[~drawn]])
        whole = [self._corpus.pixels.pictures[row] for row in rows[: drawn.sum()]]
        cut = _cut(self._corpus.pixels, rows[drawn.sum() :], side, smallest_area, rng)
        images = torch.cat([_scale(_stack(whole), side), cut]) if whole else cut
        said = dict(text for row in rows for text in self._say(int(row), rng))
        for row in rows[: drawn.sum()]:
            for wrong in self._say_wrongly(int(row), rng):
                said.setdefault(wrong, (-1, -1))
        positives, ignored, texts = self._pairs(rows, said)
        return Batch(images, texts, positives, ignored, self._targets(rows))

    def _say(self, row: int, rng: np.random.Generator) -> list[tuple[str, tuple[int, int]]]:
        """Two texts of a picture, each with (concept or -1, the captioned row or -1)."""
        picture = self._corpus.pictures[row]
        if not picture.captions:
            return [self._label(row, 0, rng), self._label(row, None, rng)]
        first, second = rng.permutation(len(picture.captions))[[0, -1]]
        captions = [(_drop_words(picture.captions[first], rng), (-1, row))]
        if rng.random() < 0.5:
            captions.append((_drop_words(picture.captions[second], rng), (-1, row)))
        else:
            captions.append(self._word(row, rng))
        return captions

    def _say_wrongly(self, row: int, rng: np.random.Generator) -> list[str]:
        """Captions of a drawn scene with one word or place wrong (NegCLIP, Yuksekgonul 2023)."""
        questions = questions_of(self._corpus.pictures[row].captions[0])
        return [choices[rng.integers(1, len(choices))] for choices in questions.values()]

    def _label(
        self, row: int, place: int | None, rng: np.random.Generator
    ) -> tuple[str, tuple[int, int]]:
        labels = self._corpus.pictures[row].labels
        label = labels[rng.integers(len(labels)) if place is None else place].lower()
        template = TEMPLATES[rng.integers(len(TEMPLATES))]
        return template.format(label), (self._corpus.concepts.number[_key(label)], -1)

    def _word(self, row: int, rng: np.random.Generator) -> tuple[str, tuple[int, int]]:
        numbers, weights = self._corpus.concepts.targets[row]
        if not len(numbers):
            return _drop_words(self._corpus.pictures[row].captions[0], rng), (-1, row)
        place = min(int(np.searchsorted(np.cumsum(weights), rng.random())), len(numbers) - 1)
        concept = int(numbers[place])
        spelling = self._corpus.concepts.spell(concept, rng.random())
        return TEMPLATES[rng.integers(len(TEMPLATES))].format(spelling), (concept, -1)

    def _pairs(
        self, rows: np.ndarray, said: dict[str, tuple[int, int]]
    ) -> tuple[torch.Tensor, torch.Tensor, list[str]]:
        texts = list(said)
        concept = np.array([said[text][0] for text in texts])
        owner = np.array([said[text][1] for text in texts])
        known, is_label = self._corpus.concepts.membership, self._corpus.concepts.is_label
        labelled = np.array([bool(self._corpus.pictures[row].labels) for row in rows])[:, None]
        positives = np.where(concept >= 0, known[rows][:, concept], rows[:, None] == owner)
        self._share_drawn_captions(rows, texts, concept, positives)
        unsure_words = (concept >= 0) & ~is_label[concept]
        shared = known[rows][:, is_label].astype(np.float32) @ known[owner][:, is_label].T.astype(
            np.float32
        )
        unsure_captions = (owner >= 0) & (shared > 0)
        ignored = labelled & (unsure_words | unsure_captions) & ~positives
        return torch.from_numpy(positives.astype(np.float32)), torch.from_numpy(ignored), texts

    def _share_drawn_captions(
        self, rows: np.ndarray, texts: list[str], concept: np.ndarray, positives: np.ndarray
    ) -> None:
        """Mark a caption as true of every drawn scene that carries the same one."""
        columns = {text: column for column, text in enumerate(texts) if concept[column] < 0}
        for place, row in enumerate(rows):
            for caption in self._corpus.pictures[row].captions:
                if caption in columns:
                    positives[place, columns[caption]] = True

    def _targets(self, rows: np.ndarray) -> torch.Tensor:
        targets = np.zeros((len(rows), len(self._corpus.concepts)), dtype=np.float32)
        for place, row in enumerate(rows):
            numbers, weights = self._corpus.concepts.targets[row]
            targets[place, numbers] = weights
        return torch.from_numpy(targets)


@lru_cache(maxsize=100_000)
def _key(label: str) -> str:
    return key_of(label)


def _drop_words(caption: str, rng: np.random.Generator) -> str:
    words = caption.rstrip(" .").split()
    kept = [word for word in words if rng.random() >= WORD_DROPOUT]
    return " ".join(kept or words)


def _cut(
    store: PixelStore,
    rows: np.ndarray,
    side: int,
    smallest_area: float,
    rng: np.random.Generator,
) -> torch.Tensor:
    """Cut a few groups, each at one size, so that a group is scaled in one call."""
    groups = []
    for group in np.array_split(rows, CROPS_OF_A_BATCH):
        area, aspect = rng.uniform(smallest_area, 1.0), np.exp(rng.uniform(-0.33, 0.33))
        height = min(SHORT_SIDE, round(SHORT_SIDE * np.sqrt(area / aspect)))
        width = min(SHORT_SIDE, round(SHORT_SIDE * np.sqrt(area * aspect)))
        crops = np.empty((len(group), height, width, 3), dtype=np.uint8)
        for place, row in enumerate(group):
            picture = store.pictures[row]
            top = rng.integers(picture.shape[0] - height + 1)
            left = rng.integers(picture.shape[1] - width + 1)
            crop = picture[top : top + height, left : left + width]
            crops[place] = crop[:, ::-1] if rng.random() < 0.5 else crop
        groups.append(_scale(torch.from_numpy(crops).permute(0, 3, 1, 2), side))
    return torch.cat(groups)


def _stack(pictures: Sequence[np.ndarray]) -> torch.Tensor:
    return torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2)


def _scale(images: torch.Tensor, side: int) -> torch.Tensor:
    if images.shape[-2:] == (side, side):
        return images
    return torch.nn.functional.interpolate(
        images, size=(side, side), mode="bilinear", antialias=True, align_corners=False
    )


def to_floats(
    images: torch.Tensor, jitter: float = 0.0, generator: torch.Generator | None = None
) -> torch.Tensor:
    """Turn uint8 pixels into normalised floats, with each picture's colours varied by `jitter`."""
    floats = images.float() / 255
    if jitter:
        floats = _vary_colours(floats, jitter, generator)
    mean = torch.tensor(OPENAI_MEAN, device=images.device).view(1, 3, 1, 1)
    std = torch.tensor(OPENAI_STD, device=images.device).view(1, 3, 1, 1)
    return ((floats - mean) / std).contiguous(memory_format=torch.channels_last)


def _vary_colours(
    floats: torch.Tensor, jitter: float, generator: torch.Generator | None
) -> torch.Tensor:
    draws = torch.rand(4, len(floats), 1, 1, 1, generator=generator).to(floats.device) * 2 - 1
    grey = floats.mean(dim=1, keepdim=True)
    level = grey.mean(dim=(2, 3), keepdim=True)
    saturation = 1 + jitter * draws[0] - (draws[3] > 0.94).float() * (1 + jitter * draws[0])
    floats = torch.lerp(grey.expand_as(floats), floats, saturation)
    floats = torch.lerp(level.expand_as(floats), floats, 1 + jitter * draws[1])
    return (floats * (1 + 0.7 * jitter * draws[2])).clamp_(0, 1)
