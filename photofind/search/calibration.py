"""What a score means on this library: where an unrelated query would have ended up.

[Note: background] Some photos score high for everything and some queries score high on
everything; neither says anything about a match. So every text query is centred: most of the mean
embedding of a few hundred background queries is subtracted from it, which takes each photo's mean
background score off its score in one vector operation and needs no table beside the index. What
that gains, and how much of the mean to take: docs/decisions/0003-background-centring.md.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings

CENTRING = 0.75
"""How much of the background's mean is taken off a text query, 0-1."""

NULL_QUANTILE = 0.997
"""Share of (unrelated query, photo) pairs that a confident hit must outscore."""

SAMPLE = 4000
"""Photos whose scores stand for the library's; enough for a .997 quantile of the null."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The scores of unrelated queries on one library.

    Attributes:
        text_centre: (dim,) what is taken off a text query.
        text_excess: A text query's score is confident above its own mean over the library plus
            this.
        picture_excess: The same for a query by picture.
        photo_mean: (dim,) mean embedding of the library's photos.
    """

    text_centre: NDArray[np.float32]
    text_excess: float
    picture_excess: float
    photo_mean: NDArray[np.float32]

    def centred(self, text: NDArray[np.float32]) -> NDArray[np.float32]:
        """(dim,) text embedding → (dim,) query vector; see [Note: background]."""
        return text - self.text_centre

    def text_threshold(self, query: NDArray[np.float32]) -> float:
        """The least confident score of a centred text query."""
        return float(query @ self.photo_mean) + self.text_excess

    def picture_threshold(self, query: NDArray[np.float32]) -> float:
        """The least confident score of a picture's embedding."""
        return float(query @ self.photo_mean) + self.picture_excess


def calibrate(background: Embeddings, sample: Embeddings) -> Calibration:
    """Measures what unrelated queries score.

    Args:
        background: (B, dim) embeddings of background queries, worded as a person's are.
        sample: (N, dim) embeddings that stand for the library's: `SAMPLE` of them, or all.
    """
    centre = CENTRING * background.mean(axis=0)
    photo_mean = sample.mean(axis=0) if len(sample) else np.zeros_like(centre)
    return Calibration(
        text_centre=centre,
        text_excess=_excess((background - centre) @ (sample - photo_mean).T),
        picture_excess=_excess(_pairs(sample, photo_mean)),
        photo_mean=photo_mean,
    )


def _excess(scores: NDArray[np.float32]) -> float:
    return float(np.quantile(scores, NULL_QUANTILE)) if scores.size else 0.0


def _pairs(photos: Embeddings, photo_mean: NDArray[np.float32]) -> NDArray[np.float32]:
    """Scores of photos for each other, never of one for itself."""
    some = photos[:500]
    scores = some @ (photos - photo_mean).T
    others = ~np.eye(len(some), len(photos), dtype=bool)
    pairs: NDArray[np.float32] = scores[others]
    return pairs
