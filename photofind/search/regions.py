"""What a region of a picture shows, and the photos that look like it.

A region is embedded in two ways: by attention drawn to it while the encoder sees the whole picture
(FALIP, see photofind.clip.falip), and as a square cut out with some of what is around it. A label's
score is the region's cosine to it less the region's mean cosine to a bank of generic captions
("subtract" in Zhuang et al. 2024), which makes scores of different regions and of the two
ways comparable. Which way is the default, and how much context a crop gets, was measured:
docs/decisions/0005-region-method.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photofind.clip.encoder import PAPER_STRENGTH, Encoder, PictureRegions, RegionEncoder
from photofind.clip.prompts import encode_labels
from photofind.domain import Box, Embeddings
from photofind.errors import BadInputError, CheckpointError
from photofind.paths import resource

CONTEXT = 1.35
"""Side of a crop, in longer sides of its box."""


class RegionMethod(StrEnum):
    """How a region is embedded: attention drawn to it, cut out, or the average of the two."""

    FALIP = "falip"
    CROP = "crop"
    BOTH = "both"


DEFAULT_METHOD = RegionMethod.BOTH


@dataclass(frozen=True, slots=True)
class LabelSet:
    """What a region may be called.

    Attributes:
        names: N of them.
        embeddings: (N, dim), a zero-shot classifier in the encoder's space.
    """

    names: tuple[str, ...]
    embeddings: Embeddings


@dataclass(frozen=True, slots=True)
class LabelScore:
    """A label and its cosine to a region, less the region's mean cosine to generic captions."""

    label: str
    score: float


@dataclass(frozen=True, slots=True)
class RegionAnswer:
    """What a region shows.

    Attributes:
        box: What was looked at, in pixels of the upright picture.
        method: The one that was used; a crop where FALIP is not for the checkpoint.
        labels: Best first.
    """

    box: Box
    method: RegionMethod
    labels: tuple[LabelScore, ...]


