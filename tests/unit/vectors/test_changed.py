"""An index after changes answers as one that was built of the same vectors."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from photofind.cancel import CancelToken
from photofind.domain import Embeddings
from photofind.vectors import slots
from photofind.vectors.exact import ExactIndex
from photofind.vectors.graph import Graph
from photofind.vectors.hnsw import HnswIndex
from photofind.vectors.index import VectorIndex
from photofind.vectors.selector import IndexSelector
from photofind.vectors.slots import VectorStore
from tests.support.vectors import SMALL, SPACE, unit_vectors

DIM = 16
NONE = np.empty(0, np.int64)
NOTHING = np.empty((0, DIM), np.float32)


def _vector(label: int, version: int) -> NDArray[np.float32]:
    drawn: NDArray[np.float32] = unit_vectors(1, dim=DIM, seed=1000 * label + version)[0]
    return drawn


def _of(vectors: dict[int, NDArray[np.float32]]) -> tuple[NDArray[np.int64], Embeddings]:
    labels = sorted(vectors)
    matrix = np.array([vectors[label] for label in labels], np.float32).reshape(-1, DIM)
    return np.array(labels, np.int64), matrix


def _assert_same(found: VectorIndex, vectors: dict[int, NDArray[np.float32]]) -> None:
    labels, matrix = _of(vectors)
    expected = ExactIndex(labels, matrix)
    assert len(found) == len(labels)
    some = np.union1d(labels[::2], [3, 1_000_000])
    for query in unit_vectors(3, dim=DIM, seed=5):
        for top_k, among, above in [(4, None, np.inf), (2, None, 0.2), (5, some, np.inf)]:
            answer = found.query(query, top_k, among, above=above)
            wanted = expected.query(query, top_k, among, above=above)
            # A product of a part of the vectors may round another way.
            np.testing.assert_allclose(answer.scores, wanted.scores, rtol=0, atol=1e-6)
            np.testing.assert_array_equal(answer.labels, wanted.labels)
            assert answer.searched == wanted.searched
    np.testing.assert_array_equal(found.vectors_of(labels), matrix)


_CHANGES = st.lists(
    st.tuples(
        st.lists(st.integers(0, 40), max_size=12, unique=True),
        st.lists(st.integers(0, 40), max_size=12, unique=True),
    ),
    max_size=12,
)


@settings(deadline=None)
@given(st.sets(st.integers(0, 40)), _CHANGES)
def test_that_a_changed_index_answers_as_one_built_anew(
    begins_with: set[int], steps: Sequence[tuple[list[int], list[int]]]
) -> None:
    vectors = {label: _vector(label, 0) for label in begins_with}
    index = ExactIndex(*_of(vectors))
    for version, (gone, came) in enumerate(steps, start=1):
        before, as_before = index, dict(vectors)
        new = {label: _vector(label, version) for label in came}
        index = index.updated(np.array(gone, np.int64), *_of(new))
        vectors = {k: v for k, v in vectors.items() if k not in gone} | new
        _assert_same(index, vectors)
        _assert_same(before, as_before)


@pytest.mark.parametrize("rows", [1, 3])
def test_that_blocks_hold_any_number_of_new_vectors(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "BLOCK_ROWS", rows)
    vectors = {label: _vector(label, 0) for label in range(0, 20, 2)}
    index = ExactIndex(*_of(vectors))
    for label in range(1, 20, 2):
        new = {label: _vector(label, 1)}
        index = index.updated(NONE, *_of(new))
        vectors |= new
    _assert_same(index, vectors)


def test_that_a_store_is_copied_once_where_most_of_it_is_dead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slots, "_FEWEST_DEAD", 4)
    labels = np.arange(20)
    store = VectorStore(labels, unit_vectors(20, dim=DIM))
    few = store.updated(labels[:4], NONE, NOTHING)
    assert few.slot_count == 20
    assert few.shares_slots_with(store)
    many = few.updated(labels[4:12], NONE, NOTHING)
    assert many.slot_count == len(many) == 8
    assert not many.shares_slots_with(store)


def test_that_two_changes_of_one_store_do_not_disturb_each_other() -> None:
    index = ExactIndex(np.arange(4), unit_vectors(4, dim=DIM))
    start = dict(enumerate(unit_vectors(4, dim=DIM)))
    left, right = {7: _vector(7, 1)}, {7: _vector(7, 2)}
    one, other = index.updated(NONE, *_of(left)), index.updated(NONE, *_of(right))
    _assert_same(one, start | left)
    _assert_same(other, start | right)


def test_that_what_comes_is_found_beside_a_graph_and_what_goes_is_not() -> None:
    labels, matrix = np.arange(0, 400, 2), unit_vectors(200, dim=DIM)
    graph = Graph.build(matrix, SMALL)
    vectors = dict(zip(labels.tolist(), matrix, strict=True))
    index = HnswIndex(labels, matrix, graph)
    new = {label: _vector(label, 1) for label in (1, 3, 398)}
    index = index.updated(np.array([0, 2, 4]), *_of(new))
    vectors = {k: v for k, v in vectors.items() if k not in (0, 2, 4)} | new
    _assert_same(index, vectors)
    assert index.unindexed == 3
    assert index.staleness == pytest.approx((3 + 4) / len(vectors))


def test_that_a_graph_is_left_when_too_much_has_changed(tmp_path: Path) -> None:
    labels, matrix = np.arange(100), unit_vectors(100, dim=DIM)
    selector = IndexSelector(tmp_path, SPACE, "hnsw", 1, SMALL)
    assert isinstance(selector.index(VectorStore(labels, matrix)), HnswIndex)
    some = {label: _vector(label, 1) for label in range(100, 105)}
    assert isinstance(selector.update(NONE, *_of(some)), HnswIndex)
    more = {label: _vector(label, 1) for label in range(105, 125)}
    followed = selector.update(NONE, *_of(more))
    assert isinstance(followed, ExactIndex)
    assert len(followed) == 125
    assert selector.wants_graph()
    selector.build_graph(CancelToken())
    assert isinstance(selector.update(NONE, NONE, NOTHING), HnswIndex)
