from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.errors import BadInputError
from photofind.store import counts, photos, roots, schema

from .samples import read_photo


def test_that_a_root_is_listed_as_it_was_added(connection: sa.Connection) -> None:
    added = roots.add_root(connection, Path("/pictures"))
    assert roots.list_roots(connection) == [added]
    assert (added.path, added.offline, added.last_indexed_at) == (Path("/pictures"), False, None)


@pytest.mark.parametrize("again", ["/pictures", "/pictures/2019", "/pictures/2019/italy"])
def test_that_a_covered_folder_gives_the_root_that_covers_it(
    connection: sa.Connection, again: str
) -> None:
    added = roots.add_root(connection, Path("/pictures"))
    assert roots.add_root(connection, Path(again)) == added
    assert roots.list_roots(connection) == [added]


def test_that_a_folder_with_a_similar_name_is_a_root_of_its_own(
    connection: sa.Connection,
) -> None:
    roots.add_root(connection, Path("/pictures"))
    roots.add_root(connection, Path("/pictures2"))
    assert len(roots.list_roots(connection)) == 2


def test_that_a_folder_around_roots_takes_over_their_files(connection: sa.Connection) -> None:
    ids = {}
    for number, name in enumerate(["/all/a", "/all/b/deep", "/other"]):
        root = roots.add_root(connection, Path(name))
        (ids[name],) = photos.record_files(
            connection, root, [read_photo(Path(name) / "sub" / "é.jpg", number)]
        )
    outer = roots.add_root(connection, Path("/all"))
    assert [root.path for root in roots.list_roots(connection)] == [Path("/other"), Path("/all")]
    known = photos.known_files(connection, outer)
    assert {path: file.photo_id for path, file in known.items()} == {
        Path("/all/a/sub/é.jpg"): ids["/all/a"],
        Path("/all/b/deep/sub/é.jpg"): ids["/all/b/deep"],
    }
    texts = connection.scalars(sa.select(schema.files.c.path_text)).all()
    assert set(texts) == {"a/sub/é.jpg", "b/deep/sub/é.jpg", "sub/é.jpg"}


def test_that_a_taken_over_root_has_yet_to_be_indexed(connection: sa.Connection) -> None:
    inner = roots.add_root(connection, Path("/all/a"))
    roots.set_last_indexed(connection, inner.id, datetime.now(UTC))
    assert roots.add_root(connection, Path("/all")).last_indexed_at is None


def test_that_the_file_systems_root_can_take_over(connection: sa.Connection) -> None:
    inner = roots.add_root(connection, Path("/a"))
    photos.record_files(connection, inner, [read_photo(Path("/a/1.jpg"), 1)])
    outer = roots.add_root(connection, Path("/"))
    assert list(photos.known_files(connection, outer)) == [Path("/a/1.jpg")]


def test_that_an_offline_root_is_not_taken_over(connection: sa.Connection) -> None:
    inner = roots.add_root(connection, Path("/all/usb"))
    roots.set_offline(connection, inner.id, True)
    with pytest.raises(BadInputError, match="/all/usb"):
        roots.add_root(connection, Path("/all"))
    assert [root.path for root in roots.list_roots(connection)] == [Path("/all/usb")]


@pytest.mark.parametrize("path", ["pictures", "/pictures/../other"])
def test_that_a_path_that_is_not_resolved_is_refused(connection: sa.Connection, path: str) -> None:
    with pytest.raises(ValueError, match="absolute and resolved"):
        roots.add_root(connection, Path(path))


def test_that_being_offline_is_remembered_and_forgotten(connection: sa.Connection) -> None:
    root = roots.add_root(connection, Path("/pictures"))
    for offline in (True, False):
        roots.set_offline(connection, root.id, offline)
        assert roots.list_roots(connection)[0].offline is offline


def test_that_the_time_of_indexing_keeps_its_instant(connection: sa.Connection) -> None:
    root = roots.add_root(connection, Path("/pictures"))
    at = datetime(2026, 1, 1, 12, 0, 0, 123456, timezone(timedelta(hours=5)))
    roots.set_last_indexed(connection, root.id, at)
    assert roots.list_roots(connection)[0].last_indexed_at == at


def test_that_an_unknown_root_cannot_be_changed(connection: sa.Connection) -> None:
    with pytest.raises(ValueError, match="no root 7"):
        roots.set_offline(connection, 7, True)


def test_that_a_removed_roots_photos_are_known_when_it_returns(connection: sa.Connection) -> None:
    path = Path("/pictures")
    file = read_photo(path / "1.jpg", 1)
    root = roots.add_root(connection, path)
    before = photos.record_files(connection, root, [file])
    roots.remove_root(connection, root.id)
    assert counts.overall(connection).files == 0
    again = roots.add_root(connection, path)
    assert again.id != root.id
    assert photos.record_files(connection, again, [file]) == before
