"""Embeds and classifies regions of a picture.

A region is embedded by two methods: by foveal attention while the encoder sees the whole picture
(FALIP, see photofind.clip.falip), and as a square crop with some context. A label's score is the
region's cosine to it less the region's mean cosine to a bank of generic captions ("subtract" in
Zhuang et al. 2024), which makes scores of different regions and of the two methods comparable. The
default method and the context of a crop were measured: docs/decisions/0005-region-method.md.
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
"""Side of a crop, as a multiple of its box's longer side."""


class RegionMethod(StrEnum):
    """How a region is embedded: by foveal attention, by a crop, or by the average of the two."""

    FALIP = "falip"
    CROP = "crop"
    BOTH = "both"


DEFAULT_METHOD = RegionMethod.BOTH


@dataclass(frozen=True, slots=True)
class LabelSet:
    """Labels with their embeddings: a zero-shot classifier.

    Attributes:
        names: N labels.
        embeddings: (N, dim) float32, unit length, in the encoder's space.
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
    """The ranked labels of a region.

    Attributes:
        box: The part of the requested box within the upright picture, in its pixels.
        method: The one used; `CROP` where FALIP does not apply to the checkpoint.
        labels: Best first.
    """

    box: Box
    method: RegionMethod
    labels: tuple[LabelScore, ...]


def generic_captions() -> list[str]:
    """Load the bank of generic captions."""
    lines = resource("generic_captions.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def box_within(box: Box, width: int, height: int) -> Box:
    """Clip a box to a picture of width × height pixels.

    Raises:
        BadInputError: Nothing is left, or the box has no area.
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
    """Return a square of `context` times a box's longer side around it, shifted into the picture.

    Clipped where the picture is smaller than the square, so the result may be oblong; it always
    holds the box.
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
    """One picture, with the work that all its regions share cached.

    Args:
        image: Upright RGB; may be smaller than the photo, as `open_picture` returns it.
        size: Width and height of the upright photo, in whose pixels boxes are.
    """

    def __init__(self, encoder: Encoder, image: Image.Image, size: tuple[int, int]) -> None:
        self.size = size
        self._encoder = encoder
        self._image = image

    def usable(self, method: RegionMethod) -> RegionMethod:
        """Return the requested method, or `CROP` where FALIP does not apply to the checkpoint."""
        return method if falip_applies(self._encoder) else RegionMethod.CROP

    def foveal(self, boxes: Sequence[Box], strength: float = PAPER_STRENGTH) -> Embeddings:
        """Embed N boxes by foveal attention → (N, dim); `CheckpointError` if FALIP cannot apply."""
        return self._regions.encode_regions(boxes, strength)

    def crops(self, boxes: Sequence[Box], context: float = CONTEXT) -> Embeddings:
        """Embed N boxes by crops of their `context_box` → (N, dim)."""
        scale_x, scale_y = self._image.width / self.size[0], self._image.height / self.size[1]
        # Resize modes agree on a square; of an oblong crop, squashing loses no pixels.
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
    """Return whether FALIP applies to an encoder."""
    return isinstance(encoder, RegionEncoder) and encoder.falip_applies


def _whole_pixels(low: float, high: float, limit: int) -> tuple[int, int]:
    first = min(round(low), limit - 1)
    return first, max(round(high), first + 1)


class RegionScorer:
    """Scores labels for regions.

    Args:
        captions: (C, dim) float32, embeddings of `generic_captions`.
    """

    def __init__(self, encoder: Encoder, captions: Embeddings) -> None:
        self._encoder = encoder
        self._captions = captions

    def view(self, image: Image.Image, size: tuple[int, int]) -> PictureView:
        """Make a view of a picture, to be reused for all its regions; see `PictureView`."""
        return PictureView(self._encoder, image, size)

    def label_set(self, names: Sequence[str]) -> LabelSet:
        """Embed labels that a person typed."""
        return LabelSet(tuple(names), encode_labels(self._encoder, names))

    def classify(
        self,
        view: PictureView,
        boxes: Sequence[Box],
        labels: LabelSet,
        method: RegionMethod = DEFAULT_METHOD,
        strength: float = PAPER_STRENGTH,
    ) -> list[RegionAnswer]:
        """Rank labels for each box, in their order; `BadInputError` for a box off the picture."""
        inside = [box_within(box, *view.size) for box in boxes]
        method = view.usable(method)
        parts = _embedded(view, inside, method, strength)
        scores = average_scores([self.score(part, labels.embeddings) for part in parts])
        return [
            RegionAnswer(box, method, _ranked(labels.names, row))
            for box, row in zip(inside, scores, strict=True)
        ]

    def score(self, regions: Embeddings, labels: Embeddings) -> "RegionScores":
        """Score labels (L, dim) for regions (N, dim), against the bank of captions."""
        over_bank = regions @ self._captions.T
        scores = regions @ labels.T - over_bank.mean(axis=1, keepdims=True)
        return RegionScores(scores, over_bank.std(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class RegionScores:
    """Scores and the spread that standardises them.

    Attributes:
        scores: (N, L) cosines of N regions to L labels, less the region's mean over the bank.
        spread: (N, 1) standard deviation of the region's cosines over the bank.
    """

    scores: NDArray[np.float32]
    spread: NDArray[np.float32]


def average_scores(parts: Sequence[RegionScores]) -> NDArray[np.float32]:
    """Average standardised scores over methods, and scale them back to cosines → (N, L).

    Otherwise the method with the larger spread would dominate.
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
    """Embed a region → (dim,), unit length; `BOTH` is the normalised mean of the two."""
    inside = box_within(box, *view.size)
    mean = np.mean(_embedded(view, [inside], view.usable(method), strength), axis=0)[0]
    embedding: NDArray[np.float32] = (mean / np.linalg.norm(mean)).astype(np.float32)
    return embedding


def _embedded(
    view: PictureView, boxes: Sequence[Box], method: RegionMethod, strength: float
) -> list[Embeddings]:
    """Embed boxes by each part of a method, each → (N, dim)."""
    parts = []
    if method is not RegionMethod.CROP:
        parts.append(view.foveal(boxes, strength))
    if method is not RegionMethod.FALIP:
        parts.append(view.crops(boxes))
    return parts


def _ranked(names: Sequence[str], scores: NDArray[np.float32]) -> tuple[LabelScore, ...]:
    order = np.argsort(-scores, kind="stable")
    return tuple(LabelScore(names[place], float(scores[place])) for place in order)
