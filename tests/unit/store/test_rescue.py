"""What a person made between a copy and the damage of the catalogue."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.domain import PhotoId
from photofind.paths import LibraryPaths
from photofind.store import photos, roots, schema, successions, tags
from photofind.store.continuity import SqliteContinuity, followed
from photofind.store.database import Database
from photofind.store.rescue import Rescued
from photofind.store.restore import restore
from photofind.store.successions import Arrival
from photofind.store.tags import PhotoTag, TagState

from .samples import ROOT, fingerprint_of, read_photo

A, B, C = (ROOT / name for name in ("a.jpg", "b.jpg", "c.jpg"))

Meanwhile = Callable[[Database], object]


def place(database: Database, path: Path, number: int) -> PhotoId:
    """Record a photo at a path, and at no other."""
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        known = photos.known_files(connection, root).values()
        gone = [file.file_id for file in known if file.photo_id == id_of(connection, number)]
        photos.remove_files(connection, gone)
        (photo_id,) = photos.record_files(connection, root, [read_photo(path, number)])
    assert photo_id is not None
    return photo_id


def id_of(connection: sa.Connection, number: int) -> PhotoId | None:
    return photos.photo_ids_of(connection, [fingerprint_of(number)]).get(fingerprint_of(number))


def decide(database: Database, number: int, name: str, how: Callable[..., object]) -> None:
    with database.writing() as connection:
        how(connection, [id_of(connection, number)], name)


def decisions(database: Database, number: int) -> dict[str, PhotoTag]:
    with database.reading() as connection:
        photo_id = id_of(connection, number)
        assert photo_id is not None
        return {
            tag.name: tag for tag in tags.tags_of(connection, [photo_id], list(TagState))[photo_id]
        }


def restored_after(
    paths: LibraryPaths, meanwhile: Meanwhile, damage: Callable[[Path], None] = lambda _: None
) -> Rescued:
    """Copy a catalogue of a tagged photo, go on with it, and put the copy back."""
    with Database.open(paths, write=True) as database:
        place(database, A, 1)
        decide(database, 1, "dog", tags.add)
        taken = database.take_snapshot()
        meanwhile(database)
    damage(paths.catalogue)
    return restore(paths, taken).rescued


def test_that_a_tag_taken_off_since_is_taken_off(paths: LibraryPaths) -> None:
    rescued = restored_after(paths, lambda database: decide(database, 1, "dog", tags.remove))

    assert rescued == Rescued(1, 0, 0, complete=True)
    with Database.open(paths, write=True) as database:
        assert decisions(database, 1) == {}


def test_that_a_decision_taken_back_to_a_suggestion_is_taken_back(paths: LibraryPaths) -> None:
    def suggest(database: Database) -> None:
        decide(database, 1, "dog", tags.remove)
        with database.writing() as connection:
            photo_id = id_of(connection, 1)
            assert photo_id is not None
            suggestion = PhotoTag("dog", TagState.SUGGESTED, tags.ZERO_SHOT, None, None, "2026")
            tags.restore(connection, [tags.PriorTag(photo_id, "dog", suggestion)])

    assert restored_after(paths, suggest).tags == 1
    with Database.open(paths, write=True) as database:
        assert decisions(database, 1) == {}


def _overwrite(table: str) -> Callable[[Path], None]:
    def overwrite(catalogue: Path) -> None:
        with closing(sqlite3.connect(catalogue)) as connection:
            query = "SELECT rootpage FROM sqlite_master WHERE name = ?"
            (page,) = connection.execute(query, (table,)).fetchone()
        with catalogue.open("rb+") as file:
            file.seek((page - 1) * schema.PAGE_BYTES)
            file.write(b"\xa5" * schema.PAGE_BYTES)

    return overwrite


@pytest.mark.parametrize("table", ["photo_tags", "tags", "photos", "roots"])
def test_that_nothing_counts_as_taken_away_that_may_be_unreadable(
    paths: LibraryPaths, table: str
) -> None:
    rescued = restored_after(paths, lambda _: None, _overwrite(table))

    assert not rescued.complete
    with Database.open(paths, write=True) as database:
        assert decisions(database, 1)["dog"].state is TagState.CONFIRMED
        with database.reading() as connection:
            assert [root.path for root in roots.list_roots(connection)] == [ROOT]


def test_that_a_photo_purged_since_keeps_what_the_copy_says_of_it(paths: LibraryPaths) -> None:
    def purge(database: Database) -> None:
        with database.writing() as connection:
            connection.execute(sa.delete(schema.files))
            connection.execute(sa.delete(schema.photo_tags))
            connection.execute(sa.delete(schema.photos))

    restored_after(paths, purge)
    with Database.open(paths, write=True) as database:
        assert set(decisions(database, 1)) == {"dog"}


def test_that_a_decision_keeps_its_moment(paths: LibraryPaths) -> None:
    before: dict[str, PhotoTag] = {}

    def tag(database: Database) -> None:
        decide(database, 1, "cat", tags.reject)
        before.update(decisions(database, 1))

    restored_after(paths, tag)
    with Database.open(paths, write=True) as database:
        assert decisions(database, 1) == before


def test_that_where_a_photo_lay_since_is_known(paths: LibraryPaths) -> None:
    def move_twice(database: Database) -> None:
        place(database, B, 1)
        place(database, C, 1)

    restored_after(paths, move_twice)
    with Database.open(paths, write=True) as database, database.reading() as connection:
        photo_id = id_of(connection, 1)
        assert photo_id is not None
        known = successions.former_paths(connection, [photo_id])
        assert known == [(photo_id, A), (photo_id, B)]


def _replace_and_offer(database: Database) -> int:
    """Put another photo over the tagged one; returns the offer to carry its tags."""
    old, new = place(database, C, 1), place(database, A, 2)
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        photos.remove_paths(connection, root, [C])
        successions.record_arrivals(connection, [Arrival(A, old, new, known_before=False)])
        (found,) = connection.execute(sa.select(schema.successions.c.id)).scalars()
        successions.settle(connection, found, successions.Verdict.REPLACED)
    (offer,) = SqliteContinuity(database).offers()
    return offer.id


def test_that_an_accepted_offer_stays_accepted_with_its_tags(paths: LibraryPaths) -> None:
    def accept(database: Database) -> None:
        SqliteContinuity(database).accept(_replace_and_offer(database))

    restored_after(paths, accept)
    with Database.open(paths, write=True) as database:
        assert set(decisions(database, 2)) == {"dog"}
        new = place(database, A, 2)
        assert SqliteContinuity(database).counts() == (0, 0)
        with database.reading() as connection:
            found = followed(connection, new, A)
        assert found is not None
        assert found.verdict is successions.Verdict.ACCEPTED


def test_that_a_declined_offer_is_not_made_again(paths: LibraryPaths) -> None:
    def decline(database: Database) -> None:
        SqliteContinuity(database).decline(_replace_and_offer(database))

    restored_after(paths, decline)
    with Database.open(paths, write=True) as database:
        with database.writing() as connection:
            root = roots.add_root(connection, ROOT)
            photos.remove_paths(connection, root, [A])
        new = place(database, A, 2)
        with database.writing() as connection:
            old = id_of(connection, 1)
            assert old is not None
            successions.record_arrivals(connection, [Arrival(A, old, new, known_before=False)])
        assert SqliteContinuity(database).offers() == []
        assert decisions(database, 2) == {}


def test_that_a_folder_removed_since_stays_removed(paths: LibraryPaths) -> None:
    def remove(database: Database) -> None:
        with database.writing() as connection:
            (root,) = roots.list_roots(connection)
            roots.remove_root(connection, root.id)

    assert restored_after(paths, remove).folders == 1
    with Database.open(paths, write=True) as database, database.reading() as connection:
        assert roots.list_roots(connection) == []
        assert set(decisions(database, 1)) == {"dog"}


def test_that_a_folder_added_since_takes_over_one_that_was_offline_in_the_copy(
    paths: LibraryPaths,
) -> None:
    with Database.open(paths, write=True) as database:
        place(database, A, 1)
        with database.writing() as connection:
            (root,) = roots.list_roots(connection)
            roots.set_offline(connection, root.id, True)
        taken = database.take_snapshot()
        with database.writing() as connection:
            roots.set_offline(connection, root.id, False)
            roots.add_root(connection, ROOT.parent)

    restore(paths, taken)
    with Database.open(paths, write=True) as database, database.reading() as connection:
        (outer,) = roots.list_roots(connection)
        assert outer.path == ROOT.parent
        assert set(photos.known_files(connection, outer)) == {A}
