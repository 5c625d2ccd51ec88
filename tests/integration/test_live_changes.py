"""Roots and settings of a library that is being read: stopped, changed and started again."""

import errno
import os
import shutil
import threading
import time
from collections.abc import Generator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from photofind.child.client import ChildClient
from photofind.domain import FoundFile
from photofind.errors import BadInputError, UserFacingError
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.events import (
    IndexFinished,
    LibraryStopped,
    LibraryUpToDate,
    PhotosChanged,
    SearchableChanged,
)
from photofind.indexing.stages import Result
from photofind.live.library import LiveLibrary
from photofind.logs import Logging
from photofind.paths import LibraryPaths
from photofind.photos.scan import UnreadableFolder, scan
from photofind.photos.scanner import RootScanner
from photofind.settings import Settings, save_setting
from tests.integration.child_fixtures import FRAGILE
from tests.support.emitted_events import EmittedEvents
from tests.support.warm_child import WarmChild

PICTURES = 12


@pytest.fixture
def events() -> EmittedEvents:
    return EmittedEvents()


@pytest.fixture
def live(events: EmittedEvents, tmp_path: Path, warm_child: WarmChild) -> Iterator[LiveLibrary]:
    """Read one photo at a time, so that a run is long enough to be interrupted."""
    (tmp_path / "library").mkdir()
    save_setting(tmp_path / "library" / "settings.toml", "batch_size", 1)
    library = LiveLibrary(tmp_path / "library", events.listen, make_worker=warm_child.lend)
    library.start()
    yield library
    library.close()


@pytest.fixture
def read(live: LiveLibrary, events: EmittedEvents, pictures: Path) -> LiveLibrary:
    """With all pictures read."""
    live.folders.add([pictures])
    events.wait_for(IndexFinished)
    return live


