import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photofind.domain import PhotoId
from photofind.errors import CatalogueDamagedError, LibraryBusyError
from photofind.paths import LibraryPaths
from photofind.store import photos, roots, schema, tags
from photofind.store.database import Database
from photofind.store.rescue import Rescued
from photofind.store.restore import restore
from photofind.store.snapshots import Snapshot, snapshots
from photofind.store.tags import TagState

from .samples import ROOT, fingerprint_of, read_photo


def add_photos(database: Database, numbers: range) -> list[PhotoId]:
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        files = [read_photo(ROOT / f"{number}.jpg", number) for number in numbers]
        found = photos.record_files(connection, root, files)
    return [photo_id for photo_id in found if photo_id is not None]


def tag(database: Database, photo_id: PhotoId, name: str) -> None:
    with database.writing() as connection:
        tags.add(connection, [photo_id], name)


def tags_of(database: Database, number: int) -> dict[str, str]:
    """The tags of a photo by its content, whatever its id is."""
    with database.reading() as connection:
        found = photos.photo_ids_of(connection, [fingerprint_of(number)])
        (photo_id,) = found.values()
        every = tags.tags_of(connection, [photo_id], tuple(TagState))[photo_id]
    return {one.name: one.state.value for one in every}


@pytest.fixture
def copied(paths: LibraryPaths) -> Snapshot:
    """A copy of a library with three photos, one tagged; afterwards more was done in it."""
    with Database.open(paths, write=True) as database:
        first, second, _ = add_photos(database, range(1, 4))
        tag(database, first, "before")
        tag(database, second, "mistaken")
        taken = database.take_snapshot()
        new = add_photos(database, range(10, 2000))
        tag(database, first, "after")
        tag(database, new[0], "new")
        with database.writing() as connection:
            tags.reject(connection, [second], "mistaken")
            roots.add_root(connection, Path("/other"))
    paths.vectors.mkdir()
    return taken


def cut(path: Path) -> None:
    with path.open("rb+") as file:
        file.seek(-2 * schema.PAGE_BYTES, 2)
        file.write(b"\xa5" * schema.PAGE_BYTES)


def test_that_what_a_person_made_since_the_copy_is_saved(
    paths: LibraryPaths, copied: Snapshot
) -> None:
    assert restore(paths, copied).rescued == Rescued(3, 1, 1990, complete=True)
    with Database.open(paths, write=True) as database:
        assert tags_of(database, 1) == {"before": "confirmed", "after": "confirmed"}
        assert tags_of(database, 2) == {"mistaken": "rejected"}
        assert tags_of(database, 10) == {"new": "confirmed"}
        database.check()
        with database.reading() as connection:
            assert {root.path for root in roots.list_roots(connection)} == {ROOT, Path("/other")}
            (known,) = photos.photo_ids_of(connection, [fingerprint_of(10)]).values()
            assert photos.paths_of(connection, [known]) == {}


def test_that_a_photo_of_a_saved_tag_gets_its_file_from_the_next_run(
    paths: LibraryPaths, copied: Snapshot
) -> None:
    restore(paths, copied)
    with Database.open(paths, write=True) as database:
        add_photos(database, range(10, 11))
        assert tags_of(database, 10) == {"new": "confirmed"}
        with database.reading() as connection:
            (known,) = photos.photo_ids_of(connection, [fingerprint_of(10)]).values()
            assert photos.paths_of(connection, [known]) == {known: [ROOT / "10.jpg"]}


def test_that_the_damaged_catalogue_is_kept_aside(paths: LibraryPaths, copied: Snapshot) -> None:
    damaged = paths.catalogue.read_bytes()
    restored = restore(paths, copied)
    assert (restored.set_aside / paths.catalogue.name).read_bytes() == damaged
    assert paths.catalogue.read_bytes() != damaged
    assert [one.path for one in snapshots(paths.snapshots)] == [copied.path]
    assert not paths.vectors.exists()
    assert not (paths.folder / "restoring").exists()


@pytest.mark.parametrize("remains", [b"", b"no database" * 1000])
def test_that_a_catalogue_of_which_nothing_remains_is_replaced(
    paths: LibraryPaths, copied: Snapshot, remains: bytes
) -> None:
    paths.catalogue.write_bytes(remains)
    restored = restore(paths, copied)
    assert not restored.rescued.complete
    with Database.open(paths, write=True) as database:
        assert tags_of(database, 1) == {"before": "confirmed"}


def test_that_a_lost_catalogue_is_replaced(paths: LibraryPaths, copied: Snapshot) -> None:
    paths.catalogue.unlink()
    assert not restore(paths, copied).rescued.complete
    with Database.open(paths, write=True) as database:
        assert tags_of(database, 1) == {"before": "confirmed"}


def test_that_a_partly_damaged_catalogue_gives_what_it_can(
    paths: LibraryPaths, copied: Snapshot
) -> None:
    cut(paths.catalogue)
    paths.suspect.touch()
    restore(paths, copied)
    assert not paths.suspect.exists()
    with Database.open(paths, write=True) as database:
        database.check()
        assert tags_of(database, 1)["before"] == "confirmed"


def test_that_nothing_is_restored_while_another_process_writes(
    paths: LibraryPaths, copied: Snapshot
) -> None:
    before = paths.catalogue.read_bytes()
    with Database.open(paths, write=True), pytest.raises(LibraryBusyError):
        restore(paths, copied)
    assert paths.catalogue.read_bytes() == before


def test_that_a_damaged_copy_replaces_nothing(paths: LibraryPaths, copied: Snapshot) -> None:
    before = paths.catalogue.read_bytes()
    cut(copied.path)
    with pytest.raises(CatalogueDamagedError, match="The copy is damaged"):
        restore(paths, copied)
    assert paths.catalogue.read_bytes() == before
    assert not (paths.folder / "restoring").exists()


def test_that_writes_that_were_never_folded_in_are_saved(
    paths: LibraryPaths, copied: Snapshot
) -> None:
    """As a killed process leaves them: committed, in the write-ahead log alone."""
    log = paths.catalogue.with_name(paths.catalogue.name + "-wal")
    database = Database.open(paths, write=True)
    with database.reading() as connection:
        (third,) = photos.photo_ids_of(connection, [fingerprint_of(3)]).values()
    tag(database, third, "last word")
    main, written = paths.catalogue.read_bytes(), log.read_bytes()
    database.close()
    paths.catalogue.write_bytes(main)
    log.write_bytes(written)

    restored = restore(paths, copied)

    assert (restored.set_aside / log.name).read_bytes() == written
    with Database.open(paths, write=True) as opened:
        assert tags_of(opened, 3) == {"last word": "confirmed"}
        opened.check()


def test_that_a_copy_of_an_older_revision_is_brought_up_to_date(paths: LibraryPaths) -> None:
    paths.snapshots.mkdir(parents=True)
    taken_at = datetime(2026, 11, 22, tzinfo=UTC)
    path = paths.snapshots / f"catalogue-{taken_at:%Y%m%dT%H%M%S.%fZ}-0001.sqlite3"
    script = Path(__file__).with_name("catalogue_0001.sql").read_text("utf-8")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)
    restore(paths, Snapshot(taken_at, "0001", path))
    with Database.open(paths, write=True) as database, database.reading() as connection:
        assert [root.path for root in roots.list_roots(connection)] == [ROOT]
