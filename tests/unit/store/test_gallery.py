from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa

from photofind.domain import PhotoId
from photofind.store import embeddings, gallery, photos, roots, tags
from photofind.store.filter_kinds import FOLDER, FROM
from photofind.store.filter_values import PartialDate
from photofind.store.filters import Filter
from photofind.store.gallery import FolderSummary, PhotoFile, PhotoRows
from photofind.store.ordering import PhotoOrder, ordered_rows
from photofind.store.photos import ReadFile
from photofind.store.roots import Root
from photofind.store.suggestions import replace_suggestions
from photofind.store.tags import Suggestion

from .samples import ROOT, SPACE, fingerprint_of, found, photo_of, read_failure, read_photo

DISK = Path("/disk")


@pytest.fixture
def root(connection: sa.Connection) -> Root:
    return roots.add_root(connection, ROOT)


@pytest.fixture
def disk(connection: sa.Connection) -> Root:
    return roots.add_root(connection, DISK)


def record(connection: sa.Connection, root: Root, *numbers: int) -> list[PhotoId]:
    """Photos of these numbers, each with a file in the root."""
    files = [read_photo(root.path / f"{number}.jpg", number) for number in numbers]
    ids = photos.record_files(connection, root, files)
    return [photo_id for photo_id in ids if photo_id is not None]


def record_taken(
    connection: sa.Connection, root: Root, number: int, taken_at: str | None
) -> PhotoId:
    about = photo_of(number)
    about = replace(about, metadata=replace(about.metadata, taken_at=taken_at))
    path = root.path / f"{number}.jpg"
    (photo_id,) = photos.record_files(
        connection, root, [ReadFile(found(path, number), 5, photo=about)]
    )
    assert photo_id is not None
    return photo_id


def lose(connection: sa.Connection, root: Root, number: int) -> None:
    path = root.path / f"{number}.jpg"
    photos.remove_files(connection, [photos.known_files(connection, root)[path].file_id])


def ids_of(rows: PhotoRows) -> list[int]:
    found: list[int] = rows.photo_ids.tolist()
    return found


def query_plan(connection: sa.Connection, statements: Sequence[tuple[str, Any]]) -> str:
    lines = []
    for statement, parameters in statements:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
        lines += [row[3] for row in plan]
    return "\n".join(lines)


def test_that_an_empty_library_has_no_rows(connection: sa.Connection) -> None:
    for rows in (ordered_rows(connection, PhotoOrder.NEWEST), gallery.rows_of(connection, [])):
        assert len(rows) == 0
        assert rows.photo_ids.dtype == np.int64
        assert rows.aspects.dtype == np.float32
        assert rows.colours.dtype == np.uint32
        assert rows.offline.dtype == np.bool_
    assert gallery.folders(connection) == []
    assert gallery.photos_by_year(connection) == {}


def test_that_a_row_has_the_photos_shape_and_colour(connection: sa.Connection, root: Root) -> None:
    ids = record(connection, root, 500)

    rows = ordered_rows(connection, PhotoOrder.NEWEST)

    assert ids_of(rows) == ids
    assert rows.aspects[0] == np.float32(4500 / 3000)
    assert rows.colours[0] == 0x01C8FF
    assert rows.offline.tolist() == [False]
    columns = (rows.photo_ids, rows.aspects, rows.colours, rows.offline)
    assert [str(column.dtype) for column in columns] == ["int64", "float32", "uint32", "bool"]


def test_that_the_last_taken_comes_first_and_the_undated_come_last(
    connection: sa.Connection, root: Root
) -> None:
    undated = record_taken(connection, root, 1, None)
    old = record_taken(connection, root, 2, "0000-01-01T00:00:00")
    new = record_taken(connection, root, 3, "2099-12-31T23:59:59")
    same_later = [record_taken(connection, root, n, "2019-07-01T12:00:00") for n in (4, 5)]
    fraction = record_taken(connection, root, 6, "2019-07-01T12:00:00.5")
    second_undated = record_taken(connection, root, 7, None)

    rows = ordered_rows(connection, PhotoOrder.NEWEST)

    assert ids_of(rows) == [new, fraction, *same_later, old, undated, second_undated]


