"""Found, then shown, then searchable: each lasts whatever happens next."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from photofind.cancel import CancelToken
from photofind.domain import PhotoId
from photofind.errors import CancelledError
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.events import Event, IndexPhase, IndexProgress, PhotosChanged
from photofind.photos.thumbnails import ThumbnailCache
from photofind.store import photos
from tests.support.contents import catalogue_contents
from tests.support.engine import Engine, in_this_process
from tests.support.fake_encoder import SlowEncoder

PICTURES = 300


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("many")
    for seed in range(PICTURES):
        draw_scene(seed, (64, 48)).image.save(folder / f"{seed:03}.png")
    return folder


@pytest.fixture
def open_engine(tmp_path: Path, many: Path) -> Callable[..., Engine]:
    """A new process, as it were: with an encoder of a speed."""

    def open_engine(encoder: SlowEncoder) -> Engine:
        return Engine(
            tmp_path / "library",
            [many],
            make_worker=lambda paths, settings: in_this_process(paths, settings, encoder),
        )

    return open_engine


class Watcher:
    """Keeps the events, and stops the run where it is asked to."""

    def __init__(self, stop: Callable[[Event], bool] = lambda _event: False) -> None:
        self.cancel = CancelToken()
        self.events: list[Event] = []
        self._stop = stop

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if self._stop(event):
            self.cancel.cancel()

    @property
    def phases(self) -> list[IndexPhase]:
        phases = [event.phase for event in self.events if isinstance(event, IndexProgress)]
        return list(dict.fromkeys(phases))

    @property
    def changes(self) -> list[PhotosChanged]:
        return [event for event in self.events if isinstance(event, PhotosChanged)]


def _shown(changes: Sequence[PhotosChanged]) -> list[PhotoId]:
    return [photo_id for change in changes for photo_id in change.photo_ids]


def _searchable(changes: Sequence[PhotosChanged]) -> list[PhotoId]:
    return [photo_id for change in changes for photo_id in change.searchable]


def test_that_a_slow_search_model_lets_the_grid_fill_first(
    open_engine: Callable[..., Engine],
) -> None:
    watcher, encoder = Watcher(), SlowEncoder(0.01)
    with open_engine(encoder) as engine:
        report = engine.run(listener=watcher)
        assert engine.coverage() == (PICTURES, PICTURES, 0)

    assert watcher.phases == [IndexPhase.FINDING, IndexPhase.THUMBNAILS, IndexPhase.EMBEDDING]
    half = [change for change in watcher.changes if not change.searchable]
    assert watcher.changes[: len(half)] == half
    assert len(set(_shown(half))) == PICTURES
    assert sorted(_searchable(watcher.changes)) == sorted(_shown(half))
    assert (report.found, report.embedded, encoder.encoded) == (PICTURES, PICTURES, PICTURES)
    assert (report.moved, report.unchanged, report.duplicates) == (0, 0, 0)


def test_that_a_quick_search_model_costs_one_pass(open_engine: Callable[..., Engine]) -> None:
    watcher, encoder = Watcher(), SlowEncoder(10_000)
    with open_engine(encoder) as engine:
        engine.run(listener=watcher)

    assert watcher.phases == [IndexPhase.FINDING, IndexPhase.EMBEDDING]
    assert _shown(watcher.changes) == _searchable(watcher.changes)
    assert len(_shown(watcher.changes)) == PICTURES


def test_that_the_first_pass_ends_where_reading_is_what_takes_the_time(
    open_engine: Callable[..., Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Long enough to be worth it, and then reading turns out no quicker than embedding.
    monkeypatch.setattr("photofind.indexing.reading.WORTH_S", 0.0)
    monkeypatch.setattr("photofind.indexing.reading.MOST_WASTED_S", 0.0)
    watcher, encoder = Watcher(), SlowEncoder(1_000_000)
    with open_engine(encoder) as engine:
        report = engine.run(listener=watcher)
        assert engine.coverage() == (PICTURES, PICTURES, 0)

    half = [change for change in watcher.changes if not change.searchable]
    assert 0 < len(_shown(half)) < PICTURES
    assert (report.embedded, encoder.encoded) == (PICTURES, PICTURES)


@contextmanager
def _stopped(watcher: Watcher) -> Iterator[None]:
    with pytest.raises(CancelledError):
        yield
    assert watcher.cancel.cancelled


def test_that_each_phase_lasts(open_engine: Callable[..., Engine], tmp_path: Path) -> None:
    """Stopped after the scan, among thumbnails, among embeddings; each time by another process."""
    encoder = SlowEncoder(0.01)
    found = Watcher(lambda event: _is_about(event, IndexPhase.THUMBNAILS))
    with open_engine(encoder) as engine:
        with _stopped(found):
            engine.run(listener=found, cancel=found.cancel)
        shown = engine.coverage()[1]
        assert engine.coverage() == (0, shown, PICTURES - shown)
    with open_engine(encoder) as engine:
        assert engine.coverage() == (0, shown, PICTURES - shown)

    thumbnails = Watcher(lambda event: len(_shown(thumbnails.changes)) >= 100)
    with open_engine(encoder) as engine:
        with _stopped(thumbnails):
            engine.run(listener=thumbnails, cancel=thumbnails.cancel)
        embedded, shown, waiting = engine.coverage()
        assert (embedded, shown + waiting) == (0, PICTURES)
        assert 100 <= shown < PICTURES
        _assert_thumbnails(engine, _shown(thumbnails.changes))

    embeddings = Watcher(lambda event: len(_searchable(embeddings.changes)) >= 100)
    with open_engine(encoder) as engine:
        with _stopped(embeddings):
            engine.run(listener=embeddings, cancel=embeddings.cancel)
        embedded, shown, waiting = engine.coverage()
        assert 100 <= embedded < PICTURES
        assert (shown, waiting) == (PICTURES, 0)

    with open_engine(encoder) as engine:
        last = engine.run()
        assert engine.coverage() == (PICTURES, PICTURES, 0)
    assert last.embedded == PICTURES - embedded
    assert last.unchanged + last.embedded == PICTURES
    assert encoder.encoded <= PICTURES + 2 * 32
    assert len(catalogue_contents(tmp_path / "library").embeddings) == PICTURES


def test_that_a_pause_holds_reading_between_two_batches(
    open_engine: Callable[..., Engine],
) -> None:
    paused = threading.Event()
    cancel = CancelToken()
    seen: list[Event] = []

    def pause_after_one_batch(event: Event) -> None:
        seen.append(event)
        if isinstance(event, PhotosChanged) and not paused.is_set():
            cancel.pause()
            paused.set()

    with open_engine(SlowEncoder(10_000)) as engine:
        running = threading.Thread(
            target=engine.run, kwargs={"listener": pause_after_one_batch, "cancel": cancel}
        )
        running.start()
        assert paused.wait(60)
        running.join(0.5)
        assert running.is_alive()
        assert sum(isinstance(event, PhotosChanged) for event in seen) == 1
        cancel.resume()
        running.join(60)
        assert not running.is_alive()
        assert engine.coverage() == (PICTURES, PICTURES, 0)


def test_that_what_an_interrupted_run_claimed_is_read_by_the_next_of_the_same_process(
    open_engine: Callable[..., Engine],
) -> None:
    watcher = Watcher(lambda event: isinstance(event, PhotosChanged))
    with open_engine(SlowEncoder(10_000)) as engine:
        with _stopped(watcher):
            engine.run(listener=watcher, cancel=watcher.cancel)
        assert engine.run().being_written == ()
        assert engine.coverage() == (PICTURES, PICTURES, 0)


def _is_about(event: Event, phase: IndexPhase) -> bool:
    return isinstance(event, IndexProgress) and event.phase is phase


def _assert_thumbnails(engine: Engine, photo_ids: Sequence[PhotoId]) -> None:
    cache = ThumbnailCache(engine.paths.thumbnails)
    with engine.database.reading() as connection:
        for photo_id in photo_ids:
            photo = photos.photo(connection, photo_id)
            assert photo is not None
            assert cache.load(photo.fingerprint) is not None
