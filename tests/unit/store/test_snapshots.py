import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.errors import BadInputError, CancelledError, CatalogueDamagedError
from photofind.paths import LibraryPaths
from photofind.store import counts, database, photos, roots, schema
from photofind.store.database import Database
from photofind.store.snapshots import KEPT, PERIOD, find_snapshot, is_due, snapshots

from .samples import ROOT, read_photo


def add_photos(database: Database, first: int, count: int) -> None:
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        numbers = range(first, first + count)
        files = [read_photo(ROOT / f"{number}.jpg", number) for number in numbers]
        photos.record_files(connection, root, files)


def rows_in(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        (count,) = connection.execute("SELECT count(*) FROM photos").fetchone()
    return int(count)


def named(folder: Path, taken_at: datetime) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"catalogue-{taken_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}-0004.sqlite3"
    path.touch()
    return path


def overwrite_a_page(paths: LibraryPaths) -> None:
    with paths.catalogue.open("rb+") as file:
        file.seek(-2 * schema.PAGE_BYTES, 2)
        file.write(b"\xa5" * schema.PAGE_BYTES)


def cancelling_after(calls: int) -> Callable[[], None]:
    left = [calls]

    def pause() -> None:
        left[0] -= 1
        if left[0] < 0:
            raise CancelledError

    return pause


def test_that_the_first_copy_is_taken_once_there_are_photos(
    paths: LibraryPaths, database: Database
) -> None:
    database.maintain()
    assert snapshots(paths.snapshots) == []
    add_photos(database, 1, 3)
    database.maintain()
    (taken,) = snapshots(paths.snapshots)
    assert rows_in(taken.path) == 3
    assert taken.revision == schema.REVISION


def test_that_a_week_passes_between_two_copies(paths: LibraryPaths) -> None:
    now = datetime(2026, 11, 29, tzinfo=UTC)
    named(paths.snapshots, now - PERIOD + timedelta(minutes=1))
    assert not is_due(paths.snapshots, now)
    assert is_due(paths.snapshots, now + timedelta(minutes=1))


def test_that_three_copies_are_kept(paths: LibraryPaths, database: Database) -> None:
    add_photos(database, 1, 1)
    for day in range(1, 6):
        named(paths.snapshots, datetime(2020, 1, day, tzinfo=UTC))
    database.maintain()
    kept = snapshots(paths.snapshots)
    assert [one.taken_at.year for one in kept] == [datetime.now(UTC).year, 2020, 2020]
    assert [one.taken_at.day for one in kept[1:]] == [5, 4]
    assert len(kept) == KEPT


def test_that_a_writer_goes_on_while_a_copy_of_one_moment_is_taken(
    paths: LibraryPaths, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.store.snapshots.STEP_PAGES", 2)
    add_photos(database, 1, 2000)
    steps = 0

    def write_meanwhile() -> None:
        nonlocal steps
        steps += 1
        if steps == 1:
            writer = threading.Thread(target=add_photos, args=(database, 5000, 500))
            writer.start()
            writer.join(30)
            assert not writer.is_alive()

    taken = database.take_snapshot(write_meanwhile)

    assert steps > 2
    assert rows_in(taken.path) == 2000
    with database.reading() as connection:
        assert counts.overall(connection).photos_with_files == 2500


@pytest.mark.parametrize("calls", [0, 1])
def test_that_a_cancelled_copy_leaves_nothing(
    paths: LibraryPaths, database: Database, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.store.snapshots.STEP_PAGES", 2)
    add_photos(database, 1, 2000)
    with pytest.raises(CancelledError):
        database.take_snapshot(cancelling_after(calls))
    assert list(paths.snapshots.iterdir()) == []
    assert rows_in(database.take_snapshot().path) == 2000


def test_that_a_damaged_catalogue_is_not_copied_over_good_copies(paths: LibraryPaths) -> None:
    with Database.open(paths, write=True) as opened:
        add_photos(opened, 1, 2000)
    overwrite_a_page(paths)
    good = named(paths.snapshots, datetime(2020, 1, 1, tzinfo=UTC))
    with Database.open(paths, write=True) as opened, pytest.raises(CatalogueDamagedError):
        opened.maintain()
    assert list(paths.snapshots.iterdir()) == [good]


def test_that_damage_that_was_met_is_looked_for_at_the_next_start(paths: LibraryPaths) -> None:
    with Database.open(paths, write=True) as opened:
        add_photos(opened, 1, 2000)
    whole = paths.catalogue.read_bytes()
    overwrite_a_page(paths)
    with Database.open(paths, write=True) as opened, pytest.raises(CatalogueDamagedError):
        opened.check()
    with pytest.raises(CatalogueDamagedError):
        Database.open(paths, write=True)
    paths.catalogue.write_bytes(whole)
    Database.open(paths, write=True).close()
    assert not paths.suspect.exists()


def test_that_a_catalogue_is_checked_after_a_crash_although_no_copy_is_due(
    paths: LibraryPaths,
) -> None:
    with Database.open(paths, write=True) as opened:
        add_photos(opened, 1, 2000)
    named(paths.snapshots, datetime.now(UTC))
    overwrite_a_page(paths)
    with Database.open(paths, write=True) as opened:
        opened.maintain()
    # What a process leaves behind that ends without closing the library.
    paths.writer_lock.with_name("writer.lock.json").write_text("{}")
    with Database.open(paths, write=True) as opened, pytest.raises(CatalogueDamagedError):
        opened.maintain()


def test_that_broken_references_are_damage(paths: LibraryPaths) -> None:
    with Database.open(paths, write=True) as opened:
        add_photos(opened, 1, 3)
    with closing(sqlite3.connect(paths.catalogue)) as connection, connection:
        connection.execute("UPDATE files SET root_id = 77")
    with (
        Database.open(paths, write=True) as opened,
        pytest.raises(CatalogueDamagedError, match="refers to rows"),
    ):
        opened.check()


def test_that_a_full_disk_costs_the_copy_and_nothing_else(
    paths: LibraryPaths, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_photos(database, 1, 3)
    monkeypatch.setattr("photofind.store.database.FREE_BYTES", 1 << 62)
    database.maintain()
    assert snapshots(paths.snapshots) == []


def test_that_opening_reads_a_few_pages_however_large_the_catalogue_is(
    paths: LibraryPaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Database.open(paths, write=True) as opened:
        add_photos(opened, 1, 3)
    checked: list[sqlite3.Connection] = []
    monkeypatch.setattr(database, "check_catalogue", lambda one, _pause: checked.append(one))
    with Database.open(paths, write=True) as opened:
        assert checked == []
        opened.check()
    assert len(checked) == 1


@pytest.mark.parametrize("which", ["2026-11-22", "2026-11-22 10"])
def test_that_a_copy_is_found_by_its_date(paths: LibraryPaths, which: str) -> None:
    for day in (8, 15, 22):
        named(paths.snapshots, datetime(2026, 11, day, 10).astimezone())
    assert find_snapshot(paths.snapshots, which).taken_at.day == 22


@pytest.mark.parametrize("which", [None, "2026-11-2"])
def test_that_several_copies_that_match_are_listed(paths: LibraryPaths, which: str | None) -> None:
    for day in (21, 22):
        named(paths.snapshots, datetime(2026, 11, day, 10).astimezone())
    with pytest.raises(BadInputError, match="2026-11-22 10:00:00, 2026-11-21 10:00:00"):
        find_snapshot(paths.snapshots, which)


def test_that_a_copy_that_is_not_there_is_said_with_those_that_are(paths: LibraryPaths) -> None:
    named(paths.snapshots, datetime(2026, 11, 22, 10).astimezone())
    with pytest.raises(BadInputError, match="only: 2026-11-22"):
        find_snapshot(paths.snapshots, "2025")
    assert find_snapshot(paths.snapshots, None).taken_at.day == 22


def test_that_errors_name_no_values(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(sa.exc.IntegrityError) as caught, database.writing() as connection:
        connection.execute(sa.insert(schema.waiting), {"root_id": 9, "path": b"secret.jpg"})
    assert "secret" not in str(caught.value)


def test_that_a_copy_is_due_a_week_after_the_last(tmp_path: Path) -> None:
    (tmp_path / "catalogue-20261101T120000.000000Z-0006.sqlite3").touch()

    assert not is_due(tmp_path, datetime(2026, 11, 8, 11, tzinfo=UTC))
    assert is_due(tmp_path, datetime(2026, 11, 8, 12, tzinfo=UTC))
