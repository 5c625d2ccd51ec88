"""Calibration: what scores unrelated queries reach on this library.

[Note: background] Some photos score high for any query (hubs), and some queries score high on any
photo; neither says anything about a match. So every text query is centred: most of the mean
embedding of a few hundred background queries is subtracted from it, which subtracts each photo's
mean background score in one vector operation, without a table of its own. The gain, and the share
of the mean: docs/decisions/0003-background-centring.md.

What counts as clearly shown is in `photofind.search.confidence`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.search.confidence import TextConfidence, mixed_scores

CENTRING = 0.75
"""Share of the background's mean that is subtracted from a text query, 0-1."""

PAIR_QUANTILE = 0.997
"""Share of pairs of different photos that a confident hit of a picture must outscore, 0-1."""

SAMPLE = 4000
"""Size of the sample of photos: what is measured on it takes milliseconds."""

_ASKED = 500
"""Photos of the sample that are queries by picture."""

_NO_SPREAD = 1e-6
"""Rounding makes scores of identical photos differ by less."""


@dataclass(frozen=True, slots=True, eq=False)
class Calibration:
    """Thresholds from the scores of unrelated queries on one library.

    Attributes:
        text_centre: (dim,) float32, subtracted from a text query.
        text_confidence: Of centred text queries; `None` in an empty library.
        picture_excess: A query by picture's score is confident above its mean over the library
            plus this.
        photo_mean: (dim,) float32, mean embedding of the sample.
        text_spread: Standard deviation of a text query's scores over the library, on average;
            above 0. Scores of different kinds of queries are comparable in it.
        picture_spread: The same of a picture's scores.
        sample: (N, dim) float32, embeddings of the sample.
    """

    text_centre: NDArray[np.float32]
    text_confidence: TextConfidence | None
    picture_excess: float
    photo_mean: NDArray[np.float32]
    text_spread: float
    picture_spread: float
    sample: Embeddings

    def centred(self, text: NDArray[np.float32]) -> NDArray[np.float32]:
        """Centre a text embedding (dim,) → query vector (dim,); see [Note: background]."""
        return text - self.text_centre

    def text_threshold(
        self,
        texts: Embeddings,
        weights: Sequence[float],
        photos: int,
        pictures: Sequence[float] = (),
    ) -> float:
        """Return the score above which hits of a query with texts are confident.

        It is measured on the sample of the whole library, so a filter does not move it.

        Args:
            texts: (K, dim) float32, embeddings of the query's texts, not centred.
            weights: (K,) of each centred text in the query vector; negative ones subtract it.
            photos: Number of photos in the library.
            pictures: Of each centred picture in the query vector.
        """
        if self.text_confidence is None:
            return math.inf
        asked: NDArray[np.float32] = texts[np.asarray(weights) > 0] - self.text_centre
        null = self._picture_null(len(self.text_confidence.null.scores)) if pictures else None
        others = None if null is None else mixed_scores(null, pictures)
        return self.text_confidence.threshold(asked @ self.sample.T, weights, photos, others)

    def _picture_null(self, count: int) -> NDArray[np.float32]:
        """Score so many photos of the sample, as centred pictures, on all others: (count, N)."""
        photos = np.arange(count) % len(self.sample)
        centred: NDArray[np.float32] = self.sample[photos] - self.photo_mean
        scores = centred @ self.sample.T
        scores[np.arange(count), photos] = scores.mean(axis=1)
        return scores

    def picture_threshold(self, query: NDArray[np.float32]) -> float:
        """Return the score above which hits of a picture's embedding are confident."""
        return float(query @ self.photo_mean) + self.picture_excess


def calibrate(background: Embeddings, sample: Embeddings) -> Calibration:
    """Measure the scores of unrelated queries.

    Args:
        background: (B, dim) float32, embeddings of background queries, worded like a person's.
        sample: (N, dim) float32, embeddings of a sample of the library: `SAMPLE` of them, or all.
    """
    centre = CENTRING * background.mean(axis=0)
    photo_mean = sample.mean(axis=0) if len(sample) else np.zeros_like(centre)
    texts = (background - centre) @ sample.T
    pictures = sample[:_ASKED] @ (sample - photo_mean).T
    return Calibration(
        text_centre=centre,
        text_confidence=TextConfidence.of(texts) if len(sample) else None,
        picture_excess=_excess(_of_different(pictures)),
        photo_mean=photo_mean,
        text_spread=_spread(texts),
        picture_spread=_spread(pictures),
        sample=sample,
    )


def _excess(scores: NDArray[np.float32]) -> float:
    return float(np.quantile(scores, PAIR_QUANTILE)) if scores.size else 0.0


def _of_different(pictures: NDArray[np.float32]) -> NDArray[np.float32]:
    """Select the scores of pairs of different photos."""
    others = ~np.eye(len(pictures), pictures.shape[1], dtype=bool)
    pairs: NDArray[np.float32] = pictures[others]
    return pairs


def _spread(scores: NDArray[np.float32]) -> float:
    """Average the standard deviations of queries' scores (Q, N); 1 where all photos score alike."""
    spread = float(scores.std(axis=1).mean()) if scores.size else 0.0
    return spread if spread > _NO_SPREAD else 1.0
