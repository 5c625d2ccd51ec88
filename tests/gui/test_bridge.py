import threading

from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.errors import UserFacingError
from photofind.events import (
    CatalogueChanged,
    IndexPhase,
    IndexProgress,
    LibraryStopped,
    SearchableChanged,
)
from photofind.gui.bridge import Bridge


def _progress(done: int) -> IndexProgress:
    return IndexProgress(IndexPhase.EMBEDDING, done, 100, 1.0, None)


def test_that_only_the_newest_progress_is_signalled(qtbot: QtBot) -> None:
    bridge = Bridge(interval_ms=10_000)
    emitted: list[int] = []
    bridge.progressed.connect(lambda progress: emitted.append(progress.done))

    for done in range(50):
        bridge.post(_progress(done))
    bridge.drain()

    assert emitted == [49]


def test_that_every_changed_photo_is_signalled_once_and_in_order(qtbot: QtBot) -> None:
    bridge = Bridge(interval_ms=10_000)
    emitted: list[list[PhotoId]] = []
    bridge.photos_changed.connect(emitted.append)

    bridge.post(CatalogueChanged((PhotoId(3), PhotoId(4)), (), roots=False))
    bridge.post(CatalogueChanged((PhotoId(4), PhotoId(9)), (), roots=False))
    bridge.drain()

    assert emitted == [[3, 4, 9]]


def test_that_the_last_change_of_a_photo_is_signalled(qtbot: QtBot) -> None:
    bridge = Bridge(interval_ms=10_000)
    changed: list[list[PhotoId]] = []
    gone: list[list[PhotoId]] = []
    roots: list[bool] = []
    bridge.photos_changed.connect(changed.append)
    bridge.photos_gone.connect(gone.append)
    bridge.roots_changed.connect(lambda: roots.append(True))

    bridge.post(CatalogueChanged((PhotoId(3),), (PhotoId(4), PhotoId(5)), roots=True))
    bridge.post(CatalogueChanged((PhotoId(4),), (PhotoId(3),), roots=False))
    bridge.drain()

    assert (changed, gone, roots) == ([[4]], [[5, 3]], [True])


def test_that_events_of_another_thread_come_on_the_windows(qtbot: QtBot) -> None:
    bridge = Bridge(interval_ms=10)
    threads: list[threading.Thread] = []
    bridge.searchable_changed.connect(lambda _: threads.append(threading.current_thread()))

    thread = threading.Thread(target=lambda: bridge.post(SearchableChanged(7)))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(threads))

    assert threads == [threading.main_thread()]


def test_that_a_stop_is_not_followed_by_older_progress(qtbot: QtBot) -> None:
    bridge = Bridge(interval_ms=10_000)
    emitted: list[str] = []
    bridge.progressed.connect(lambda _: emitted.append("progress"))
    bridge.stopped.connect(lambda error: emitted.append(error.message))

    bridge.post(_progress(1))
    bridge.post(LibraryStopped(UserFacingError("The disk is full.", "Make room.")))
    bridge.drain()

    assert emitted == ["The disk is full."]
