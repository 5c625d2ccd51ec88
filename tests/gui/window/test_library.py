"""The library as the window keeps it: reading, folders, settings, later starts, crashes."""

import os
import signal
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QThread
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot
from typing_extensions import override

from photofind.child.client import ChildClient
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.gui.folders.years import YearsHistogram
from photofind.gui.row_list import RowList
from photofind.gui.single_instance import HandedOver, InstanceServer, address_of, hand_over
from photofind.paths import LibraryPaths
from photofind.settings import Settings, load_settings, save_setting
from photofind.store.tag_decisions import TagChanges
from tests.gui.window import states
from tests.gui.window.closed_library import FAILED
from tests.gui.window.conftest import ALBUM, OpenWindow
from tests.gui.window.hands import LEFT, Answering, click, field, press, words
from tests.support.growing import Growing


class LaterStart(QThread):
    """What another process does; on a thread, since the first one answers from this one's loop."""

    def __init__(self, library: Path, picture: Path | None) -> None:
        super().__init__()
        self._library = library
        self._picture = picture

    @override
    def run(self) -> None:
        accepted = hand_over(address_of(self._library), self._picture)
        assert accepted is HandedOver.ACCEPTED


def _all_words(page: QWidget) -> str:
    """Also while the page is not the one that is seen."""
    return "\n".join(label.text() for label in page.findChildren(QLabel))


def _strip(opened: OpenWindow) -> str:
    return " ".join(words(opened.window.strip).split())


def test_that_reading_is_held_and_goes_on(
    empty_window: OpenWindow, album: Path, qtbot: QtBot
) -> None:
    strip, library = empty_window.window.strip, empty_window.library

    click(strip, "Hold reading for a while")
    library.folders.add([album])
    qtbot.waitUntil(lambda: library.paused)
    assert "Paused" in _strip(empty_window)
    assert library.search.coverage().searchable == 0
    with empty_window.searchable(ALBUM):
        click(strip, "Go on reading photos")

    empty_window.wait(lambda: f"Up to date · {ALBUM} photos" in _strip(empty_window))


def test_that_an_unreadable_file_is_listed_with_its_reason_and_read_once_it_is_mended(
    with_album: OpenWindow, album: Path
) -> None:
    window = with_album.window
    broken, whole = album / "broken.jpg", (album / "City" / "picture-0004.jpg").read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    with_album.wait(lambda: "1 file could not be read" in _all_words(window.failures))

    click(window.strip, "1 file could not be read")
    page = window.failures
    with_album.wait(page.isVisible)
    assert "1 file could not be read" in words(page)
    click(page, "Copy list")
    (failure,) = with_album.library.catalogue.roots.failures()
    assert failure.path == broken
    assert "ends too early" in failure.reason

    draw_scene(9, (320, 240)).image.save(broken)
    click(page, "Try again")
    with_album.wait(lambda: "Every photo could be read." in words(page))
    click(page, "Back")
    with_album.wait(
        lambda: window.photos.isVisible() and not with_album.library.catalogue.roots.failures()
    )
    with_album.wait(lambda: window.model.rowCount() == ALBUM + 1)


def test_that_one_try_again_makes_all_that_failed_of_every_kind(
    with_failures: OpenWindow, qtbot: QtBot
) -> None:
    page = states.failures(with_failures)
    window, derived = with_failures.window, with_failures.library.catalogue.derived
    assert "2 photos with problems" in words(page)
    assert sum(len(kind.failures) for kind in derived.status()) == 3

    with with_failures.searchable(ALBUM):
        click(window.failures, "Try again")

    with_failures.wait(lambda: "Every photo could be read." in words(window.failures))
    assert not any(kind.failures for kind in derived.status())


def test_that_photos_that_cannot_be_searched_are_not_said_to_be_read_later(
    with_failures: OpenWindow,
) -> None:
    window, search = with_failures.window, with_failures.library.search

    with_failures.wait(lambda: search.coverage().searchable == ALBUM - len(FAILED["embedding"]))

    with_failures.wait(lambda: f"{ALBUM} photos" in _all_words(window.photos.header))
    with_failures.wait(lambda: "read so far" not in _all_words(window.photos.header))


def test_that_a_copy_under_way_is_said_until_the_photo_is_read(
    with_album: OpenWindow, album: Path
) -> None:
    waiting = "Waiting for 1 file that is still being copied"

    with Growing(album / "copied.jpg", (album / "City" / "picture-0004.jpg").read_bytes()):
        with_album.wait(lambda: waiting in _strip(with_album))
        assert not with_album.library.catalogue.roots.failures()

    with_album.wait(lambda: waiting not in _strip(with_album))
    with_album.wait(lambda: with_album.library.catalogue.photos.counts().files == ALBUM + 1)


def test_that_a_run_that_ends_with_the_last_folder_is_not_shown_for_ever(
    empty_window: OpenWindow, album: Path
) -> None:
    library = empty_window.library
    library.pause()
    library.folders.add([album])
    empty_window.wait(lambda: empty_window.window.strip.working)

    (root,) = library.catalogue.roots.all()
    library.folders.remove(root.id)
    library.resume()

    empty_window.wait(lambda: not empty_window.window.strip.working)


