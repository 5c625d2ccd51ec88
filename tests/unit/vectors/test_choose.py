from pathlib import Path

import numpy as np
import pytest

from photofind.domain import Embeddings
from photofind.vectors import choose
from photofind.vectors.choose import IndexChoice, IndexHealth
from photofind.vectors.exact import ExactIndex
from photofind.vectors.generations import Generations
from photofind.vectors.hnsw import Graph, GraphParameters, HnswIndex
from tests.support.vectors import SMALL, SPACE, unit_vectors

COUNT = 2000
LABELS = np.arange(COUNT)


@pytest.fixture(scope="module")
def vectors() -> Embeddings:
    return unit_vectors(COUNT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vectors"


def _choice(folder: Path, wish: str, parameters: GraphParameters = SMALL) -> IndexChoice:
    return IndexChoice(folder, SPACE, wish, threads=1, parameters=parameters)


def _generation(folder: Path) -> str:
    (path,) = folder.glob("*.hnsw")
    return path.name


@pytest.mark.parametrize(
    ("wish", "count", "kind"),
    [
        ("auto", choose.AUTO_HNSW_PHOTOS - 1, "exact"),
        ("auto", choose.AUTO_HNSW_PHOTOS, "hnsw"),
        ("exact", 10**7, "exact"),
        ("hnsw", 1, "hnsw"),
        ("hnsw", 0, "exact"),
    ],
)
def test_that_size_decides_where_no_one_else_does(
    folder: Path, wish: str, count: int, kind: str
) -> None:
    assert _choice(folder, wish).kind(count) == kind


def test_that_a_small_library_gets_no_graph(folder: Path, vectors: Embeddings) -> None:
    assert isinstance(_choice(folder, "auto").index(LABELS, vectors), ExactIndex)
    assert not folder.exists()


def test_that_a_forced_graph_is_built_once(folder: Path, vectors: Embeddings) -> None:
    assert isinstance(_choice(folder, "hnsw").index(LABELS, vectors), HnswIndex)
    first = _generation(folder)

    assert isinstance(_choice(folder, "hnsw").index(LABELS, vectors), HnswIndex)
    assert _generation(folder) == first


def test_that_a_search_never_waits_for_a_graph_nobody_forced(
    folder: Path, vectors: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choose, "AUTO_HNSW_PHOTOS", COUNT)

    assert isinstance(_choice(folder, "auto").index(LABELS, vectors), ExactIndex)
    assert _choice(folder, "auto").health(COUNT).kind == "exact"

    assert _choice(folder, "auto").checked(LABELS, vectors).kind == "hnsw"
    assert isinstance(_choice(folder, "auto").index(LABELS, vectors), HnswIndex)
    assert _choice(folder, "auto").health(COUNT).kind == "hnsw"


def test_that_a_damaged_graph_is_built_again(folder: Path, vectors: Embeddings) -> None:
    _choice(folder, "hnsw").index(LABELS, vectors)
    first = _generation(folder)
    (folder / first).write_bytes(b"torn")

    assert isinstance(_choice(folder, "hnsw").index(LABELS, vectors), HnswIndex)
    assert _generation(folder) != first


def test_that_few_new_photos_need_no_new_graph(folder: Path, vectors: Embeddings) -> None:
    _choice(folder, "hnsw").index(LABELS, vectors)
    first = _generation(folder)
    more = np.concatenate((vectors, unit_vectors(100, 1)))

    index = _choice(folder, "hnsw").index(np.arange(len(more)), more)

    assert _generation(folder) == first
    assert index.query(more[-1], 1).labels.tolist() == [len(more) - 1]


def test_that_many_new_photos_do(folder: Path, vectors: Embeddings) -> None:
    _choice(folder, "hnsw").index(LABELS, vectors)
    first = _generation(folder)
    more = np.concatenate((vectors, unit_vectors(300, 1)))

    index = _choice(folder, "hnsw").index(np.arange(len(more)), more)

    assert isinstance(index, HnswIndex)
    assert index.staleness == 0
    assert _generation(folder) != first


def test_that_the_recall_reported_is_measured(folder: Path, vectors: Embeddings) -> None:
    made = _choice(folder, "hnsw").checked(LABELS, vectors)
    promised = _choice(folder, "hnsw").health(COUNT)

    assert made.checked
    assert not promised.checked
    assert 0.97 <= made.recall == promised.recall <= 1


def test_that_a_graph_that_finds_too_little_is_made_anew(folder: Path, vectors: Embeddings) -> None:
    poor = Graph.build(vectors, GraphParameters(m=2, ef_construction=3, ef_search=10))
    Generations(folder).save(poor, SPACE, recall=1.0)
    first = _generation(folder)

    health = _choice(folder, "hnsw").checked(LABELS, vectors)

    assert health.kind == "hnsw"
    assert health.recall >= 0.97
    assert _generation(folder) != first


def test_that_a_graph_that_cannot_be_made_good_is_not_used(
    folder: Path, vectors: Embeddings
) -> None:
    parameters = GraphParameters(m=2, ef_construction=3, ef_search=10)
    Generations(folder).save(Graph.build(vectors, parameters), SPACE, recall=1.0)

    health = _choice(folder, "hnsw", parameters).checked(LABELS, vectors)

    assert health == IndexHealth("exact", 1.0, True)
    assert isinstance(_choice(folder, "hnsw", parameters).index(LABELS, vectors), ExactIndex)
    assert not list(folder.glob("*.hnsw"))


def test_that_a_library_that_cannot_be_written_is_searched_all_the_same(
    folder: Path, vectors: Embeddings
) -> None:
    folder.write_text("a file is in the way")

    index = _choice(folder, "hnsw").index(LABELS, vectors)

    assert index.query(vectors[7], 1).labels.tolist() == [7]
