"""Files to be trashed that are not at hand: on a silent disk, or in a cloud."""

import os
import threading
from pathlib import Path

import pytest

from photofind.store.database import Database
from photofind.store.roots import Root
from photofind.store.sqlite_catalogue import SqlitePhotos
from photofind.trash import PhotoTrash, Why
from tests.support.cloud import Cloud
from tests.unit.trash_fixtures import BEACH, DOG, in_trash, record_files, write_photo
from tests.unit.trash_fixtures import database as database
from tests.unit.trash_fixtures import photo_trash as photo_trash
from tests.unit.trash_fixtures import root as root


def test_that_files_on_a_disk_that_does_not_answer_stay_and_hold_up_nothing(
    database: Database, root: Root, trash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.trash.DISK_ANSWERS_S", 0.4)
    photo_trash = PhotoTrash(SqlitePhotos(database))
    kept, moved = write_photo(root.path / "a.jpg", BEACH), write_photo(root.path / "b.jpg", DOG)
    beach, dog = record_files(database, root, kept, moved)
    trashed = photo_trash.move(photo_trash.choice([dog]).shown).moved
    shown = photo_trash.choice([beach]).shown
    real, answers = Path.lstat, threading.Event()

    def lstat(path: Path) -> os.stat_result:
        if path.is_relative_to(root.path):
            assert answers.wait(120)
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "lstat", lstat)
        for refused in (
            photo_trash.choice([beach]).refused,
            photo_trash.move(shown).refused,
            photo_trash.restore(trashed).refused,
        ):
            assert [one.why for one in refused] == [Why.NOT_CONNECTED]
        answers.set()

    assert kept.exists()
    assert not moved.exists()


def test_that_a_touched_placeholder_stays_unopened(
    database: Database, root: Root, photo_trash: PhotoTrash, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_photo(root.path / "a.jpg", BEACH)
    (beach,) = record_files(database, root, path)
    shown = photo_trash.choice([beach]).shown
    os.utime(path, (1, 1))
    Cloud(monkeypatch).take(path)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was opened"))

    assert [one.why for one in photo_trash.move(shown).refused] == [Why.NOT_HERE]
    assert path.exists()


def test_that_a_placeholder_as_it_was_shown_goes(
    database: Database,
    root: Root,
    photo_trash: PhotoTrash,
    trash: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = write_photo(root.path / "a.jpg", BEACH)
    (beach,) = record_files(database, root, path)
    Cloud(monkeypatch).take(path)

    assert len(photo_trash.move(photo_trash.choice([beach]).shown).moved) == 1
    assert in_trash(trash) == ["a.jpg"]
