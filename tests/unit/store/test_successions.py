"""Where photos with a person's decisions lay, and what followed them there."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa

from photofind.domain import PhotoId
from photofind.paths import LibraryPaths
from photofind.store import embeddings, photos, roots, schema, successions, tags
from photofind.store.continuity import SqliteContinuity
from photofind.store.database import Database
from photofind.store.roots import Root
from photofind.store.successions import Arrival, Verdict
from photofind.store.upgrade import prepare_for_writing

from .samples import ROOT, SPACE, read_failure, read_photo, unit_vectors


@pytest.fixture
def root(connection: sa.Connection) -> Root:
    return roots.add_root(connection, ROOT)


@pytest.fixture
def photo(connection: sa.Connection, root: Root) -> PhotoId:
    """At a.jpg, tagged "sea"."""
    (photo_id,) = photos.record_files(connection, root, [read_photo(ROOT / "a.jpg", 1)])
    assert photo_id is not None
    tags.add(connection, [photo_id], "sea")
    return photo_id


def _former(connection: sa.Connection) -> list[tuple[bytes, int]]:
    table = schema.former_paths
    return [(path, photo) for path, photo, _ in connection.execute(sa.select(table))]


def _remove(connection: sa.Connection, root: Root) -> None:
    known = photos.known_files(connection, root).values()
    photos.remove_files(connection, [file.file_id for file in known])


def test_that_a_path_is_remembered_however_its_photo_leaves(
    connection: sa.Connection, root: Root, photo: PhotoId
) -> None:
    path = ROOT / "a.jpg"
    here = [(os.fsencode(path), photo)]
    assert _former(connection) == []
    photos.record_files(connection, root, [read_failure(path, "torn")])
    assert _former(connection) == here
    for leave in (
        lambda: photos.record_files(connection, root, [read_photo(path, 2)]),
        lambda: _remove(connection, root),
        lambda: roots.remove_root(connection, root.id),
    ):
        connection.execute(sa.delete(schema.former_paths))
        photos.record_files(connection, root, [read_photo(path, 1)])
        leave()
        assert _former(connection) == here


def test_that_a_photo_without_decisions_is_not_remembered(
    connection: sa.Connection, root: Root, photo: PhotoId
) -> None:
    photos.record_files(connection, root, [read_photo(ROOT / "b.jpg", 2)])
    tags.remove(connection, [photo], "sea")
    _remove(connection, root)

    assert _former(connection) == []


def test_that_what_is_said_of_a_photo_that_is_gone_is_listed(
    database: Database,
) -> None:
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        (photo,) = photos.record_files(connection, root, [read_photo(ROOT / "a.jpg", 1)])
        assert photo is not None
        _remove(connection, root)
        tags.add(connection, [photo], "sea")

    (orphan,) = SqliteContinuity(database).orphans()
    assert (orphan.photo, orphan.path, orphan.tags) == (photo, None, ("sea",))


@pytest.mark.parametrize(
    ("folder", "path"),
    [
        (b"/", b"/a.jpg"),
        (b"/a\\", b"/a\\/a.jpg"),
        (b"C:\\", b"C:\\a.jpg"),
        (b"C:\\Photos", b"C:\\Photos\\a.jpg"),
        (b"\\\\nas\\photos", b"\\\\nas\\photos\\a.jpg"),
        (b"/caf\xe9", b"/caf\xe9/a.jpg"),
    ],
)
def test_that_remembered_paths_are_absolute_on_every_system(
    connection: sa.Connection, root: Root, photo: PhotoId, folder: bytes, path: bytes
) -> None:
    connection.execute(sa.update(schema.roots).values(path=folder))
    _remove(connection, root)

    assert _former(connection) == [(path, photo)]


def test_that_a_declined_succession_stays_declined(
    connection: sa.Connection, root: Root, photo: PhotoId
) -> None:
    path = ROOT / "a.jpg"
    (new,) = photos.record_files(connection, root, [read_photo(path, 2)])
    assert new is not None
    arrival = Arrival(path, photo, new, known_before=False)
    successions.record_arrivals(connection, [arrival])
    (waiting,) = successions.undecided(connection, 1)
    successions.settle(connection, waiting.id, Verdict.DECLINED)
    successions.record_arrivals(connection, [arrival])

    assert successions.undecided(connection, 1) == []


def test_that_an_offer_follows_the_photo_it_is_made_to(
    connection: sa.Connection, root: Root, photo: PhotoId
) -> None:
    path = ROOT / "a.jpg"
    for number, verdict in ((2, Verdict.REPLACED), (3, Verdict.EDITED)):
        before = photos.known_files(connection, root)[path].photo_id
        (new,) = photos.record_files(connection, root, [read_photo(path, number)])
        assert before is not None
        assert new is not None
        tags.add(connection, [new], f"mine {number}")
        successions.record(connection, before, new, path)
        for waiting in successions.undecided(connection, 1):
            successions.settle(connection, waiting.id, verdict)
    offered = connection.execute(
        sa.select(schema.successions.c.new_photo_id).where(
            schema.successions.c.verdict == Verdict.REPLACED
        )
    )
    assert offered.scalars().all() == [new]


def test_that_only_paths_of_photos_elsewhere_are_forgotten(
    connection: sa.Connection, root: Root, photo: PhotoId
) -> None:
    photos.record_files(connection, root, [read_photo(ROOT / "b.jpg", 1)])
    photos.record_files(connection, root, [read_photo(ROOT / "a.jpg", 2)])
    (again,) = photos.record_files(connection, root, [read_photo(ROOT / "c.jpg", 3)])
    assert again is not None
    tags.add(connection, [again], "sea")
    photos.record_files(connection, root, [read_failure(ROOT / "c.jpg", "torn")])
    a_month_ago = (datetime.now(UTC) - timedelta(days=31)).isoformat()
    connection.execute(sa.update(schema.former_paths).values(left_at=a_month_ago))
    successions.prune(connection)
    assert len(_former(connection)) == 2
    connection.execute(sa.update(schema.former_paths).values(left_at="2020-01-01T00:00:00+00:00"))
    successions.prune(connection)

    assert _former(connection) == [(os.fsencode(ROOT / "c.jpg"), again)]


def test_that_tags_lost_before_are_listed_after_the_upgrade(paths: LibraryPaths) -> None:
    paths.folder.mkdir()
    prepare_for_writing(paths, head="0004")
    with closing(sqlite3.connect(paths.catalogue)) as older, older:
        older.execute(
            "INSERT INTO photos (fingerprint, format, width, height, average_colour, added_at) "
            "VALUES (zeroblob(16), 'jpeg', 4, 3, 0, '2019')"
        )
        older.execute("INSERT INTO tags (name, key, created_at) VALUES ('sea', 'sea', '2019')")
        older.execute(
            "INSERT INTO photo_tags (photo_id, tag_id, state, source, changed_at) "
            "VALUES (1, 1, 'confirmed', 'person', '2019')"
        )
    with Database.open(paths, write=True) as database:
        (orphan,) = SqliteContinuity(database).orphans()

    assert (orphan.path, orphan.tags) == (None, ("sea",))


def test_that_a_sample_is_whole_where_most_photos_have_no_embedding(
    connection: sa.Connection, root: Root
) -> None:
    files = [read_photo(ROOT / f"{number}.jpg", number) for number in range(1, 201)]
    ids = [one for one in photos.record_files(connection, root, files) if one is not None]
    space = embeddings.space_id(connection, SPACE, create=True)
    assert len(successions.sample_vectors(connection, space, 10)) == 0
    embedded = ids[2::3]
    vectors = unit_vectors(len(embedded))
    embeddings.add_embeddings(connection, space, embedded, vectors)

    sample = successions.sample_vectors(connection, space, 10)

    rows = [int(np.flatnonzero((vectors == one).all(axis=1))[0]) for one in sample]
    assert len(set(rows)) == 10
    assert min(rows) < len(embedded) / 4 < 3 * len(embedded) / 4 < max(rows)
    assert len(successions.sample_vectors(connection, space, 500)) == len(embedded)


def test_that_a_remembered_path_is_of_this_system(
    connection: sa.Connection, root: Root, photo: PhotoId
) -> None:
    _remove(connection, root)
    assert successions.former_paths(connection, [photo]) == [(photo, Path(ROOT / "a.jpg"))]
