from dataclasses import replace

import numpy as np
import pytest
from typing_extensions import override

from photofind.vectors.exact import ExactIndex
from photofind.vectors.index import Neighbours
from photofind.vectors.recall import recall_at_k, sample_queries
from tests.support.vectors import unit_vectors

COUNT = 1000
EXACT = ExactIndex(np.arange(COUNT), unit_vectors(COUNT))


class Forgetful(ExactIndex):
    """Knows only every second vector, or claims a score it did not measure."""

    def __init__(self, claim: float | None = None) -> None:
        known = np.arange(0, COUNT, 2)
        super().__init__(known, unit_vectors(COUNT)[known])
        self._claim = claim

    @override
    def query(
        self,
        vector: np.ndarray,
        top_k: int,
        labels: np.ndarray | None = None,
        *,
        above: float = np.inf,
    ) -> Neighbours:
        found = super().query(vector, top_k, labels, above=above)
        if self._claim is None:
            return found
        return replace(found, scores=np.full(len(found.labels), self._claim, np.float32))


def test_that_exact_search_finds_everything() -> None:
    assert recall_at_k(EXACT, EXACT, sample_queries(unit_vectors(COUNT))) == 1


@pytest.mark.parametrize("claim", [None, 99.0])
def test_that_an_index_of_half_the_photos_finds_half(claim: float | None) -> None:
    recall = recall_at_k(Forgetful(claim), EXACT, unit_vectors(300, 5))

    assert recall == pytest.approx(0.5, abs=0.05)


def test_that_any_of_equal_photos_will_do() -> None:
    twice = np.repeat(unit_vectors(50), 2, axis=0)
    exact = ExactIndex(np.arange(100), twice)
    second = ExactIndex(np.arange(1, 100, 2), twice[1::2])

    assert recall_at_k(second, exact, twice, top_k=1) == 1


def test_that_labels_that_do_not_exist_count_for_nothing() -> None:
    strange = ExactIndex(np.arange(COUNT) + 10 * COUNT, unit_vectors(COUNT))

    assert recall_at_k(strange, EXACT, unit_vectors(10, 5)) == 0


def test_that_a_library_of_nothing_misses_nothing() -> None:
    empty = ExactIndex(np.empty(0, np.int64), unit_vectors(0))

    assert recall_at_k(empty, empty, sample_queries(unit_vectors(0))) == 1


def test_that_queries_are_photos_and_centred_texts_and_the_same_each_time() -> None:
    vectors = unit_vectors(COUNT)
    queries = sample_queries(vectors, 40, seed=1)

    best = np.max(queries @ vectors.T, axis=1) / np.linalg.norm(queries, axis=1)
    assert queries.dtype == np.float32
    np.testing.assert_allclose(best[:20], 1, atol=1e-5)
    assert np.all(best[20:] < 0.99)
    np.testing.assert_array_equal(queries, sample_queries(vectors, 40, seed=1))
    assert not np.array_equal(queries, sample_queries(vectors, 40, seed=2))
