from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from photofind.cancel import CancelToken
from photofind.domain import Embeddings
from photofind.errors import CancelledError
from photofind.vectors.exact import ExactIndex
from photofind.vectors.graph import Graph, GraphParameters, vector_hashes
from photofind.vectors.hnsw import HnswIndex
from photofind.vectors.recall import recall_at_k
from tests.support.vectors import DIM, SMALL, normalised, unit_vectors

COUNT = 3000


@pytest.fixture(scope="module")
def vectors() -> Embeddings:
    return unit_vectors(COUNT)


@pytest.fixture(scope="module")
def labels() -> np.ndarray:
    return np.arange(COUNT) * 3 + 5


@pytest.fixture(scope="module")
def graph(vectors: Embeddings) -> Graph:
    return Graph.build(vectors, SMALL)


@pytest.fixture(scope="module")
def index(labels: np.ndarray, vectors: Embeddings, graph: Graph) -> HnswIndex:
    return HnswIndex(labels, vectors, graph)


def _led_to(graph: Graph, query: np.ndarray, count: int) -> set[int]:
    return {int(node) for node in graph.nearest(query, count)}


def test_that_nearly_all_of_the_best_are_found_and_not_by_scoring_everything(
    index: HnswIndex, labels: np.ndarray, vectors: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = ExactIndex(labels, vectors)
    truth = [exact.query(query, 10).labels for query in unit_vectors(100, 1)]
    monkeypatch.delattr(ExactIndex, "query")

    found = [index.query(query, 10).labels for query in unit_vectors(100, 1)]

    assert np.mean([len(np.intersect1d(*pair)) for pair in zip(truth, found, strict=True)]) > 9.5


def test_that_scores_are_true_and_descend(
    index: HnswIndex, labels: np.ndarray, vectors: Embeddings
) -> None:
    query = 7 * unit_vectors(1, 2)[0]

    found = index.query(query, 20)

    rows = np.searchsorted(labels, found.labels)
    np.testing.assert_allclose(found.scores, vectors[rows] @ query, rtol=1e-5)
    assert np.all(np.diff(found.scores) <= 0)


def test_that_a_query_of_any_length_finds_the_same(index: HnswIndex) -> None:
    query = unit_vectors(1, 3)[0]

    assert index.query(query, 10).labels.tolist() == index.query(9 * query, 10).labels.tolist()


def test_that_equal_vectors_are_one_node_and_all_of_them_are_found() -> None:
    distinct = unit_vectors(2000, 4)
    vectors = np.concatenate((distinct, np.repeat(distinct[:1], 40, axis=0)))
    graph = Graph.build(vectors, SMALL)
    index = HnswIndex(np.arange(len(vectors)), vectors, graph)

    found = index.query(distinct[0], 41)

    assert len(graph) == 2000
    assert found.labels.tolist() == [0, *range(2000, 2040)]


def test_that_more_than_the_graph_is_good_for_is_answered_exactly(
    index: HnswIndex, labels: np.ndarray, vectors: Embeddings
) -> None:
    query = unit_vectors(1, 5)[0]

    found = index.query(query, COUNT + 10)

    assert found.labels.tolist() == ExactIndex(labels, vectors).query(query, COUNT).labels.tolist()


def test_that_chosen_labels_are_searched_exactly(
    index: HnswIndex, labels: np.ndarray, vectors: Embeddings
) -> None:
    query, chosen = unit_vectors(1, 6)[0], labels[10:2500:7]
    exact = ExactIndex(labels, vectors)

    found = index.query(query, 30, chosen)

    assert found.labels.tolist() == exact.query(query, 30, chosen).labels.tolist()
    sure = index.query(query, 0, chosen, above=0.1).labels.tolist()
    assert sure == exact.query(query, 0, chosen, above=0.1).labels.tolist()


def test_that_nearly_all_above_a_score_are_found_and_not_by_scoring_everything(
    labels: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    vectors = unit_vectors(20_000, 7)
    index = HnswIndex(np.arange(20_000), vectors, Graph.build(vectors, SMALL))
    queries = unit_vectors(50, 8)
    best = np.sort(queries @ vectors.T, axis=1)
    monkeypatch.delattr(ExactIndex, "query")

    for sure in (0, 20, 90):
        found = [
            index.query(query, 10, above=scores[-1 - sure])
            for query, scores in zip(queries, best, strict=True)
        ]

        assert np.mean([len(one.labels) for one in found]) > 10 + 0.97 * sure
        for one, scores in zip(found, best, strict=True):
            assert np.count_nonzero(one.scores > scores[-1 - sure]) == len(one.labels) - 10
            assert one.searched == 20_000


def test_that_so_many_above_a_score_that_all_have_to_be_scored_are_counted_exactly(
    index: HnswIndex, vectors: Embeddings
) -> None:
    query = unit_vectors(1, 7)[0]
    sure = int(np.sum(vectors @ query > 0.05))

    found = index.query(query, 10, above=0.05)

    assert len(found.labels) == sure + 10 > 1000


def test_that_a_graph_of_the_background_is_the_same_graph(
    vectors: Embeddings, graph: Graph
) -> None:
    again = Graph.build(vectors, SMALL, in_background=True)

    for query in unit_vectors(20, 9):
        assert graph.nearest(query, 48).tolist() == again.nearest(query, 48).tolist()


def test_that_building_stops_when_asked_to(vectors: Embeddings) -> None:
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(CancelledError):
        Graph.build(vectors, SMALL, cancel=cancel)


def test_that_vectors_come_back_by_label(index: HnswIndex, vectors: Embeddings) -> None:
    np.testing.assert_array_equal(index.vectors_of(np.array([11, 5])), vectors[[2, 0]])


def test_that_photos_that_came_later_are_found_beside_the_graph(graph: Graph) -> None:
    later = unit_vectors(50, 8)
    vectors = np.concatenate((later[:20], unit_vectors(COUNT), later[20:]))
    index = HnswIndex(np.arange(len(vectors)), vectors, graph)

    found = [int(index.query(vector, 1).labels[0]) for vector in later]

    assert found == [*range(20), *range(COUNT + 20, COUNT + 50)]
    assert index.unindexed == 50 + len(graph.hidden)
    assert index.staleness == pytest.approx(50 / len(vectors))


def test_that_photos_that_went_are_never_answers(graph: Graph, vectors: Embeddings) -> None:
    kept = np.arange(0, COUNT, 2)
    index = HnswIndex(kept, vectors[kept], graph)

    for number in range(1, 200, 2):
        found = index.query(vectors[number], 10).labels
        assert len(found) == 10
        assert np.all(found % 2 == 0)
    assert index.staleness == pytest.approx(1)


def test_that_the_same_vectors_make_the_same_graph(vectors: Embeddings, graph: Graph) -> None:
    again = Graph.build(vectors, SMALL)

    for query in unit_vectors(20, 9):
        assert graph.nearest(query, 48).tolist() == again.nearest(query, 48).tolist()


def test_that_nodes_a_graph_does_not_lead_to_are_found_all_the_same() -> None:
    first = unit_vectors(6, 10, 64).repeat(500, axis=0)
    vectors = normalised(first + 0.005 * unit_vectors(3000, 11, 64))
    graph = Graph.build(vectors, GraphParameters(m=2, ef_construction=10, ef_search=20))
    index = HnswIndex(np.arange(3000), vectors, graph)
    named = vector_hashes(vectors)

    lost = [row for row in range(3000) if int(named[row]) not in _led_to(graph, vectors[row], 20)]
    found = [int(index.query(vectors[row], 1).labels[0]) for row in lost]

    assert len(lost) > 30
    assert found == lost


def test_that_a_loaded_graph_answers_as_the_saved_one(
    graph: Graph, vectors: Embeddings, labels: np.ndarray, tmp_path: Path
) -> None:
    size = graph.save(tmp_path / "graph")
    loaded = Graph.load(tmp_path / "graph", DIM, SMALL, graph.hidden)

    assert (tmp_path / "graph").stat().st_size == size
    for query in unit_vectors(20, 12):
        assert loaded.nearest(query, 48).tolist() == graph.nearest(query, 48).tolist()
    exact = ExactIndex(labels, vectors)
    assert recall_at_k(HnswIndex(labels, vectors, loaded), exact, vectors[:200]) > 0.95


def test_that_many_threads_may_ask_at_once(index: HnswIndex) -> None:
    queries = unit_vectors(200, 13)
    alone = [index.query(query, 10).labels.tolist() for query in queries]

    with ThreadPoolExecutor(8) as pool:
        together = [f.labels.tolist() for f in pool.map(lambda q: index.query(q, 10), queries)]

    assert together == alone


def test_that_one_changed_bit_changes_the_hash() -> None:
    vector = unit_vectors(1, 14, 512)
    bits = np.repeat(vector.view(np.uint32), 513, axis=0)
    bits[np.arange(512), np.arange(512)] ^= np.uint32(1)

    assert len(np.unique(vector_hashes(bits.view(np.float32)))) == 513
