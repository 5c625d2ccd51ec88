import threading

from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.errors import UserFacingError
from photofind.events import (
    IndexPhase,
    IndexProgress,
    LibraryStopped,
    PhotosChanged,
    SearchableChanged,
)
from photofind.gui.bridge import Bridge


def _progress(done: int) -> IndexProgress:
    return IndexProgress(IndexPhase.EMBEDDING, done, 100, 1.0, None)


def test_that_only_the_newest_progress_is_told(qtbot: QtBot) -> None:
    bridge = Bridge(interval_ms=10_000)
    told: list[int] = []
    bridge.progressed.connect(lambda progress: told.append(progress.done))

    for done in range(50):
        bridge.listen(_progress(done))
    bridge.drain()

    assert told == [49]


def test_that_every_changed_photo_is_told_once_and_in_order(qtbot: QtBot) -> None:
    bridge = Bridge(interval_ms=10_000)
    told: list[list[PhotoId]] = []
    bridge.photos_changed.connect(told.append)

    bridge.listen(PhotosChanged((PhotoId(3), PhotoId(4)), ()))
    bridge.listen(PhotosChanged((PhotoId(4), PhotoId(9)), (PhotoId(4),)))
    bridge.drain()

    assert told == [[3, 4, 9]]


def test_that_events_of_another_thread_come_on_the_windows(qtbot: QtBot) -> None:
    bridge = Bridge(interval_ms=10)
    threads: list[threading.Thread] = []
    bridge.searchable_changed.connect(lambda _: threads.append(threading.current_thread()))

    thread = threading.Thread(target=lambda: bridge.listen(SearchableChanged(7)))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(threads))

    assert threads == [threading.main_thread()]


def test_that_a_stop_is_not_followed_by_older_progress(qtbot: QtBot) -> None:
    bridge = Bridge(interval_ms=10_000)
    told: list[str] = []
    bridge.progressed.connect(lambda _: told.append("progress"))
    bridge.stopped.connect(lambda error: told.append(error.message))

    bridge.listen(_progress(1))
    bridge.listen(LibraryStopped(UserFacingError("The disk is full.", "Make room.")))
    bridge.drain()

    assert told == ["The disk is full."]
