"""The timeline follows the catalogue and ends as one that was read anew."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.paths import LibraryPaths
from photofind.store import changes, photos, roots
from photofind.store.bulk import number_columns
from photofind.store.database import Database
from photofind.store.ordering import PhotoOrder, ordered_rows
from photofind.store.photos import ReadFile
from photofind.store.timeline import Timeline

from .samples import ROOT, found, photo_of

DATES = (None, "2019-07-01T12:00:00", "2019-07-01T12:00:01", "2021-01-01T00:00:00")


def _read(number: int, date: int, folder: str = "a") -> ReadFile:
    about = replace(photo_of(number).metadata, taken_at=DATES[date])
    photo = replace(photo_of(number), metadata=about)
    return ReadFile(found(ROOT / folder / f"{number}.jpg", number), 5, photo=photo)


def _record(database: Database, files: Sequence[ReadFile], folder: str = "a") -> None:
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT / folder)
        photos.record_files(connection, root, files)


def _remove(database: Database, numbers: Sequence[int], folder: str = "a") -> None:
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT / folder)
        known = photos.known_files(connection, root)
        paths = [ROOT / folder / f"{number}.jpg" for number in numbers]
        photos.remove_files(connection, [known[path].file_id for path in paths if path in known])


def _assert_as_anew(followed: Timeline, database: Database) -> None:
    with database.reading() as connection:
        expected = ordered_rows(connection, PhotoOrder.NEWEST)
    rows = followed.rows()
    for name in ("photo_ids", "aspects", "colours", "offline"):
        np.testing.assert_array_equal(getattr(rows, name), getattr(expected, name))
        assert getattr(rows, name).dtype == getattr(expected, name).dtype


def test_that_one_change_reads_one_row(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    _record(database, [_read(number, number % 4) for number in range(40)])
    followed = Timeline(database)
    followed.rows()
    read: list[int] = []

    def noted(connection: sa.Connection, statement: sa.Select[tuple[int]]) -> object:
        columns = number_columns(connection, statement)
        read.append(len(columns[0]))
        return columns

    monkeypatch.setattr("photofind.store.timeline.number_columns", noted)
    followed.rows()
    assert read == []
    _record(database, [_read(40, 2)])
    _assert_as_anew(followed, database)
    assert read == [1]


def test_that_a_root_that_goes_offline_is_seen(database: Database) -> None:
    _record(database, [_read(number, 1) for number in range(4)])
    followed = Timeline(database)
    assert not followed.rows().offline.any()
    with database.writing() as connection:
        (root,) = roots.list_roots(connection)
        roots.set_offline(connection, root.id, True)
    assert followed.rows().offline.all()


def test_that_what_the_log_does_not_reach_is_read_anew(database: Database) -> None:
    followed = Timeline(database)
    followed.rows()
    _record(database, [_read(number, 1) for number in range(4)])
    with database.writing() as connection:
        changes.trim(connection, kept=0)
    _assert_as_anew(followed, database)


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["read", "read", "read elsewhere", "remove", "remove root", "offline"]),
        st.lists(st.integers(0, 9), min_size=1, max_size=5, unique=True),
        st.integers(0, 3),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None)
@given(_STEPS)
def test_that_any_life_ends_as_read_anew(steps: Sequence[tuple[str, list[int], int]]) -> None:
    with (
        TemporaryDirectory() as folder,
        Database.open(LibraryPaths(Path(folder)), write=True) as database,
    ):
        followed = Timeline(database)
        for place, (name, numbers, date) in enumerate(steps):
            match name:
                case "read":
                    _record(database, [_read(number, (number + date) % 4) for number in numbers])
                case "read elsewhere":
                    _record(database, [_read(number, date, "b") for number in numbers], "b")
                case "remove":
                    _remove(database, numbers)
                case "remove root" | "offline":
                    with database.writing() as connection:
                        root = roots.add_root(connection, ROOT / "b")
                        if name == "offline":
                            roots.set_offline(connection, root.id, not root.offline)
                        else:
                            roots.remove_root(connection, root.id)
            if place % 2:
                _assert_as_anew(followed, database)
        _assert_as_anew(followed, database)
