import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.domain import Embeddings
from photofind.vectors.exact import ExactIndex


def _vectors(count: int, seed: int = 0, dim: int = 8) -> Embeddings:
    vectors = np.random.default_rng(seed).normal(size=(count, dim))
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit: Embeddings = (vectors / lengths).astype(np.float32)
    return unit


@given(st.integers(1, 60), st.integers(0, 80), st.integers(0, 1000))
def test_that_the_best_are_those_of_a_full_sort(count: int, top_k: int, seed: int) -> None:
    vectors, query = _vectors(count, seed), _vectors(1, seed + 1)[0]
    labels = np.arange(count) * 3 + 5
    scores = vectors @ query
    expected = np.argsort(-scores, kind="stable")[:top_k]

    found = ExactIndex(labels, vectors).query(query, top_k)

    np.testing.assert_array_equal(found.labels, labels[expected])
    np.testing.assert_array_equal(found.scores, scores[expected])


def test_that_equal_scores_come_in_the_order_of_their_labels() -> None:
    vectors = np.repeat(_vectors(1), 9, axis=0)

    found = ExactIndex(np.arange(9), vectors).query(vectors[0], 4)

    assert found.labels.tolist() == [0, 1, 2, 3]


def test_that_an_empty_index_answers_with_nothing() -> None:
    index = ExactIndex(np.empty(0, np.int64), np.empty((0, 8), np.float32))

    assert len(index.query(_vectors(1)[0], 5).labels) == 0


@given(st.integers(1, 60), st.integers(0, 80), st.floats(-1, 1), st.integers(0, 1000))
def test_that_all_above_a_score_come_first_and_as_many_as_asked_for_after_them(
    count: int, top_k: int, above: float, seed: int
) -> None:
    vectors, query = _vectors(count, seed), _vectors(1, seed + 1)[0]
    scores = vectors @ query
    sure = int(np.sum(scores > above))

    found = ExactIndex(np.arange(count), vectors).query(query, top_k, above=above)

    expected = np.argsort(-scores, kind="stable")[: sure + top_k]
    np.testing.assert_array_equal(found.labels, expected)
    assert int(np.sum(found.scores > above)) == sure
    assert found.searched == count


def test_that_vectors_come_back_by_label() -> None:
    vectors = _vectors(10)
    index = ExactIndex(np.arange(10) * 7, vectors)

    np.testing.assert_array_equal(index.vectors_of(np.array([63, 0, 14])), vectors[[9, 0, 2]])


@pytest.mark.parametrize("label", [1, -7, 1000])
def test_that_an_unknown_label_is_an_error(label: int) -> None:
    index = ExactIndex(np.arange(10) * 7, _vectors(10))

    with pytest.raises(KeyError, match=str(label)):
        index.vectors_of(np.array([7, label]))


@pytest.mark.parametrize("labels", [[3, 3], [5, 2]])
def test_that_labels_must_ascend(labels: list[int]) -> None:
    with pytest.raises(ValueError, match="ascending"):
        ExactIndex(np.array(labels), _vectors(2))


@given(st.integers(1, 60), st.sets(st.integers(0, 200)), st.integers(0, 80), st.integers(0, 99))
def test_that_a_query_among_labels_is_one_of_an_index_of_only_those(
    count: int, wanted: set[int], top_k: int, seed: int
) -> None:
    vectors, query = _vectors(count, seed), _vectors(1, seed + 1)[0]
    labels = np.arange(count) * 3 + 5
    asked = np.array(sorted(wanted), np.int64)
    kept = np.isin(labels, asked)
    only = ExactIndex(labels[kept], vectors[kept])
    index = ExactIndex(labels, vectors)

    found, expected = index.query(query, top_k, asked), only.query(query, top_k)

    # A product with fewer rows may differ in the last bit.
    np.testing.assert_allclose(found.scores, expected.scores, atol=1e-6)
    np.testing.assert_array_equal(found.labels, expected.labels)
    assert found.searched == expected.searched == len(only)
    sure = index.query(query, 0, asked, above=0.1).labels
    np.testing.assert_array_equal(sure, only.query(query, 0, above=0.1).labels)


def test_that_one_label_of_many_is_scored_as_among_all() -> None:
    vectors = _vectors(3000, dim=32)
    index = ExactIndex(np.arange(3000), vectors)

    for asked in (np.array([2999]), np.arange(0, 3000, 7), np.arange(1, 2999)):
        found = index.query(vectors[5], 10, asked)
        scores = vectors[asked] @ vectors[5]
        np.testing.assert_allclose(found.scores, np.sort(scores)[::-1][:10], atol=1e-6)
        np.testing.assert_array_equal(found.labels, asked[np.argsort(-scores)[:10]])
