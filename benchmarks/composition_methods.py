"""Ways of making one ranking of several terms, of which `photofind.search.composition` is one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.search.calibration import CENTRING, Calibration, calibrate
from photofind.search.composition import Modality, WeightedVector, compose

Vector = NDArray[np.float32]
Scores = NDArray[np.float32]
Terms = Sequence[WeightedVector]


@dataclass(frozen=True, slots=True, eq=False)
class Photos:
    """A library and what is measured on it.

    Attributes:
        embeddings: (N, dim) float32, unit length.
        text_mean: (dim,) float32, mean of the background queries.
        covariance: (dim, dim) float32, of the embeddings.
    """

    embeddings: Embeddings
    calibration: Calibration
    text_mean: Vector
    covariance: NDArray[np.float32]


Method = Callable[[Photos, Terms], Scores]


def measured(embeddings: Embeddings, background: Embeddings) -> Photos:
    return Photos(
        embeddings,
        calibrate(background, embeddings),
        background.mean(axis=0),
        np.cov(embeddings.T).astype(np.float32),
    )


def composed(photos: Photos, terms: Terms) -> Scores:
    """What photofind does."""
    return photos.embeddings @ compose(terms, photos.calibration)


def first_alone(photos: Photos, terms: Terms) -> Scores:
    """The first term, without all others."""
    return composed(photos, terms[:1])


def second_alone(photos: Photos, terms: Terms) -> Scores:
    """The second term, without all others."""
    return composed(photos, terms[1:2])


@dataclass(frozen=True, slots=True)
class Sum:
    """The weighted sum of the terms.

    Attributes:
        text: Share of the background's mean that is subtracted from texts, 0-1.
        picture: Share of the library's mean that is subtracted from pictures, 0-1.
        scale: What terms are divided by: "" nothing, "length", "kind" the mean spread of scores of
            their modality, "own" the spread of their own scores.
        negative: What a subtracted term counts of its weight.
        pictures: What a picture counts among what is asked for.
    """

    text: float = CENTRING
    picture: float = 1.0
    scale: str = "kind"
    negative: float = 1.0
    pictures: float = 1.0

    def __call__(self, photos: Photos, terms: Terms) -> Scores:
        wanted, unwanted = self.parts(photos, terms)
        return photos.embeddings @ (_added(wanted) - self.negative * _added(unwanted))

    def parts(self, photos: Photos, terms: Terms) -> tuple[list[Vector], list[Vector]]:
        """Return the scaled terms that are asked for, and those that are not wanted."""
        wanted = [term for term in terms if term.weight > 0]
        total = sum(term.weight for term in wanted)
        counted = sum(term.weight * self._counts(term) for term in wanted)
        return (
            [
                np.float32(term.weight * self._counts(term) * total / counted)
                * self._scaled(photos, term)
                for term in wanted
            ],
            [np.float32(-t.weight) * self._scaled(photos, t) for t in terms if t.weight < 0],
        )

    def _counts(self, term: WeightedVector) -> float:
        return 1.0 if term.modality is Modality.TEXT else self.pictures

    def _scaled(self, photos: Photos, term: WeightedVector) -> Vector:
        calibration, is_text = photos.calibration, term.modality is Modality.TEXT
        vector = term.vector - (
            np.float32(self.text) * photos.text_mean
            if is_text
            else np.float32(self.picture) * calibration.photo_mean
        )
        scale = {
            "": lambda: 1.0,
            "length": lambda: float(np.linalg.norm(vector)),
            "kind": lambda: calibration.text_spread if is_text else calibration.picture_spread,
            "own": lambda: float(np.sqrt(vector @ photos.covariance @ vector)),
        }[self.scale]()
        scaled: Vector = (vector / scale).astype(np.float32)
        return scaled


@dataclass(frozen=True, slots=True)
class Projected:
    """What is not wanted is projected out of what is asked for, as far as they point the same way.

    Attributes:
        sum: How terms are centred and scaled.
        uncorrelated: Until the scores on this library do not correlate, in place of until the
            vectors are orthogonal.
        photos_too: Photos lose the direction as well, and are of unit length again.
    """

    sum: Sum
    strength: float = 1.0
    uncorrelated: bool = False
    photos_too: bool = False

    def __call__(self, photos: Photos, terms: Terms) -> Scores:
        wanted, unwanted = self.sum.parts(photos, terms)
        query, embeddings = _added(wanted), photos.embeddings
        for part in unwanted:
            against = photos.covariance @ part if self.uncorrelated else part
            along = max(float(query @ against / (part @ against)), 0)
            query = query - np.float32(self.strength * along) * part
            if self.photos_too:
                unit = part / np.linalg.norm(part)
                embeddings = embeddings - np.outer(embeddings @ unit, unit)
        lengths = np.linalg.norm(embeddings, axis=1) if self.photos_too else 1
        scores: Scores = (embeddings @ query) / lengths
        return scores


@dataclass(frozen=True, slots=True)
class ScoresCombined:
    """One product a term: its scores in standard deviations are combined, not its vectors.

    Attributes:
        together: From the standard scores (K, N) and weights (K, 1) of what is asked for.
        penalty: From the standard scores (N,) of what is not wanted.
    """

    sum: Sum
    together: Callable[[Scores, Scores], Scores]
    penalty: Callable[[Scores], Scores]

    def __call__(self, photos: Photos, terms: Terms) -> Scores:
        weights = np.array([[term.weight] for term in terms], np.float32)
        raw = np.stack([self.sum(photos, [_as_wanted(term)]) for term in terms])
        standard = (raw - raw.mean(axis=1, keepdims=True)) / raw.std(axis=1, keepdims=True)
        asked = weights[:, 0] > 0
        total = self.together(standard[asked], weights[asked])
        for weight, scores in zip(weights[~asked], standard[~asked], strict=True):
            total = total + weight * self.penalty(scores)
        return total


def _as_wanted(term: WeightedVector) -> WeightedVector:
    return WeightedVector(1, term.vector, term.modality)


def _added(parts: list[Vector]) -> Vector:
    total: Vector = np.sum(parts, axis=0)
    return total


def _mean(standard: Scores, weights: Scores) -> Scores:
    total: Scores = (weights * standard).sum(axis=0)
    return total


def _least(standard: Scores, _weights: Scores) -> Scores:
    least: Scores = standard.min(axis=0)
    return least


def _soft_least(standard: Scores, _weights: Scores) -> Scores:
    least: Scores = -np.logaddexp.reduce(-standard, axis=0)
    return least


def _product(standard: Scores, weights: Scores) -> Scores:
    return _mean(np.log(np.maximum(standard + 4, 1e-3)), weights)


def _ranks(standard: Scores, weights: Scores) -> Scores:
    """Reciprocal rank fusion (Cormack et al. 2009)."""
    ranks = np.argsort(np.argsort(-standard, axis=1), axis=1)
    return _mean((1 / (60 + 1 + ranks)).astype(np.float32), weights)


def _likely(standard: Scores, weights: Scores, slope: float = 1, middle: float = 3) -> Scores:
    """Multiply logistic probabilities."""
    return _mean(-np.logaddexp(0, -slope * (standard - middle)), weights)


def _above(scores: Scores, least: float, strength: float, most: float = np.inf) -> Scores:
    clamped: Scores = strength * np.clip(scores - least, 0, most)
    return clamped


def _softly_above(scores: Scores, middle: float) -> Scores:
    soft: Scores = np.logaddexp(0, scores - middle)
    return soft


_SCALED = Sum()

METHODS: dict[str, Method] = {
    "first term alone": first_alone,
    "second term alone": second_alone,
    "plain sum": Sum(0, 0, ""),
    "texts centred": Sum(CENTRING, 0, ""),
    "both wholly centred": Sum(1, 1, ""),
    "both centred, unit length": Sum(CENTRING, 1, "length"),
    "both centred, by own spread": Sum(CENTRING, 1, "own"),
    "texts centred, by kind's spread": Sum(CENTRING, 0, "kind"),
    "both centred, by kind's spread": _SCALED,
    "the same, a picture half": Sum(pictures=0.5),
    "the same, negatives left out": Sum(pictures=0.5, negative=0),
    "the same, negatives ×.5": Sum(pictures=0.5, negative=0.5),
    "the same, negatives ×.3 (chosen)": composed,
    "chosen, texts wholly centred": Sum(1, pictures=0.5, negative=0.3),
    "projected": Projected(_SCALED),
    "projected, not centred": Projected(Sum(0, 0, "")),
    "projected until uncorrelated": Projected(_SCALED, uncorrelated=True),
    "projected, photos too": Projected(_SCALED, photos_too=True),
    "standard scores, less those above 1": ScoresCombined(
        _SCALED, _mean, partial(_above, least=1, strength=1)
    ),
    "standard scores, clamped": ScoresCombined(
        _SCALED, _mean, partial(_above, least=1, strength=1, most=2)
    ),
    "standard scores, softplus": ScoresCombined(_SCALED, _mean, partial(_softly_above, middle=2)),
    "logistic": ScoresCombined(_SCALED, _likely, partial(_softly_above, middle=3)),
    "least score": ScoresCombined(_SCALED, _least, partial(_above, least=1, strength=1)),
    "softly least score": ScoresCombined(
        _SCALED, _soft_least, partial(_above, least=1, strength=1)
    ),
    "product": ScoresCombined(_SCALED, _product, partial(_above, least=1, strength=0.25)),
    "rank fusion": ScoresCombined(_SCALED, _ranks, partial(_above, least=1, strength=0.005)),
}
