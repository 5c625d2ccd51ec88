"""The figures of a checkpoint on a data set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photofind.clip.encoder import Encoder
from photofind.clip.prompts import encode_labels, encode_prompts
from photofind.domain import Embeddings
from photofind.evaluation.datasets import Dataset
from photofind.evaluation.retrieval import Recall, ranks, recall
from photofind.photos.picture_file import open_picture

BATCH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Classification:
    """Zero-shot classification; shares 0–1."""

    top1: float
    top5: float
    pictures: int
    classes: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`None` where the data set has nothing to measure it with.

    Attributes:
        captions: Each caption is a query, its picture the one right answer.
    """

    captions: Recall | None
    labels: Classification | None


def evaluate(encoder: Encoder, dataset: Dataset, advance: Callable[[int, int], None]) -> Evaluation:
    """Embeds the data set's pictures once and measures all it allows.

    Args:
        advance: Told the pictures embedded and their total now and then.
    """
    pictures = list(dict.fromkeys(path for path, _ in (*dataset.captions, *dataset.labels)))
    vectors = _embed(encoder, pictures, advance)
    places = {path: place for place, path in enumerate(pictures)}
    return Evaluation(
        captions=_captions(encoder, dataset, vectors, places) if dataset.captions else None,
        labels=_labels(encoder, dataset, vectors, places) if dataset.labels else None,
    )


def _embed(
    encoder: Encoder, pictures: Sequence[Path], advance: Callable[[int, int], None]
) -> Embeddings:
    parts = []
    for start in range(0, len(pictures), BATCH_SIZE):
        batch = pictures[start : start + BATCH_SIZE]
        shorter_side = 2 * encoder.preprocess.size
        pixels = [
            encoder.preprocess.pixels(open_picture(path, shorter_side).image) for path in batch
        ]
        parts.append(encoder.encode_images(np.stack(pixels)))
        advance(start + len(batch), len(pictures))
    return np.concatenate(parts)


def _captions(
    encoder: Encoder, dataset: Dataset, vectors: Embeddings, places: dict[Path, int]
) -> Recall:
    # Only captioned pictures are candidates, whatever else the data set holds.
    captioned = sorted({places[path] for path, _ in dataset.captions})
    column = {place: number for number, place in enumerate(captioned)}
    texts = encode_prompts(encoder, [caption for _, caption in dataset.captions])
    answers = np.array([column[places[path]] for path, _ in dataset.captions])
    return recall(ranks(texts @ vectors[captioned].T, answers))


def _labels(
    encoder: Encoder, dataset: Dataset, vectors: Embeddings, places: dict[Path, int]
) -> Classification:
    names = sorted({label for _, label in dataset.labels})
    classifier = encode_labels(encoder, names)
    labelled = np.array([places[path] for path, _ in dataset.labels])
    answers = np.array([names.index(label) for _, label in dataset.labels])
    label_ranks = ranks(vectors[labelled] @ classifier.T, answers)
    return Classification(
        top1=float(np.mean(label_ranks <= 1)),
        top5=float(np.mean(label_ranks <= 5)),
        pictures=len(labelled),
        classes=len(names),
    )
