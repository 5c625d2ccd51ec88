"""Graph and vectors of a real library: chosen, kept, checked, and never trusted blindly."""

import json
import random
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photofind.cli.app import run
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.search.parser import parse
from photofind.settings import save_setting
from photofind.vectors.exact import ExactIndex
from photofind.vectors.generations import Generations
from photofind.vectors.graph import Graph
from photofind.vectors.hnsw import HnswIndex
from photofind.vectors.recall import recall_at_k
from tests.support.checkpoints import make_checkpoint
from tests.support.soak import sizes
from tests.support.vectors import SMALL, SPACE, unit_vectors
from tests.unit.search.numbered_catalogue import NumberedCatalogue, assert_true

SIZES = (600, 800)

SAVE_FOR_EVER = f"""
import sys
from pathlib import Path
from photofind.vectors.generations import Generations
from photofind.vectors.graph import Graph
from tests.support.vectors import SMALL, SPACE, unit_vectors
graphs = [Graph.build(unit_vectors(size, size), SMALL) for size in {SIZES}]
print("ready", flush=True)
while True:
    for graph in graphs:
        assert Generations(Path(sys.argv[1])).save(graph, SPACE, 1.0)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kills", sizes(10, 100))
def test_that_a_save_killed_anywhere_leaves_a_whole_graph(tmp_path: Path, kills: int) -> None:
    expected = {size: Graph.build(unit_vectors(size, size), SMALL) for size in SIZES}
    generations = Generations(tmp_path)
    assert generations.save(expected[SIZES[0]], SPACE, 1.0)
    choose = random.Random(0)
    leftovers = 0

    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-c", SAVE_FOR_EVER, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(choose.uniform(0, 0.15))
            assert process.poll() is None
            process.kill()
        leftovers += len(list(tmp_path.iterdir())) > 3
        _assert_whole(generations, expected)

    assert leftovers, "no kill met a save at work"
    assert generations.save(expected[SIZES[0]], SPACE, 1.0)
    assert len(list(tmp_path.iterdir())) == 3


def _assert_whole(generations: Generations, expected: dict[int, Graph]) -> None:
    graph = generations.load(SPACE)
    assert graph is not None
    size = len(graph)
    vectors = unit_vectors(size, size)
    np.testing.assert_array_equal(graph.nodes, expected[size].nodes)
    labels = np.arange(size)
    index = HnswIndex(labels, vectors, graph)
    assert recall_at_k(index, ExactIndex(labels, vectors), vectors[:50]) > 0.95


@pytest.fixture
def folder(indexed_library: tuple[Path, str], tmp_path: Path) -> Path:
    """Of a library of twelve pictures."""
    return Path(shutil.copytree(indexed_library[0], tmp_path / "library"))


@pytest.fixture
def status(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    def index(*arguments: str) -> Any:
        capsys.readouterr()
        assert run(["status", *arguments, "--library", str(folder), "--json"]) == 0
        return json.loads(capsys.readouterr().out)["index"]

    return index


def test_that_a_small_library_is_searched_exactly(status: Callable[..., Any], folder: Path) -> None:
    assert status() == {"kind": "exact", "recall": 1.0, "checked": False}
    assert status("--check") == {"kind": "exact", "recall": 1.0, "checked": True}
    assert not list((folder / "vectors").glob("*.hnsw"))


def test_that_a_graph_can_be_forced_and_its_recall_is_measured(
    status: Callable[..., Any], folder: Path
) -> None:
    save_setting(folder / "settings.toml", "vector_index", "hnsw")

    assert status() == {"kind": "exact", "recall": 1.0, "checked": False}
    assert status("--check") == {"kind": "hnsw", "recall": 1.0, "checked": True}
    assert status() == {"kind": "hnsw", "recall": 1.0, "checked": False}


def test_that_a_reader_makes_the_graph_and_answers_as_before(folder: Path) -> None:
    with Library(folder) as library:
        before = library.search_engine.by_query(parse("a boat"), 12)
    save_setting(folder / "settings.toml", "vector_index", "hnsw")

    with Library(folder, write=True), Library(folder) as reader:
        assert reader.search_engine.by_query(parse("a boat"), 12).hits == before.hits

    assert len(list((folder / "vectors").glob("*.hnsw"))) == 1


def test_that_a_change_of_search_model_makes_another_graph(folder: Path, tmp_path: Path) -> None:
    save_setting(folder / "settings.toml", "vector_index", "hnsw")
    with Library(folder) as library:
        assert library.check().kind == "hnsw"
    (first,) = (folder / "vectors").glob("*.hnsw")
    with Library(folder, write=True) as library:
        library.index([], f"local-dir:{make_checkpoint(tmp_path / 'newer', seed=5)}")

    with Library(folder) as library:
        assert library.status().index.kind == "exact"
        assert library.check().kind == "hnsw"

    (second,) = (folder / "vectors").glob("*.hnsw")
    assert second != first


CHANGE_FOR_EVER = """
import itertools
import sys
from pathlib import Path
from photofind.vectors import slots
from tests.unit.search.numbered_catalogue import NumberedCatalogue
slots._FEWEST_DEAD = 30
catalogue = NumberedCatalogue(Path(sys.argv[1]))
followed = catalogue.follow()
print("ready", flush=True)
for step in itertools.count():
    catalogue.embed_again(catalogue.add(range(step % 50, step % 50 + 3)), step)
    catalogue.remove([(step + 20) % 50])
    followed.catch_up()
    followed.save_vectors()
"""


@pytest.mark.slow
@pytest.mark.parametrize("kills", sizes(10, 100))
def test_that_vectors_saved_by_a_writer_killed_anywhere_are_right(
    tmp_path: Path, kills: int, caplog: pytest.LogCaptureFixture
) -> None:
    choose = random.Random(0)
    for _ in range(kills):
        process = subprocess.Popen(
            [sys.executable, "-c", CHANGE_FOR_EVER, str(tmp_path)],
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[2],
        )
        with process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(choose.uniform(0, 0.3))
            assert process.poll() is None
            process.kill()
        catalogue = NumberedCatalogue(tmp_path)
        assert_true(catalogue.vectors().load(), catalogue)
        catalogue.database.close()
    assert "they will be made again" not in caplog.text


def test_that_a_search_maps_what_indexing_left(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["search", "a boat", "--library", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)["hits"]
    assert _last_load(folder) == "vectors: mapped 12"
    (rows,) = (folder / "vectors").glob("*.rows")
    rows.unlink()

    assert run(["search", "a boat", "--library", str(folder), "--json"]) == 0

    assert _last_load(folder) == "vectors: read 12"
    assert json.loads(capsys.readouterr().out)["hits"] == found
    assert run(["index", "--library", str(folder)]) == 0
    assert run(["search", "a boat", "--library", str(folder)]) == 0
    assert _last_load(folder) == "vectors: mapped 12"


def _last_load(folder: Path) -> str:
    """As the library's log has it."""
    said = re.findall(r"vectors: (?:mapped|read) \d+", LibraryPaths(folder).log.read_text("utf-8"))
    return str(said[-1])
