"""Files of photos in the trash of freedesktop.org, with a real catalogue."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.domain import FileStat, FoundFile, Photo, PhotoId, PhotoMetadata
from photofind.paths import LibraryPaths
from photofind.photos.fingerprint import fingerprint
from photofind.store import photos, roots, tags
from photofind.store.database import Database
from photofind.store.filter_kinds import FOLDER
from photofind.store.filters import Filter
from photofind.store.photos import ReadFile
from photofind.store.roots import Root
from photofind.store.sqlite_catalogue import SqlitePhotos
from photofind.system_trash import OneWayTrash
from photofind.trash import PhotoTrash, Why
from tests.support.cloud import Cloud

BEACH, DOG = b"a beach", b"a dog"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with Database.open(LibraryPaths(tmp_path / "library"), write=True) as database:
        yield database


@pytest.fixture
def root(database: Database, tmp_path: Path) -> Root:
    folder = tmp_path / "photos"
    folder.mkdir()
    with database.writing() as connection:
        return roots.add_root(connection, folder)


@pytest.fixture
def photo_trash(database: Database, trash: Path) -> PhotoTrash:
    """Named apart from the folder, which is `trash`."""
    return PhotoTrash(SqlitePhotos(database))


def _record(database: Database, root: Root, *paths: Path) -> list[PhotoId]:
    """What a run of the indexer would know of files; their bytes are their content."""
    with database.writing() as connection:
        ids = photos.record_files(connection, root, [_read(root, path) for path in paths])
    return [photo_id for photo_id in ids if photo_id is not None]


def _read(root: Root, path: Path) -> ReadFile:
    found = path.stat()
    stat = FileStat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    photo = Photo(fingerprint(path.read_bytes()), "JPEG", 4, 3, (0, 0, 0), PhotoMetadata())
    return ReadFile(FoundFile(root.path, path, stat), found.st_mtime_ns, photo=photo)


def _write(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def _known(database: Database, *photo_ids: PhotoId) -> list[Path]:
    with database.reading() as connection:
        found = photos.paths_of(connection, photo_ids)
    return [path for paths in found.values() for path in paths]


def _in_trash(trash: Path) -> list[str]:
    folder = trash / "files"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def _tags(connection: sa.Connection, photo_id: PhotoId) -> list[str]:
    return [tag.name for tag in tags.tags_of(connection, [photo_id])[photo_id]]


def test_that_only_the_shown_one_of_three_copies_goes(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    copies = [_write(root.path / name / "beach.jpg", BEACH) for name in ("a", "b", "c")]
    (beach, *_) = _record(database, root, *copies)

    choice = photo_trash.choice([beach])
    assert [file.path for file in choice.shown] == copies[:1]
    assert [file.path for file in choice.copies] == copies[1:]
    trashed = photo_trash.move(choice.shown)

    assert [one.file.path for one in trashed.moved] == copies[:1]
    assert trashed.gone == ()
    assert [path.exists() for path in copies] == [False, True, True]
    assert _in_trash(trash) == ["beach.jpg"]
    assert _known(database, beach) == copies[1:]


def test_that_the_shown_one_is_the_one_that_passes_the_search(
    database: Database, root: Root, photo_trash: PhotoTrash
) -> None:
    first = _write(root.path / "Albums" / "beach.jpg", BEACH)
    second = _write(root.path / "Backup" / "beach.jpg", BEACH)
    (beach, _) = _record(database, root, first, second)

    choice = photo_trash.choice([beach], (Filter(FOLDER, FOLDER.read("Backup")),))

    assert [file.path for file in choice.shown] == [second]
    assert [file.path for file in choice.copies] == [first]


def test_that_a_photo_without_a_file_left_is_gone_and_comes_back_with_its_tags(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    path = _write(root.path / "beach.jpg", BEACH)
    (beach,) = _record(database, root, path)
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
    assert _known(database, beach) == [path]
    with database.reading() as connection:
        assert _tags(connection, beach) == ["holiday"]
    assert _in_trash(trash) == []
    assert list((trash / "info").iterdir()) == []


def test_that_a_link_goes_and_what_it_leads_to_stays(
    database: Database, root: Root, photo_trash: PhotoTrash, tmp_path: Path, trash: Path
) -> None:
    outside = _write(tmp_path / "outside" / "beach.jpg", BEACH)
    link = root.path / "link.jpg"
    link.symlink_to(outside)
    (beach,) = _record(database, root, link)

    trashed = photo_trash.move(photo_trash.choice([beach]).shown)

    assert [one.file.path for one in trashed.moved] == [link]
    assert outside.read_bytes() == BEACH
    assert not os.path.lexists(link)
    assert (trash / "files" / "link.jpg").is_symlink()
    photo_trash.restore(trashed.moved)
    assert link.is_symlink()
    assert link.read_bytes() == BEACH
    assert _known(database, beach) == [link]


def test_that_a_link_and_the_file_it_leads_to_go_and_come_back_together(
    database: Database, root: Root, photo_trash: PhotoTrash
) -> None:
    file = _write(root.path / "a.jpg", BEACH)
    link = root.path / "b.jpg"
    link.symlink_to(file)
    (beach, _) = _record(database, root, file, link)
    choice = photo_trash.choice([beach])

    trashed = photo_trash.move([*choice.shown, *choice.copies])
    assert len(trashed.moved) == 2
    assert trashed.refused == ()
    photo_trash.restore(trashed.moved)

    assert _known(database, beach) == [file, link]
    assert link.is_symlink()


def test_that_a_file_behind_a_linked_folder_is_never_moved(
    database: Database, root: Root, photo_trash: PhotoTrash, tmp_path: Path, trash: Path
) -> None:
    outside = _write(tmp_path / "outside" / "deep" / "beach.jpg", BEACH)
    (root.path / "linked").symlink_to(tmp_path / "outside")
    seen = root.path / "linked" / "deep" / "beach.jpg"
    (beach,) = _record(database, root, seen)

    choice = photo_trash.choice([beach])

    assert choice.shown == ()
    assert [(one.path, one.why) for one in choice.refused] == [(seen, Why.BEHIND_LINK)]
    assert outside.exists()


def test_that_a_folder_that_became_a_link_since_it_was_shown_is_not_followed(
    database: Database, root: Root, photo_trash: PhotoTrash, tmp_path: Path, trash: Path
) -> None:
    path = _write(root.path / "folder" / "beach.jpg", BEACH)
    (beach,) = _record(database, root, path)
    shown = photo_trash.choice([beach]).shown
    moved = (root.path / "folder").rename(tmp_path / "elsewhere")
    (root.path / "folder").symlink_to(moved)

    trashed = photo_trash.move(shown)

    assert [one.why for one in trashed.refused] == [Why.BEHIND_LINK]
    assert (moved / "beach.jpg").exists()
    assert _in_trash(trash) == []


def test_that_another_photo_in_the_place_of_the_shown_one_stays(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    path = _write(root.path / "a.jpg", BEACH)
    (beach,) = _record(database, root, path)
    shown = photo_trash.choice([beach]).shown
    # Of the same length and date: only what it holds differs.
    times = path.stat().st_atime_ns, path.stat().st_mtime_ns
    _write(path, BEACH[::-1])
    os.utime(path, ns=times)

    trashed = photo_trash.move(shown)

    assert [one.why for one in trashed.refused] == [Why.CHANGED]
    assert path.read_bytes() == BEACH[::-1]
    assert _in_trash(trash) == []


def test_that_a_touched_file_that_still_holds_the_photo_goes(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    path = _write(root.path / "a.jpg", BEACH)
    (beach,) = _record(database, root, path)
    shown = photo_trash.choice([beach]).shown
    os.utime(path, (1, 1))

    assert len(photo_trash.move(shown).moved) == 1
    assert _in_trash(trash) == ["a.jpg"]


def test_that_files_on_a_disk_that_does_not_answer_stay_and_hold_up_nothing(
    database: Database, root: Root, trash: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.trash.DISK_ANSWERS_S", 0.4)
    photo_trash = PhotoTrash(PhotoRepository(database))
    kept, moved = _write(root.path / "a.jpg", BEACH), _write(root.path / "b.jpg", DOG)
    beach, dog = _record(database, root, kept, moved)
    trashed = photo_trash.move(photo_trash.choice([dog]).shown).moved
    shown = photo_trash.choice([beach]).shown
    real, answers = Path.lstat, threading.Event()

    def lstat(path: Path) -> os.stat_result:
        if path.is_relative_to(root.path):
            assert answers.wait(120)
        return real(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "lstat", lstat)
        for refused in (
            photo_trash.choice([beach]).refused,
            photo_trash.move(shown).refused,
            photo_trash.restore(trashed).refused,
        ):
            assert [one.why for one in refused] == [Why.NOT_CONNECTED]
        answers.set()

    assert kept.exists()
    assert not moved.exists()


def test_that_a_touched_placeholder_stays_unopened(
    database: Database, root: Root, photo_trash: PhotoTrash, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _write(root.path / "a.jpg", BEACH)
    (beach,) = _record(database, root, path)
    shown = photo_trash.choice([beach]).shown
    os.utime(path, (1, 1))
    Cloud(monkeypatch).take(path)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("it was opened"))

    assert [one.why for one in photo_trash.move(shown).refused] == [Why.NOT_HERE]
    assert path.exists()


def test_that_a_placeholder_as_it_was_shown_goes(
    database: Database,
    root: Root,
    photo_trash: PhotoTrash,
    trash: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = _write(root.path / "a.jpg", BEACH)
    (beach,) = _record(database, root, path)
    Cloud(monkeypatch).take(path)

    assert len(photo_trash.move(photo_trash.choice([beach]).shown).moved) == 1
    assert _in_trash(trash) == ["a.jpg"]


def test_that_a_file_the_catalogue_gave_to_another_photo_stays(
    database: Database, root: Root, photo_trash: PhotoTrash
) -> None:
    path = _write(root.path / "a.jpg", BEACH)
    (beach,) = _record(database, root, path)
    shown = photo_trash.choice([beach]).shown
    other = _write(root.path / "b.jpg", DOG)
    with database.writing() as connection:
        read = _read(root, other)
        record = ReadFile(FoundFile(root.path, path, read.found.stat), 1, photo=read.photo)
        photos.record_files(connection, root, [record])

    assert [one.why for one in photo_trash.move(shown).refused] == [Why.CHANGED]
    assert path.exists()


def test_that_a_file_that_is_not_there_or_not_connected_is_refused_and_stays_known(
    database: Database, root: Root, photo_trash: PhotoTrash
) -> None:
    here, gone = _write(root.path / "a.jpg", BEACH), _write(root.path / "b.jpg", DOG)
    beach, dog = _record(database, root, here, gone)
    gone.unlink()
    assert [one.why for one in photo_trash.choice([dog]).refused] == [Why.GONE]
    with database.writing() as connection:
        roots.set_offline(connection, root.id, True)

    choice = photo_trash.choice([beach, dog])

    assert [one.why for one in choice.refused] == [Why.NOT_CONNECTED, Why.NOT_CONNECTED]
    assert _known(database, beach, dog) == [here, gone]


def test_that_what_the_system_refuses_stays_in_the_catalogue(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    path = _write(root.path / "a.jpg", BEACH)
    (beach,) = _record(database, root, path)
    # What should be a folder of the trash is a file.
    _write(trash, b"")

    trashed = photo_trash.move(photo_trash.choice([beach]).shown)

    assert [one.why for one in trashed.refused] == [Why.SYSTEM]
    assert trashed.refused[0].detail
    assert (trashed.moved, trashed.gone) == ((), ())
    assert path.exists()
    assert _known(database, beach) == [path]


@pytest.mark.parametrize("name", ["a b%20ü#.jpg", "[1].jpg", os.fsdecode(b"caf\xe9.jpg")])
def test_that_files_of_any_name_come_back(
    database: Database, root: Root, photo_trash: PhotoTrash, name: str
) -> None:
    path = _write(root.path / name, BEACH)
    (beach,) = _record(database, root, path)

    restored = photo_trash.restore(photo_trash.move(photo_trash.choice([beach]).shown).moved)

    assert [file.path for file in restored.files] == [path]
    assert _known(database, beach) == [path]


def test_that_files_of_one_name_come_back_to_their_own_folders(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    # Something else of the same name is in the trash already.
    _write(trash / "files" / "a.jpg", b"older")
    _write(trash / "info" / "a.jpg.trashinfo", b"[Trash Info]\nPath=/elsewhere/a.jpg\n")
    first, second = _write(root.path / "x/a.jpg", BEACH), _write(root.path / "y/a.jpg", DOG)
    ids = _record(database, root, first, second)

    trashed = photo_trash.move(photo_trash.choice(ids).shown)
    assert [one.entry is not None for one in trashed.moved] == [True, True]
    photo_trash.restore(trashed.moved)

    assert (first.read_bytes(), second.read_bytes()) == (BEACH, DOG)
    assert _in_trash(trash) == ["a.jpg"]


def test_that_nothing_is_overwritten_by_what_comes_back(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    path, other = _write(root.path / "a.jpg", BEACH), _write(root.path / "b.jpg", DOG)
    ids = _record(database, root, path, other)
    trashed = photo_trash.move(photo_trash.choice(ids).shown)
    _write(path, b"a newer one")

    restored = photo_trash.restore(trashed.moved)

    assert path.read_bytes() == b"a newer one"
    assert other.read_bytes() == DOG
    assert [one.file.path for one in restored.left] == [path]
    assert [one.why for one in restored.refused] == [Why.PLACE_TAKEN]
    assert _in_trash(trash) == ["a.jpg"]


def test_that_an_emptied_trash_or_a_removed_folder_is_said(
    database: Database, root: Root, photo_trash: PhotoTrash, trash: Path
) -> None:
    emptied = _write(root.path / "a.jpg", BEACH)
    homeless = _write(root.path / "folder" / "b.jpg", DOG)
    ids = _record(database, root, emptied, homeless)
    trashed = photo_trash.move(photo_trash.choice(ids).shown)
    (trash / "files" / "a.jpg").unlink()
    homeless.parent.rmdir()

    restored = photo_trash.restore(trashed.moved)

    whys = {one.path: one.why for one in restored.refused}
    assert whys == {emptied: Why.NOT_IN_TRASH, homeless: Why.NO_FOLDER}
    assert _in_trash(trash) == ["b.jpg"]
    assert not emptied.exists()


def test_that_a_restored_file_whose_folder_is_searched_no_more_is_only_restored(
    database: Database, root: Root, photo_trash: PhotoTrash
) -> None:
    path = _write(root.path / "a.jpg", BEACH)
    (beach,) = _record(database, root, path)
    trashed = photo_trash.move(photo_trash.choice([beach]).shown)
    with database.writing() as connection:
        roots.remove_root(connection, root.id)

    restored = photo_trash.restore(trashed.moved)

    assert [file.path for file in restored.files] == [path]
    assert path.exists()
    assert _known(database, beach) == []


def test_that_a_trash_that_tells_nothing_says_so_and_keeps_the_file(
    database: Database, root: Root, trash: Path
) -> None:
    one_way = PhotoTrash(SqlitePhotos(database), OneWayTrash())
    path = _write(root.path / "a.jpg", BEACH)
    (beach,) = _record(database, root, path)

    trashed = one_way.move(one_way.choice([beach]).shown)
    restored = one_way.restore(trashed.moved)

    assert [one.why for one in restored.refused] == [Why.ONE_WAY]
    assert _in_trash(trash) == ["a.jpg"]
    assert restored.left == trashed.moved
