"""The status strip, and what it shows of what the library publishes."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from photofind.domain import Failure
from photofind.errors import UserFacingError
from photofind.events import (
    Event,
    IndexFinished,
    IndexPhase,
    IndexProgress,
    LibraryStopped,
    LibraryUpToDate,
)
from photofind.gui.bridge import Bridge
from photofind.gui.indexing.counting import SteadyNumber, padded, rate_in_words
from photofind.gui.indexing.reports import LibraryReports
from photofind.gui.indexing.strip import StatusStrip
from photofind.gui.outline import UNREADABLE, Outline, OutlineReader
from photofind.live.results import Coverage
from photofind.store.gallery import FolderSummary
from photofind.store.roots import Root

FAILURES = {UNREADABLE: [Failure(Path(f"/photos/{name}.jpg"), "It is empty.") for name in "abc"]}


pytestmark = pytest.mark.usefixtures("english_numbers")


@pytest.fixture
def strip(qtbot: QtBot) -> StatusStrip:
    made = StatusStrip()
    qtbot.addWidget(made)
    made.resize(900, made.height())
    made.show()
    return made


def _said(strip: StatusStrip) -> str:
    """Return all visible text, without padding."""
    labels = [label.text() for label in strip.findChildren(QLabel) if label.isVisible()]
    return " ".join(" ".join(labels).split())


def _button(parent: QWidget, text: str) -> QAbstractButton:
    (found,) = [button for button in parent.findChildren(QAbstractButton) if button.text() == text]
    return found


@pytest.mark.parametrize(
    ("progress", "said"),
    [
        (
            IndexProgress(IndexPhase.FINDING, 12_400, None, 3000.0, None),
            "Looking for photos … 12,400 found",
        ),
        (
            IndexProgress(IndexPhase.THUMBNAILS, 1_200, 38_000, 300.0, 120.0),
            "Making thumbnails 1,200 of 38,000",
        ),
        (
            IndexProgress(IndexPhase.EMBEDDING, 12_400, 38_000, 41.2, 610.0),
            "Reading photos 12,400 of 38,000 · 41/s · 10 min left",
        ),
        (
            IndexProgress(IndexPhase.EMBEDDING, 12, 38_000, 0.0, None),
            "Reading photos 12 of 38,000",
        ),
        (
            IndexProgress(IndexPhase.TAGS, 12_000, 38_000, 9_000.0, 3.0),
            "Suggesting tags 12,000 of 38,000",
        ),
    ],
)
def test_that_each_phase_is_said_in_words(
    strip: StatusStrip, progress: IndexProgress, said: str
) -> None:
    strip.show_progress(progress)

    assert _said(strip) == said


def test_that_nothing_moves_while_numbers_grow(strip: StatusStrip) -> None:
    widths = set()
    for done in (1, 10, 999, 1_000, 37_999):
        strip.show_progress(IndexProgress(IndexPhase.THUMBNAILS, done, 38_000, 41.0, None))
        (text,) = [label for label in strip.findChildren(QLabel) if "thumbnails" in label.text()]
        widths.add(text.fontMetrics().horizontalAdvance(text.text()) // 4)

    assert len(widths) <= 2, "the line's length changes by more than a hair"


def test_that_a_number_is_padded_with_blanks_as_wide_as_what_is_missing() -> None:
    assert padded("1,200", "38,000") == "\u20071,200"
    assert padded("12", "38,000") == "\u2007\u2007\u2008\u200712"
    assert padded("38,000", "38,000") == "38,000"


def test_that_a_shown_rate_does_not_follow_every_flicker() -> None:
    steady = SteadyNumber()

    shown = {steady.next(40 + flicker % 2) for flicker in range(50)}
    after = [steady.next(80) for _ in range(100)][-1]

    assert len(shown) == 1
    assert after == pytest.approx(80, rel=0.06)


@pytest.mark.parametrize(("rate", "said"), [(0.4, "0.4"), (3.0, "3"), (41.4, "41")])
def test_that_slow_rates_have_tenths(rate: float, said: str) -> None:
    assert rate_in_words(rate) == said


def test_that_an_up_to_date_library_says_how_much_it_holds(strip: StatusStrip) -> None:
    strip.show_progress(IndexProgress(IndexPhase.EMBEDDING, 1, 2, 1.0, None))

    strip.show_up_to_date(38_120)

    assert _said(strip) == "Up to date · 38,120 photos"


def test_that_pausing_is_shown_and_signalled(strip: StatusStrip, qtbot: QtBot) -> None:
    strip.show_progress(IndexProgress(IndexPhase.EMBEDDING, 900, 38_000, 41.0, 600.0))

    with qtbot.waitSignal(strip.pause_toggled, check_params_cb=lambda paused: paused):
        QTest.mouseClick(_button(strip, "Pause"), Qt.MouseButton.LeftButton)
    assert _said(strip) == "Paused · 900 of 38,000"

    button = _button(strip, "Resume")
    button.setFocus()
    with qtbot.waitSignal(strip.pause_toggled, check_params_cb=lambda paused: not paused):
        QTest.keyClick(button, Qt.Key.Key_Space)
    assert _said(strip).startswith("Reading photos")


def test_that_a_last_batch_does_not_end_a_pause(strip: StatusStrip) -> None:
    strip.show_paused(True)
    strip.show_progress(IndexProgress(IndexPhase.EMBEDDING, 932, 38_000, 41.0, 600.0))

    assert _said(strip) == "Paused · 932 of 38,000"


def test_that_an_idle_library_says_again_what_it_holds_after_a_pause(strip: StatusStrip) -> None:
    strip.show_up_to_date(12)
    strip.show_paused(True)
    assert _said(strip) == "Paused"

    strip.show_paused(False)

    assert _said(strip) == "Up to date · 12 photos"


def test_that_a_stop_says_why_and_offers_to_try_again(strip: StatusStrip, qtbot: QtBot) -> None:
    strip.show_stopped(UserFacingError("The disk is full.", "Make room on it."))

    assert _said(strip) == "Stopped: The disk is full. Make room on it."
    assert _dot_role(strip) is QPalette.ColorRole.BrightText
    with qtbot.waitSignal(strip.retry_requested):
        QTest.mouseClick(_button(strip, "Try again"), Qt.MouseButton.LeftButton)


def test_that_going_on_after_a_stop_takes_the_error_away(strip: StatusStrip) -> None:
    strip.show_stopped(UserFacingError("The disk is full.", "Make room on it."))

    strip.show_progress(IndexProgress(IndexPhase.FINDING, 5, None, 1.0, None))

    assert _said(strip) == "Looking for photos … 5 found"
    assert not _button(strip, "Try again").isVisible()
    assert _dot_role(strip) is QPalette.ColorRole.Accent


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Backup SSD"], "‘Backup SSD’ is not connected"),
        (["A", "B"], "‘A’ and ‘B’ are not connected"),
        (["A", "B", "C"], "3 folders are not connected"),
    ],
)
def test_that_folders_that_are_not_connected_are_named(
    strip: StatusStrip, names: list[str], said: str
) -> None:
    strip.show_up_to_date(1)
    strip.show_offline(names)
    assert said in _said(strip)

    strip.show_offline([])
    assert _said(strip) == "Up to date · 1 photo"


def test_that_failures_are_a_button_only_when_there_are_some(
    strip: StatusStrip, qtbot: QtBot
) -> None:
    strip.show_failures(FAILURES)

    button = _button(strip, "3 files could not be read")
    with qtbot.waitSignal(strip.failures_requested):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    strip.show_failures({})
    assert not button.isVisible()


def test_that_every_button_of_the_strip_can_be_reached_by_tab_and_has_a_name(
    strip: StatusStrip,
) -> None:
    strip.show_failures(FAILURES)
    strip.show_progress(IndexProgress(IndexPhase.EMBEDDING, 1, 2, 1.0, None))
    while_reading = _buttons_seen(strip)
    strip.show_stopped(UserFacingError("The disk is full.", "Make room on it."))
    seen = {*while_reading, *_buttons_seen(strip)}

    assert seen == set(strip.findChildren(QAbstractButton))
    for button in seen:
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert button.accessibleName() or button.text()


def test_that_the_message_is_not_cut_for_what_is_beside_it(strip: StatusStrip) -> None:
    strip.resize(760, strip.height())
    strip.show_up_to_date(38_120)
    strip.show_failures(FAILURES)
    strip.show_offline(["Backup SSD", "Photos of the family"])
    strip.show_waiting([Path("/photos/a.jpg")])
    QApplication.processEvents()

    assert strip.minimumSizeHint().width() <= 760
    assert strip._text.width() >= strip._text.sizeHint().width()
    assert strip._failures.width() >= strip._failures.sizeHint().width()


def _buttons_seen(strip: StatusStrip) -> list[QAbstractButton]:
    return [button for button in strip.findChildren(QAbstractButton) if button.isVisible()]


def _dot_role(strip: StatusStrip) -> QPalette.ColorRole:
    return strip._dot.role


class HeldOutline(QObject):
    """In place of the reader: `read_now` publishes an outline at once."""

    read = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.folders: list[FolderSummary] = [
            FolderSummary(Root(1, Path("/photos"), offline=False, last_indexed_at=None), 12, 0)
        ]

    def read_now(self) -> None:
        coverage = Coverage(searchable=12, known=12)
        self.read.emit(Outline(self.folders, [], {}, {}, 12, coverage, []))


@dataclass(frozen=True)
class Reported:
    """A strip that shows what is posted to a bridge; progress only once the timer has fired."""

    strip: StatusStrip
    bridge: Bridge
    outline: HeldOutline
    reports: LibraryReports

    def post(self, *events: Event) -> str:
        """Post events; return what the strip says then."""
        for event in events:
            self.bridge.post(event)
        self.bridge.drain()
        return _said(self.strip)

    def let_time_pass(self) -> None:
        self.reports._timer.timeout.emit()


@pytest.fixture
def reported(strip: StatusStrip) -> Reported:
    bridge, outline = Bridge(interval_ms=1_000_000), HeldOutline()
    reports = LibraryReports(
        bridge, cast("OutlineReader", outline), strip, strip, delay_ms=1_000_000
    )
    return Reported(strip, bridge, outline, reports)


def _run(*being_written: str) -> LibraryUpToDate:
    """A run that met files that are still being written."""
    files = tuple(map(Path, being_written))
    return LibraryUpToDate(
        IndexFinished((), 0, 0, 0, 0, 0, 0, (), (), files, 1.0, "photofind-mini")
    )


READING = IndexProgress(IndexPhase.EMBEDDING, 1, 2, 1.0, None)


def test_that_a_copy_under_way_is_said_until_it_is_done(reported: Reported) -> None:
    one = "Up to date · 12 photos Waiting for 1 file that is still being copied"
    assert reported.post(_run("/photos/a.jpg")) == one

    two = "Up to date · 12 photos Waiting for 2 files that are still being copied"
    assert reported.post(_run("/photos/a.jpg", "/photos/b.jpg")) == two
    assert reported.post(_run()) == "Up to date · 12 photos"


def test_that_looking_at_a_copy_again_and_again_does_not_flicker(reported: Reported) -> None:
    before = reported.post(_run("/photos/a.jpg"))

    assert reported.post(READING) == before
    assert reported.post(_run("/photos/a.jpg")) == before


def test_that_work_that_goes_on_is_shown(reported: Reported) -> None:
    reported.post(_run("/photos/a.jpg"), READING)

    reported.let_time_pass()

    assert _said(reported.strip).startswith("Reading photos 1 of 2 Waiting for 1 file")
    assert reported.post(replace(READING, done=2)).startswith("Reading photos 2 of 2")


def test_that_a_stop_says_nothing_of_a_copy(reported: Reported) -> None:
    reported.post(_run("/photos/a.jpg"))
    error = UserFacingError("The disk is full.", "Make room on it.")

    assert reported.post(LibraryStopped(error)) == "Stopped: The disk is full. Make room on it."


def test_that_work_on_the_last_folder_ends_with_it(reported: Reported) -> None:
    reported.post(READING)
    reported.let_time_pass()
    reported.outline.folders = []

    assert reported.post(LibraryUpToDate(None)) == ""
    reported.let_time_pass()
    assert _said(reported.strip) == ""
