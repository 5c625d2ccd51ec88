"""Whatever happens to the files of a graph, only a whole and right one is ever loaded."""

import json
import logging
import os
import random
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import filelock
import numpy as np
import pytest

from photofind.domain import EmbeddingSpace
from photofind.vectors.generations import Generations
from photofind.vectors.graph import Graph
from tests.support.vectors import SMALL, SPACE, unit_vectors

FLIPS = 60


@pytest.fixture(scope="module")
def graph() -> Graph:
    return Graph.build(unit_vectors(600), SMALL)


@pytest.fixture(scope="module")
def other_graph() -> Graph:
    return Graph.build(unit_vectors(500, 1), SMALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "vectors"


@pytest.fixture
def saved(folder: Path, graph: Graph) -> Generations:
    generations = Generations(folder)
    assert generations.save(graph, SPACE, 0.99)
    return generations


def _one(folder: Path, ending: str) -> Path:
    (path,) = folder.glob("*" + ending)
    return path


def _is_same(one: Graph | None, other: Graph) -> bool:
    return (
        one is not None
        and np.array_equal(one.nodes, other.nodes)
        and np.array_equal(one.hidden, other.hidden)
        and one.parameters == other.parameters
        and all(
            one.nearest(query, 48).tolist() == other.nearest(query, 48).tolist()
            for query in unit_vectors(5, 9)
        )
    )


def test_that_a_saved_graph_is_loaded(saved: Generations, graph: Graph) -> None:
    assert _is_same(saved.load(SPACE), graph)


def test_that_what_a_graph_does_not_lead_to_is_kept(folder: Path, graph: Graph) -> None:
    hiding = Graph.load(_saved_file(folder, graph), SPACE.dim, SMALL, graph.nodes[3:9])
    generations = Generations(folder / "again")
    generations.save(hiding, SPACE, 1.0)

    loaded = generations.load(SPACE)

    assert loaded is not None
    assert loaded.hidden.tolist() == graph.nodes[3:9].tolist()


def _saved_file(folder: Path, graph: Graph) -> Path:
    folder.mkdir(parents=True)
    graph.save(folder / "graph")
    return folder / "graph"


def test_that_nothing_is_loaded_from_nowhere(tmp_path: Path) -> None:
    assert Generations(tmp_path / "nowhere").load(SPACE) is None
    assert Generations(tmp_path / "nowhere").latest_manifest(SPACE) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(SPACE, sha256="cd" * 32),
        replace(SPACE, preprocess_version=2),
        replace(SPACE, dim=SPACE.dim * 2),
    ],
)
def test_that_another_search_models_graph_is_not_loaded(
    saved: Generations, other: EmbeddingSpace
) -> None:
    assert saved.load(other) is None
    assert saved.latest_manifest(other) is None


def test_that_a_renamed_search_model_keeps_its_graph(saved: Generations, graph: Graph) -> None:
    assert _is_same(saved.load(replace(SPACE, checkpoint="renamed")), graph)


@pytest.mark.parametrize("ending", [".hnsw", ".json"])
def test_that_half_a_generation_is_none(saved: Generations, folder: Path, ending: str) -> None:
    _one(folder, ending).unlink()

    assert saved.load(SPACE) is None


@pytest.mark.parametrize("kept", [0, 1, 96, 0.5, -1])
def test_that_a_truncated_graph_is_not_loaded(
    saved: Generations, folder: Path, kept: float, caplog: pytest.LogCaptureFixture
) -> None:
    path = _one(folder, ".hnsw")
    size = path.stat().st_size
    os.truncate(path, int(size * kept) if kept == 0.5 else int(kept) % size)

    assert saved.load(SPACE) is None
    assert "damaged" in caplog.text


def test_that_a_graph_that_grew_is_not_loaded(saved: Generations, folder: Path) -> None:
    with _one(folder, ".hnsw").open("ab") as file:
        file.write(b"\0")

    assert saved.load(SPACE) is None


def test_that_no_flipped_bit_in_a_graph_is_loaded(saved: Generations, folder: Path) -> None:
    path = _one(folder, ".hnsw")
    whole = path.read_bytes()
    choose = random.Random(0)
    # The header, whose numbers hnswlib believes, and anywhere.
    places = [*range(0, 96, 4), *(choose.randrange(len(whole)) for _ in range(FLIPS))]

    for place in places:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << choose.randrange(8)
        path.write_bytes(damaged)
        assert saved.load(SPACE) is None, place
    path.write_bytes(whole)
    assert saved.load(SPACE) is not None


def test_that_no_flipped_bit_in_a_manifest_misleads(
    saved: Generations, folder: Path, graph: Graph
) -> None:
    path = _one(folder, ".json")
    whole = path.read_bytes()
    choose = random.Random(0)

    for place in [choose.randrange(len(whole)) for _ in range(4 * FLIPS)]:
        damaged = bytearray(whole)
        damaged[place] ^= 1 << choose.randrange(8)
        path.write_bytes(damaged)
        found = saved.load(SPACE)
        assert found is None or _is_same(found, graph), place
        promised = saved.latest_manifest(SPACE)
        assert promised is None or promised.recall == 0.99, place


