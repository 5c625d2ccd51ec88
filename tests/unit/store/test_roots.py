import os
import stat
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

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


SPELLINGS = [
    ("/Users/x/Pictures", "/Users/x/pictures"),
    ("/Users/x/Pictures", "/users/X/PICTURES"),
    ("/Users/x/Café", "/Users/x/Cafe\u0301"),
    ("/Users/x/CAFE\u0301", "/Users/x/café"),
    # An iota below, which becomes a letter of its own when its case is folded.
    ("/Users/x/\u1f80\u0301", "/Users/x/\u03b1\u0313\u0301\u0345"),
]


@pytest.mark.parametrize(("first", "second"), SPELLINGS)
@pytest.mark.parametrize("platform", ["darwin", "win32"])
def test_that_a_root_that_is_away_is_known_in_another_spelling(
    connection: sa.Connection,
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    first: str,
    second: str,
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    root = roots.add_root(connection, Path(first))

    assert roots.add_root(connection, Path(second)) == root
    assert roots.add_root(connection, Path(second) / "2019") == root


@pytest.mark.parametrize("platform", ["darwin", "win32", "linux"])
def test_that_another_name_is_another_root_and_no_server_is_waited_for(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    real = Path.stat

    def stat(path: Path, **options: Any) -> os.stat_result:
        assert not path.is_relative_to("/Volumes"), "this would wait for a server"
        return real(path, **options)

    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(Path, "stat", stat)
    roots.add_root(connection, Path("/Volumes/server"))

    assert roots.add_root(connection, Path("/Volumes/server 2")).path == Path("/Volumes/server 2")
    assert len(roots.list_roots(connection)) == 2


@pytest.mark.parametrize(("first", "second"), SPELLINGS)
def test_that_another_spelling_is_another_root_where_the_platform_says_so(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch, first: str, second: str
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    roots.add_root(connection, Path(first))

    assert roots.add_root(connection, Path(second)).path == Path(second)
    assert len(roots.list_roots(connection)) == 2


def test_that_the_file_system_is_asked_where_the_folders_are_there(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # A volume of a Mac that tells large letters from small ones, and a drive that does not.
    monkeypatch.setattr(sys, "platform", "darwin")
    for name in ("Here", "here", "One"):
        (tmp_path / name).mkdir()
    (tmp_path / "one").symlink_to(tmp_path / "One")
    root = roots.add_root(connection, tmp_path / "One")

    assert roots.add_root(connection, tmp_path / "one") == root
    roots.add_root(connection, tmp_path / "Here")
    roots.add_root(connection, tmp_path / "here")
    assert len(roots.list_roots(connection)) == 3


def test_that_folders_without_numbers_are_not_taken_for_each_other(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real = Path.stat

    def unnumbered(path: Path) -> os.stat_result:
        values = list(real(path))
        values[stat.ST_INO] = 0
        return os.stat_result(values)

    monkeypatch.setattr(Path, "stat", unnumbered)
    for name in ("One", "one"):
        (tmp_path / name).mkdir()
        roots.add_root(connection, tmp_path / name)

    assert len(roots.list_roots(connection)) == 2


def test_that_a_folder_around_a_root_takes_over_its_files_in_any_spelling(
    connection: sa.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    inner = roots.add_root(connection, Path("/Users/x/Pictures/2019"))
    photos.record_files(connection, inner, [read_photo(inner.path / "a" / "1.jpg", 1)])

    outer = roots.add_root(connection, Path("/users/x/pictures"))

    assert roots.list_roots(connection) == [outer]
    assert list(photos.known_files(connection, outer)) == [Path("/users/x/pictures/2019/a/1.jpg")]
