"""`photofind status --restore` puts a copy of the catalogue back, and says what it did."""

import json
from pathlib import Path

import pytest

from photofind.cli.app import run
from photofind.paths import LibraryPaths
from photofind.store import photos, roots, tags
from photofind.store.database import Database
from photofind.store.snapshots import Snapshot
from tests.unit.store.samples import ROOT, read_photo


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LibraryPaths:
    monkeypatch.setenv("PHOTOFIND_LIBRARY", str(tmp_path / "library"))
    return LibraryPaths(tmp_path / "library")


@pytest.fixture
def copies(paths: LibraryPaths) -> list[Snapshot]:
    """Two copies of a library in which a tag was set after both."""
    with Database.open(paths, write=True) as database:
        with database.writing() as connection:
            root = roots.add_root(connection, ROOT)
            (photo_id,) = photos.record_files(connection, root, [read_photo(ROOT / "1.jpg", 1)])
        taken = [database.take_snapshot(), database.take_snapshot()]
        assert photo_id is not None
        with database.writing() as connection:
            tags.add(connection, [photo_id], "dog")
    return taken


def test_that_a_restored_library_says_what_was_saved(
    paths: LibraryPaths, copies: list[Snapshot], capsys: pytest.CaptureFixture[str]
) -> None:
    copies[0].path.unlink()

    assert run(["status", "--restore", "--json"]) == 0

    document = json.loads(capsys.readouterr().out)
    assert Path(document.pop("set_aside")).is_dir()
    assert document == {
        "restored": copies[1].taken_at.isoformat(),
        "tags_saved": 1,
        "folders_saved": 0,
        "photos_to_read": 0,
        "complete": True,
    }


def test_that_two_copies_are_listed_and_nothing_is_changed(
    paths: LibraryPaths, copies: list[Snapshot], capsys: pytest.CaptureFixture[str]
) -> None:
    before = paths.catalogue.read_bytes()

    assert run(["status", "--restore"]) == 1

    said = capsys.readouterr().err
    assert all(one.moment in said for one in copies)
    assert paths.catalogue.read_bytes() == before


def test_that_nothing_is_restored_beside_a_writer(
    paths: LibraryPaths, copies: list[Snapshot], capsys: pytest.CaptureFixture[str]
) -> None:
    copies[0].path.unlink()
    with Database.open(paths, write=True):
        assert run(["status", "--restore", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "library_busy"


def test_that_a_date_without_restore_is_wrong_usage(paths: LibraryPaths) -> None:
    assert run(["status", "2026-11-22"]) == 2


def test_that_status_lists_the_copies(
    paths: LibraryPaths, copies: list[Snapshot], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["status", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)["copies"]
    assert listed == [one.taken_at.isoformat() for one in reversed(copies)]
