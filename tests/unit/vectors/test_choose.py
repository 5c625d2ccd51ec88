import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from photofind.cancel import CancelToken
from photofind.domain import Embeddings
from photofind.errors import CancelledError
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


def _choice(
    folder: Path,
    wish: str,
    parameters: GraphParameters = SMALL,
    auto_from: int = choose.AUTO_HNSW_PHOTOS,
) -> IndexChoice:
    return IndexChoice(folder, SPACE, wish, 1, parameters, auto_from)


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
    folder: Path, vectors: Embeddings
) -> None:
    def choice() -> IndexChoice:
        return _choice(folder, "auto", auto_from=COUNT)

    assert isinstance(choice().index(LABELS, vectors), ExactIndex)
    assert choice().health(COUNT).kind == "exact"

    assert choice().checked(LABELS, vectors).kind == "hnsw"
    assert isinstance(choice().index(LABELS, vectors), HnswIndex)
    assert choice().health(COUNT).kind == "hnsw"


@pytest.mark.parametrize("wish", ["auto", "hnsw"])
def test_that_a_window_searches_exactly_until_a_graph_was_made_behind_it(
    folder: Path, vectors: Embeddings, wish: str
) -> None:
    choice = _choice(folder, wish, auto_from=COUNT)
    assert not choice.wants_graph()

    assert isinstance(choice.ready_index(LABELS, vectors), ExactIndex)
    assert choice.wants_graph()
    assert choice.renew(CancelToken())

    assert isinstance(choice.ready_index(LABELS, vectors), HnswIndex)
    assert not choice.wants_graph()
    assert not choice.renew(CancelToken())
    assert isinstance(_choice(folder, wish, auto_from=COUNT).index(LABELS, vectors), HnswIndex)


def test_that_a_library_too_small_for_a_graph_wants_none(folder: Path, vectors: Embeddings) -> None:
    choice = _choice(folder, "auto", auto_from=COUNT + 1)
    choice.ready_index(LABELS, vectors)

    assert not choice.wants_graph()
    assert not choice.renew(CancelToken())
    assert not folder.exists()


def test_that_a_graph_is_read_from_the_disk_once(
    folder: Path, vectors: Embeddings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _choice(folder, "hnsw").index(LABELS, vectors)
    choice = _choice(folder, "hnsw")
    first = choice.ready_index(LABELS, vectors)
    monkeypatch.delattr(Graph, "load")

    again = choice.ready_index(np.arange(COUNT - 50), vectors[50:])

    assert isinstance(first, HnswIndex)
    assert isinstance(again, HnswIndex)
    assert again.graph is first.graph


def test_that_a_graph_another_process_made_is_taken(folder: Path, vectors: Embeddings) -> None:
    choice = _choice(folder, "auto", auto_from=COUNT)
    assert isinstance(choice.ready_index(LABELS, vectors), ExactIndex)

    _choice(folder, "hnsw").index(LABELS, vectors)

    assert isinstance(choice.ready_index(LABELS, vectors), HnswIndex)


def test_that_a_graph_that_cannot_be_saved_serves_until_the_end(
    folder: Path, vectors: Embeddings
) -> None:
    folder.write_text("a file is in the way")
    choice = _choice(folder, "hnsw")
    choice.ready_index(LABELS, vectors)

    assert choice.renew(CancelToken())
    assert isinstance(choice.ready_index(LABELS, vectors), HnswIndex)


def test_that_a_stale_graph_is_dropped_and_wanted_anew(folder: Path, vectors: Embeddings) -> None:
    choice = _choice(folder, "hnsw")
    choice.index(LABELS, vectors)
    more = np.concatenate((vectors, unit_vectors(300, 1)))

    assert isinstance(choice.ready_index(np.arange(len(more)), more), ExactIndex)
    assert choice.wants_graph()
    assert choice.renew(CancelToken())
    assert isinstance(choice.ready_index(np.arange(len(more)), more), HnswIndex)


def test_that_a_graph_that_finds_too_little_is_not_made_again_and_again(
    folder: Path, vectors: Embeddings
) -> None:
    choice = _choice(folder, "hnsw", GraphParameters(m=2, ef_construction=3, ef_search=10))
    choice.ready_index(LABELS, vectors)
    assert not choice.renew(CancelToken())

    choice.ready_index(LABELS[:-1], vectors[:-1])
    assert not choice.wants_graph()
    choice.ready_index(LABELS[:1700], vectors[:1700])
    assert choice.wants_graph()


_WITHOUT_MEMORY = """
import resource, sys
from pathlib import Path
import numpy as np
from photofind.cancel import CancelToken
from photofind.vectors.choose import IndexChoice
from photofind.vectors.exact import ExactIndex
from photofind.vectors.hnsw import GraphParameters
from tests.support.vectors import SPACE, unit_vectors

labels, vectors = np.arange(2000), unit_vectors(2000)
choice = IndexChoice(Path(sys.argv[1]), SPACE, "hnsw", 1, GraphParameters(m=10_000))
choice.ready_index(labels, vectors)
pages = int(Path("/proc/self/statm").read_text().split()[5])
_, hard = resource.getrlimit(resource.RLIMIT_DATA)
# The graph would take 160 MB.
resource.setrlimit(resource.RLIMIT_DATA, (pages * resource.getpagesize() + 80_000_000, hard))
print(choice.renew(CancelToken()))
print(isinstance(choice.ready_index(labels, vectors), ExactIndex), choice.wants_graph())
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
    choice = _choice(folder, "hnsw")
    choice.ready_index(LABELS, vectors)
    cancel = CancelToken()
    cancel.cancel()

    with pytest.raises(CancelledError):
        choice.renew(cancel)

    assert not folder.exists()
    assert choice.wants_graph()


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
