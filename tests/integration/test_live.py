"""The window's library, on real pictures, with the real child process."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from photofind.child.client import ChildClient
from photofind.domain import PhotoId
from photofind.errors import BadInputError, CheckpointError
from photofind.evaluation.drawn_album import draw_album
from photofind.events import (
    IndexFinished,
    IndexPhase,
    IndexProgress,
    LibraryUpToDate,
    PhotosChanged,
    SearchableChanged,
)
from photofind.library import Library
from photofind.live.library import LiveLibrary
from photofind.live.results import RegionOfPhoto
from photofind.paths import LibraryPaths
from photofind.photos.thumbnails import ThumbnailCache
from photofind.search.parser import parse
from photofind.settings import Settings, save_setting
from photofind.store.ordering import PhotoOrder
from photofind.store.tag_decisions import TagChanges
from photofind.store.tags import TagState
from tests.support.checkpoints import make_checkpoint
from tests.support.emitted_events import EmittedEvents
from tests.support.warm_child import WarmChild

PICTURES = 24


@pytest.fixture(scope="session")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return draw_album(tmp_path_factory.mktemp("album"), PICTURES)


@pytest.fixture
def folder(album: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(album, tmp_path / "photos"))


@pytest.fixture
def told() -> EmittedEvents:
    return EmittedEvents()


@pytest.fixture
def live(told: EmittedEvents, tmp_path: Path, warm_child: WarmChild) -> Iterator[LiveLibrary]:
    library = LiveLibrary(tmp_path / "library", told.listen, make_worker=warm_child.lend)
    library.start()
    yield library
    library.close()


@pytest.fixture
def read(live: LiveLibrary, told: EmittedEvents, folder: Path) -> LiveLibrary:
    """With every photo of the folder read."""
    live.folders.add([folder])
    told.wait_for(SearchableChanged, lambda event: event.photos == PICTURES)
    return live


def _photo(library: LiveLibrary, row: int) -> PhotoId:
    return PhotoId(int(library.catalogue.photos.all_rows().photo_ids[row]))


def _taken_at(library: LiveLibrary, photo_id: int) -> str:
    details = library.catalogue.photos.details(PhotoId(photo_id))
    assert details is not None
    assert details.photo.metadata.taken_at is not None
    return details.photo.metadata.taken_at


def test_that_photos_can_be_found_by_what_they_show(read: LiveLibrary) -> None:
    results = read.search.find(parse("a house"))

    assert len(results.rows) > 0
    assert results.total == PICTURES
    assert results.coverage.searchable == results.coverage.known == PICTURES
    assert results.sure <= len(results.rows)


def test_that_typed_text_is_embedded_without_the_child(
    live: LiveLibrary,
    told: EmittedEvents,
    folder: Path,
    warm_child: WarmChild,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("a text was sent to the child")

    monkeypatch.setattr(warm_child, "encode_texts", refuse)
    live.folders.add([folder])
    told.wait_for(LibraryUpToDate, lambda event: event.last_run is not None)

    assert live.search.find(parse("a house")).total == PICTURES


def test_that_an_empty_library_answers_with_nothing(live: LiveLibrary) -> None:
    results = live.search.find(parse("a house"))

    assert len(results.rows) == 0
    assert results.coverage.known == 0


def test_that_a_photo_is_first_among_those_like_it(read: LiveLibrary) -> None:
    photo = _photo(read, 5)
    (path,) = read.catalogue.photos.shown_paths([photo])

    assert read.search.find_like(photo).rows.photo_ids[0] == photo
    assert read.search.find_like(path).rows.photo_ids[0] == photo


def test_that_filters_alone_list_by_date_without_an_end(read: LiveLibrary) -> None:
    results = read.search.find(parse("from:2014"))

    assert not results.ranked
    assert len(results.rows) == PICTURES
    dates = [_taken_at(read, photo_id) for photo_id in results.rows.photo_ids.tolist()]
    assert dates == sorted(dates, reverse=True)


@pytest.mark.parametrize("query", ["a house", "a boat on the sea -from:2019", "gibberish qwx"])
def test_that_a_search_in_another_order_keeps_what_is_sure(read: LiveLibrary, query: str) -> None:
    best_first = read.search.find(parse(query))
    by_name = read.search.find(parse(query), PhotoOrder.NAME)

    kept = best_first.rows.photo_ids[: best_first.sure or None].tolist()
    names = [path.name for path in read.catalogue.photos.shown_paths(kept)]
    expected = [kept[row] for row in sorted(range(len(kept)), key=lambda row: names[row])]
    assert by_name.rows.photo_ids.tolist() == expected
    assert by_name.guesses_from == best_first.sure


def test_that_new_photos_are_found_without_being_asked_for(
    read: LiveLibrary, told: EmittedEvents, folder: Path, album: Path
) -> None:
    extra = draw_album(folder.parent / "extra", PICTURES + 1) / "Garden" / "picture-0025.jpg"
    extra.rename(folder / "new.jpg")

    told.wait_for(SearchableChanged, lambda event: event.photos == PICTURES + 1)

    assert len(read.catalogue.photos.all_rows()) == PICTURES + 1


def test_that_a_pause_lasts_until_it_is_ended(
    live: LiveLibrary, told: EmittedEvents, folder: Path
) -> None:
    live.pause()
    live.folders.add([folder])
    assert live.paused
    assert len(live.catalogue.photos.all_rows()) == 0

    live.resume()

    told.wait_for(IndexFinished)
    assert len(live.catalogue.photos.all_rows()) == PICTURES


def test_that_a_removed_folder_takes_its_photos_along_and_not_its_tags(
    read: LiveLibrary, told: EmittedEvents, folder: Path
) -> None:
    photo = _photo(read, 0)
    read.catalogue.tags.decide([photo], TagChanges(added=("grandmother's garden",)))
    (summary,) = read.catalogue.roots.summaries()
    assert summary.photos == PICTURES

    read.folders.remove(summary.root.id)
    assert len(read.catalogue.photos.all_rows()) == 0
    read.folders.add([folder])
    told.wait_for(IndexFinished, lambda report: report.found == PICTURES)

    details = read.catalogue.photos.details(photo)
    assert details is not None
    tags = {tag.name: tag.state for tag in details.tags}
    assert tags["grandmother's garden"] is TagState.CONFIRMED


def test_that_what_was_unreadable_is_read_again_on_request(
    read: LiveLibrary, told: EmittedEvents, folder: Path
) -> None:
    broken = folder / "broken.jpg"
    whole = (folder / "City" / "picture-0004.jpg").read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    told.wait_for(IndexFinished, lambda report: len(report.failures) == 1)
    assert [failure.path for failure in read.catalogue.roots.failures()] == [broken]

    read.folders.retry()
    told.wait_for(IndexFinished)

    assert [failure.path for failure in read.catalogue.roots.failures()] == [broken]


def test_that_a_lost_thumbnail_is_made_again(read: LiveLibrary) -> None:
    photo = _photo(read, 0)
    details = read.catalogue.photos.details(photo)
    assert details is not None
    before = read.pictures.thumbnail(photo)
    ThumbnailCache(read.paths.thumbnails).path_of(details.photo.fingerprint).unlink()

    assert read.pictures.thumbnail(photo) == before


def test_that_a_picture_comes_upright_and_no_larger_than_asked(read: LiveLibrary) -> None:
    photo = _photo(read, 0)
    (path,) = read.catalogue.photos.shown_paths([photo])
    with Image.open(path) as image:
        size = image.size

    picture = read.pictures.of_photo(photo, 200)

    assert max(picture.width, picture.height) == 200
    assert (picture.photo_width, picture.photo_height) == size
    assert len(picture.rgb) == picture.width * picture.height * 3


def test_that_a_photo_of_a_folder_that_is_gone_says_where_it_was(
    read: LiveLibrary, told: EmittedEvents, folder: Path
) -> None:
    photo = _photo(read, 0)
    folder.rename(folder.with_name("unplugged"))
    told.wait_for(IndexFinished, lambda report: bool(report.offline))

    with pytest.raises(BadInputError, match="‘photos’, which is not connected"):
        read.pictures.of_photo(photo, 200)
    assert read.pictures.thumbnail(photo) is not None
    assert read.catalogue.photos.all_rows().offline.all()


def test_that_a_region_is_named_and_found(read: LiveLibrary) -> None:
    (path,) = read.catalogue.photos.shown_paths([_photo(read, 0)])
    region = RegionOfPhoto(path, (40.0, 40.0, 300.0, 300.0))

    answer = read.search.classify_region(region, ["a house", "a tree", "water"])
    results = read.search.find_region(region)

    assert {label.label for label in answer.labels} == {"a house", "a tree", "water"}
    assert len(results.rows) > 0


def test_that_tags_are_suggested_and_decisions_undone(
    read: LiveLibrary, told: EmittedEvents
) -> None:
    photo = _photo(read, 3)
    decided = read.catalogue.tags.decide([photo], TagChanges(added=("holiday",)))
    assert [count.name for count in read.catalogue.tags.counts() if count.confirmed] == ["holiday"]

    read.catalogue.tags.take_back(decided)

    assert not [count for count in read.catalogue.tags.counts() if count.confirmed]
    assert "dog" in read.search.tag_names()


def test_that_a_library_read_by_the_command_line_gets_its_tags_without_a_new_photo(
    told: EmittedEvents, tmp_path: Path, folder: Path, warm_child: WarmChild
) -> None:
    many = draw_album(tmp_path / "many", 120)
    with Library(tmp_path / "library", write=True, make_worker=warm_child.lend) as library:
        assert library.index([many]).embedded == 120
        assert library.catalogue.tags.counts() == []

    live = LiveLibrary(tmp_path / "library", told.listen, make_worker=warm_child.lend)
    try:
        live.start()
        assert told.wait_for(IndexFinished).embedded == 0
        # The second after the run: suggestions came.
        told.wait_for(SearchableChanged)
        told.wait_for(SearchableChanged)
        assert live.catalogue.tags.counts()
    finally:
        live.close()


def test_that_grid_rows_appear_before_the_search_is_complete(
    live: LiveLibrary, told: EmittedEvents, folder: Path
) -> None:
    live.folders.add([folder])

    changed = told.wait_for(PhotosChanged)

    assert len(live.catalogue.photos.rows(changed.photo_ids)) == len(changed.photo_ids)


def test_that_a_graph_is_made_behind_the_window_and_taken_into_the_search(
    told: EmittedEvents, tmp_path: Path, warm_child: WarmChild, folder: Path
) -> None:
    own = LibraryPaths(tmp_path / "library")
    own.folder.mkdir()
    save_setting(own.settings, "vector_index", "hnsw")
    library = LiveLibrary(own.folder, told.listen, make_worker=warm_child.lend)
    try:
        library.start()
        library.folders.add([folder])

        told.wait_for(
            SearchableChanged,
            lambda event: event.photos == PICTURES and any((own.folder / "vectors").glob("*.json")),
        )

        assert library.search.find(parse("a house")).total == PICTURES
        with Library(own.folder) as reader:
            assert reader.status().index.kind == "hnsw"
    finally:
        library.close()


def test_that_a_library_is_up_to_date_once_tags_are_suggested(
    live: LiveLibrary, told: EmittedEvents, folder: Path
) -> None:
    assert told.wait_for(LibraryUpToDate).last_run is None

    live.folders.add([folder])

    suggested = told.wait_for(IndexProgress, lambda event: event.phase is IndexPhase.TAGS)
    assert (suggested.done, suggested.total) == (0, PICTURES)
    told.wait_for(
        IndexProgress, lambda event: (event.phase, event.done) == (IndexPhase.TAGS, PICTURES)
    )
    last_run = told.wait_for(LibraryUpToDate).last_run
    assert last_run is not None
    assert last_run.found == PICTURES


@pytest.fixture
def changed(
    pictures: Path, tiny_folder: Path, tmp_path: Path, told: EmittedEvents, warm_child: WarmChild
) -> Iterator[LiveLibrary]:
    """Held before it reads anything, its search model replaced since it was read last."""
    model = Path(shutil.copytree(tiny_folder, tmp_path / "model"))
    with Library(tmp_path / "library", write=True, make_worker=warm_child.lend) as before:
        before.index([pictures], f"local-dir:{model}")
    make_checkpoint(model, seed=5)
    library = LiveLibrary(tmp_path / "library", told.listen, make_worker=_another_child)
    library.pause()
    yield library
    library.close()


def _another_child(paths: LibraryPaths, settings: Settings, checkpoint: str) -> ChildClient:
    """One that has no weights of before loaded."""
    return ChildClient(paths, settings, checkpoint)


def test_that_a_query_never_mixes_a_search_models_old_weights_with_its_new_ones(
    changed: LiveLibrary, told: EmittedEvents, pictures: Path
) -> None:
    changed.start()
    outside = pictures / "sea" / "01.jpg"

    for ask in (
        lambda: changed.search.find(parse("a boat")),
        lambda: changed.search.find_like(outside),
        lambda: changed.search.find_region(RegionOfPhoto(outside, (10.0, 10.0, 90.0, 90.0))),
    ):
        with pytest.raises(CheckpointError, match="has changed since") as raised:
            ask()
        assert raised.value.hint == "Wait until the photos have been read again."

    photo = _photo(changed, 0)
    assert changed.search.find_like(photo).rows.photo_ids[0] == photo

    changed.resume()
    told.wait_for(IndexFinished, lambda report: report.embedded == 12)
    told.wait_for(SearchableChanged)
    assert changed.search.find(parse("a boat")).total == 12


def test_that_photos_are_read_again_where_nothing_can_embed_texts_for_them(
    changed: LiveLibrary, told: EmittedEvents
) -> None:
    shutil.rmtree(changed.paths.cache)
    changed.start()

    results = changed.search.find(parse("a boat"))

    assert len(results.rows) == 0
    assert (results.coverage.searchable, results.coverage.known) == (0, 12)
    changed.resume()
    told.wait_for(SearchableChanged, lambda event: event.photos == 12)
    assert changed.search.find(parse("a boat")).total == 12
