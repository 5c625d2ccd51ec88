"""A watched library follows what happens on disk."""

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typing_extensions import override
from watchdog.observers.api import BaseObserver, EventEmitter, ObservedWatch

from photofind.cancel import CancelToken
from photofind.errors import CancelledError
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.events import IndexFinished, ignore_events
from photofind.indexing.local import CatalogueWorker
from photofind.indexing.places import EVERYWHERE, Places
from photofind.indexing.watcher import BURST, FolderWatcher
from photofind.library import Library
from tests.support.contents import catalogue_contents

PATIENCE_S = 60


class Watching:
    """A library being watched by a thread of its own."""

    def __init__(self, library: Library) -> None:
        self.reports: list[IndexFinished] = []
        self._cancel = CancelToken()
        self._library = library
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self.until(lambda: bool(self.reports))

    def _run(self) -> None:
        try:
            for report in self._library.watch(listener=ignore_events, cancel=self._cancel):
                self.reports.append(report)
        except CancelledError:
            pass
        except Exception as error:  # noqa: BLE001 - raised again by the test's own thread
            self._error = error

    def until(self, holds: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE_S
        while not holds():
            if self._error is not None:
                raise self._error
            assert time.monotonic() < ends, self.reports[-1:]
            time.sleep(0.05)

    def stop(self) -> None:
        self._cancel.cancel()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


@pytest.fixture
def folder(tmp_path: Path, pictures: Path, tiny_folder: Path) -> Path:
    folder = tmp_path / "library"
    with Library(folder, write=True, make_worker=CatalogueWorker) as library:
        library.index([pictures], f"local-dir:{tiny_folder}")
    return folder


@pytest.fixture
def watching(folder: Path) -> Iterator[Watching]:
    with Library(folder, write=True, make_worker=CatalogueWorker) as library:
        running = Watching(library)
        yield running
        running.stop()


def _paths(folder: Path) -> set[bytes]:
    return {os.fsencode(path) for path in folder.rglob("*.jpg")}


def test_that_the_library_ends_as_one_indexed_fresh(
    watching: Watching, folder: Path, pictures: Path, tmp_path: Path, tiny_folder: Path
) -> None:
    def settled() -> bool:
        return catalogue_contents(folder).paths == _paths(pictures)

    draw_scene(70, (120, 90)).image.save(pictures / "new.jpg")
    watching.until(settled)
    (pictures / "sea").rename(pictures / "ocean")
    watching.until(settled)
    shutil.copytree(pictures / "ocean", pictures / "copy")
    (pictures / "new.jpg").unlink()
    watching.until(settled)
    draw_scene(71, (120, 90)).image.save(pictures / "ocean" / "01.jpg")
    (pictures / "copy" / "03.jpg").rename(pictures / "copy" / "three.jpg")
    watching.until(settled)
    watching.until(lambda: sum(report.embedded for report in watching.reports) == 2)

    fresh = tmp_path / "fresh"
    with Library(fresh, write=True, make_worker=CatalogueWorker) as library:
        library.index([pictures], f"local-dir:{tiny_folder}")
    found, expected = catalogue_contents(folder), catalogue_contents(fresh)
    assert (found.paths, found.failures) == (expected.paths, expected.failures)
    assert expected.embeddings.keys() <= found.embeddings.keys()


def test_that_a_root_that_goes_and_returns_loses_nothing(
    watching: Watching, folder: Path, pictures: Path
) -> None:
    before = catalogue_contents(folder)
    away = pictures.rename(pictures.with_name("away"))
    watching.until(lambda: watching.reports[-1].offline == (pictures,))
    assert catalogue_contents(folder) == before

    away.rename(pictures)
    watching.until(lambda: watching.reports[-1].offline == ())
    assert sum(report.embedded for report in watching.reports) == 0

    # Watched again, though it is another watch.
    draw_scene(72, (120, 90)).image.save(pictures / "late.jpg")
    watching.until(lambda: watching.reports[-1].embedded == 1)


def test_that_a_file_written_slowly_is_embedded_once_and_whole(
    watching: Watching, folder: Path, pictures: Path, tmp_path: Path
) -> None:
    draw_scene(73, (1600, 1200)).image.save(tmp_path / "whole.jpg", quality=95)
    data = (tmp_path / "whole.jpg").read_bytes()
    step = len(data) // 12 + 1
    with (pictures / "slow.jpg").open("wb") as file:
        for start in range(0, len(data), step):
            file.write(data[start : start + step])
            file.flush()
            time.sleep(0.3)

    watching.until(lambda: sum(report.embedded for report in watching.reports) == 1)
    assert catalogue_contents(folder).failures == {}
    assert len(catalogue_contents(folder).embeddings) == 13


def test_that_the_command_prints_a_line_a_change_set_until_ctrl_c(
    folder: Path, pictures: Path
) -> None:
    command = [sys.executable, "-m", "photofind", "watch", "--json", "--library", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE)
    assert process.stdout is not None
    with process.stdout as lines:
        assert json.loads(lines.readline())["found"] == 12
        draw_scene(74, (120, 90)).image.save(pictures / "new.jpg")
        assert json.loads(lines.readline())["embedded"] == 1
        process.send_signal(signal.SIGINT)
        assert lines.read() == b""
    assert process.wait(PATIENCE_S) == 130


def test_that_reading_photos_is_no_change(pictures: Path, tmp_path: Path) -> None:
    with FolderWatcher([pictures], tmp_path / "library", quiet_s=0.1) as watcher:
        for path in pictures.rglob("*.jpg"):
            path.read_bytes()
        assert watcher.wait(1, CancelToken()) == {}


@pytest.mark.parametrize(
    "name",
    [
        ".hidden.jpg",
        "notes.txt",
        ".git/objects.jpg",
        "@eaDir/a.jpg",
        "Previews.lrdata/0/a.jpg",
        "Mine.photoslibrary/resources/derivatives/a.jpg",
    ],
)
def test_that_what_is_no_photo_is_no_change(pictures: Path, tmp_path: Path, name: str) -> None:
    (pictures / name).parent.mkdir(parents=True, exist_ok=True)
    with FolderWatcher([pictures], tmp_path / "library", quiet_s=0.1) as watcher:
        (pictures / name).write_bytes(b"x")
        assert watcher.wait(1, CancelToken()) == {}


def test_that_a_burst_is_one_change_set(pictures: Path, tmp_path: Path) -> None:
    with FolderWatcher([pictures], tmp_path / "library", quiet_s=0.5) as watcher:
        for number in range(BURST):
            (pictures / f"{number}.jpg").write_bytes(b"x")
        assert watcher.wait(10, CancelToken()) == {pictures: EVERYWHERE}
        assert watcher.wait(1, CancelToken()) == {}


def test_that_a_change_set_says_where(pictures: Path, tmp_path: Path) -> None:
    with FolderWatcher([pictures], tmp_path / "library", quiet_s=0.5) as watcher:
        (pictures / "sea" / "new.jpg").write_bytes(b"x")
        sea = Places(folders=frozenset([pictures / "sea"]))
        assert watcher.wait(10, CancelToken()) == {pictures: sea}

        (pictures / "sea" / "new.jpg").rename(pictures / "new.jpg")
        both = Places(folders=frozenset([pictures / "sea", pictures]))
        assert watcher.wait(10, CancelToken()) == {pictures: both}


def test_that_a_renamed_folder_is_looked_for_under_both_names(
    pictures: Path, tmp_path: Path
) -> None:
    with FolderWatcher([pictures], tmp_path / "library", quiet_s=0.5) as watcher:
        (pictures / "sea").rename(pictures / "ocean")
        places = watcher.wait(10, CancelToken())[pictures]
    assert {pictures / "sea", pictures / "ocean"} <= places.trees


def test_that_a_link_to_a_folder_is_looked_at_as_a_folder(pictures: Path, tmp_path: Path) -> None:
    with FolderWatcher([pictures], tmp_path / "library", quiet_s=0.5) as watcher:
        (pictures / "album").symlink_to(pictures / "sea")
        assert pictures / "album" in watcher.wait(10, CancelToken())[pictures].trees


def test_that_a_root_that_returns_is_compared_as_a_whole(pictures: Path, tmp_path: Path) -> None:
    with FolderWatcher([pictures], tmp_path / "library", quiet_s=0.5) as watcher:
        away = pictures.rename(pictures.with_name("away"))
        assert watcher.wait(10, CancelToken()) == {pictures: EVERYWHERE}
        away.rename(pictures)
        assert watcher.wait(10, CancelToken()) == {pictures: EVERYWHERE}


def test_that_photofinds_own_files_are_no_change(pictures: Path) -> None:
    own = pictures / "library"
    own.mkdir()
    with FolderWatcher([pictures], own, quiet_s=0.1) as watcher:
        (own / "thumbnail.jpg").write_bytes(b"x")
        assert watcher.wait(1, CancelToken()) == {}


def test_that_waiting_ends_soon_after_cancel(pictures: Path, tmp_path: Path) -> None:
    cancel = CancelToken()
    with FolderWatcher([pictures], tmp_path / "library") as watcher:
        threading.Timer(0.2, cancel.cancel).start()
        started = time.monotonic()
        with pytest.raises(CancelledError):
            watcher.wait(600, cancel)
    assert time.monotonic() - started < 30


def test_that_a_root_beyond_the_systems_limit_is_to_be_compared_instead(
    pictures: Path, tmp_path: Path
) -> None:
    class Exhausted(BaseObserver):
        @override
        def schedule(self, *_args: object, **_options: object) -> ObservedWatch:
            raise OSError(28, "inotify watch limit reached")

    with FolderWatcher(
        [pictures], tmp_path / "library", observer=lambda: Exhausted(EventEmitter)
    ) as watcher:
        assert watcher.unwatchable == {pictures}


def test_that_roots_are_looked_at_less_than_once_a_second(pictures: Path, tmp_path: Path) -> None:
    looks: list[Path] = []

    def look(path: Path) -> os.stat_result:
        looks.append(path)
        return path.stat()

    started = time.monotonic()
    with FolderWatcher([pictures], tmp_path / "library", look=look) as watcher:
        assert watcher.wait(1.5, CancelToken()) == {}
        assert 1 <= len(looks) <= 1 + time.monotonic() - started


def test_that_a_root_whose_watching_ended_is_to_be_compared_instead(
    pictures: Path, tmp_path: Path
) -> None:
    class Ending(EventEmitter):
        @override
        def queue_events(self, timeout: float) -> None:
            self.stop()

    with FolderWatcher(
        [pictures],
        tmp_path / "library",
        quiet_s=0.1,
        look_every_s=0.1,
        observer=lambda: BaseObserver(Ending),
    ) as watcher:
        assert watcher.wait(PATIENCE_S, CancelToken()) == {pictures: EVERYWHERE}
        assert watcher.unwatchable == {pictures}
        assert watcher.wait(0.5, CancelToken()) == {}


class HangingDisk:
    """A root that does not answer until it is let go."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._answers = threading.Event()
        self.looked = threading.Event()

    def look(self, path: Path) -> os.stat_result:
        if path == self._root:
            self.looked.set()
            self._answers.wait()
        return path.stat()

    def answer(self) -> None:
        self._answers.set()


@pytest.fixture
def hanging(tmp_path: Path) -> Iterator[HangingDisk]:
    """The root `tmp_path / "server"`."""
    (tmp_path / "server").mkdir()
    disk = HangingDisk(tmp_path / "server")
    before = set(threading.enumerate())
    yield disk
    disk.answer()
    for thread in set(threading.enumerate()) - before:
        thread.join(PATIENCE_S)


def _watch_threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("watch ")}


def test_that_a_root_that_does_not_answer_holds_up_no_other_and_not_the_end(
    hanging: HangingDisk, pictures: Path, tmp_path: Path
) -> None:
    with FolderWatcher(
        [tmp_path / "server", pictures],
        tmp_path / "library",
        quiet_s=0.1,
        first_look_s=0.5,
        look=hanging.look,
    ) as watcher:
        assert hanging.looked.is_set()
        (pictures / "sea" / "new.jpg").write_bytes(b"x")
        sea = Places(folders=frozenset([pictures / "sea"]))
        assert watcher.wait(10, CancelToken()) == {pictures: sea}

    assert _watch_threads() == {"watch server"}


def test_that_a_root_that_answers_late_is_compared_as_a_whole(
    hanging: HangingDisk, tmp_path: Path
) -> None:
    server = tmp_path / "server"
    with FolderWatcher(
        [server], tmp_path / "library", quiet_s=0.1, first_look_s=0.2, look=hanging.look
    ) as watcher:
        (server / "meanwhile.jpg").write_bytes(b"x")
        hanging.answer()
        assert watcher.wait(10, CancelToken()) == {server: EVERYWHERE}
        (server / "new.jpg").write_bytes(b"x")
        assert watcher.wait(10, CancelToken()) == {server: Places(folders=frozenset([server]))}


def test_that_a_root_that_does_not_answer_can_be_cancelled(
    hanging: HangingDisk, tmp_path: Path
) -> None:
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(CancelledError):
        FolderWatcher([tmp_path / "server"], tmp_path / "library", cancel=cancel, look=hanging.look)


def test_that_another_disk_in_a_roots_place_is_noticed_although_its_number_is_the_same(
    pictures: Path, tmp_path: Path
) -> None:
    swapped = threading.Event()

    def look(path: Path) -> os.stat_result:
        values = list(path.stat())
        values[stat.ST_INO], values[stat.ST_DEV] = 2, 7 if swapped.is_set() else 6
        return os.stat_result(values)

    with FolderWatcher(
        [pictures], tmp_path / "library", quiet_s=0.1, look_every_s=0.1, look=look
    ) as watcher:
        assert watcher.wait(0.5, CancelToken()) == {}
        swapped.set()
        assert watcher.wait(10, CancelToken()) == {pictures: EVERYWHERE}


def test_that_a_mistake_while_watching_ends_the_wait(pictures: Path, tmp_path: Path) -> None:
    def broken(_: Path) -> os.stat_result:
        raise ZeroDivisionError

    with (
        FolderWatcher([pictures], tmp_path / "library", look=broken) as watcher,
        pytest.raises(ZeroDivisionError),
    ):
        watcher.wait(10, CancelToken())
