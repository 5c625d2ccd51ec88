"""The graph of a real library: chosen, kept, checked, and never trusted blindly."""

import json
import random
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
from photofind.search.parser import parse
from photofind.settings import save_setting
from photofind.vectors.exact import ExactIndex
from photofind.vectors.generations import Generations
from photofind.vectors.hnsw import Graph, HnswIndex
from photofind.vectors.recall import recall_at_k
from tests.support.checkpoints import make_checkpoint
from tests.support.soak import sizes
from tests.support.vectors import SMALL, SPACE, unit_vectors

SIZES = (600, 800)

SAVE_FOR_EVER = f"""
import sys
from pathlib import Path
from photofind.vectors.generations import Generations
from photofind.vectors.hnsw import Graph
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
    assert not (folder / "vectors").exists()


def test_that_a_graph_can_be_forced_and_its_recall_is_measured(
    status: Callable[..., Any], folder: Path
) -> None:
    save_setting(folder / "settings.toml", "vector_index", "hnsw")

    assert status() == {"kind": "exact", "recall": 1.0, "checked": False}
    assert status("--check") == {"kind": "hnsw", "recall": 1.0, "checked": True}
    assert status() == {"kind": "hnsw", "recall": 1.0, "checked": False}


def test_that_a_reader_makes_the_graph_and_answers_as_before(folder: Path) -> None:
    with Library(folder) as library:
        before = library.search_engine.by_text(parse("a boat"), 12)
    save_setting(folder / "settings.toml", "vector_index", "hnsw")

    with Library(folder, write=True), Library(folder) as reader:
        assert reader.search_engine.by_text(parse("a boat"), 12).hits == before.hits

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
