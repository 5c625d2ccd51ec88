"""A catalogue of photos that can be trashed.

A test file imports the fixtures it uses, and those they use, under their own names.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from photofind.domain import FileStat, FoundFile, Photo, PhotoId, PhotoMetadata
from photofind.paths import LibraryPaths
from photofind.photos.fingerprint import fingerprint
from photofind.store import photos, roots
from photofind.store.database import Database
from photofind.store.photos import ReadFile
from photofind.store.roots import Root
from photofind.store.sqlite_catalogue import SqlitePhotos
from photofind.trash import PhotoTrash

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


def record_files(database: Database, root: Root, *paths: Path) -> list[PhotoId]:
    """What a run of the indexer would know of files; their bytes are their content."""
    with database.writing() as connection:
        ids = photos.record_files(connection, root, [read_file(root, path) for path in paths])
    return [photo_id for photo_id in ids if photo_id is not None]


def read_file(root: Root, path: Path) -> ReadFile:
    found = path.stat()
    stat = FileStat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    photo = Photo(fingerprint(path.read_bytes()), "JPEG", 4, 3, (0, 0, 0), PhotoMetadata())
    return ReadFile(FoundFile(root.path, path, stat), found.st_mtime_ns, photo=photo)


def write_photo(path: Path, content: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def known_paths(database: Database, *photo_ids: PhotoId) -> list[Path]:
    with database.reading() as connection:
        found = photos.paths_of(connection, photo_ids)
    return [path for paths in found.values() for path in paths]


def in_trash(trash: Path) -> list[str]:
    folder = trash / "files"
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