def test_that_only_rows_that_pass_a_filter_come_the_newest_first(
    connection: sa.Connection, root: Root, disk: Root
) -> None:
    record_taken(connection, root, 1, "2019-12-31T23:59:59")
    first = record_taken(connection, root, 2, "2020-01-01T00:00:00")
    later = record_taken(connection, root, 3, "2021-06-01T12:00:00")
    record_taken(connection, disk, 4, "2021-07-01T12:00:00")
    record_taken(connection, root, 5, None)
    roots.set_offline(connection, root.id, True)

    filters = (Filter(FROM, PartialDate(2020)), Filter(FOLDER, (ROOT.name,)))
    rows = ordered_rows(connection, PhotoOrder.NEWEST, filters)

    assert ids_of(rows) == [later, first]
    assert rows.offline.tolist() == [True, True]


def test_that_every_row_keeps_its_own_values(connection: sa.Connection, root: Root) -> None:
    numbers = [7, 3, 9, 1, 5]
    ids = record(connection, root, *numbers)
    asked = [ids[2], ids[0], ids[4]]

    rows = gallery.rows_of(connection, asked)

    wanted = [(4000 + number) / 3000 for number in (9, 7, 5)]
    assert ids_of(rows) == asked
    np.testing.assert_allclose(rows.aspects, wanted, rtol=1e-6)


def test_that_a_photo_with_several_files_is_one_row(
    connection: sa.Connection, root: Root, disk: Root
) -> None:
    ids = record(connection, root, 1, 2)
    record(connection, disk, 1)

    assert sorted(ids_of(ordered_rows(connection, PhotoOrder.NEWEST))) == sorted(ids)
    assert ids_of(gallery.rows_of(connection, ids)) == ids


def test_that_photos_without_a_file_and_unreadable_files_have_no_row(
    connection: sa.Connection, root: Root
) -> None:
    gone, kept = record(connection, root, 1, 2)
    photos.record_files(connection, root, [read_failure(ROOT / "bad.jpg", "truncated")])
    lose(connection, root, 1)

    assert ids_of(ordered_rows(connection, PhotoOrder.NEWEST)) == [kept]
    assert ids_of(gallery.rows_of(connection, [gone, kept, 999])) == [kept]


def test_that_rows_follow_the_ids_given_be_they_in_any_order_or_twice(
    connection: sa.Connection, root: Root
) -> None:
    ids = record(connection, root, *range(30))
    asked = [*reversed(ids), ids[3], ids[3]]

    assert ids_of(gallery.rows_of(connection, asked)) == asked
    assert ids_of(gallery.rows_of(connection, np.array(asked))) == asked


def test_that_more_ids_than_sqlite_has_variables_are_answered(
    connection: sa.Connection, root: Root
) -> None:
    (photo_id,) = record(connection, root, 1)

    rows = gallery.rows_of(connection, np.full(50_000, photo_id))

    assert len(rows) == 50_000


def test_that_only_photos_without_a_file_that_can_be_reached_are_offline(
    connection: sa.Connection, root: Root, disk: Root
) -> None:
    here, both = record(connection, root, 1, 2)
    away, _ = record(connection, disk, 3, 2)
    roots.set_offline(connection, disk.id, offline=True)
    wanted = {here: False, both: False, away: True}

    for rows in (
        ordered_rows(connection, PhotoOrder.NEWEST),
        gallery.rows_of(connection, [away, both, here]),
    ):
        assert dict(zip(ids_of(rows), rows.offline.tolist(), strict=True)) == wanted

    roots.set_offline(connection, disk.id, offline=False)
    assert not ordered_rows(connection, PhotoOrder.NEWEST).offline.any()


def test_that_nothing_is_reached_when_every_root_is_away(
    connection: sa.Connection, root: Root
) -> None:
    record(connection, root, 1, 2)
    roots.set_offline(connection, root.id, offline=True)

    assert ordered_rows(connection, PhotoOrder.NEWEST).offline.tolist() == [True, True]


def test_that_details_tell_all_of_a_photo(
    connection: sa.Connection, root: Root, disk: Root
) -> None:
    (photo_id,) = record(connection, disk, 1)
    copies = [read_photo(ROOT / name, 1) for name in ("b/1.jpg", "a.jpg")]
    photos.record_files(connection, root, copies)
    roots.set_offline(connection, disk.id, offline=True)

    about = gallery.details(connection, photo_id)

    assert about is not None
    assert (about.photo_id, about.photo) == (photo_id, photo_of(1))
    assert about.files == (
        PhotoFile(ROOT / "a.jpg", 2, ROOT, offline=False),
        PhotoFile(ROOT / "b/1.jpg", 2, ROOT, offline=False),
        PhotoFile(DISK / "1.jpg", 2, DISK, offline=True),
    )
    assert about.tags == ()


