import os
import unicodedata
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.domain import Failure, FileStat, FoundFile, PhotoId
from photofind.store import counts, derived, embeddings, photos, roots, schema
from photofind.store.counts import Counts
from photofind.store.photos import ReadFile
from photofind.store.roots import Root
from photofind.store.waiting import add_waiting

from .samples import (
    ROOT,
    SPACE,
    fingerprint_of,
    found,
    photo_of,
    read_failure,
    read_photo,
    unit_vectors,
)


@pytest.fixture
def root(connection: sa.Connection) -> Root:
    return roots.add_root(connection, ROOT)


def record(connection: sa.Connection, root: Root, name: str, number: int) -> PhotoId:
    (photo_id,) = photos.record_files(connection, root, [read_photo(ROOT / name, number)])
    assert photo_id is not None
    return photo_id


def test_that_a_recorded_file_is_known_as_it_was_read(
    connection: sa.Connection, root: Root
) -> None:
    photo_id = record(connection, root, "a/1.jpg", 1)
    (file,) = photos.known_files(connection, root).values()
    assert file.path == ROOT / "a/1.jpg"
    assert (file.stat, file.read_at_ns) == (FileStat(2, 3, 4, 5), 5)
    assert (file.photo_id, file.failure) == (photo_id, None)


def test_that_a_photo_is_kept_as_it_was_read(connection: sa.Connection, root: Root) -> None:
    photo_id = record(connection, root, "1.jpg", 1)
    assert photos.photo(connection, photo_id) == photo_of(1)
    assert photos.photo(connection, PhotoId(99)) is None


@pytest.mark.parametrize("value", [2**64 - 1, 2**63, 2**127, -(2**63) - 1, -11644473600 * 10**9, 0])
def test_that_stats_beyond_64_bits_are_kept(
    connection: sa.Connection, root: Root, value: int
) -> None:
    stat = FileStat(1, mtime_ns=value, ctime_ns=value, inode=value)
    photo_id = record(connection, root, "1.jpg", 1)
    again = ReadFile(FoundFile(ROOT, ROOT / "1.jpg", stat), 9, fingerprint=fingerprint_of(1))
    photos.record_files(connection, root, [again])
    (file,) = photos.known_files(connection, root).values()
    assert (file.stat, file.read_at_ns, file.photo_id) == (stat, 9, photo_id)


def test_that_equal_contents_are_one_photo(connection: sa.Connection, root: Root) -> None:
    files = [read_photo(ROOT / f"{name}.jpg", 7) for name in "cab"]
    first, *others = photos.record_files(connection, root, files)
    assert first is not None
    assert others == [first, first]
    assert photos.paths_of(connection, [first]) == {
        first: [ROOT / "a.jpg", ROOT / "b.jpg", ROOT / "c.jpg"]
    }


def test_that_ids_come_in_the_order_of_the_files(connection: sa.Connection, root: Root) -> None:
    two = record(connection, root, "2.jpg", 2)
    one = record(connection, root, "1.jpg", 1)
    again = [
        read_photo(ROOT / "x.jpg", 1),
        read_failure(ROOT / "y.jpg", "torn"),
        ReadFile(found(ROOT / "z.jpg"), 5, fingerprint=fingerprint_of(2)),
    ]
    assert photos.record_files(connection, root, again) == [one, None, two]


def test_that_a_moved_photo_keeps_its_embedding(connection: sa.Connection, root: Root) -> None:
    space = embeddings.space_id(connection, SPACE, create=True)
    before = record(connection, root, "old/1.jpg", 1)
    embeddings.add_embeddings(connection, space, [before], unit_vectors(1))
    (file,) = photos.known_files(connection, root).values()
    photos.remove_files(connection, [file.file_id])
    moved = ReadFile(found(ROOT / "new/1.jpg"), 5, fingerprint=fingerprint_of(1))
    assert photos.record_files(connection, root, [moved]) == [before]
    assert derived.pending(connection, [embeddings.producer_of(SPACE)]) == set()
    assert photos.paths_of(connection, [before]) == {before: [ROOT / "new/1.jpg"]}


def test_that_an_edited_file_becomes_another_photo(connection: sa.Connection, root: Root) -> None:
    before = record(connection, root, "1.jpg", 1)
    after = record(connection, root, "1.jpg", 2)
    assert before != after
    assert photos.paths_of(connection, [before, after]) == {after: [ROOT / "1.jpg"]}
    assert photos.photo_ids_of(connection, [fingerprint_of(1)]) == {fingerprint_of(1): before}


def test_that_reading_again_replaces_what_a_photo_says(
    connection: sa.Connection, root: Root
) -> None:
    photo_id = record(connection, root, "1.jpg", 1)
    connection.execute(sa.update(schema.photos).values(camera="misread", width=1))
    assert record(connection, root, "1.jpg", 1) == photo_id
    assert photos.photo(connection, photo_id) == photo_of(1)


def test_that_a_file_turns_from_failure_to_photo_and_back(
    connection: sa.Connection, root: Root
) -> None:
    path = ROOT / "1.jpg"
    for _ in range(2):
        photos.record_files(connection, root, [read_failure(path, "torn")])
        assert photos.failures(connection) == [Failure(path, "torn")]
        record(connection, root, "1.jpg", 1)
        assert photos.failures(connection) == []
    assert len(photos.known_files(connection, root)) == 1


