import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from photofind.cancel import CancelToken
from photofind.domain import Embeddings
from photofind.errors import CancelledError
from photofind.vectors.exact import ExactIndex
from photofind.vectors.generations import Generations
from photofind.vectors.graph import Graph, GraphParameters
from photofind.vectors.hnsw import HnswIndex
from photofind.vectors.selector import AUTO_HNSW_PHOTOS, IndexHealth, IndexSelector
from photofind.vectors.slots import VectorStore
from tests.support.vectors import SMALL, SPACE, unit_vectors

COUNT = 2000
LABELS = np.arange(COUNT)


@pytest.fixture(scope="module")
def vectors() -> Embeddings:
    return unit_vectors(COUNT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vectors"


def _selector(
    folder: Path,
    setting: str,
    parameters: GraphParameters = SMALL,
    auto_from: int = AUTO_HNSW_PHOTOS,
) -> IndexSelector:
    return IndexSelector(folder, SPACE, setting, 1, parameters, auto_from)


def _generation(folder: Path) -> str:
    (path,) = folder.glob("*.hnsw")
    return path.name


@pytest.mark.parametrize(
    ("setting", "count", "kind"),
    [
        ("auto", AUTO_HNSW_PHOTOS - 1, "exact"),
        ("auto", AUTO_HNSW_PHOTOS, "hnsw"),
        ("exact", 10**7, "exact"),
        ("hnsw", 1, "hnsw"),
        ("hnsw", 0, "exact"),
    ],
)
def test_that_size_decides_where_no_one_else_does(
    folder: Path, setting: str, count: int, kind: str
) -> None:
    assert _selector(folder, setting).kind(count) == kind


def test_that_a_small_library_gets_no_graph(folder: Path, vectors: Embeddings) -> None:
    assert isinstance(_selector(folder, "auto").index(VectorStore(LABELS, vectors)), ExactIndex)
    assert not folder.exists()


def test_that_a_forced_graph_is_built_once(folder: Path, vectors: Embeddings) -> None:
    assert isinstance(_selector(folder, "hnsw").index(VectorStore(LABELS, vectors)), HnswIndex)
    first = _generation(folder)

    assert isinstance(_selector(folder, "hnsw").index(VectorStore(LABELS, vectors)), HnswIndex)
    assert _generation(folder) == first


def test_that_a_search_never_waits_for_a_graph_nobody_forced(
    folder: Path, vectors: Embeddings
) -> None:
    def opened() -> IndexSelector:
        return _selector(folder, "auto", auto_from=COUNT)

    assert isinstance(opened().index(VectorStore(LABELS, vectors)), ExactIndex)
    assert opened().health(COUNT).kind == "exact"

    assert opened().check(VectorStore(LABELS, vectors)).kind == "hnsw"
    assert isinstance(opened().index(VectorStore(LABELS, vectors)), HnswIndex)
    assert opened().health(COUNT).kind == "hnsw"


@pytest.mark.parametrize("setting", ["auto", "hnsw"])
def test_that_a_window_searches_exactly_until_a_graph_was_made_behind_it(
    folder: Path, vectors: Embeddings, setting: str
) -> None:
    selector = _selector(folder, setting, auto_from=COUNT)
    assert not selector.wants_graph()

    assert isinstance(selector.available_index(VectorStore(LABELS, vectors)), ExactIndex)
    assert selector.wants_graph()
    assert selector.build_graph(CancelToken())

    assert isinstance(selector.available_index(VectorStore(LABELS, vectors)), HnswIndex)
    assert not selector.wants_graph()
    assert not selector.build_graph(CancelToken())
    assert isinstance(
        _selector(folder, setting, auto_from=COUNT).index(VectorStore(LABELS, vectors)), HnswIndex
    )


def test_that_a_library_too_small_for_a_graph_wants_none(folder: Path, vectors: Embeddings) -> None:
    selector = _selector(folder, "auto", auto_from=COUNT + 1)
    selector.available_index(VectorStore(LABELS, vectors))

    assert not selector.wants_graph()
    assert not selector.build_graph(CancelToken())
    assert not folder.exists()


def test_that_a_graph_is_read_from_the_disk_once(
    folder: Path, vectors: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _selector(folder, "hnsw").index(VectorStore(LABELS, vectors))
    selector = _selector(folder, "hnsw")
    first = selector.available_index(VectorStore(LABELS, vectors))
    monkeypatch.delattr(Graph, "load")

    again = selector.available_index(VectorStore(np.arange(COUNT - 50), vectors[50:]))

    assert isinstance(first, HnswIndex)
    assert isinstance(again, HnswIndex)
    assert again.graph is first.graph


def test_that_a_graph_another_process_made_is_taken(folder: Path, vectors: Embeddings) -> None:
    selector = _selector(folder, "auto", auto_from=COUNT)
    assert isinstance(selector.available_index(VectorStore(LABELS, vectors)), ExactIndex)

    _selector(folder, "hnsw").index(VectorStore(LABELS, vectors))

    assert isinstance(selector.available_index(VectorStore(LABELS, vectors)), HnswIndex)


def test_that_a_graph_that_cannot_be_saved_serves_until_the_end(
    folder: Path, vectors: Embeddings
) -> None:
    folder.write_text("a file is in the way")
    selector = _selector(folder, "hnsw")
    selector.available_index(VectorStore(LABELS, vectors))

    assert selector.build_graph(CancelToken())
    assert isinstance(selector.available_index(VectorStore(LABELS, vectors)), HnswIndex)


def test_that_a_stale_graph_is_dropped_and_wanted_anew(folder: Path, vectors: Embeddings) -> None:
    selector = _selector(folder, "hnsw")
    selector.index(VectorStore(LABELS, vectors))
    more = np.concatenate((vectors, unit_vectors(300, 1)))

    assert isinstance(selector.available_index(VectorStore(np.arange(len(more)), more)), ExactIndex)
    assert selector.wants_graph()
    assert selector.build_graph(CancelToken())
    assert isinstance(selector.available_index(VectorStore(np.arange(len(more)), more)), HnswIndex)


def test_that_a_graph_that_finds_too_little_is_not_made_again_and_again(
    folder: Path, vectors: Embeddings
) -> None:
    selector = _selector(folder, "hnsw", GraphParameters(m=2, ef_construction=3, ef_search=10))
    selector.available_index(VectorStore(LABELS, vectors))
    assert not selector.build_graph(CancelToken())

    selector.available_index(VectorStore(LABELS[:-1], vectors[:-1]))
    assert not selector.wants_graph()
    selector.available_index(VectorStore(LABELS[:1700], vectors[:1700]))
    assert selector.wants_graph()


_WITHOUT_MEMORY = """
import resource, sys
from pathlib import Path
import numpy as np
from photofind.cancel import CancelToken
from photofind.vectors.selector import IndexSelector
from photofind.vectors.exact import ExactIndex
from photofind.vectors.graph import GraphParameters
from photofind.vectors.slots import VectorStore
from tests.support.vectors import SPACE, unit_vectors

labels, vectors = np.arange(2000), unit_vectors(2000)
selector = IndexSelector(Path(sys.argv[1]), SPACE, "hnsw", 1, GraphParameters(m=10_000))
selector.available_index(VectorStore(labels, vectors))
pages = int(Path("/proc/self/statm").read_text().split()[5])
_, hard = resource.getrlimit(resource.RLIMIT_DATA)
# The graph would take 160 MB.
resource.setrlimit(resource.RLIMIT_DATA, (pages * resource.getpagesize() + 80_000_000, hard))
print(selector.build_graph(CancelToken()))
index = selector.available_index(VectorStore(labels, vectors))
print(isinstance(index, ExactIndex), selector.wants_graph())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on what may be allocated")
def test_that_a_graph_there_is_no_memory_for_is_not_made_again_and_again(folder: Path) -> None:
    # In a process of its own: this one may hold freed memory enough.
    done = subprocess.run(
        [sys.executable, "-c", _WITHOUT_MEMORY, str(folder)],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["False", "True", "False"]


def test_that_a_graph_given_up_leaves_everything_as_it_was(
    folder: Path, vectors: Embeddings
) -> None:
    selector = _selector(folder, "hnsw")
    selector.available_index(VectorStore(LABELS, vectors))
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(CancelledError):
        selector.build_graph(cancel)

    assert not folder.exists()
    assert selector.wants_graph()


def test_that_a_damaged_graph_is_built_again(folder: Path, vectors: Embeddings) -> None:
    _selector(folder, "hnsw").index(VectorStore(LABELS, vectors))
    first = _generation(folder)
    (folder / first).write_bytes(b"torn")

    assert isinstance(_selector(folder, "hnsw").index(VectorStore(LABELS, vectors)), HnswIndex)
    assert _generation(folder) != first


def test_that_few_new_photos_need_no_new_graph(folder: Path, vectors: Embeddings) -> None:
    _selector(folder, "hnsw").index(VectorStore(LABELS, vectors))
    first = _generation(folder)
    more = np.concatenate((vectors, unit_vectors(100, 1)))

    index = _selector(folder, "hnsw").index(VectorStore(np.arange(len(more)), more))

    assert _generation(folder) == first
    assert index.query(more[-1], 1).labels.tolist() == [len(more) - 1]


def test_that_many_new_photos_do(folder: Path, vectors: Embeddings) -> None:
    _selector(folder, "hnsw").index(VectorStore(LABELS, vectors))
    first = _generation(folder)
    more = np.concatenate((vectors, unit_vectors(300, 1)))

    index = _selector(folder, "hnsw").index(VectorStore(np.arange(len(more)), more))

    assert isinstance(index, HnswIndex)
    assert index.staleness == 0
    assert _generation(folder) != first


def test_that_the_recall_reported_is_measured(folder: Path, vectors: Embeddings) -> None:
    made = _selector(folder, "hnsw").check(VectorStore(LABELS, vectors))
    promised = _selector(folder, "hnsw").health(COUNT)

    assert made.checked
    assert not promised.checked
    assert 0.97 <= made.recall == promised.recall <= 1


def test_that_a_graph_that_finds_too_little_is_made_anew(folder: Path, vectors: Embeddings) -> None:
    poor = Graph.build(vectors, GraphParameters(m=2, ef_construction=3, ef_search=10))
    Generations(folder).save(poor, SPACE, recall=1.0)
    first = _generation(folder)

    health = _selector(folder, "hnsw").check(VectorStore(LABELS, vectors))

    assert health.kind == "hnsw"
    assert health.recall >= 0.97
    assert _generation(folder) != first


def test_that_a_graph_that_cannot_be_made_good_is_not_used(
    folder: Path, vectors: Embeddings
) -> None:
    parameters = GraphParameters(m=2, ef_construction=3, ef_search=10)
    Generations(folder).save(Graph.build(vectors, parameters), SPACE, recall=1.0)

    health = _selector(folder, "hnsw", parameters).check(VectorStore(LABELS, vectors))

    assert health == IndexHealth("exact", 1.0, True)
    assert isinstance(
        _selector(folder, "hnsw", parameters).index(VectorStore(LABELS, vectors)), ExactIndex
    )
    assert not list(folder.glob("*.hnsw"))


def test_that_a_library_that_cannot_be_written_is_searched_all_the_same(
    folder: Path, vectors: Embeddings
) -> None:
    folder.write_text("a file is in the way")

    index = _selector(folder, "hnsw").index(VectorStore(LABELS, vectors))

    assert index.query(vectors[7], 1).labels.tolist() == [7]
