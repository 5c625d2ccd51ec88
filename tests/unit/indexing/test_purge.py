from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from PIL import Image

from photofind.cancel import CancelToken
from photofind.domain import Fingerprint, PhotoId
from photofind.errors import CancelledError
from photofind.indexing import purge as purging
from photofind.indexing.purge import purge
from photofind.paths import LibraryPaths
from photofind.photos.thumbnails import ThumbnailCache
from photofind.store import embeddings, photos, roots, schema, tags
from photofind.store.database import Database
from photofind.store.sqlite_catalogue import SqlitePhotos
from photofind.store.suggestions import replace_suggestions
from photofind.store.tags import Suggestion
from tests.unit.store.samples import ROOT, SPACE, fingerprint_of, read_photo, unit_vectors

YEAR = 365


@pytest.fixture
def paths(tmp_path: Path) -> LibraryPaths:
    return LibraryPaths(tmp_path / "library")


@pytest.fixture
def database(paths: LibraryPaths) -> Iterator[Database]:
    with Database.open(paths, write=True) as opened:
        yield opened


@pytest.fixture
def thumbnails(paths: LibraryPaths) -> ThumbnailCache:
    return ThumbnailCache(paths.thumbnails)


@pytest.fixture
def gone(database: Database, thumbnails: ThumbnailCache) -> list[PhotoId]:
    """Five photos with embeddings, suggestions and thumbnails, whose files went 400 days ago.

    The first has a tag of a person's. A sixth still has its file.
    """
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        space = embeddings.space_id(connection, SPACE, create=True)
        files = [read_photo(ROOT / f"{number}.jpg", number) for number in range(6)]
        ids = [one for one in photos.record_files(connection, root, files) if one is not None]
        embeddings.add_embeddings(connection, space, ids, unit_vectors(6))
        replace_suggestions(connection, space, ids, [Suggestion(one, "dog", 0.5) for one in ids])
        tags.add(connection, ids[:1], "beach")
        known = photos.known_files(connection, root).values()
        photos.remove_files(connection, [one.file_id for one in known if one.photo_id != ids[5]])
    for number in range(6):
        thumbnails.store(fingerprint_of(number), Image.new("RGB", (8, 8)))
    set_gone_for(database, 400)
    return ids


def set_gone_for(database: Database, days: int) -> None:
    moment = (datetime.now(UTC) - timedelta(days=days)).isoformat(timespec="milliseconds")
    table = schema.photos
    with database.writing() as connection:
        connection.execute(
            sa.update(table).where(table.c.gone_at.is_not(None)).values(gone_at=moment)
        )


def left(database: Database) -> list[int]:
    with database.reading() as connection:
        return list(connection.scalars(sa.select(schema.photos.c.id).order_by("id")))


def test_that_photos_gone_for_a_year_go_with_all_that_was_derived_from_them(
    database: Database, thumbnails: ThumbnailCache, gone: list[PhotoId]
) -> None:
    assert purge(SqlitePhotos(database), thumbnails, YEAR, CancelToken()) == 4

    assert left(database) == [gone[0], gone[5]]
    kept = [number for number in range(6) if thumbnails.load(fingerprint_of(number))]
    assert kept == [0, 5]
    with database.reading() as connection:
        for table in (schema.embeddings, schema.photo_tags):
            ids = set(connection.scalars(sa.select(table.c.photo_id)))
            assert ids == {gone[0], gone[5]}
    database.check()


def test_that_tags_of_a_person_outlive_everything(
    database: Database, thumbnails: ThumbnailCache, gone: list[PhotoId]
) -> None:
    set_gone_for(database, 20_000)
    purge(SqlitePhotos(database), thumbnails, 1, CancelToken())
    with database.reading() as connection:
        assert [tag.name for tag in tags.tags_of(connection, gone[:1])[gone[0]]] == ["beach", "dog"]


@pytest.mark.parametrize(("days_gone", "days"), [(364, YEAR), (20_000, 0)])
def test_that_photos_stay_until_their_time_and_for_ever_where_it_is_never(
    database: Database,
    thumbnails: ThumbnailCache,
    gone: list[PhotoId],
    days_gone: int,
    days: int,
) -> None:
    set_gone_for(database, days_gone)
    assert purge(SqlitePhotos(database), thumbnails, days, CancelToken()) == 0
    assert left(database) == gone


def test_that_nothing_is_forgotten_while_a_folder_is_not_connected(
    database: Database, thumbnails: ThumbnailCache, gone: list[PhotoId]
) -> None:
    with database.writing() as connection:
        other = roots.add_root(connection, Path("/other"))
        roots.set_offline(connection, other.id, True)
    assert purge(SqlitePhotos(database), thumbnails, YEAR, CancelToken()) == 0
    assert left(database) == gone


def test_that_a_batch_is_a_transaction_and_a_cancelled_purge_goes_on_later(
    database: Database,
    thumbnails: ThumbnailCache,
    gone: list[PhotoId],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(purging, "BATCH", 1)
    cancel = CancelToken()
    remove = thumbnails.remove

    def cancel_at_the_second(fingerprint: Fingerprint) -> None:
        remove(fingerprint)
        if fingerprint == fingerprint_of(2):
            cancel.cancel()

    monkeypatch.setattr(thumbnails, "remove", cancel_at_the_second)
    with pytest.raises(CancelledError):
        purge(SqlitePhotos(database), thumbnails, YEAR, cancel)
    assert left(database) == [gone[0], *gone[3:]]
    assert purge(SqlitePhotos(database), thumbnails, YEAR, CancelToken()) == 2


def test_that_a_photo_that_came_back_begins_its_year_anew(
    database: Database, thumbnails: ThumbnailCache, gone: list[PhotoId]
) -> None:
    with database.writing() as connection:
        root = roots.add_root(connection, ROOT)
        photos.record_files(connection, root, [read_photo(ROOT / "1.jpg", 1)])
        (file,) = [
            one for one in photos.known_files(connection, root).values() if one.photo_id == gone[1]
        ]
        photos.remove_files(connection, [file.file_id])
    assert purge(SqlitePhotos(database), thumbnails, YEAR, CancelToken()) == 3
    assert gone[1] in left(database)
