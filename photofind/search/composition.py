"""Mixes the terms of a query, texts and pictures with weights, into one query vector.

The rule was chosen by measurement, docs/decisions/0016-composing-queries.md:

- Every term is centred by what is common to its kind: a text as ever (see [Note: background]), a
  picture by the library's mean (Li et al. 2025, "Closing the Modality Gap for Mixed Modality
  Search", arXiv 2507.19054, section 4).
- Scores of pictures spread wider than those of texts, up to five times, so each kind is divided by
  its spread on this library.
- What is asked for is averaged by weight, a picture counting half of a text; what is not wanted is
  subtracted with three tenths of its weight.

A term on its own is ranked as it always was: a picture by cosine, so that its copies come first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from photofind.errors import BadInputError
from photofind.search.calibration import Calibration

NEGATIVE = 0.3
"""What a subtracted term counts of its weight, 0-1."""

PICTURE = 0.5
"""What a picture counts among what is asked for, a text being 1."""

_CANCELLED = 1e-5
"""Length below which nothing is left of a mixture of terms, as a share of its terms' lengths."""


class Modality(Enum):
    """What a vector was made of."""

    TEXT = "text"
    PICTURE = "picture"


@dataclass(frozen=True, slots=True, eq=False)
class WeightedVector:
    """One term of a query.

    Attributes:
        weight: Less than 0 subtracts the term; never 0.
        vector: (dim,) float32, unit length, an embedding as the encoder made it.
        modality: What was embedded.
    """

    weight: float
    vector: NDArray[np.float32]
    modality: Modality


def compose(terms: Sequence[WeightedVector], calibration: Calibration) -> NDArray[np.float32]:
    """Mix terms into a query vector (dim,) float32, to be scored by inner product.

    Neither the order of terms nor a factor common to all weights matters. The score has the units
    of a text's, or of a picture's where there are only pictures.

    Args:
        terms: At least one.

    Raises:
        BadInputError: The terms cancel each other out.
    """
    parts = [
        np.float32(share) * _centred(term, calibration, alone=len(terms) == 1)
        for share, term in zip(shares(terms, calibration), terms, strict=True)
    ]
    mixed: NDArray[np.float32] = np.sum(parts, axis=0)
    if np.linalg.norm(mixed) <= _CANCELLED * sum(np.linalg.norm(part) for part in parts):
        raise BadInputError(
            "The parts of this query cancel each other out.",
            "Change a weight, or take away the part that is both wanted and not wanted.",
        )
    return mixed


def shares(terms: Sequence[WeightedVector], calibration: Calibration) -> list[float]:
    """Return the factor of each centred term in the query vector, negative for subtracted ones."""
    wanted = sum(term.weight for term in terms if term.weight > 0)
    unwanted = -sum(term.weight for term in terms if term.weight < 0)
    counted = sum(term.weight * _counts(term) for term in terms if term.weight > 0)
    texts = any(term.modality is Modality.TEXT for term in terms)
    unit = calibration.text_spread if texts else calibration.picture_spread
    return [
        (
            term.weight * _counts(term) / counted
            if term.weight > 0
            else term.weight * NEGATIVE / wanted
            if wanted
            else term.weight / unwanted
        )
        * (unit / _spread(term, calibration))
        for term in terms
    ]


def _counts(term: WeightedVector) -> float:
    return 1.0 if term.modality is Modality.TEXT else PICTURE


def _spread(term: WeightedVector, calibration: Calibration) -> float:
    if term.modality is Modality.TEXT:
        return calibration.text_spread
    return calibration.picture_spread


def _centred(term: WeightedVector, calibration: Calibration, *, alone: bool) -> NDArray[np.float32]:
    if term.modality is Modality.TEXT:
        return calibration.centred(term.vector)
    return term.vector if alone else term.vector - calibration.photo_mean