def test_that_a_removed_folder_takes_its_photos_along_and_brings_them_back(
    with_album: OpenWindow, album: Path
) -> None:
    window = with_album.window
    with_album.library.catalogue.tags.decide(with_album.shown()[:1], TagChanges(added=("mine",)))
    lists = window.panel.findChildren(RowList)
    (folders,) = [rows for rows in lists if rows.accessibleName() == "Folders"]
    with_album.wait(lambda: len(folders.rows) == 1)

    kept = Answering("Keep")
    folders.setFocus()
    press(Qt.Key.Key_Delete)
    assert "Remove this folder from photofind?" in kept.text
    assert with_album.library.catalogue.roots.summaries()
    removed = Answering("Remove")
    press(Qt.Key.Key_Delete)
    assert "The photos stay where they are." in removed.text

    with_album.wait(lambda: window.model.rowCount() == 0)
    with_album.wait(window.photos.empty.isVisible)
    assert sum(path.suffix == ".jpg" for path in album.rglob("*")) == ALBUM
    window.folders.add([album])
    with_album.wait(lambda: window.model.rowCount() == ALBUM)
    assert [tag.name for tag in with_album.library.catalogue.tags.counts() if tag.confirmed] == [
        "mine"
    ]


def test_that_a_year_that_is_clicked_shows_its_photos_only(opened: OpenWindow) -> None:
    window = opened.window
    (years,) = window.panel.findChildren(YearsHistogram)
    opened.wait(lambda: bool(years.bars()))
    bar = max(years.bars(), key=lambda one: one.photos)

    QTest.mouseClick(years, LEFT, Qt.KeyboardModifier.NoModifier, years.area_of(bar).center())

    opened.wait(lambda: window.model.rowCount() == bar.photos)
    assert years.chosen == (bar.first, bar.last)
    QTest.mouseClick(years, LEFT, Qt.KeyboardModifier.NoModifier, years.area_of(bar).center())
    opened.wait(lambda: window.model.rowCount() == ALBUM)


def test_that_settings_are_written_and_hold_in_the_next_window(
    opened: OpenWindow, open_window: Callable[[Path], OpenWindow], library: Path, qtbot: QtBot
) -> None:
    window = opened.window
    QTest.keyClick(window, Qt.Key.Key_Comma, Qt.KeyboardModifier.ControlModifier)
    dialog = window.settings.dialog
    assert dialog is not None
    opened.wait(dialog.isVisible)
    (theme,) = [one for one in dialog.findChildren(QComboBox) if one.accessibleName() == "Theme"]
    theme.setFocus()
    while theme.currentText() != "Dark":
        QTest.keyClick(theme, Qt.Key.Key_Down)
    for fold in [one for one in dialog.findChildren(QPushButton) if one.text() == "Advanced"]:
        fold.click()
    photos = field(dialog, "Photos at once")
    photos.setFocus()
    photos.selectAll()
    QTest.keyClicks(photos, "16")
    with qtbot.waitSignal(window.settings.changed, timeout=20_000):
        click(dialog, "OK")

    for written in (load_settings(library / "settings.toml"), opened.library.settings):
        assert (written.theme, written.batch_size) == ("dark", 16)
    again = open_window(library)
    assert (again.library.settings.theme, again.library.settings.batch_size) == ("dark", 16)


def test_that_the_window_comes_back_as_it_was_left(
    opened: OpenWindow, open_window: Callable[[Path], OpenWindow], library: Path
) -> None:
    window = opened.window
    window.resize(780, 640)
    window.photos.header.size_slider.setFocus()
    press(Qt.Key.Key_Home)
    click(window.photos, "Squares")
    size = window.photos.grid.cell_size

    again = open_window(library).window

    assert (again.width(), again.height()) == (780, 640)
    assert again.photos.grid.cell_size == size == again.photos.header.size_slider.minimum()
    assert again.photos.grid.arrangement == "squares"


def test_that_a_later_start_searches_with_its_picture_in_this_window(
    opened: OpenWindow, library: Path, drawn_album: Path, qtbot: QtBot
) -> None:
    picture = drawn_album / "City" / "picture-0004.jpg"
    server = InstanceServer(address_of(library))
    server.requested.connect(opened.window.handle_open_request)
    later = LaterStart(library, picture)

    with qtbot.waitSignal(later.finished, timeout=20_000):
        later.start()
    opened.wait(lambda: opened.window.model.sure is not None)
    later.wait()
    server.close()

    assert opened.path_of(opened.shown()[0]) == picture


def test_that_a_later_start_says_when_all_can_be_searched(opened: OpenWindow) -> None:
    header = opened.window.photos.header

    opened.wait(lambda: f"{ALBUM} photos" in words(header) and "read so far" not in words(header))


def test_that_a_crash_of_what_reads_photos_loses_none(
    qtbot: QtBot, tmp_path: Path, album: Path
) -> None:
    workers: list[ChildClient] = []

    def make_worker(paths: LibraryPaths, settings: Settings, checkpoint: str) -> ChildClient:
        workers.append(ChildClient(paths, settings, checkpoint))
        return workers[0]

    save_setting(tmp_path / "library" / "settings.toml", "batch_size", 1)
    own = OpenWindow(qtbot, tmp_path / "library", make_worker)
    first = workers[0].pid
    own.library.folders.add([album])
    own.wait(lambda: own.window.model.rowCount() > 0)

    os.kill(first, signal.SIGKILL)

    own.wait(lambda: own.library.search.coverage().searchable == ALBUM)
    own.wait(lambda: own.window.model.rowCount() == ALBUM)
    assert not own.library.catalogue.roots.failures()
    assert workers[0].pid != first
    own.close()
