"""The status strip and the list of files that could not be read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QTreeView, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from photofind.domain import Failure
from photofind.errors import UserFacingError
from photofind.events import IndexFinished, IndexPhase, IndexProgress
from photofind.gui.indexing.counting import SteadyNumber, padded, rate_in_words
from photofind.gui.indexing.strip import StatusStrip
from photofind.gui.indexing.unreadable import UnreadablePage
from photofind.gui.indexing.unreadable_model import UnreadableModel

FINISHED = IndexFinished((), 0, 0, 0, 0, 0, 0, (), (), (), 1.0, "photofind-mini")
FAILURES = [
    Failure(Path("/photos/norway/b.jpg"), "The file is cut short."),
    Failure(Path("/photos/norway/a.jpg"), "The file is cut short."),
    Failure(Path("/photos/italy/c.jpg"), "The file is empty."),
]


@pytest.fixture(autouse=True)
def _english_numbers() -> Iterator[None]:
    before = QLocale()
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    yield
    QLocale.setDefault(before)


@pytest.fixture
def strip(qtbot: QtBot) -> StatusStrip:
    made = StatusStrip()
    qtbot.addWidget(made)
    made.resize(900, made.height())
    made.show()
    return made


@pytest.fixture
def page(qtbot: QtBot) -> UnreadablePage:
    made = UnreadablePage()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show_failures(FAILURES)
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

    strip.show_finished(FINISHED, 38_120)

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
    strip.show_finished(FINISHED, 12)
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
    strip.show_finished(FINISHED, 1)
    strip.show_offline(names)
    assert said in _said(strip)

    strip.show_offline([])
    assert _said(strip) == "Up to date · 1 photo"


def test_that_unreadable_files_are_a_button_only_when_there_are_some(
    strip: StatusStrip, qtbot: QtBot
) -> None:
    strip.show_failures(3)

    button = _button(strip, "3 could not be read")
    with qtbot.waitSignal(strip.failures_requested):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    strip.show_failures(0)
    assert not button.isVisible()


def test_that_every_button_of_the_strip_can_be_reached_by_tab_and_has_a_name(
    strip: StatusStrip,
) -> None:
    strip.show_failures(3)
    strip.show_progress(IndexProgress(IndexPhase.EMBEDDING, 1, 2, 1.0, None))
    while_reading = _buttons_seen(strip)
    strip.show_stopped(UserFacingError("The disk is full.", "Make room on it."))
    seen = {*while_reading, *_buttons_seen(strip)}

    assert seen == set(strip.findChildren(QAbstractButton))
    for button in seen:
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert button.accessibleName() or button.text()


def _buttons_seen(strip: StatusStrip) -> list[QAbstractButton]:
    return [button for button in strip.findChildren(QAbstractButton) if button.isVisible()]


def _dot_role(strip: StatusStrip) -> QPalette.ColorRole:
    return strip._dot.role


def test_that_the_unreadable_model_is_a_sound_model(
    qtmodeltester: ModelTester, page: UnreadablePage
) -> None:
    model = UnreadableModel()
    model.show(FAILURES)
    qtmodeltester.check(model, force_py=True)
    model.narrow("norway")
    qtmodeltester.check(model, force_py=True)


def test_that_files_lie_under_their_reason_the_most_frequent_first(page: UnreadablePage) -> None:
    assert _shown(page) == {
        "The file is cut short. · 2": ["a.jpg", "b.jpg"],
        "The file is empty. · 1": ["c.jpg"],
    }
    assert list(_shown(page)) == ["The file is cut short. · 2", "The file is empty. · 1"]


@pytest.mark.parametrize(
    ("typed", "left"),
    [("norway", ["a.jpg", "b.jpg"]), ("EMPTY", ["c.jpg"]), ("c.jpg", ["c.jpg"]), ("zzz", [])],
)
def test_that_the_filter_looks_in_names_folders_and_reasons(
    page: UnreadablePage, qtbot: QtBot, typed: str, left: list[str]
) -> None:
    QTest.keyClicks(page._filter, typed)

    assert [name for names in _shown(page).values() for name in names] == left


def test_that_a_library_without_failures_says_so(page: UnreadablePage) -> None:
    page.show_failures([])

    visible = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert visible == ["Every photo could be read."]
    assert not _button(page, "Try again").isVisible()


def test_that_try_again_is_requested_for_all(page: UnreadablePage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.retry_requested):
        QTest.mouseClick(_button(page, "Try again"), Qt.MouseButton.LeftButton)


def test_that_a_chosen_file_is_shown_in_its_folder(page: UnreadablePage, qtbot: QtBot) -> None:
    show = _button(page, "Show in folder")
    assert not show.isEnabled()
    tree = page.findChild(QTreeView)
    assert isinstance(tree, QTreeView)

    tree.setFocus()
    QTest.keyClick(tree, Qt.Key.Key_Home)
    QTest.keyClick(tree, Qt.Key.Key_Down)

    with qtbot.waitSignal(page.folder_requested) as requested:
        QTest.mouseClick(show, Qt.MouseButton.LeftButton)
    assert requested.args == [Path("/photos/norway/a.jpg")]


def test_that_the_list_is_copied_with_reasons(page: UnreadablePage, qtbot: QtBot) -> None:
    QTest.mouseClick(_button(page, "Copy list"), Qt.MouseButton.LeftButton)

    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines == [
        "/photos/norway/a.jpg\tThe file is cut short.",
        "/photos/norway/b.jpg\tThe file is cut short.",
        "/photos/italy/c.jpg\tThe file is empty.",
    ]


def test_that_only_what_is_selected_is_copied(page: UnreadablePage, qtbot: QtBot) -> None:
    page._list.select(FAILURES[2])

    QTest.keyClick(page._list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert QGuiApplication.clipboard().text() == "/photos/italy/c.jpg\tThe file is empty."


def test_that_a_selected_file_stays_selected_when_others_come(page: UnreadablePage) -> None:
    page._list.select(FAILURES[1])

    page.show_failures([Failure(Path("/a"), "The file is empty."), *FAILURES])

    assert page._selected() == [FAILURES[1]]


def test_that_escape_clears_the_filter_and_then_leaves(page: UnreadablePage, qtbot: QtBot) -> None:
    page._filter.setFocus()
    QTest.keyClicks(page._filter, "norway")
    QTest.keyClick(page._filter, Qt.Key.Key_Escape)
    assert page._filter.text() == ""

    with qtbot.waitSignal(page.left):
        QTest.keyClick(page._filter, Qt.Key.Key_Escape)


def test_that_ten_thousand_files_are_shown_and_filtered(page: UnreadablePage) -> None:
    many = [
        Failure(Path(f"/photos/{number % 40}/{number:05}.jpg"), f"Reason {number % 3}.")
        for number in range(10_000)
    ]
    page.show_failures(many)
    assert page._model.count == 10_000

    page._filter.setText("00")

    assert 0 < page._model.count < 10_000


def test_that_the_page_fits_a_small_window(page: UnreadablePage) -> None:
    assert page.minimumSizeHint().width() <= 900
    assert page.minimumSizeHint().height() <= 600


def _shown(page: UnreadablePage) -> dict[str, list[str]]:
    model = page._model
    found = {}
    for row in range(model.rowCount()):
        reason = model.index(row, 0)
        own = [model.index(child, 0, reason).data() for child in range(model.rowCount(reason))]
        found[reason.data()] = own
    return found