def test_that_failures_are_listed_by_root_and_path(connection: sa.Connection, root: Root) -> None:
    other = roots.add_root(connection, Path("/other"))
    names = ["b.jpg", "a.jpg"]
    photos.record_files(connection, root, [read_failure(ROOT / name, name) for name in names])
    photos.record_files(connection, other, [read_failure(other.path / "c.jpg", "c")])
    assert [failure.reason for failure in photos.failures(connection)] == ["c", "a.jpg", "b.jpg"]
    assert photos.failures(connection, other.id) == [Failure(other.path / "c.jpg", "c")]


def test_that_files_are_known_by_root(connection: sa.Connection, root: Root) -> None:
    other = roots.add_root(connection, Path("/other"))
    record(connection, root, "1.jpg", 1)
    assert photos.known_files(connection, other) == {}


def test_that_counts_tell_duplicates_from_photos(connection: sa.Connection, root: Root) -> None:
    assert counts.overall(connection) == Counts(0, 0, 0, 0, 1, 0, 0)
    for name, number in [("a", 1), ("b", 1), ("c", 1), ("d", 2)]:
        record(connection, root, f"{name}.jpg", number)
    photos.record_files(connection, root, [read_failure(ROOT / "e.jpg", "torn")])
    roots.set_offline(connection, roots.add_root(connection, Path("/usb")).id, True)
    add_waiting(connection, root, [ROOT / "f.jpg", ROOT / "g.jpg"])
    assert counts.overall(connection) == Counts(
        photos_with_files=2,
        files=5,
        duplicates=2,
        failures=1,
        roots=2,
        offline_roots=1,
        waiting=2,
    )


def test_that_known_files_can_be_asked_for_by_folder(connection: sa.Connection, root: Root) -> None:
    names = ["a.jpg", "sea/b.jpg", "sea/far/c.jpg", "sea.jpg", "sea-/d.jpg", "sea0/e.jpg"]
    for number, name in enumerate(names):
        record(connection, root, name, number)

    def below(folder: Path, deep: bool) -> list[str]:
        known = photos.known_files_below(connection, root, folder, deep=deep)
        return sorted(str(path.relative_to(ROOT)) for path in known)

    assert below(ROOT / "sea", deep=False) == ["sea/b.jpg"]
    assert below(ROOT / "sea", deep=True) == ["sea/b.jpg", "sea/far/c.jpg"]
    assert below(ROOT, deep=False) == ["a.jpg", "sea.jpg"]
    assert below(ROOT, deep=True) == sorted(names)
    assert below(ROOT / "nowhere", deep=True) == []
    assert photos.count_files(connection, root) == len(names)


def test_that_more_values_than_sqlite_takes_at_once_are_fine(
    connection: sa.Connection, root: Root
) -> None:
    asked = 40_000
    files = [read_photo(ROOT / f"{number}.jpg", number) for number in range(1200)]
    ids = [photo_id for photo_id in photos.record_files(connection, root, files) if photo_id]
    prints = [fingerprint_of(number) for number in range(asked)]
    assert list(photos.photo_ids_of(connection, prints).values()) == ids
    paths = photos.paths_of(connection, [PhotoId(number) for number in range(asked)])
    assert [path for found in paths.values() for path in found] == [
        ROOT / f"{number}.jpg" for number in range(1200)
    ]


def test_that_removed_files_are_no_longer_known(connection: sa.Connection, root: Root) -> None:
    for number in (1, 2, 3):
        record(connection, root, f"{number}.jpg", number)
    known = photos.known_files(connection, root)
    going = [known[ROOT / name].file_id for name in ("1.jpg", "3.jpg")]
    photos.remove_files(connection, going)
    assert list(photos.known_files(connection, root)) == [ROOT / "2.jpg"]


def test_that_nothing_to_do_is_fine(connection: sa.Connection, root: Root) -> None:
    assert photos.record_files(connection, root, []) == []
    assert photos.photo_ids_of(connection, []) == {}
    assert photos.paths_of(connection, []) == {}
    photos.remove_files(connection, [])


def test_that_a_fingerprint_without_its_photo_is_refused(
    connection: sa.Connection, root: Root
) -> None:
    unknown = ReadFile(found(ROOT / "1.jpg"), 5, fingerprint=fingerprint_of(9))
    with pytest.raises(ValueError, match="no photo with fingerprint"):
        photos.record_files(connection, root, [unknown])


def test_that_a_file_outside_the_root_is_refused(connection: sa.Connection, root: Root) -> None:
    with pytest.raises(ValueError, match="is not below"):
        photos.record_files(connection, root, [read_failure(Path("/pictures2/1.jpg"), "torn")])


def test_that_a_file_is_a_photo_or_a_failure() -> None:
    path = ROOT / "1.jpg"
    with pytest.raises(ValueError, match="either"):
        ReadFile(found(path), 5)
    with pytest.raises(ValueError, match="either"):
        ReadFile(found(path), 5, photo=photo_of(1), failure="torn")
    with pytest.raises(ValueError, match="two fingerprints"):
        ReadFile(found(path), 5, photo=photo_of(1), fingerprint=fingerprint_of(2))


@pytest.mark.skipif(os.name != "posix", reason="names are bytes on POSIX only")
def test_that_composed_and_decomposed_names_are_two_files(
    connection: sa.Connection, root: Root
) -> None:
    names = [unicodedata.normalize(form, "Ça été.jpg") for form in ("NFC", "NFD")]
    for number, name in enumerate(names):
        record(connection, root, name, number)
    assert set(photos.known_files(connection, root)) == {ROOT / name for name in names}
    texts = connection.scalars(sa.select(schema.files.c.path_text)).all()
    assert texts == [names[0], names[0]]