def generic_captions() -> list[str]:
    """The bank of sentences about anything and nothing."""
    lines = resource("generic_captions.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def box_within(box: Box, width: int, height: int) -> Box:
    """The part of a box that lies in a picture of width × height pixels.

    Raises:
        BadInputError: There is none, or the box has no area.
    """
    x0, y0, x1, y1 = box
    inside = max(x0, 0.0), max(y0, 0.0), min(x1, float(width)), min(y1, float(height))
    if inside[0] < inside[2] and inside[1] < inside[3]:
        return inside
    raise BadInputError(
        f"The box {x0:g} {y0:g} {x1:g} {y1:g} holds nothing of the picture, "
        f"which has {width} × {height} pixels.",
        "Give left, top, right and bottom in pixels of the upright picture.",
    )


def context_box(box: Box, width: int, height: int, context: float = CONTEXT) -> Box:
    """A square of `context` times a box's longer side around it, shifted into the picture.

    Where the picture is smaller than the square, its side is taken, so the result may be oblong;
    it always holds the box.
    """
    x0, y0, x1, y1 = box
    side = context * max(x1 - x0, y1 - y0)
    left, right = _span((x0 + x1) / 2, side, width)
    top, bottom = _span((y0 + y1) / 2, side, height)
    return left, top, right, bottom


def _span(centre: float, length: float, limit: float) -> tuple[float, float]:
    length = min(length, limit)
    low = min(max(centre - length / 2, 0.0), limit - length)
    return low, low + length


class PictureView:
    """One picture, and what the questions about its regions share.

    Args:
        image: Upright RGB; may be smaller than the photo, as `open_picture` gives it.
        size: Width and height of the upright photo, in whose pixels boxes are.
    """

    def __init__(self, encoder: Encoder, image: Image.Image, size: tuple[int, int]) -> None:
        self.size = size
        self._encoder = encoder
        self._image = image

    def usable(self, method: RegionMethod) -> RegionMethod:
        """The method asked for, or a crop where FALIP is not for the checkpoint."""
        return method if falip_applies(self._encoder) else RegionMethod.CROP

    def foveal(self, boxes: Sequence[Box], strength: float = PAPER_STRENGTH) -> Embeddings:
        """N boxes → (N, dim) by attention; raises `CheckpointError` where that cannot be."""
        return self._regions.encode_regions(boxes, strength)

    def crops(self, boxes: Sequence[Box], context: float = CONTEXT) -> Embeddings:
        """N boxes → (N, dim), each cut out as `context_box` says."""
        scale_x, scale_y = self._image.width / self.size[0], self._image.height / self.size[1]
        # Every resize mode makes the same pixels of a square; of an oblong, squashing loses none.
        preprocess = replace(self._encoder.preprocess, resize_mode="squash")
        pixels = []
        for box in boxes:
            x0, y0, x1, y1 = context_box(box, *self.size, context)
            left, right = _whole_pixels(x0 * scale_x, x1 * scale_x, self._image.width)
            top, bottom = _whole_pixels(y0 * scale_y, y1 * scale_y, self._image.height)
            pixels.append(preprocess.pixels(self._image.crop((left, top, right, bottom))))
        return self._encoder.encode_images(np.stack(pixels))

    @cached_property
    def _regions(self) -> PictureRegions:
        if not isinstance(self._encoder, RegionEncoder):
            raise CheckpointError(
                "Steering the attention to a region is not for this search model.",
                "Cut the region out instead: --method crop",
            )
        preprocess = self._encoder.region_preprocess
        pixels = preprocess.pixels(self._image)
        return self._encoder.regions_of(pixels, preprocess.geometry(*self.size))


def falip_applies(encoder: Encoder) -> bool:
    """Whether an encoder can draw its attention to a region."""
    return isinstance(encoder, RegionEncoder) and encoder.falip_applies


def _whole_pixels(low: float, high: float, limit: int) -> tuple[int, int]:
    first = min(round(low), limit - 1)
    return first, max(round(high), first + 1)


class RegionScorer:
    """Says what regions show.

    Args:
        captions: (C, dim) embeddings of `generic_captions`.
    """

    def __init__(self, encoder: Encoder, captions: Embeddings) -> None:
        self._encoder = encoder
        self._captions = captions

    def view(self, image: Image.Image, size: tuple[int, int]) -> PictureView:
        """A picture to ask about; keep it for further questions. Arguments as `PictureView`."""
        return PictureView(self._encoder, image, size)

    def label_set(self, names: Sequence[str]) -> LabelSet:
        """Labels a person typed."""
        return LabelSet(tuple(names), encode_labels(self._encoder, names))

    def classify(
        self,
        view: PictureView,
        boxes: Sequence[Box],
        labels: LabelSet,
        method: RegionMethod = DEFAULT_METHOD,
        strength: float = PAPER_STRENGTH,
    ) -> list[RegionAnswer]:
        """One answer a box, in their order; raises `BadInputError` for a box off the picture."""
        inside = [box_within(box, *view.size) for box in boxes]
        method = view.usable(method)
        parts = _embedded(view, inside, method, strength)
        scores = average_scores([self.score(part, labels.embeddings) for part in parts])
        return [
            RegionAnswer(box, method, _ranked(labels.names, row))
            for box, row in zip(inside, scores, strict=True)
        ]

    def score(self, regions: Embeddings, labels: Embeddings) -> "RegionScores":
        """How regions score for labels, against the bank of captions."""
        over_bank = regions @ self._captions.T
        scores = regions @ labels.T - over_bank.mean(axis=1, keepdims=True)
        return RegionScores(scores, over_bank.std(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class RegionScores:
    """Scores beside what they are measured by.

    Attributes:
        scores: (N, L) cosines of N regions to L labels, less the region's mean over the bank.
        spread: (N, 1) standard deviation of the region's cosines over the bank.
    """

    scores: NDArray[np.float32]
    spread: NDArray[np.float32]


def average_scores(parts: Sequence[RegionScores]) -> NDArray[np.float32]:
    """(N, L) mean over ways of embedding, each in its own spread, then back in cosines.

    Without that, the way whose cosines differ more would decide alone.
    """
    standardised = np.mean([part.scores / part.spread for part in parts], axis=0)
    scores: NDArray[np.float32] = standardised * np.mean([part.spread for part in parts], axis=0)
    return scores


def region_embedding(
    view: PictureView,
    box: Box,
    method: RegionMethod = DEFAULT_METHOD,
    strength: float = PAPER_STRENGTH,
) -> NDArray[np.float32]:
    """(dim,) of length one; of both ways, the direction between them."""
    inside = box_within(box, *view.size)
    mean = np.mean(_embedded(view, [inside], view.usable(method), strength), axis=0)[0]
    embedding: NDArray[np.float32] = (mean / np.linalg.norm(mean)).astype(np.float32)
    return embedding


def _embedded(
    view: PictureView, boxes: Sequence[Box], method: RegionMethod, strength: float
) -> list[Embeddings]:
    """(N, dim) for each way of embedding that the method takes."""
    parts = []
    if method is not RegionMethod.CROP:
        parts.append(view.foveal(boxes, strength))
    if method is not RegionMethod.FALIP:
        parts.append(view.crops(boxes))
    return parts


def _ranked(names: Sequence[str], scores: NDArray[np.float32]) -> tuple[LabelScore, ...]:
    order = np.argsort(-scores, kind="stable")
    return tuple(LabelScore(names[place], float(scores[place])) for place in order)
