"""Files of photos in the trash of freedesktop.org, with a real catalogue."""

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.domain import FoundFile, PhotoId
from photofind.store import photos, roots, tags
from photofind.store.database import Database
from photofind.store.filter_kinds import FOLDER
from photofind.store.filters import Filter
from photofind.store.photos import ReadFile
from photofind.store.roots import Root
from photofind.store.sqlite_catalogue import SqlitePhotos
from photofind.system_trash import OneWayTrash
from photofind.trash import PhotoTrash, Why
from tests.unit.trash_fixtures import (
    BEACH,
    DOG,
    in_trash,
    known_paths,
    read_file,
    record_files,
    write_photo,
)
from tests.unit.trash_fixtures import database as database
from tests.unit.trash_fixtures import photo_trash as photo_trash
from tests.unit.trash_fixtures import root as root


def _tags(connection: sa.Connection, photo_id: PhotoId) -> list[str]:
    return [tag.name for tag in tags.tags_of(connection, [photo_id])[photo_id]]


def test_that_only_the_shown_one_of_three_copies_goes(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    copies = [write_photo(root.path / name / "beach.jpg", BEACH) for name in ("a", "b", "c")]
    (beach, *_) = record_files(database, root, *copies)

    choice = photo_trash.choice([beach])
    assert [file.path for file in choice.shown] == copies[:1]
    assert [file.path for file in choice.copies] == copies[1:]
    trashed = photo_trash.move(choice.shown)

    assert [one.file.path for one in trashed.moved] == copies[:1]
    assert trashed.gone == ()
    assert [path.exists() for path in copies] == [False, True, True]
    assert in_trash(trash) == ["beach.jpg"]
    assert known_paths(database, beach) == copies[1:]


def test_that_the_shown_one_is_the_one_that_passes_the_search(
    database: Database, root: Root, photo_trash: PhotoTrash
) -> None:
    first = write_photo(root.path / "Albums" / "beach.jpg", BEACH)
    second = write_photo(root.path / "Backup" / "beach.jpg", BEACH)
    (beach, _) = record_files(database, root, first, second)

    choice = photo_trash.choice([beach], (Filter(FOLDER, FOLDER.read("Backup")),))

    assert [file.path for file in choice.shown] == [second]
    assert [file.path for file in choice.copies] == [first]


def test_that_a_photo_without_a_file_left_is_gone_and_comes_back_with_its_tags(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    path = write_photo(root.path / "beach.jpg", BEACH)
    (beach,) = record_files(database, root, path)
    with database.writing() as connection:
        tags.add(connection, [beach], "holiday")
    before = path.stat()

    trashed = photo_trash.move(photo_trash.choice([beach]).shown)
    assert trashed.gone == (beach,)
    assert not path.exists()
    restored = photo_trash.restore(trashed.moved)

    assert [file.path for file in restored.files] == [path]
    assert (restored.left, restored.refused) == ((), ())
    assert path.read_bytes() == BEACH
    assert path.stat().st_mtime_ns == before.st_mtime_ns
    assert known_paths(database, beach) == [path]
    with database.reading() as connection:
        assert _tags(connection, beach) == ["holiday"]
    assert in_trash(trash) == []
    assert list((trash / "info").iterdir()) == []


def test_that_a_link_goes_and_what_it_leads_to_stays(
    database: Database, root: Root, photo_trash: PhotoTrash, tmp_path: Path, trash: Path
) -> None:
    outside = write_photo(tmp_path / "outside" / "beach.jpg", BEACH)
    link = root.path / "link.jpg"
    link.symlink_to(outside)
    (beach,) = record_files(database, root, link)

    trashed = photo_trash.move(photo_trash.choice([beach]).shown)

    assert [one.file.path for one in trashed.moved] == [link]
    assert outside.read_bytes() == BEACH
    assert not os.path.lexists(link)
    assert (trash / "files" / "link.jpg").is_symlink()
    photo_trash.restore(trashed.moved)
    assert link.is_symlink()
    assert link.read_bytes() == BEACH
    assert known_paths(database, beach) == [link]


def test_that_a_link_and_the_file_it_leads_to_go_and_come_back_together(
    database: Database, root: Root, photo_trash: PhotoTrash
) -> None:
    file = write_photo(root.path / "a.jpg", BEACH)
    link = root.path / "b.jpg"
    link.symlink_to(file)
    (beach, _) = record_files(database, root, file, link)
    choice = photo_trash.choice([beach])

    trashed = photo_trash.move([*choice.shown, *choice.copies])
    assert len(trashed.moved) == 2
    assert trashed.refused == ()
    photo_trash.restore(trashed.moved)

    assert known_paths(database, beach) == [file, link]
    assert link.is_symlink()


def test_that_a_file_behind_a_linked_folder_is_never_moved(
    database: Database, root: Root, photo_trash: PhotoTrash, tmp_path: Path, trash: Path
) -> None:
    outside = write_photo(tmp_path / "outside" / "deep" / "beach.jpg", BEACH)
    (root.path / "linked").symlink_to(tmp_path / "outside")
    seen = root.path / "linked" / "deep" / "beach.jpg"
    (beach,) = record_files(database, root, seen)

    choice = photo_trash.choice([beach])

    assert choice.shown == ()
    assert [(one.path, one.why) for one in choice.refused] == [(seen, Why.BEHIND_LINK)]
    assert outside.exists()


def test_that_a_folder_that_became_a_link_since_it_was_shown_is_not_followed(
    database: Database, root: Root, photo_trash: PhotoTrash, tmp_path: Path, trash: Path
) -> None:
    path = write_photo(root.path / "folder" / "beach.jpg", BEACH)
    (beach,) = record_files(database, root, path)
    shown = photo_trash.choice([beach]).shown
    moved = (root.path / "folder").rename(tmp_path / "elsewhere")
    (root.path / "folder").symlink_to(moved)

    trashed = photo_trash.move(shown)

    assert [one.why for one in trashed.refused] == [Why.BEHIND_LINK]
    assert (moved / "beach.jpg").exists()
    assert in_trash(trash) == []


def test_that_another_photo_in_the_place_of_the_shown_one_stays(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    path = write_photo(root.path / "a.jpg", BEACH)
    (beach,) = record_files(database, root, path)
    shown = photo_trash.choice([beach]).shown
    # Of the same length and date: only what it holds differs.
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    write_photo(path, BEACH[::-1])
    os.utime(path, ns=times)

    trashed = photo_trash.move(shown)

    assert [one.why for one in trashed.refused] == [Why.CHANGED]
    assert path.read_bytes() == BEACH[::-1]
    assert in_trash(trash) == []


def test_that_a_touched_file_that_still_holds_the_photo_goes(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    path = write_photo(root.path / "a.jpg", BEACH)
    (beach,) = record_files(database, root, path)
    shown = photo_trash.choice([beach]).shown
    os.utime(path, (1, 1))

    assert len(photo_trash.move(shown).moved) == 1
    assert in_trash(trash) == ["a.jpg"]


def test_that_a_file_the_catalogue_gave_to_another_photo_stays(
    database: Database, root: Root, photo_trash: PhotoTrash
) -> None:
    path = write_photo(root.path / "a.jpg", BEACH)
    (beach,) = record_files(database, root, path)
    shown = photo_trash.choice([beach]).shown
    other = write_photo(root.path / "b.jpg", DOG)
    with database.writing() as connection:
        read = read_file(root, other)
        record = ReadFile(FoundFile(root.path, path, read.found.stat), 1, photo=read.photo)
        photos.record_files(connection, root, [record])

    assert [one.why for one in photo_trash.move(shown).refused] == [Why.CHANGED]
    assert path.exists()


def test_that_a_file_that_is_not_there_or_not_connected_is_refused_and_stays_known(
    database: Database, root: Root, photo_trash: PhotoTrash
) -> None:
    here, gone = write_photo(root.path / "a.jpg", BEACH), write_photo(root.path / "b.jpg", DOG)
    beach, dog = record_files(database, root, here, gone)
    gone.unlink()
    assert [one.why for one in photo_trash.choice([dog]).refused] == [Why.GONE]
    with database.writing() as connection:
        roots.set_offline(connection, root.id, True)

    choice = photo_trash.choice([beach, dog])

    assert [one.why for one in choice.refused] == [Why.NOT_CONNECTED, Why.NOT_CONNECTED]
    assert known_paths(database, beach, dog) == [here, gone]


def test_that_what_the_system_refuses_stays_in_the_catalogue(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    path = write_photo(root.path / "a.jpg", BEACH)
    (beach,) = record_files(database, root, path)
    # What should be a folder of the trash is a file.
    write_photo(trash, b"")

    trashed = photo_trash.move(photo_trash.choice([beach]).shown)

    assert [one.why for one in trashed.refused] == [Why.SYSTEM]
    assert trashed.refused[0].detail
    assert (trashed.moved, trashed.gone) == ((), ())
    assert path.exists()
    assert known_paths(database, beach) == [path]


@pytest.mark.parametrize("name", ["a b%20ü#.jpg", "[1].jpg", os.fsdecode(b"caf\xe9.jpg")])
def test_that_files_of_any_name_come_back(
    database: Database, root: Root, photo_trash: PhotoTrash, name: str
) -> None:
    path = write_photo(root.path / name, BEACH)
    (beach,) = record_files(database, root, path)

    restored = photo_trash.restore(photo_trash.move(photo_trash.choice([beach]).shown).moved)

    assert [file.path for file in restored.files] == [path]
    assert known_paths(database, beach) == [path]


def test_that_files_of_one_name_come_back_to_their_own_folders(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    # Something else of the same name is in the trash already.
    write_photo(trash / "files" / "a.jpg", b"older")
    write_photo(trash / "info" / "a.jpg.trashinfo", b"[Trash Info]\nPath=/elsewhere/a.jpg\n")
    first, second = (
        write_photo(root.path / "x/a.jpg", BEACH),
        write_photo(root.path / "y/a.jpg", DOG),
    )
    ids = record_files(database, root, first, second)

    trashed = photo_trash.move(photo_trash.choice(ids).shown)
    assert [one.entry is not None for one in trashed.moved] == [True, True]
    photo_trash.restore(trashed.moved)

    assert (first.read_bytes(), second.read_bytes()) == (BEACH, DOG)
    assert in_trash(trash) == ["a.jpg"]


def test_that_nothing_is_overwritten_by_what_comes_back(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    path, other = write_photo(root.path / "a.jpg", BEACH), write_photo(root.path / "b.jpg", DOG)
    ids = record_files(database, root, path, other)
    trashed = photo_trash.move(photo_trash.choice(ids).shown)
    write_photo(path, b"a newer one")

    restored = photo_trash.restore(trashed.moved)

    assert path.read_bytes() == b"a newer one"
    assert other.read_bytes() == DOG
    assert [one.file.path for one in restored.left] == [path]
    assert [one.why for one in restored.refused] == [Why.PLACE_TAKEN]
    assert in_trash(trash) == ["a.jpg"]


def test_that_an_emptied_trash_or_a_removed_folder_is_said(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    emptied = write_photo(root.path / "a.jpg", BEACH)
    homeless = write_photo(root.path / "folder" / "b.jpg", DOG)
    ids = record_files(database, root, emptied, homeless)
    trashed = photo_trash.move(photo_trash.choice(ids).shown)
    (trash / "files" / "a.jpg").unlink()
    homeless.parent.rmdir()

    restored = photo_trash.restore(trashed.moved)

    whys = {one.path: one.why for one in restored.refused}
    assert whys == {emptied: Why.NOT_IN_TRASH, homeless: Why.NO_FOLDER}
    assert in_trash(trash) == ["b.jpg"]
    assert not emptied.exists()


def test_that_a_restored_file_whose_folder_is_searched_no_more_is_only_restored(
    database: Database, root: Root, photo_trash: PhotoTrash
) -> None:
    path = write_photo(root.path / "a.jpg", BEACH)
    (beach,) = record_files(database, root, path)
    trashed = photo_trash.move(photo_trash.choice([beach]).shown)
    with database.writing() as connection:
        roots.remove_root(connection, root.id)

    restored = photo_trash.restore(trashed.moved)

    assert [file.path for file in restored.files] == [path]
    assert path.exists()
    assert known_paths(database, beach) == []


def test_that_a_trash_that_tells_nothing_says_so_and_keeps_the_file(
    database: Database, root: Root, trash: Path
) -> None:
    one_way = PhotoTrash(SqlitePhotos(database), OneWayTrash())
    path = write_photo(root.path / "a.jpg", BEACH)
    (beach,) = record_files(database, root, path)

    trashed = one_way.move(one_way.choice([beach]).shown)
    restored = one_way.restore(trashed.moved)

    assert [one.why for one in restored.refused] == [Why.ONE_WAY]
    assert in_trash(trash) == ["a.jpg"]
    assert restored.left == trashed.moved
