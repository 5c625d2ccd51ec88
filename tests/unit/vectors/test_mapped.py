"""Stores on disk: what is opened is what was written, or is refused."""

import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.vectors import mapped, slots
from photofind.vectors.mapped import (
    DamagedFilesError,
    Extent,
    append_mapped,
    open_mapped,
    remove_all_but,
    row_hashes,
    write_mapped,
)
from photofind.vectors.slots import VectorStore
from tests.support.vectors import DIM, unit_vectors

QUERY = unit_vectors(1, seed=7)[0]
NONE = np.empty(0, np.int64)
NOTHING = np.empty((0, DIM), np.float32)


def _store(count: int = 20) -> VectorStore:
    return VectorStore(np.arange(0, 2 * count, 2), unit_vectors(count))


def _assert_same(found: VectorStore, expected: VectorStore) -> None:
    np.testing.assert_array_equal(found.labels, expected.labels)
    np.testing.assert_array_equal(
        found.vectors_at(found.slots_of(found.labels)),
        expected.vectors_at(expected.slots_of(expected.labels)),
    )
    scores = found.scores(QUERY)
    np.testing.assert_array_equal(scores == -np.inf, found.dead)
    np.testing.assert_allclose(
        scores[found.slots], expected.scores(QUERY)[expected.slots], atol=1e-6
    )


_LABELS = st.lists(st.integers(0, 40), max_size=8, unique=True)


@settings(deadline=None, max_examples=60)
@given(st.sets(st.integers(0, 40)), st.lists(st.tuples(_LABELS, _LABELS), max_size=6))
def test_that_a_store_is_opened_as_it_was_after_any_changes(
    begins_with: set[int], steps: Sequence[tuple[list[int], list[int]]]
) -> None:
    labels = np.array(sorted(begins_with), np.int64)
    store = VectorStore(labels, unit_vectors(len(labels)))
    with TemporaryDirectory() as name:
        folder = Path(name)
        extent = write_mapped(folder, store)
        store = open_mapped(folder, extent)
        for version, (gone, came) in enumerate(steps, start=1):
            new = np.array(sorted(came), np.int64)
            changed = store.updated(np.array(gone, np.int64), new, unit_vectors(len(new), version))
            extent = append_mapped(folder, extent, changed, store)
            store = changed
            _assert_same(open_mapped(folder, extent), store)
        again = write_mapped(folder, store)
        _assert_same(open_mapped(folder, again), store)


def test_that_blocks_of_any_size_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slots, "BLOCK_ROWS", 3)
    monkeypatch.setattr(mapped, "_HASHED_ROWS", 7)
    store = _store()
    for label in range(1, 21, 2):
        store = store.updated(NONE, np.array([label]), unit_vectors(1, label))

    _assert_same(open_mapped(tmp_path, write_mapped(tmp_path, store)), store)


def test_that_a_change_writes_no_more_than_itself(tmp_path: Path) -> None:
    store = _store(1000)
    extent = write_mapped(tmp_path, store)
    for version in (1, 2):
        sizes = {path: path.stat().st_size for path in tmp_path.iterdir()}
        came = np.array([8, 8 + version])
        changed = store.updated(np.array([4 * version + 8]), came, unit_vectors(2, version))

        extent = append_mapped(tmp_path, extent, changed, store)

        grown = sorted(path.stat().st_size - size for path, size in sizes.items())
        # A row that came, one that replaces another, one that went.
        assert grown == [3 * 16, 2 * DIM * 4]
        store = changed


def test_that_what_a_killed_writer_left_does_not_count(tmp_path: Path) -> None:
    store = _store()
    extent = write_mapped(tmp_path, store)
    more = store.updated(np.array([2]), np.array([1, 3, 5]), unit_vectors(3, 1))
    append_mapped(tmp_path, extent, more, store)
    _assert_same(open_mapped(tmp_path, extent), store)

    again = open_mapped(tmp_path, extent)
    other = again.updated(NONE, np.array([7]), unit_vectors(1, 2))
    extent = append_mapped(tmp_path, extent, other, again)

    _assert_same(open_mapped(tmp_path, extent), other)


def test_that_what_is_mapped_stays_while_files_grow_and_go(tmp_path: Path) -> None:
    store = _store()
    extent = write_mapped(tmp_path, store)
    opened = open_mapped(tmp_path, extent)
    more = store.updated(np.array([2]), np.array([1]), unit_vectors(1, 1))
    append_mapped(tmp_path, extent, more, store)
    kept = write_mapped(tmp_path, more)

    remove_all_but(tmp_path, kept.name)

    _assert_same(opened, store)
    assert {path.stem for path in tmp_path.iterdir()} == {kept.name}


@pytest.fixture
def written(tmp_path: Path) -> tuple[Path, Extent]:
    """A store that was changed, in a folder of its own."""
    folder = tmp_path / "written"
    store = _store()
    extent = write_mapped(folder, store)
    more = store.updated(np.array([2]), np.array([1, 4]), unit_vectors(2, 1))
    return folder, append_mapped(folder, extent, more, store)


def test_that_every_flipped_bit_is_noticed(written: tuple[Path, Extent]) -> None:
    folder, extent = written
    choose = random.Random(0)
    for path in folder.iterdir():
        whole = path.read_bytes()
        for at in range(len(whole)):
            damaged = bytearray(whole)
            damaged[at] ^= 1 << choose.randrange(8)
            path.write_bytes(damaged)
            with pytest.raises(DamagedFilesError):
                open_mapped(folder, extent)
        path.write_bytes(whole)
    open_mapped(folder, extent)


@pytest.mark.parametrize("ending", [".rows", ".journal"])
def test_that_a_file_cut_short_or_gone_is_noticed(
    written: tuple[Path, Extent], ending: str
) -> None:
    folder, extent = written
    (path,) = folder.glob("*" + ending)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedFilesError):
        open_mapped(folder, extent)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        open_mapped(folder, extent)


def test_that_two_rows_or_words_that_changed_places_are_noticed() -> None:
    rows = unit_vectors(2)
    swapped = rows.copy()
    swapped[0, [0, 1, 2, 3]] = rows[0, [2, 3, 0, 1]]
    assert (row_hashes(swapped) != row_hashes(rows)).tolist() == [True, False]
    assert row_hashes(rows)[0] != row_hashes(rows)[1]
    odd = unit_vectors(3, dim=5)
    assert len({*row_hashes(odd).tolist()}) == 3


def test_that_a_disk_without_room_is_left_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=mapped.FREE_BYTES))

    with pytest.raises(OSError, match="MB are free"):
        write_mapped(tmp_path, _store())

    assert not list(tmp_path.iterdir())


def test_that_a_write_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError("no space left on the device")

    monkeypatch.setattr(mapped, "row_hashes", fail)

    with pytest.raises(OSError, match="no space"):
        write_mapped(tmp_path, _store())

    assert not list(tmp_path.iterdir())
