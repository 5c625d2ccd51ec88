"""What a run does for the catalogue besides reading: copies, purging, and life after damage."""

import logging
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.domain import PhotoId
from photofind.indexing.local import CatalogueWorker
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.store import schema
from photofind.store.database import Database
from photofind.store.restore import restore
from photofind.store.snapshots import snapshots
from photofind.store.tag_decisions import TagChanges


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


def index(folder: Path, photos: Path, checkpoint: Path) -> None:
    with Library(folder, write=True, make_worker=CatalogueWorker) as library:
        library.index([photos], f"local-dir:{checkpoint}")


def catalogue_of(library: Library) -> dict[Path, set[str]]:
    """Every file with the tags of its photo."""
    catalogue = library.catalogue
    paths = catalogue.photos.paths(catalogue.photos.all_rows().photo_ids.tolist())
    named = zip(paths.values(), catalogue.tags.of(list(paths)), strict=True)
    return {path: {tag.name for tag in own} for places, own in named for path in places}


def photo_at(library: Library, path: Path) -> PhotoId:
    (root,) = library.roots()
    (found,) = [file.photo_id for file in library.catalogue.files.known(root) if file.path == path]
    assert found is not None
    return found


def tag(library: Library, path: Path, name: str) -> None:
    library.catalogue.tags.decide([photo_at(library, path)], TagChanges(added=(name,)))


def test_that_a_run_copies_the_catalogue_once_a_week(
    folder: Path, pictures: Path, tiny_folder: Path
) -> None:
    for _ in range(3):
        index(folder, pictures, tiny_folder)
    # The first run began with nothing to copy, the third with a copy of today.
    assert len(snapshots(folder / "snapshots")) == 1


def test_that_a_run_forgets_what_has_been_gone_for_a_year(
    folder: Path, pictures: Path, tiny_folder: Path
) -> None:
    index(folder, pictures, tiny_folder)
    first = sorted(pictures.rglob("*.*"))[0]
    first.unlink()
    index(folder, pictures, tiny_folder)
    paths = LibraryPaths(folder)
    with Database.open(paths, write=True) as database, database.writing() as connection:
        gone = schema.photos.c.gone_at.is_not(None)
        assert len(connection.execute(sa.select(schema.photos.c.id).where(gone)).all()) == 1
        connection.execute(sa.update(schema.photos).where(gone).values(gone_at="2020-01-01"))

    index(folder, pictures, tiny_folder)

    with Database.open(paths, write=False) as database, database.reading() as connection:
        assert connection.execute(sa.select(schema.photos.c.id).where(gone)).all() == []


def test_that_a_restored_library_is_brought_up_to_date_by_the_next_run(
    folder: Path, pictures: Path, tiny_folder: Path
) -> None:
    paths = sorted(pictures.rglob("*.*"))
    later = pictures.parent / paths[-1].name
    paths[-1].rename(later)
    index(folder, pictures, tiny_folder)
    with Library(folder, write=True) as library:
        tag(library, paths[0], "before")
    with Database.open(LibraryPaths(folder), write=True) as database:
        taken = database.take_snapshot()
    later.rename(paths[-1])
    paths[1].unlink()
    index(folder, pictures, tiny_folder)
    with Library(folder, write=True) as library:
        tag(library, paths[2], "after")
        tag(library, paths[-1], "new")
        expected = catalogue_of(library)
    with Library(folder, write=True) as library:
        library_paths = library.paths

    restore(library_paths, taken)
    index(folder, pictures, tiny_folder)

    with Library(folder) as library:
        assert catalogue_of(library) == expected
        assert library.status().embedded == len(paths) - 1


def test_that_a_run_is_logged_with_its_counts(
    folder: Path, pictures: Path, tiny_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "photofind")
    index(folder, pictures, tiny_folder)
    said = "\n".join(record.getMessage() for record in caplog.records)
    assert "Scanned 12 files" in said
    assert "Recorded a batch of 12 files" in said
    assert "12 embedded" in said
    assert str(pictures) not in said
