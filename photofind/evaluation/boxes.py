"""Zero-shot classification of regions, by each method of embedding them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

from photofind.clip.encoder import PAPER_STRENGTH, Encoder
from photofind.domain import Box, Embeddings
from photofind.search.regions import (
    CONTEXT,
    LabelSet,
    PictureView,
    RegionScorer,
    average_scores,
    box_within,
    falip_applies,
)

PLAIN = "plain"
"""The whole picture, whatever the box: what the others have to beat."""


@dataclass(frozen=True, slots=True)
class BoxedPicture:
    """A picture with regions whose labels are known.

    Attributes:
        image: Upright RGB.
        size: Width and height of the upright photo, in whose pixels the boxes are.
        labels: One a box.
    """

    image: Image.Image
    size: tuple[int, int]
    boxes: tuple[Box, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BoxFigures:
    """Accuracy of zero-shot classification of regions.

    Attributes:
        top1: Share 0–1 that gets its label, by "falip", "crop", "both" and "plain"; without the
            first and third where FALIP is not for the checkpoint.
        boxes: How many there were.
    """

    top1: dict[str, float]
    boxes: int


def measure_boxes(
    encoder: Encoder,
    scorer: RegionScorer,
    pictures: Iterable[BoxedPicture],
    names: Sequence[str],
    *,
    strength: float = PAPER_STRENGTH,
    context: float = CONTEXT,
) -> BoxFigures:
    """Classify every box against all labels and measure the accuracy.

    Args:
        pictures: Each with at least one box.
        names: All labels there are.
    """
    labels = scorer.label_set(names)
    right: dict[str, list[bool]] = {}
    for picture in pictures:
        answers = np.array([labels.names.index(label) for label in picture.labels])
        ways = _ways(encoder, scorer.view(picture.image, picture.size), picture, strength, context)
        for way, best in _best(scorer, labels, ways).items():
            right.setdefault(way, []).extend((best == answers).tolist())
    return BoxFigures({way: float(np.mean(hits)) for way, hits in right.items()}, len(right[PLAIN]))


def _ways(
    encoder: Encoder, view: PictureView, picture: BoxedPicture, strength: float, context: float
) -> dict[str, Embeddings]:
    boxes = [box_within(box, *picture.size) for box in picture.boxes]
    whole = encoder.encode_images(encoder.preprocess.pixels(picture.image)[np.newaxis])
    ways = {"falip": view.foveal(boxes, strength)} if falip_applies(encoder) else {}
    return {**ways, "crop": view.crops(boxes, context), PLAIN: whole.repeat(len(boxes), axis=0)}


def _best(
    scorer: RegionScorer, labels: LabelSet, ways: dict[str, Embeddings]
) -> dict[str, np.ndarray]:
    """Return the index (N,) of the best label of each box, by method."""
    scores_by_way = {way: scorer.score(part, labels.embeddings) for way, part in ways.items()}
    parts = {way: [one] for way, one in scores_by_way.items()}
    if "falip" in scores_by_way:
        parts["both"] = [scores_by_way["falip"], scores_by_way["crop"]]
    return {way: average_scores(found).argmax(axis=1) for way, found in parts.items()}