@pytest.mark.parametrize("name", ["recall", "size", "count", "m", "ef_search", "digest", "hidden"])
def test_that_an_edited_manifest_is_not_believed(
    saved: Generations, folder: Path, name: str
) -> None:
    path = _one(folder, ".json")
    body = json.loads(path.read_text())
    body[name] = [1] if name == "hidden" else body[name] + 1
    path.write_text(json.dumps(body))

    assert saved.load(SPACE) is None


def test_that_a_manifest_and_a_graph_of_two_generations_are_not_one(
    saved: Generations, folder: Path, other_graph: Graph, tmp_path: Path
) -> None:
    Generations(tmp_path / "other").save(other_graph, SPACE, 1.0)

    _one(tmp_path / "other", ".hnsw").replace(_one(folder, ".hnsw"))

    assert saved.load(SPACE) is None


def test_that_a_new_generation_takes_the_place_of_the_old(
    saved: Generations, folder: Path, other_graph: Graph
) -> None:
    (folder / "left-by-a-killed-process.hnsw.partial").write_bytes(b"half")

    assert saved.save(other_graph, SPACE, 0.98)

    assert _is_same(saved.load(SPACE), other_graph)
    assert len(list(folder.glob("*.hnsw"))) == len(list(folder.glob("*.json"))) == 1
    assert not list(folder.glob("*.partial"))


def test_that_a_clock_set_back_does_not_cost_the_new_generation(
    saved: Generations, graph: Graph, other_graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time_ns", lambda: 1)

    saved.save(other_graph, SPACE, 0.98)

    assert _is_same(saved.load(SPACE), other_graph)


def test_that_an_older_generation_serves_where_the_newest_is_damaged(
    saved: Generations, folder: Path, graph: Graph
) -> None:
    manifest = _one(folder, ".json")
    (folder / "99999999999999999999-0.json").write_text(manifest.read_text())
    (folder / "99999999999999999999-0.hnsw").write_bytes(b"torn")

    assert _is_same(saved.load(SPACE), graph)


def test_that_what_is_discarded_is_gone(saved: Generations, folder: Path) -> None:
    saved.discard()

    assert saved.load(SPACE) is None
    assert not list(folder.glob("*.hnsw"))


def test_that_a_second_writer_leaves_the_first_alone(
    saved: Generations, folder: Path, graph: Graph, other_graph: Graph
) -> None:
    with filelock.FileLock(folder / "lock"):
        assert not Generations(folder).save(other_graph, SPACE, 1.0)

    assert _is_same(saved.load(SPACE), graph)


def test_that_a_graph_that_cannot_be_written_is_noticed(
    saved: Generations,
    folder: Path,
    graph: Graph,
    other_graph: Graph,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A disk that takes nothing: hnswlib writes to it and says nothing."""
    save = Graph.save

    def to_a_full_disk(graph: Graph, path: Path) -> int:
        path.unlink()
        path.symlink_to("/dev/full")
        return save(graph, path)

    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    monkeypatch.setattr(Graph, "save", to_a_full_disk)

    with caplog.at_level(logging.WARNING):
        assert not saved.save(other_graph, SPACE, 1.0)

    assert "disk full" in caplog.text
    assert _is_same(saved.load(SPACE), graph)
    assert not list(folder.glob("*.partial"))


def test_that_a_graph_of_which_the_end_is_missing_never_becomes_a_generation(
    saved: Generations, graph: Graph, other_graph: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a disk was full for a moment: hnswlib says nothing, and the rest can be written."""
    save = Graph.save

    def all_but_the_end(graph: Graph, path: Path) -> int:
        size = save(graph, path)
        os.truncate(path, size - 4096)
        return size

    monkeypatch.setattr(Graph, "save", all_but_the_end)

    assert not saved.save(other_graph, SPACE, 1.0)
    assert _is_same(saved.load(SPACE), graph)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB; only an administrator may make one."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=256k", "none", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("needs the command mount")
    if done.returncode:
        pytest.skip(f"needs the right to mount a file system: {done.stderr.strip()}")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_that_a_full_disk_keeps_the_last_generation(tiny_disk: Path, graph: Graph) -> None:
    generations = Generations(tiny_disk / "vectors")
    assert generations.save(graph, SPACE, 1.0)
    much = Graph.build(unit_vectors(2500, 3), SMALL)

    assert not generations.save(much, SPACE, 1.0)

    assert _is_same(generations.load(SPACE), graph)
    assert not list(tiny_disk.glob("vectors/*.partial"))
    for left in range(0, 60_000, 7_000):
        filler = tiny_disk / "filler"
        filler.write_bytes(b"x" * left)
        generations.save(graph, SPACE, 1.0)
        filler.unlink()
        assert _is_same(generations.load(SPACE), graph)


def test_that_a_folder_that_cannot_be_made_is_no_error(tmp_path: Path, graph: Graph) -> None:
    (tmp_path / "vectors").write_text("a file is in the way")

    assert not Generations(tmp_path / "vectors").save(graph, SPACE, 1.0)
    assert Generations(tmp_path / "vectors").load(SPACE) is None
