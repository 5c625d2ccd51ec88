"""Libraries of which is known what they show and what they do not, embedded.

A word is shown where captions or labels say so of `LEAST` photos, and not shown where they never
do. They name a few things of each photo, so some of what is "not shown" is there all the same: no
statistic can tell all of them apart.
"""

import csv
import hashlib
import json
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photofind.clip.encoder import Encoder
from photofind.clip.prompts import QUERY_TEMPLATES, background_queries, encode_prompts
from photofind.domain import Embeddings
from photofind.photos.picture_file import PictureLimits, open_picture
from photofind.settings import Settings

LEAST = 3
"""Photos that must show a word; fewer may be a slip of who wrote the captions."""

BACKGROUND = 224
"""Recorded names that stand for the background queries: as many as there are."""

_BATCH = 64
_WORDS = Path(__file__).with_name("cutoff_words.txt")


@dataclass(frozen=True, slots=True, eq=False)
class LabelledLibrary:
    """Photos, words, and which photo shows which.

    Attributes:
        photos: (N, dim) float32.
        background: (B, T, dim) float32: background queries, in each of T wordings.
        wordings: (W, T, dim) float32: each word in each wording of `QUERY_TEMPLATES`, or in the
            only one that was recorded.
        shows: (W, N) whether a photo is said to show a word.
        invented: (W,) whether a word means nothing.
    """

    name: str
    photos: Embeddings
    background: Embeddings
    words: tuple[str, ...]
    wordings: Embeddings
    shows: NDArray[np.bool_]
    invented: NDArray[np.bool_]

    @property
    def present(self) -> NDArray[np.bool_]:
        """(W,) whether enough photos show a word."""
        enough: NDArray[np.bool_] = self.shows.sum(axis=1) >= LEAST
        return enough

    @property
    def absent(self) -> NDArray[np.bool_]:
        """(W,) whether no photo shows a word, which nevertheless means something."""
        never: NDArray[np.bool_] = ~self.shows.any(axis=1) & ~self.invented
        return never

    @property
    def tuning(self) -> NDArray[np.bool_]:
        """(W,) whether a word may be looked at while a statistic is tuned; the others judge it."""
        return np.array([_hash(word) < 0.5 for word in self.words])

    def some(self, photos: int, seed: int) -> "LabelledLibrary":
        """Return a library of some of the photos; words are shown there as often as they are."""
        chosen = np.random.default_rng(seed).permutation(len(self.photos))[:photos]
        return replace(
            self,
            name=f"{self.name}, {photos:,} photos",
            photos=self.photos[chosen],
            shows=self.shows[:, chosen],
        )


def recorded_library(folder: Path) -> LabelledLibrary:
    """Load the recorded CLIP vectors; background queries are names of the tuning half."""
    rows: dict[int, int] = {}
    captions = defaultdict(list)
    with (folder / "captions.csv").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            row = rows.setdefault(int(line["row"]), len(rows))
            captions[row].append(line["caption"])
    photos = np.load(folder / "flickr8k_1000_image_vitb32_f16.npy").astype(np.float32)
    names = json.loads((folder / "text_names.json").read_text("utf-8"))
    with np.load(folder / "text_vitb32.npz") as file:
        texts = np.concatenate([file["coco"], file["lvis"]]).astype(np.float32)
    first: dict[str, int] = {}
    for place, name in enumerate([*names["coco"], *names["lvis"]]):
        first.setdefault(_plain(name), place)
    words = tuple(first)
    wordings = _unit(texts[list(first.values())])[:, np.newaxis]
    background = [
        place
        for place in sorted(range(len(words)), key=lambda place: _hash(words[place], "b"))
        if _hash(words[place]) < 0.5
    ][:BACKGROUND]
    asked = np.setdiff1d(np.arange(len(words)), background)
    words = tuple(words[place] for place in asked)
    return LabelledLibrary(
        "recorded CLIP ViT-B/32, Flickr8k",
        _unit(photos[list(rows)]),
        wordings[background],
        words,
        wordings[asked],
        _named_in([captions[row] for row in range(len(rows))], words),
        np.zeros(len(words), bool),
    )


def captioned_library(folder: Path, encoder: Encoder) -> LabelledLibrary:
    """Embed captioned photos, and everyday, rare and invented words."""
    captions = _captions(folder)
    everyday, rare, invented = own_words()
    words = (*everyday, *rare, *invented)
    return LabelledLibrary(
        f"{encoder.space.checkpoint}, Flickr8k",
        embedded(encoder, captioned_photos(folder, encoder.preprocess.decode_px)),
        _worded(encoder, background_queries()),
        words,
        _worded(encoder, words),
        _named_in(list(captions.values()), words),
        np.isin(words, invented),
    )


