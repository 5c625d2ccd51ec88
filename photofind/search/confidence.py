"""When does a library clearly show what a text says, and which photos do?

[Note: clearly shown] Texts are compared with background queries, which are about everything. If
there is more evidence of a text than of most of them, the photos that outscore the best hit of many
of them show it clearly; otherwise only a photo does that outscores the best hit of nearly all. The
evidence, on the photos that score best, is

    the mean score of three, in units of all background scores
    + 0.5 × the mean score of ten, in units of the text's own scores on all photos
    + 0.2 × the mean of ten of log softmax: how much a photo prefers the text to the background.

The second alone is what a person sees as standing out; but the noise of an unknown word stands out
as well, and what all photos show does not. That unrelated labels say what a score is worth is from
Jiang et al. 2024 (NegLabel, arXiv 2403.20078). Measured in docs/decisions/0017-clearly-shown.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EVIDENT_SHARE = 0.6
"""Share of the background queries of which there must be less evidence than of a text, 0-1."""

BEST_SHARE = 0.4
"""Share of the background queries whose best hit a photo must outscore if there is, 0-1."""

ALONE_SHARE = 0.95
"""The same if there is not."""

OWN_WEIGHT, PREFERRED_WEIGHT = 0.5, 0.2
LOGIT_SCALE = 100
"""Of the softmax over texts: what CLIP is trained to (Radford et al. 2021, section 2.5)."""

_FEW, _SOME = 3, 10
_APART = 37
"""Background queries from one text's to the next one's, where they stand for a mixture."""


@dataclass(frozen=True, slots=True, eq=False)
class TextNull:
    """Scores of background queries on a sample of a library.

    Attributes:
        scores: (B, N) float32.
        best: (B,) float32, of each query.
        mean: Of all scores.
        spread: Their standard deviation.
        photo_mean: (N,) float32, mean score of each photo.
        photo_sum: (N,) float32, logarithm of the sum of its exponential scores above that.
    """

    scores: NDArray[np.float32]
    best: NDArray[np.float32]
    mean: float
    spread: float
    photo_mean: NDArray[np.float32]
    photo_sum: NDArray[np.float32]

    @classmethod
    def of(cls, scores: NDArray[np.float32]) -> "TextNull":
        """Measure B background queries on N photos, at least one: (B, N) float32."""
        mean = scores.mean(axis=0)
        total = np.logaddexp.reduce(LOGIT_SCALE * (scores - mean), axis=0)
        spread = float(_spread(scores))
        return cls(scores, scores.max(axis=1), float(scores.mean()), spread, mean, total)

    def evidence(self, scores: NDArray[np.float32], *, among: bool = False) -> NDArray[np.float32]:
        """Measure how clearly photos show texts: (K, N) float32 scores → (K,).

        Args:
            among: Whether the texts are the background queries.
        """
        photos = np.argsort(-scores, axis=1)[:, :_SOME]
        best = np.take_along_axis(scores, photos, axis=1)
        preference = LOGIT_SCALE * (best - self.photo_mean[photos])
        others = self.photo_sum[photos]
        preferred = preference - (others if among else np.logaddexp(preference, others))
        in_null = (best[:, :_FEW].mean(axis=1) - self.mean) / self.spread
        in_own = (best.mean(axis=1) - scores.mean(axis=1)) / _spread(scores, axis=1)
        found: NDArray[np.float32] = (
            in_null + OWN_WEIGHT * in_own + PREFERRED_WEIGHT * preferred.mean(axis=1)
        )
        return found

    def best_of(
        self,
        weights: Sequence[float],
        share: float,
        photos: int,
        others: NDArray[np.float32] | None = None,
    ) -> float:
        """Return the best score that a share of the background queries do not exceed.

        Among more photos than were sampled it is estimated: the best of a normal distribution
        grows with the square root of the logarithm of their number.

        Args:
            weights: Of background queries in a mixture; [1] for one alone.
            photos: Number of photos in the library.
            others: (B, N) float32, what else is in the mixtures.
        """
        bests, mean = self.best, self.mean
        if others is not None or list(weights) != [1]:
            mixed = mixed_scores(self.scores, weights)
            if others is not None:
                mixed += others
            bests, mean = mixed.max(axis=1), float(mixed.mean())
        best = float(np.quantile(bests, share))
        sampled = self.scores.shape[1]
        if not 1 < sampled < photos:
            return best
        return mean + (best - mean) * math.sqrt(math.log(photos) / math.log(sampled))


@dataclass(frozen=True, slots=True, eq=False)
class TextConfidence:
    """Tells which scores of text queries are confident; see [Note: clearly shown].

    Attributes:
        null: Of at least one photo.
        least_evidence: There must be more of a text.
    """

    null: TextNull
    least_evidence: float

    @classmethod
    def of(cls, scores: NDArray[np.float32]) -> "TextConfidence":
        """Measure (B, N) float32 scores of background queries on a sample of a library."""
        null = TextNull.of(scores)
        evidence = null.evidence(scores, among=True)
        return cls(null, float(np.quantile(evidence, EVIDENT_SHARE)))

    def threshold(
        self,
        asked: NDArray[np.float32],
        weights: Sequence[float],
        photos: int,
        others: NDArray[np.float32] | None = None,
    ) -> float:
        """Return the score above which photos clearly show a query.

        A mixture is compared with the same mixture of background queries, and there must be
        evidence of each text that is asked for.

        Args:
            asked: (K, N) float32, scores of the texts of positive weight on the sample.
            weights: Of all texts in the query.
            photos: Number of photos in the library.
            others: (B, N) float32, what else is in the mixtures.
        """
        is_evident = bool((self.null.evidence(asked) > self.least_evidence).all())
        share = BEST_SHARE if is_evident else ALONE_SHARE
        return self.null.best_of(weights, share, photos, others)


def mixed_scores(null: NDArray[np.float32], weights: Sequence[float]) -> NDArray[np.float32]:
    """Mix scores of unrelated queries (B, N), each with others, the same ones every time."""
    mixed = np.zeros_like(null)
    for k, weight in enumerate(weights):
        mixed += np.roll(null, k * _APART, axis=0) * np.float32(weight)
    return mixed


def _spread(scores: NDArray[np.float32], axis: int | None = None) -> NDArray[np.float32]:
    """Standard deviation; a library of one photo has none."""
    spread: NDArray[np.float32] = np.maximum(scores.std(axis=axis), np.float32(1e-6))
    return spread