def test_that_details_list_a_persons_tags_before_suggestions(
    connection: sa.Connection, root: Root
) -> None:
    photo_id, other = record(connection, root, 1, 2)
    space = embeddings.space_id(connection, SPACE, create=True)
    suggestions = [Suggestion(photo_id, "sea", 2), Suggestion(photo_id, "boat", 4)]
    replace_suggestions(connection, space, [photo_id], suggestions)
    for name in ("zebra", "Anna"):
        tags.add(connection, [photo_id], name)
    tags.reject(connection, [photo_id], "dog")
    tags.add(connection, [other], "cat")

    about = gallery.details(connection, photo_id)

    assert about is not None
    assert [tag.name for tag in about.tags] == ["Anna", "zebra", "boat", "sea"]


def test_that_a_photo_that_is_gone_still_has_details_and_an_unknown_one_has_none(
    connection: sa.Connection, root: Root
) -> None:
    (photo_id,) = record(connection, root, 1)
    lose(connection, root, 1)

    about = gallery.details(connection, photo_id)

    assert about is not None
    assert about.files == ()
    assert gallery.details(connection, PhotoId(999)) is None


def test_that_names_that_are_no_text_come_back_as_they_are(
    connection: sa.Connection, root: Root
) -> None:
    path = ROOT / "caf\udce9.jpg"
    (photo_id,) = photos.record_files(connection, root, [read_photo(path, 1)])
    assert photo_id is not None

    about = gallery.details(connection, photo_id)

    assert about is not None
    assert [file.path for file in about.files] == [path]


def test_that_a_fingerprint_is_found_by_its_photo(connection: sa.Connection, root: Root) -> None:
    (photo_id,) = record(connection, root, 5)

    assert gallery.fingerprint_of(connection, photo_id) == fingerprint_of(5)
    assert gallery.fingerprint_of(connection, PhotoId(999)) is None


def test_that_folders_count_photos_once_and_failures(
    connection: sa.Connection, root: Root, disk: Root
) -> None:
    record(connection, root, 1, 2)
    photos.record_files(connection, root, [read_photo(ROOT / "copy.jpg", 1)])
    bad = [read_failure(ROOT / name, "truncated") for name in ("bad.jpg", "worse.jpg")]
    photos.record_files(connection, root, bad)
    record(connection, disk, 2)
    moment = datetime(2024, 5, 1, tzinfo=UTC)
    roots.set_last_indexed(connection, root.id, moment)
    roots.set_offline(connection, disk.id, offline=True)
    empty = roots.add_root(connection, Path("/empty"))

    assert gallery.folders(connection) == [
        FolderSummary(replace(root, last_indexed_at=moment), photos=2, failures=2),
        FolderSummary(replace(disk, offline=True), photos=1, failures=0),
        FolderSummary(empty, photos=0, failures=0),
    ]


def test_that_a_folder_of_failures_only_has_no_photos(
    connection: sa.Connection, root: Root
) -> None:
    photos.record_files(connection, root, [read_failure(ROOT / "bad.jpg", "truncated")])

    assert gallery.folders(connection) == [FolderSummary(root, photos=0, failures=1)]


def test_that_years_count_dated_photos_that_have_a_file(
    connection: sa.Connection, root: Root, disk: Root
) -> None:
    years = ["2019", "2019", "2021", "2001", "0000"]
    for number, year in enumerate(years):
        record_taken(connection, root, number, f"{year}-07-01T12:00:00")
    record_taken(connection, root, 10, None)
    record_taken(connection, root, 11, "1999-01-01T00:00:00")
    lose(connection, root, 11)
    record_taken(connection, disk, 0, "2019-07-01T12:00:00")

    found = gallery.photos_by_year(connection)

    assert list(found.items()) == [(0, 1), (2001, 1), (2019, 2), (2021, 1)]


def test_that_rows_of_some_photos_do_not_read_the_whole_catalogue(
    connection: sa.Connection, root: Root, disk: Root
) -> None:
    (photo_id, _) = record(connection, root, *range(2))
    roots.set_offline(connection, disk.id, offline=True)
    seen: list[tuple[str, object]] = []
    engine = connection.engine

    def note(
        _connection: object, _cursor: object, statement: str, given: object, *_: object
    ) -> None:
        seen.append((statement, given))

    sa.event.listen(engine, "before_cursor_execute", note)
    gallery.rows_of(connection, [photo_id])
    gallery.details(connection, photo_id)
    gallery.fingerprint_of(connection, photo_id)
    sa.event.remove(engine, "before_cursor_execute", note)

    plan = query_plan(connection, seen)
    assert "SEARCH photos" in plan
    assert "SEARCH files" in plan
    assert "SCAN photos" not in plan
    assert "SCAN files" not in plan