def captioned_photos(folder: Path, decode_px: int) -> Iterator[Image.Image]:
    """Read the photos of `captioned_library`, in its order."""
    limits = PictureLimits.of(Settings())
    for name in _captions(folder):
        yield open_picture(folder / "images" / name, decode_px, limits).image


def _captions(folder: Path) -> dict[str, list[str]]:
    captions = defaultdict(list)
    with (folder / "captions.txt").open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            captions[line["image"]].append(line["caption"])
    return captions


def packed_library(
    folder: Path, part: str, encoder: Encoder, photos: int, *, of: str | None = None
) -> LabelledLibrary:
    """Embed photos of the training packs, of which half of the subjects are left out.

    Args:
        part: `val` (not trained on) or `train`.
        photos: So many at most.
        of: A label that all photos have; then no subject is left out.
    """
    lines = [
        json.loads(line) for line in (folder / f"{part}.jsonl").read_text("utf-8").splitlines()
    ]
    labelled = [line for line in lines if not line["file"].startswith("flickr8k/")]
    kept = [
        line
        for line in labelled
        if (_hash(line["text"][0], "subject") < 0.5 if of is None else of in line["text"])
    ]
    kept.sort(key=lambda line: _hash(line["file"], "photo"))
    kept = kept[:photos]
    _, rare, invented = own_words()
    labels = sorted({text for line in labelled for text in line["text"]})
    words = tuple(dict.fromkeys((*labels, *rare, *invented)))
    return LabelledLibrary(
        f"{encoder.space.checkpoint}, {part} packs" + (f", {of} only" if of else ""),
        embedded(encoder, _unpacked(folder, kept)),
        _worded(encoder, background_queries()),
        words,
        _worded(encoder, words),
        _named_in([line["text"] for line in kept], words),
        np.isin(words, invented),
    )


def packed_photos(folder: Path, part: str) -> Iterator[Image.Image]:
    """Read all photos of a part of the packs that have labels."""
    return _unpacked(folder, _labelled(folder, part))


def own_words() -> tuple[list[str], list[str], list[str]]:
    """Read everyday nouns, rare nouns, and words that mean nothing."""
    sections: list[list[str]] = []
    for line in _WORDS.read_text("utf-8").splitlines():
        if line.startswith("["):
            sections.append([])
        elif line and not line.startswith("#"):
            sections[-1].append(line)
    everyday, rare, invented = sections
    return everyday, rare, invented


def _named_in(texts: Sequence[Sequence[str]], words: Sequence[str]) -> NDArray[np.bool_]:
    """(W, N) whether a photo's texts name a word, in the singular or the plural."""
    joined = [" | ".join(own).lower() for own in texts]
    shows = np.zeros((len(words), len(texts)), bool)
    for row, word in enumerate(words):
        pattern = re.compile(rf"\b{re.escape(word.lower())}(s|es)?\b")
        shows[row] = [bool(pattern.search(text)) for text in joined]
    return shows


def _worded(encoder: Encoder, words: Sequence[str]) -> Embeddings:
    """W words → (W, T, dim)."""
    prompts = [template.format(word) for word in words for template in QUERY_TEMPLATES]
    embedded = encode_prompts(encoder, prompts)
    worded: Embeddings = embedded.reshape(len(words), len(QUERY_TEMPLATES), -1)
    return worded


def embedded(encoder: Encoder, pictures: Iterable[Image.Image]) -> Embeddings:
    """Embed upright RGB pictures of any size → (N, dim)."""
    parts, batch = [], []
    for picture in pictures:
        batch.append(encoder.preprocess.pixels(picture))
        if len(batch) == _BATCH:
            parts.append(encoder.encode_images(np.stack(batch)))
            batch = []
    if batch:
        parts.append(encoder.encode_images(np.stack(batch)))
    return np.concatenate(parts)


def _labelled(folder: Path, part: str) -> list[dict[str, Any]]:
    """Read what is said of the photos that have labels; those of flickr8k have captions."""
    lines = [
        json.loads(line)
        for line in (folder / f"{part}.jsonl").read_text("utf-8").split("\n")
        if line
    ]
    return [line for line in lines if not line["file"].startswith("flickr8k/")]


def _unpacked(folder: Path, lines: Sequence[Mapping[str, Any]]) -> Iterator[Image.Image]:
    with ExitStack() as opened:
        shards = {
            name: opened.enter_context(tarfile.open(folder / name))
            for name in {line["shard"] for line in lines}
        }
        for line in lines:
            member = shards[line["shard"]].extractfile(line["file"])
            assert member is not None
            with Image.open(member) as image:
                yield image.convert("RGB")


def _plain(name: str) -> str:
    return re.sub(r"_?\(.*\)", "", name).replace("_", " ")


def _hash(text: str, salt: str = "half") -> float:
    """A number from 0 to 1 that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{text}".encode()).digest()[:8]) / 2**64


def _unit(vectors: Embeddings) -> Embeddings:
    unit: Embeddings = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit.astype(np.float32, copy=False)
