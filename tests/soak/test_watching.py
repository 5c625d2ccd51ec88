"""Whatever happens to watched folders, quickly or slowly, all of it ends up indexed once."""

import errno
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from photofind.cancel import CancelToken
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.indexing.watcher import FolderWatcher
from photofind.photos.fingerprint import fingerprint
from tests.support.contents import catalogue_contents
from tests.support.engine import Engine
from tests.support.keeping import Keeping
from tests.support.soak import sizes
from tests.support.tiny_pictures import tiny_png, write_tiny_pictures

WRITTEN_WITHIN_S = 4.0
WRITERS = 30
"""Slow copies at a time."""

PARTS = 8
PART_EVERY_S = 0.2
WATCHES = 10


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def engine(tmp_path: Path, photos: Path) -> Iterator[Engine]:
    with Engine(tmp_path / "library", [photos]) as engine:
        yield engine


@contextmanager
def _keeping(engine: Engine, roots: list[Path], **options: float) -> Iterator[Keeping]:
    keeping = Keeping(engine, roots, **options)
    try:
        keeping.until(lambda: bool(keeping.reports))
        yield keeping
    finally:
        keeping.stop()


@contextmanager
def _busy_interpreter(threads: int) -> Iterator[None]:
    """Threads that never let go of the interpreter by themselves."""
    stop = threading.Event()

    def spin() -> None:
        while not stop.is_set():
            sum(range(1000))

    running = [threading.Thread(target=spin) for _ in range(threads)]
    for thread in running:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in running:
            thread.join()


@pytest.mark.parametrize("count", sizes(800, 40_000))
def test_that_thousands_of_files_in_four_seconds_are_all_indexed(
    engine: Engine, photos: Path, count: int
) -> None:
    """Nothing is compared by the clock: every file must come in because of an event."""
    with _keeping(engine, [photos], reconcile_s=1e6, patience_s=1800) as keeping:
        contents = [tiny_png(number) for number in range(count)]
        began = time.monotonic()
        with _busy_interpreter(2):
            for number, content in enumerate(contents):
                folder = photos / f"{number % 100:02}"
                folder.mkdir(exist_ok=True)
                (folder / f"{number:06}.png").write_bytes(content)
                ahead_s = WRITTEN_WITHIN_S * number / count - (time.monotonic() - began)
                if ahead_s > 0.01:
                    time.sleep(ahead_s)
        keeping.until(lambda: sum(report.embedded for report in keeping.reports) == count)

    assert len(catalogue_contents(engine.paths.folder).paths) == count


@pytest.mark.parametrize("count", sizes(100, 1000))
def test_that_photofinds_own_reading_causes_no_work(
    engine: Engine, photos: Path, count: int
) -> None:
    with FolderWatcher([photos], engine.paths.folder, quiet_s=0.2) as watcher:
        write_tiny_pictures(photos, count)
        while watcher.wait(2, CancelToken()):
            """Of the writing."""

        assert engine.run().embedded == count

        assert watcher.wait(2, CancelToken()) == {}


def _exhausted_after_a_few() -> BaseObserver:
    observer = Observer()
    schedule = observer.schedule

    def limited(
        handler: object, path: str, *, recursive: bool = False, **others: object
    ) -> ObservedWatch:
        if sum(len(folders) for _, folders, _ in os.walk(path)) >= WATCHES:
            raise OSError(errno.ENOSPC, "inotify watch limit reached")
        return schedule(handler, path, recursive=recursive)  # type: ignore[arg-type]  # as it came

    # In place of the method, for this observer alone.
    observer.schedule = limited  # type: ignore[method-assign, assignment]
    return observer


@pytest.mark.parametrize("folders", sizes(60, 1000))
def test_that_folders_beyond_the_systems_watches_are_indexed_too(
    engine: Engine, photos: Path, folders: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.indexing.watch.UNWATCHABLE_EVERY_S", 1.0)
    monkeypatch.setattr("tests.support.keeping.FolderWatcher", _few_watches)
    write_tiny_pictures(photos, folders, folders=folders)

    with _keeping(engine, [photos], reconcile_s=1e6) as keeping:
        write_tiny_pictures(photos, folders, first=folders, folders=folders)
        keeping.until(lambda: sum(report.embedded for report in keeping.reports) == 2 * folders)

    assert len(catalogue_contents(engine.paths.folder).paths) == 2 * folders


def _few_watches(roots: list[Path], own_folder: Path, *, quiet_s: float) -> FolderWatcher:
    return FolderWatcher(roots, own_folder, quiet_s=quiet_s, observer=_exhausted_after_a_few)


@pytest.mark.parametrize("count", sizes(30, 300))
def test_that_slow_copies_are_embedded_whole_and_never_in_part(
    engine: Engine, photos: Path, tmp_path: Path, count: int
) -> None:
    wholes = [_photo(tmp_path / "whole.jpg", number) for number in range(count)]
    with (
        _keeping(engine, [photos], reconcile_s=1e6, patience_s=1800) as keeping,
        ThreadPoolExecutor(WRITERS) as pool,
    ):
        for number, whole in enumerate(wholes):
            pool.submit(_copy_slowly, whole, photos / f"{number}.jpg")
        keeping.until(lambda: len(catalogue_contents(engine.paths.folder).paths) == count)
        keeping.until(lambda: not keeping.reports[-1].being_written)

    found = catalogue_contents(engine.paths.folder)
    assert found.embeddings.keys() == {fingerprint(whole) for whole in wholes}
    assert found.failures == {}


def _photo(path: Path, number: int) -> bytes:
    draw_scene(number, (320, 240)).image.save(path, quality=90, progressive=bool(number % 2))
    return path.read_bytes()


def _copy_slowly(content: bytes, target: Path) -> None:
    step = len(content) // PARTS + 1
    with target.open("wb") as file:
        for start in range(0, len(content), step):
            file.write(content[start : start + step])
            file.flush()
            time.sleep(PART_EVERY_S)
