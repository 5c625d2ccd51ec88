from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.store import photos, roots
from photofind.store.counts import total
from photofind.store.roots import Root
from photofind.store.waiting import add_waiting, clear_waiting, remove_waiting

from .samples import ROOT, read_failure, read_photo


@pytest.fixture
def root(connection: sa.Connection) -> Root:
    return roots.add_root(connection, ROOT)


def test_that_a_file_waits_until_it_was_read(connection: sa.Connection, root: Root) -> None:
    add_waiting(connection, root, [ROOT / f"{name}.jpg" for name in "abcd"])
    photos.record_files(
        connection, root, [read_photo(ROOT / "a.jpg", 1), read_failure(ROOT / "b.jpg", "torn")]
    )
    assert total(connection, "waiting") == 2
    remove_waiting(connection, root, [ROOT / "c.jpg"])
    assert total(connection, "waiting") == 1


def test_that_a_file_waits_once(connection: sa.Connection, root: Root) -> None:
    for _ in range(2):
        add_waiting(connection, root, [ROOT / "a.jpg"])
    assert total(connection, "waiting") == 1


def test_that_roots_wait_apart(connection: sa.Connection, root: Root) -> None:
    other = roots.add_root(connection, Path("/other"))
    add_waiting(connection, root, [ROOT / "a.jpg"])
    add_waiting(connection, other, [Path("/other/a.jpg"), Path("/other/b.jpg")])
    clear_waiting(connection, root)
    assert total(connection, "waiting") == 2


def test_that_one_folder_can_be_cleared(connection: sa.Connection, root: Root) -> None:
    names = ["sea/a.jpg", "sea/far/b.jpg", "seaside/c.jpg", "d.jpg"]
    add_waiting(connection, root, [ROOT / name for name in names])
    clear_waiting(connection, root, ROOT / "sea", deep=False)
    assert total(connection, "waiting") == 3
    clear_waiting(connection, root, ROOT / "sea")
    assert total(connection, "waiting") == 2
    clear_waiting(connection, root, ROOT, deep=False)
    assert total(connection, "waiting") == 1


def test_that_nothing_waits_for_a_root_that_went(connection: sa.Connection, root: Root) -> None:
    inner = roots.add_root(connection, Path("/outer/inner"))
    add_waiting(connection, inner, [Path("/outer/inner/a.jpg")])
    add_waiting(connection, root, [ROOT / "a.jpg"])
    roots.add_root(connection, Path("/outer"))
    roots.remove_root(connection, root.id)
    assert total(connection, "waiting") == 0