class HangingServer:
    """A folder with one photo that stops to answer while it is listed, until `answer`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        draw_scene(77, (160, 120)).image.save(folder / "a.jpg")
        self.hangs = threading.Event()
        self._answers = threading.Event()

    def answer(self) -> None:
        self._answers.set()

    def scan(self, root: Path, **options: Any) -> Iterator[FoundFile | UnreadableFolder]:
        for item in scan(root, **options):
            if root == self.folder:
                self.hangs.set()
                assert self._answers.wait(120)
            yield item


@pytest.fixture
def hanging_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HangingServer]:
    server = HangingServer(tmp_path / "server")
    monkeypatch.setattr("photofind.indexing.indexer.scan", server.scan)
    yield server
    server.answer()


def _goes_on(events: EmittedEvents, folder: Path) -> None:
    """Hold if a new photo is read without anybody asking for it."""
    draw_scene(99, (160, 120)).image.save(folder / "later.jpg")
    events.wait_for(IndexFinished, lambda report: report.embedded == 1)


def _roots(live: LiveLibrary) -> list[Path]:
    return [summary.root.path for summary in live.catalogue.roots.summaries()]


def _updater_threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "library updater"]


def test_that_the_folder_around_one_that_is_being_read_takes_it_over(
    live: LiveLibrary,
    events: EmittedEvents,
    pictures: Path,
    warm_child: WarmChild,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    errors: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", errors.append)
    real = warm_child.run
    reading = threading.Event()

    def unhurried(*files: Any, **options: Any) -> Generator[list[Result], None, None]:
        """Have batches arrive after the folder around is added, if that can be done meanwhile."""
        for batch in real(*files, **options):
            reading.set()
            ends = time.monotonic() + 1.0
            while _roots(live) == [pictures / "sea"] and time.monotonic() < ends:
                time.sleep(0.01)
            yield batch

    with monkeypatch.context() as patched:
        patched.setattr(warm_child, "run", unhurried)
        live.folders.add([pictures / "sea"])
        assert reading.wait(60)
        live.folders.add([pictures])

    events.wait_for(IndexFinished, lambda report: report.found == PICTURES)
    assert not errors
    assert _roots(live) == [pictures]
    assert live.catalogue.photos.counts().photos_with_files == PICTURES


def test_that_a_folder_that_is_being_read_can_be_removed(
    live: LiveLibrary, events: EmittedEvents, pictures: Path
) -> None:
    other = Path(shutil.copytree(pictures / "land", pictures.with_name("other")))
    live.folders.add([pictures])
    events.wait_for(PhotosChanged)
    (summary,) = live.catalogue.roots.summaries()

    live.folders.remove(summary.root.id)
    live.folders.add([other])

    events.wait_for(IndexFinished, lambda report: report.roots == (other,))
    assert live.catalogue.photos.counts().photos_with_files == PICTURES // 2


def test_that_a_folder_that_is_not_there_ends_nothing(
    read: LiveLibrary, events: EmittedEvents, pictures: Path
) -> None:
    with pytest.raises(BadInputError, match="no folder"):
        read.folders.add([pictures / "nothing"])

    _goes_on(events, pictures)


def test_that_a_folder_on_a_broken_mount_is_an_error_people_can_act_on(
    live: LiveLibrary, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.stat

    def stat(path: Path, **options: Any) -> os.stat_result:
        if path == pictures:
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        return real(path, **options)

    monkeypatch.setattr(Path, "stat", stat)
    with pytest.raises(BadInputError, match="no folder"):
        live.folders.add([pictures])


def test_that_settings_that_cannot_be_written_end_nothing_and_change_nothing(
    read: LiveLibrary, events: EmittedEvents, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr("photofind.settings.write_file", refuse)
        with pytest.raises(UserFacingError, match="cannot be saved"):
            read.save_settings(Settings(batch_size=2))

    assert read.settings.batch_size == 1
    _goes_on(events, pictures)


def test_that_a_child_that_cannot_be_started_again_ends_nothing(
    read: LiveLibrary,
    events: EmittedEvents,
    pictures: Path,
    warm_child: WarmChild,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(*_: object) -> None:
        raise UserFacingError("There are too many processes.", "Close some programs.")

    with monkeypatch.context() as patched:
        patched.setattr(warm_child, "restart_for", refuse)
        with pytest.raises(UserFacingError, match="too many"):
            read.folders.rescan()

    _goes_on(events, pictures)


def test_that_a_theme_restarts_nothing(
    read: LiveLibrary, warm_child: WarmChild, monkeypatch: pytest.MonkeyPatch
) -> None:
    restarts: list[object] = []
    monkeypatch.setattr(warm_child, "restart_for", lambda *started: restarts.append(started))
    before = _updater_threads()

    read.save_settings(Settings(batch_size=1, theme="dark"))

    assert _updater_threads() == before
    assert not restarts
    assert read.settings.theme == "dark"
    assert 'theme = "dark"' in read.paths.settings.read_text("utf-8")


def test_that_a_mistake_in_the_background_is_said_and_can_be_tried_again(
    live: LiveLibrary,
    events: EmittedEvents,
    pictures: Path,
    warm_child: WarmChild,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reports: list[threading.ExceptHookArgs] = []
    monkeypatch.setattr(threading, "excepthook", reports.append)

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(warm_child, "run", broken)
        live.folders.add([pictures])
        stopped = events.wait_for(LibraryStopped)
        for thread in _updater_threads():
            thread.join(60)

    assert "made a mistake" in stopped.error.message
    assert "Try again" in stopped.error.hint
    assert [report.exc_type for report in reports] == [ZeroDivisionError]

    live.folders.rescan()
    events.wait_for(IndexFinished, lambda report: report.embedded == PICTURES)


def test_that_an_error_in_the_background_is_said_as_it_is(
    live: LiveLibrary,
    events: EmittedEvents,
    pictures: Path,
    warm_child: WarmChild,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    full = UserFacingError("The disk is full.", "Make room.")

    def refuse(*_: object, **__: object) -> None:
        raise full

    with monkeypatch.context() as patched:
        patched.setattr(warm_child, "run", refuse)
        live.folders.add([pictures])
        assert events.wait_for(LibraryStopped).error is full

    live.folders.rescan()
    events.wait_for(IndexFinished, lambda report: report.embedded == PICTURES)


def test_that_a_mistake_while_a_graph_is_built_is_said(
    live: LiveLibrary, events: EmittedEvents, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported = threading.Event()
    monkeypatch.setattr(threading, "excepthook", lambda _: reported.set())

    def broken(*_: object) -> bool:
        raise ZeroDivisionError

    monkeypatch.setattr("photofind.library.Library.wants_graph", lambda _: True)
    monkeypatch.setattr("photofind.library.Library.build_graph", broken)
    live.folders.add([pictures])

    assert "made a mistake" in events.wait_for(LibraryStopped).error.message
    assert reported.wait(60)


def test_that_a_folder_that_does_not_answer_holds_up_no_other_and_comes_back(
    live: LiveLibrary,
    events: EmittedEvents,
    pictures: Path,
    hanging_server: HangingServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("photofind.index_run.RootScanner", partial(RootScanner, silence_s=2.0))
    live.folders.add([hanging_server.folder, pictures])

    report = events.wait_for(IndexFinished, lambda report: report.found == PICTURES)
    assert report.offline == (hanging_server.folder,)
    assert live.catalogue.photos.counts().photos_with_files == PICTURES

    hanging_server.answer()
    report = events.wait_for(IndexFinished, lambda report: report.embedded == 1)
    assert report.offline == ()


def test_that_a_folder_that_does_not_answer_holds_up_neither_its_removal_nor_the_end(
    live: LiveLibrary, events: EmittedEvents, pictures: Path, hanging_server: HangingServer
) -> None:
    live.folders.add([hanging_server.folder])
    assert hanging_server.hangs.wait(60)

    (summary,) = live.catalogue.roots.summaries()
    removal = threading.Thread(target=live.folders.remove, args=[summary.root.id])
    removal.start()
    removal.join(60)
    assert not removal.is_alive()

    hanging_server.hangs.clear()
    live.folders.add([hanging_server.folder])
    assert hanging_server.hangs.wait(60)
    end = threading.Thread(target=live.close)
    end.start()
    end.join(60)
    assert not end.is_alive()


def test_that_a_photo_that_hangs_the_child_holds_up_no_change_of_the_folders(
    events: EmittedEvents, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.live.updater.STOP_S", 0.2)
    hanging = tmp_path / "hanging"
    hanging.mkdir()
    draw_scene(77, (160, 120)).image.save(hanging / "wait.jpg")

    def make_child(paths: LibraryPaths, settings: Settings, checkpoint: str) -> ChildClient:
        return ChildClient(paths, settings, checkpoint, module=FRAGILE)

    live = LiveLibrary(tmp_path / "library", events.listen, make_worker=make_child)
    try:
        live.start()
        live.folders.add([hanging])
        ends = time.monotonic() + 60
        while not (hanging / "wait.begun").exists():
            assert time.monotonic() < ends
            time.sleep(0.01)
        (summary,) = live.catalogue.roots.summaries()
        removal = threading.Thread(target=live.folders.remove, args=[summary.root.id])
        removal.start()
        removal.join(60)
        assert not removal.is_alive()

        live.folders.add([pictures])
        events.wait_for(IndexFinished, lambda report: report.embedded == PICTURES)
    finally:
        live.close()


def test_that_a_folder_to_be_added_that_does_not_answer_holds_up_nothing(
    live: LiveLibrary, events: EmittedEvents, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.photos.scanner.DISK_ANSWERS_S", 1.0)
    server, answers = pictures.with_name("server"), threading.Event()
    server.mkdir()
    real = Path.is_dir

    def is_dir(path: Path, **options: Any) -> bool:
        if path == server:
            assert answers.wait(120)
        return real(path, **options)

    monkeypatch.setattr(Path, "is_dir", is_dir)
    try:
        with pytest.raises(BadInputError, match="does not answer"):
            live.folders.add([server])
        live.folders.add([pictures])
        events.wait_for(IndexFinished, lambda report: report.embedded == PICTURES)
    finally:
        answers.set()
    assert _roots(live) == [pictures]


def test_that_nothing_starts_again_after_the_end(live: LiveLibrary, pictures: Path) -> None:
    live.stop()

    live.folders.add([pictures])

    assert not _updater_threads()


def test_that_the_next_start_maps_what_was_read(
    read: LiveLibrary, events: EmittedEvents, warm_child: WarmChild
) -> None:
    events.wait_for(LibraryUpToDate, lambda event: event.last_run is not None)
    read.close()
    log = read.paths.log
    with Logging() as logging_:
        logging_.to_library(log)
        again = LiveLibrary(read.paths.folder, events.listen, make_worker=warm_child.lend)
        again.start()
        events.wait_for(SearchableChanged, lambda event: event.photos == PICTURES)
        again.close()

    assert f"vectors: mapped {PICTURES} in" in log.read_text("utf-8")
