"""What queries of several terms call sure, by what decides it: unrelated and answerable ones."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from benchmarks.composition_methods import Photos, Scores
from benchmarks.tables import print_table
from photofind.domain import Embeddings
from photofind.search.composition import Modality, WeightedVector, compose, shares

QUERIES = 400
FORMS = {
    "A": "t", "A + B": "tt", "A + B + C": "ttt", "A − B": "tT", "A + B − C": "ttT", "− A": "T",
    "picture": "p", "picture + picture": "pp", "picture + A": "pt", "picture − A": "pT",
    "picture − picture": "pP",
}  # fmt: skip
"""A letter a term: a text or a picture, a capital where it is subtracted."""


def null_figures(photos: Photos, background: Embeddings) -> dict[str, dict[str, float]]:
    """Print the share of (unrelated query, photo) pairs that is called sure; .3 % is meant."""
    chance = np.random.default_rng(18)
    rules = _rules(photos, background)
    figures: dict[str, dict[str, float]] = {}
    for name, letters in FORMS.items():
        sure: dict[str, list[float]] = {rule: [] for rule in rules}
        for _ in range(QUERIES):
            terms = [_term(letter, photos, background, chance) for letter in letters]
            query = compose(terms, photos.calibration)
            scores = photos.embeddings @ query - query @ photos.calibration.photo_mean
            others = _others(photos, terms)
            for rule, excess in rules.items():
                above = scores[others] > excess(terms, scores)
                sure[rule].append(float(above.mean()))
        figures[name] = {rule: float(np.mean(own)) for rule, own in sure.items()}
    print_table(
        ("called sure, unrelated queries", *rules),
        [
            (name, *(f"{100 * value:.2f} %" for value in own.values()))
            for name, own in figures.items()
        ],
    )
    return figures


def sure_figures(
    photos: Photos,
    background: Embeddings,
    queries: Mapping[str, Sequence[tuple[Sequence[WeightedVector], NDArray[np.bool_]]]],
) -> dict[str, dict[str, tuple[float, float]]]:
    """Print how many answerable queries have a sure hit, and the F1 of the sure hits.

    Args:
        queries: By kind, with what is relevant (N,).
    """
    rules = _rules(photos, background)
    figures: dict[str, dict[str, tuple[float, float]]] = {}
    for kind, own in queries.items():
        found: dict[str, list[tuple[float, float]]] = {rule: [] for rule in rules}
        for terms, relevant in own:
            query = compose(terms, photos.calibration)
            scores = photos.embeddings @ query - query @ photos.calibration.photo_mean
            others = _others(photos, terms)
            for rule, excess in rules.items():
                sure = (scores > excess(terms, scores)) & others
                right = np.count_nonzero(sure & relevant)
                of = np.count_nonzero(sure) + np.count_nonzero(relevant & others)
                found[rule].append((float(sure.any()), 2 * right / of))
        figures[kind] = {
            rule: (float(np.mean([a for a, _ in one])), float(np.mean([f for _, f in one])))
            for rule, one in found.items()
        }
    print_table(
        ("queries with sure hits, mean F1", *rules),
        [
            (kind, *(f"{100 * some:.0f} %, {f1:.3f}" for some, f1 in cells.values()))
            for kind, cells in figures.items()
        ],
    )
    return figures


def _others(photos: Photos, terms: Sequence[WeightedVector]) -> NDArray[np.bool_]:
    """Photos (N,) that are not pictures of the query themselves."""
    others = np.ones(len(photos.embeddings), bool)
    for term in terms:
        others &= photos.embeddings @ term.vector < 1 - 1e-4
    return others


Excess = Callable[[Sequence[WeightedVector], Scores], float]


def _rules(photos: Photos, background: Embeddings) -> dict[str, Excess]:
    """What a score must exceed the query's mean over the library by."""
    calibration = photos.calibration
    texts = background - calibration.text_centre
    null = texts @ (photos.embeddings - calibration.photo_mean).T
    text_excess = float(np.quantile(null, 0.997))
    excesses = {
        Modality.TEXT: text_excess,
        Modality.PICTURE: calibration.picture_excess,
    }
    own = float(np.quantile(null / null.std(axis=1, keepdims=True), 0.997))
    length = float(np.linalg.norm(texts, axis=1).mean())

    def parts(terms: Sequence[WeightedVector]) -> list[float]:
        return [
            abs(share) * excesses[term.modality]
            for share, term in zip(shares(terms, calibration), terms, strict=True)
        ]

    def constant(terms: Sequence[WeightedVector], _scores: Scores) -> float:
        texts = any(term.modality is Modality.TEXT for term in terms)
        return text_excess if texts else calibration.picture_excess

    return {
        "the same excess": constant,
        "scaled by length": lambda terms, _: (
            text_excess * float(np.linalg.norm(compose(terms, calibration))) / length
        ),
        "weighted mean": lambda terms, _: sum(parts(terms)),
        "root of squares": lambda terms, _: float(np.linalg.norm(parts(terms))),
        "own spread": lambda _, scores: own * float(scores.std()),
    }


def _term(
    letter: str, photos: Photos, background: Embeddings, chance: np.random.Generator
) -> WeightedVector:
    is_text = letter.lower() == "t"
    drawn = background if is_text else photos.embeddings
    return WeightedVector(
        -1 if letter.isupper() else 1,
        drawn[chance.integers(len(drawn))],
        Modality.TEXT if is_text else Modality.PICTURE,
    )
