"""The catalogue follows the folders on disk, whatever happens to them."""

import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from photofind.cancel import CancelToken
from photofind.errors import BadInputError, CancelledError, LibraryBusyError, LibraryDamagedError
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.events import Event, IndexFinished, PhotosChanged
from photofind.indexing.local import CatalogueWorker
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.search.parser import parse
from photofind.store.tag_decisions import TagChanges
from tests.support.checkpoints import make_checkpoint
from tests.support.contents import catalogue_contents

Index = Callable[..., IndexFinished]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def index(folder: Path, tiny_folder: Path) -> Index:
    def run(*folders: Path, checkpoint: str | None = f"local-dir:{tiny_folder}") -> IndexFinished:
        with Library(folder, write=True, make_worker=CatalogueWorker) as library:
            return library.index(folders, checkpoint)

    return run


def _age(folder: Path) -> None:
    """Make files look written long ago, so that their stat alone vouches for them."""
    for path in folder.rglob("*"):
        if path.is_file():
            os.utime(path, (1_500_000_000, 1_500_000_000))


def _paths(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_that_every_photo_becomes_searchable(index: Index, folder: Path, pictures: Path) -> None:
    report = index(pictures)

    assert (report.found, report.embedded, report.failures) == (12, 12, ())
    with Library(folder) as library:
        result = library.search_engine.by_query(parse("a boat"), 50)
    assert sorted(hit.path for hit in result.hits) == _paths(pictures)


def test_that_a_second_run_embeds_nothing(index: Index, pictures: Path) -> None:
    index(pictures)
    report = index()

    assert (report.found, report.embedded, report.unchanged) == (12, 0, 12)


def test_that_moves_and_renames_embed_nothing(index: Index, folder: Path, pictures: Path) -> None:
    index(pictures)
    before = catalogue_contents(folder).embeddings
    (pictures / "land").rename(pictures / "country")
    (pictures / "sea" / "01.jpg").rename(pictures / "first.jpg")

    report = index()

    assert (report.embedded, report.moved, report.removed) == (0, 7, 0)
    assert catalogue_contents(folder).paths == {os.fsencode(path) for path in _paths(pictures)}
    assert catalogue_contents(folder).embeddings == before


def test_that_a_renamed_root_moves_its_photos_to_the_new_name(
    index: Index, folder: Path, pictures: Path
) -> None:
    (pictures / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    index(pictures)
    renamed = pictures.rename(pictures.with_name("renamed"))

    report = index(renamed)

    assert (report.embedded, report.moved, report.offline) == (0, 12, ())
    with Library(folder) as library:
        assert [root.path for root in library.status().roots] == [renamed]


def test_that_copies_are_embedded_once(index: Index, folder: Path, pictures: Path) -> None:
    shutil.copytree(pictures, pictures / "backup")

    report = index(pictures)

    assert (report.found, report.embedded, report.duplicates) == (24, 12, 12)


def test_that_deleting_one_of_two_copies_is_no_move(index: Index, pictures: Path) -> None:
    shutil.copy(pictures / "sea" / "01.jpg", pictures / "copy.jpg")
    index(pictures)
    (pictures / "copy.jpg").unlink()

    report = index()

    assert (report.moved, report.removed, report.duplicates) == (0, 1, 0)


def test_that_what_comes_back_is_not_embedded_again(
    index: Index, pictures: Path, tmp_path: Path
) -> None:
    index(pictures)
    away = (pictures / "sea" / "01.jpg").rename(tmp_path / "away.jpg")
    assert index().removed == 1
    away.rename(pictures / "sea" / "back.jpg")

    report = index()

    assert (report.embedded, report.found) == (0, 12)


@pytest.mark.parametrize("emptied", [False, True])
def test_that_a_root_that_is_gone_or_empty_loses_nothing(
    index: Index, folder: Path, pictures: Path, emptied: bool
) -> None:
    index(pictures)
    before = catalogue_contents(folder)
    hidden = pictures.rename(pictures.with_name("hidden"))
    if emptied:
        pictures.mkdir()

    for _ in range(10):
        report = index()
        assert report.offline == (pictures,)
        assert (report.removed, report.moved) == (0, 0)
    assert catalogue_contents(folder) == before

    if emptied:
        pictures.rmdir()
    hidden.rename(pictures)
    report = index()
    assert (report.embedded, report.unchanged, report.offline) == (0, 12, ())


def test_that_a_root_that_lost_nearly_everything_counts_as_offline(
    index: Index, folder: Path, pictures: Path
) -> None:
    index(pictures)
    before = catalogue_contents(folder)
    for path in _paths(pictures)[1:]:
        path.unlink()

    assert index().offline == (pictures,)
    assert catalogue_contents(folder) == before


def test_that_a_deleted_photo_is_found_no_more(index: Index, folder: Path, pictures: Path) -> None:
    index(pictures)
    (pictures / "sea" / "01.jpg").unlink()

    assert index().removed == 1
    with Library(folder) as library:
        result = library.search_engine.by_query(parse("a boat"), 50)
    assert sorted(hit.path for hit in result.hits) == _paths(pictures)


def test_that_an_edit_of_the_same_size_and_time_is_embedded(index: Index, pictures: Path) -> None:
    path = pictures / "plain.bmp"
    draw_scene(100, (64, 64)).image.save(path)
    _age(pictures)
    index(pictures)
    size = path.stat().st_size
    draw_scene(101, (64, 64)).image.save(path)
    os.utime(path, (1_500_000_000, 1_500_000_000))
    assert path.stat().st_size == size

    assert index().embedded == 1


def test_that_a_photo_edited_in_place_keeps_its_tags(
    index: Index, folder: Path, pictures: Path
) -> None:
    index(pictures)
    photo = pictures / "sea" / "01.jpg"
    with Library(folder, write=True) as library:
        library.tags_of([photo], TagChanges(added=("holiday",), rejected=("work",)))
    draw_scene(1, (200, 150)).image.save(photo)
    assert index().embedded == 1

    with Library(folder, write=True) as library:
        (found,) = library.tags_of([photo])
        assert [tag.name for tag in found.tags] == ["holiday"]


def test_that_originals_stay_as_they_are(index: Index, folder: Path, pictures: Path) -> None:
    (pictures / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    _age(pictures)

    def states() -> list[tuple[str, int, int, list[str]]]:
        return [
            (
                hashlib.sha256(path.read_bytes()).hexdigest(),
                path.stat().st_mtime_ns,
                path.stat().st_mode,
                os.listxattr(path) if hasattr(os, "listxattr") else [],
            )
            for path in [*_paths(pictures)]
        ]

    before, names = states(), _paths(pictures)
    index(pictures)
    with Library(folder) as library:
        library.search_engine.by_query(parse("a boat"), 5)

    assert _paths(pictures) == names
    assert states() == before


def test_that_a_file_that_cannot_be_read_is_listed_until_it_is_mended(
    index: Index, pictures: Path
) -> None:
    whole = (pictures / "sea" / "01.jpg").read_bytes()
    (pictures / "torn.jpg").write_bytes(whole[: len(whole) // 2])
    (pictures / "notes.txt").write_text("no photo")
    (pictures / "README").write_text("no photo either")

    for report in (index(pictures), index()):
        assert report.found == 13
        assert [failure.path.name for failure in report.failures] == ["torn.jpg"]
        assert "ends too early" in report.failures[0].reason

    draw_scene(500, (100, 80)).image.save(pictures / "torn.jpg")
    report = index()
    assert (report.embedded, report.failures) == (1, ())


def test_that_several_broken_copies_are_all_listed(index: Index, pictures: Path) -> None:
    for number in range(5):
        (pictures / f"broken{number}.jpg").write_bytes(b"\xff\xd8\xff no picture")

    assert len(index(pictures).failures) == 5


def test_that_names_that_are_no_text_survive(index: Index, folder: Path, pictures: Path) -> None:
    strange = Path(os.fsdecode(os.fsencode(pictures) + b"/caf\xe9 \xff.jpg"))
    shutil.copy(pictures / "sea" / "01.jpg", strange)
    draw_scene(800, (80, 80)).image.save(strange)

    index(pictures)

    with Library(folder) as library:
        hits = library.search_engine.by_query(parse("a boat"), 50).hits
    assert strange in {hit.path for hit in hits}


def test_that_stopping_keeps_whole_batches_and_the_next_run_goes_on(
    folder: Path, pictures: Path, index: Index, tiny_folder: Path, tmp_path: Path
) -> None:
    for number in range(100, 190):
        draw_scene(number, (60, 60)).image.save(pictures / f"{number}.png")
    cancel = CancelToken()

    def stop_after_one_batch(event: Event) -> None:
        if isinstance(event, PhotosChanged):
            cancel.cancel()

    with (
        Library(folder, write=True, make_worker=CatalogueWorker) as library,
        pytest.raises(CancelledError),
    ):
        library.index(
            [pictures], f"local-dir:{tiny_folder}", listener=stop_after_one_batch, cancel=cancel
        )
    kept = len(catalogue_contents(folder).embeddings)
    report = index(pictures)

    assert kept == 32
    assert report.embedded == 102 - kept
    assert len(catalogue_contents(folder).embeddings) == 102


def test_that_the_old_checkpoint_answers_until_the_new_one_is_complete(
    folder: Path, pictures: Path, index: Index, tmp_path: Path
) -> None:
    index(pictures)
    newer = f"local-dir:{make_checkpoint(tmp_path / 'newer', seed=5)}"
    cancel = CancelToken()
    cancel.cancel()
    with (
        Library(folder, write=True, make_worker=CatalogueWorker) as library,
        pytest.raises(CancelledError),
    ):
        library.index([], newer, cancel=cancel)

    with Library(folder) as library:
        assert library.serving_encoder.space.checkpoint != newer
        assert library.search_engine.by_query(parse("a boat"), 50).total == 12

    assert index(checkpoint=newer).embedded == 12
    with Library(folder) as library:
        assert library.serving_encoder.space.checkpoint == newer
        assert library.search_engine.by_query(parse("a boat"), 50).total == 12


def test_that_a_second_writer_is_told_who_holds_the_library(folder: Path) -> None:
    with (
        Library(folder, write=True, make_worker=CatalogueWorker),
        pytest.raises(LibraryBusyError, match=str(os.getpid())),
    ):
        Library(folder, write=True, make_worker=CatalogueWorker)


def test_that_a_library_can_be_searched_while_it_is_written(
    index: Index, folder: Path, pictures: Path
) -> None:
    index(pictures)

    with Library(folder, write=True, make_worker=CatalogueWorker), Library(folder) as reader:
        assert reader.search_engine.by_query(parse("a boat"), 3).total == 12


def test_that_a_folder_that_is_not_there_is_an_error(index: Index, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="nowhere"):
        index(tmp_path / "nowhere")


def test_that_a_damaged_embedding_is_reported_and_made_again(
    index: Index, folder: Path, pictures: Path
) -> None:
    index(pictures)
    with closing(sqlite3.connect(LibraryPaths(folder).catalogue)) as connection, connection:
        ((photo, vector),) = connection.execute(
            "SELECT photo_id, vector FROM embeddings LIMIT 1"
        ).fetchall()
        flipped = bytes([vector[0] ^ 64]) + vector[1:]
        connection.execute("UPDATE embeddings SET vector = ? WHERE photo_id = ?", (flipped, photo))
    with Library(folder) as library, pytest.raises(LibraryDamagedError, match=str(photo)):
        library.check()

    assert index().embedded == 1
    with Library(folder) as library:
        library.check()


def test_that_a_library_among_the_photos_does_not_index_itself(
    pictures: Path, tiny_folder: Path
) -> None:
    for _ in range(2):
        with Library(pictures / "library", write=True, make_worker=CatalogueWorker) as library:
            report = library.index([pictures], f"local-dir:{tiny_folder}")
        assert report.found == 12


def test_that_photos_nobody_may_write_are_indexed(index: Index, pictures: Path) -> None:
    for path in [*pictures.rglob("*"), pictures]:
        path.chmod(path.stat().st_mode & ~0o222)
    try:
        assert index(pictures).embedded == 12
    finally:
        for path in [pictures, *pictures.rglob("*")]:
            path.chmod(path.stat().st_mode | 0o200)


def test_that_nothing_to_index_is_an_error(index: Index) -> None:
    with pytest.raises(BadInputError, match="nothing to index"):
        index()
