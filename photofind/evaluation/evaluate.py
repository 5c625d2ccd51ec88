"""Evaluation of a checkpoint on a data set."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from photofind.clip.encoder import Encoder
from photofind.clip.prompts import encode_labels, encode_prompts
from photofind.domain import Embeddings
from photofind.evaluation.boxes import BoxedPicture, BoxFigures, measure_boxes
from photofind.evaluation.datasets import Dataset, LabelledBox
from photofind.evaluation.retrieval import Recall, average_precision, ranks, recall
from photofind.photos.picture_file import PictureLimits, open_picture
from photofind.search.regions import RegionScorer, generic_captions

BATCH_SIZE = 32


@dataclass(frozen=True, slots=True)
class Classification:
    """Accuracy of zero-shot classification; shares 0–1."""

    top1: float
    top5: float
    pictures: int
    classes: int


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Figures of a checkpoint; `None` where the data set has nothing to measure one with.

    Attributes:
        captions: Each caption is a query, its picture the one right answer.
        groups: Mean average precision; each picture is a query, its group's others the answers.
    """

    captions: Recall | None = None
    labels: Classification | None = None
    boxes: BoxFigures | None = None
    groups: float | None = None


def evaluate(
    encoder: Encoder,
    dataset: Dataset,
    limits: PictureLimits,
    advance: Callable[[int, int], None],
) -> Evaluation:
    """Embed the data set's pictures once and measure all that it allows.

    Args:
        advance: Told the pictures embedded and their total now and then.
    """
    whole = (*dataset.captions, *dataset.labels, *dataset.groups)
    pictures = list(dict.fromkeys(path for path, _ in whole))
    vectors = _embed(encoder, pictures, limits, advance)
    places = {path: place for place, path in enumerate(pictures)}
    return Evaluation(
        captions=_captions(encoder, dataset, vectors, places) if dataset.captions else None,
        labels=_labels(encoder, dataset, vectors, places) if dataset.labels else None,
        boxes=_boxes(encoder, dataset, limits, advance) if dataset.boxes else None,
        groups=_groups(dataset, vectors, places) if dataset.groups else None,
    )


def _embed(
    encoder: Encoder,
    pictures: Sequence[Path],
    limits: PictureLimits,
    advance: Callable[[int, int], None],
) -> Embeddings:
    parts = [np.empty((0, encoder.space.dim), np.float32)]
    for start in range(0, len(pictures), BATCH_SIZE):
        batch = pictures[start : start + BATCH_SIZE]
        pixels = [
            encoder.preprocess.pixels(
                open_picture(path, encoder.preprocess.decode_px, limits).image
            )
            for path in batch
        ]
        parts.append(encoder.encode_images(np.stack(pixels)))
        advance(start + len(batch), len(pictures))
    return np.concatenate(parts)


def _boxes(
    encoder: Encoder,
    dataset: Dataset,
    limits: PictureLimits,
    advance: Callable[[int, int], None],
) -> BoxFigures:
    scorer = RegionScorer(encoder, encode_prompts(encoder, generic_captions()))
    names = sorted({boxed.label for boxed in dataset.boxes})
    return measure_boxes(encoder, scorer, _boxed_pictures(dataset, limits, advance), names)


def _boxed_pictures(
    dataset: Dataset, limits: PictureLimits, advance: Callable[[int, int], None]
) -> Iterator[BoxedPicture]:
    by_picture: dict[Path, list[LabelledBox]] = {}
    for boxed in dataset.boxes:
        by_picture.setdefault(boxed.picture, []).append(boxed)
    for done, (path, own) in enumerate(by_picture.items(), start=1):
        picture = open_picture(path, limits=limits)
        boxes, labels = tuple(one.box for one in own), tuple(one.label for one in own)
        yield BoxedPicture(picture.image, (picture.width, picture.height), boxes, labels)
        advance(done, len(by_picture))


def _groups(dataset: Dataset, vectors: Embeddings, places: dict[Path, int]) -> float | None:
    """Measure retrieval in groups; pictures alone in theirs are distractors, not queries."""
    grouped = vectors[[places[path] for path, _ in dataset.groups]]
    names = np.array([group for _, group in dataset.groups])
    scores = grouped @ grouped.T
    found = []
    for place, name in enumerate(names):
        others = np.arange(len(names)) != place
        relevant = (names == name)[others]
        if relevant.any():
            found.append(average_precision(scores[place][others], relevant))
    return float(np.mean(found)) if found else None


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
