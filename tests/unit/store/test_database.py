import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from photofind.errors import BadInputError, LibraryDamagedError, UserFacingError
from photofind.paths import LibraryPaths
from photofind.store import counts, photos, roots, schema
from photofind.store.database import Database

from .samples import ROOT, read_photo

COUNT_IN_ANOTHER_PROCESS = """
import sys
from pathlib import Path
from photofind.paths import LibraryPaths
from photofind.store import counts
from photofind.store.database import Database
with Database.open(LibraryPaths(Path(sys.argv[1])), write=False) as database:
    with database.reading() as connection:
        print(counts.overall(connection).files)
"""


def add_photo(database: Database, number: int) -> None:
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        photos.record_files(connection, root, [read_photo(ROOT / f"{number}.jpg", number)])


def count(database: Database) -> int:
    with database.reading() as connection:
        return counts.overall(connection).files


def test_that_reading_where_there_is_no_library_says_how_to_make_one(paths: LibraryPaths) -> None:
    with pytest.raises(BadInputError) as caught:
        Database.open(paths, write=False)
    assert caught.value.hint == "Run photofind index FOLDER first."
    assert not paths.folder.exists()


def test_that_a_library_folder_that_is_a_file_is_reported(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.touch()
    with pytest.raises(UserFacingError, match="cannot be made"):
        Database.open(LibraryPaths(taken), write=True)


def test_that_what_was_written_is_there_after_opening_again(paths: LibraryPaths) -> None:
    with Database.open(paths, write=True) as database:
        add_photo(database, 1)
    with Database.open(paths, write=False) as database:
        assert count(database) == 1


def test_that_closing_leaves_one_file_and_no_log(paths: LibraryPaths) -> None:
    with Database.open(paths, write=True) as database:
        add_photo(database, 1)
        assert count(database) == 1
    assert [path.name for path in paths.folder.glob("catalogue*")] == [paths.catalogue.name]


def test_that_a_failed_transaction_leaves_nothing(database: Database) -> None:
    def fail_half_way() -> None:
        with database.writing() as connection:
            roots.add_root(connection, ROOT)
            raise KeyError

    with pytest.raises(KeyError):
        fail_half_way()
    with database.reading() as connection:
        assert roots.list_roots(connection) == []


def test_that_a_reading_transaction_keeps_its_view(database: Database) -> None:
    with database.reading() as connection:
        before = counts.overall(connection)
        add_photo(database, 1)
        assert counts.overall(connection) == before
    assert count(database) == 1


def test_that_another_process_reads_while_this_one_writes(
    paths: LibraryPaths, database: Database
) -> None:
    add_photo(database, 1)
    with database.writing() as connection:
        connection.execute(sa.delete(schema.files))
        command = [sys.executable, "-c", COUNT_IN_ANOTHER_PROCESS, str(paths.folder)]
        seen = subprocess.run(command, capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "1"


def test_that_a_reader_cannot_write(database: Database) -> None:
    with (
        pytest.raises(UserFacingError, match="cannot be opened or changed"),
        database.reading() as connection,
    ):
        roots.add_root(connection, ROOT)


def test_that_a_catalogue_opened_for_reading_has_no_writer(
    paths: LibraryPaths, database: Database
) -> None:
    with Database.open(paths, write=False) as reader:
        assert (reader.writable, database.writable) == (False, True)
        with pytest.raises(RuntimeError), reader.writing():
            pass


def test_that_threads_read_and_write_at_the_same_time(database: Database) -> None:
    start = threading.Barrier(8)

    def work(number: int) -> int:
        start.wait(timeout=30)
        for step in range(5):
            add_photo(database, number * 10 + step)
        return count(database)

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(work, range(8)))
    assert max(seen) == count(database) == 40
    assert min(seen) >= 5


@pytest.mark.parametrize(
    ("table", "values"),
    [
        (schema.files, {"root_id": 1, "photo_id": 99, "failure": None}),
        (schema.files, {"root_id": 99, "photo_id": None, "failure": "torn"}),
        (schema.files, {"root_id": 1, "photo_id": None, "failure": None}),
    ],
)
def test_that_the_catalogue_refuses_a_file_without_its_root_or_content(
    database: Database, table: sa.Table, values: dict[str, object]
) -> None:
    add_photo(database, 1)
    stat = {"size": 1, "mtime_ns": 1, "ctime_ns": 1, "inode": 1, "read_at_ns": 1}
    row = {"path": b"x.jpg", "path_text": "x.jpg", **stat, **values}
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(sa.insert(table), row)


def test_that_a_photo_with_files_cannot_be_deleted(database: Database) -> None:
    add_photo(database, 1)
    with pytest.raises(IntegrityError), database.writing() as connection:
        connection.execute(sa.delete(schema.photos))


def write_beyond_what_fits(database: Database) -> None:
    with database.writing() as connection:
        (pages,) = connection.exec_driver_sql("PRAGMA page_count").one()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")
        root = roots.add_root(connection, ROOT)
        many = [read_photo(ROOT / f"{number}.jpg", number) for number in range(1, 5000)]
        photos.record_files(connection, root, many)


def test_that_a_full_disk_is_reported_and_nothing_is_half_written(database: Database) -> None:
    add_photo(database, 0)
    with pytest.raises(UserFacingError, match="is full") as caught:
        write_beyond_what_fits(database)
    assert "Free some space" in caught.value.hint
    assert count(database) == 1
    with database.writing() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    add_photo(database, 1)
    assert count(database) == 2


@pytest.mark.parametrize("write", [True, False])
def test_that_a_file_that_is_no_database_is_called_damaged(
    paths: LibraryPaths, write: bool
) -> None:
    paths.folder.mkdir()
    paths.catalogue.write_bytes(b"these are not the pages you are looking for" * 1000)
    with pytest.raises(LibraryDamagedError) as caught:
        Database.open(paths, write=write)
    assert str(paths.catalogue) in caught.value.message
    assert "index your folders again" in caught.value.hint


@pytest.mark.parametrize("write", [True, False])
def test_that_a_schema_that_is_no_text_is_called_damaged(paths: LibraryPaths, write: bool) -> None:
    Database.open(paths, write=True).close()
    content = paths.catalogue.read_bytes()
    assert b"CREATE TRIGGER" in content
    paths.catalogue.write_bytes(content.replace(b"CREATE TRIGGER", b"CREATE TRIGG\xe1R", 1))

    with pytest.raises(LibraryDamagedError):
        Database.open(paths, write=write)


def test_that_failing_to_open_frees_the_writers_place(paths: LibraryPaths) -> None:
    paths.folder.mkdir()
    paths.catalogue.write_bytes(b"no database" * 1000)
    for _ in range(2):
        with pytest.raises(LibraryDamagedError):
            Database.open(paths, write=True)
    paths.catalogue.unlink()
    Database.open(paths, write=True).close()


def fill(paths: LibraryPaths) -> None:
    with Database.open(paths, write=True) as database, database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        files = [read_photo(ROOT / f"{number}.jpg", number) for number in range(2000)]
        photos.record_files(connection, root, files)


def test_that_a_check_passes_a_sound_catalogue(paths: LibraryPaths) -> None:
    fill(paths)
    with Database.open(paths, write=False) as database:
        database.check()


def test_that_a_check_finds_an_overwritten_page(paths: LibraryPaths) -> None:
    fill(paths)
    with paths.catalogue.open("rb+") as file:
        file.seek(-2 * schema.PAGE_BYTES, 2)
        file.write(b"\xa5" * schema.PAGE_BYTES)
    with Database.open(paths, write=False) as database, pytest.raises(LibraryDamagedError):
        database.check()


def test_that_a_catalogue_cut_short_is_called_damaged(paths: LibraryPaths) -> None:
    fill(paths)
    with paths.catalogue.open("rb+") as file:
        file.truncate(paths.catalogue.stat().st_size // 2)
    with pytest.raises(LibraryDamagedError), Database.open(paths, write=False) as database:
        database.check()


def test_that_a_closed_catalogue_is_not_opened_by_accident(paths: LibraryPaths) -> None:
    database = Database.open(paths, write=True)
    database.close()
    with pytest.raises(RuntimeError, match="closed"), database.reading():
        pass
    database.close()


def test_that_a_bug_in_a_statement_stays_a_bug(database: Database) -> None:
    with pytest.raises(sa.exc.OperationalError), database.reading() as connection:
        connection.exec_driver_sql("SELECT nothing FROM nowhere")


def test_that_commits_reach_the_disk_before_writing_ends(database: Database) -> None:
    with database.writing() as connection:
        (synchronous,) = connection.exec_driver_sql("PRAGMA synchronous").one()
    assert synchronous == 2


def test_that_closing_lets_a_transaction_end(paths: LibraryPaths) -> None:
    database = Database.open(paths, write=True)
    writes, may_end = threading.Event(), threading.Event()

    def write() -> None:
        with database.writing() as connection:
            writes.set()
            assert may_end.wait(60)
            roots.add_root(connection, ROOT)

    writer = threading.Thread(target=write)
    closer = threading.Thread(target=database.close)
    writer.start()
    assert writes.wait(60)
    closer.start()
    closer.join(0.5)
    assert closer.is_alive()
    may_end.set()
    writer.join(60)
    closer.join(60)

    with Database.open(paths, write=True) as opened, opened.reading() as connection:
        assert [root.path for root in roots.list_roots(connection)] == [ROOT]
