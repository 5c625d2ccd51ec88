"""The list of what failed, by kind and reason."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QTreeView, QWidget
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from photofind.domain import Failure
from photofind.gui.indexing.failure_model import FailureModel, kind_words
from photofind.gui.indexing.failures import FailuresPage
from photofind.gui.outline import UNREADABLE
from photofind.indexing.producers import KINDS

FAILURES = [
    Failure(Path("/photos/norway/b.jpg"), "The file is cut short."),
    Failure(Path("/photos/norway/a.jpg"), "The file is cut short."),
    Failure(Path("/photos/italy/c.jpg"), "The file is empty."),
]
LISTED = [Failure(one.path, f"Could not be read: {one.reason}") for one in FAILURES]
UNREADABLE_ONLY = {UNREADABLE: FAILURES}
NO_ROOM = [Failure(Path("/photos/italy/d.jpg"), "There is no room for it.")]
OF_ALL_KINDS = {
    "tags": NO_ROOM,
    "embedding": [
        Failure(Path("/photos/italy/d.jpg"), "The search model can make nothing of it."),
        Failure(Path("/photos/italy/e.jpg"), "The search model can make nothing of it."),
    ],
    "thumbnail": NO_ROOM,
    UNREADABLE: FAILURES,
}


pytestmark = pytest.mark.usefixtures("english_numbers")


@pytest.fixture
def page(qtbot: QtBot) -> FailuresPage:
    made = FailuresPage()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.show_failures(UNREADABLE_ONLY)
    made.show()
    return made


def _button(parent: QWidget, text: str) -> QAbstractButton:
    (found,) = [button for button in parent.findChildren(QAbstractButton) if button.text() == text]
    return found


def test_that_the_model_of_failures_is_a_sound_model(
    qtmodeltester: ModelTester, page: FailuresPage
) -> None:
    model = FailureModel()
    model.show(OF_ALL_KINDS)
    qtmodeltester.check(model, force_py=True)
    model.narrow("norway")
    qtmodeltester.check(model, force_py=True)


def test_that_files_lie_under_their_reason_the_most_frequent_first(page: FailuresPage) -> None:
    assert _shown(page) == {
        "Could not be read: The file is cut short. · 2": ["a.jpg", "b.jpg"],
        "Could not be read: The file is empty. · 1": ["c.jpg"],
    }
    assert list(_shown(page)) == [
        "Could not be read: The file is cut short. · 2",
        "Could not be read: The file is empty. · 1",
    ]


@pytest.mark.parametrize(
    ("typed", "left"),
    [("norway", ["a.jpg", "b.jpg"]), ("EMPTY", ["c.jpg"]), ("c.jpg", ["c.jpg"]), ("zzz", [])],
)
def test_that_the_filter_looks_in_names_folders_and_reasons(
    page: FailuresPage, qtbot: QtBot, typed: str, left: list[str]
) -> None:
    QTest.keyClicks(page._filter, typed)

    assert [name for names in _shown(page).values() for name in names] == left


def test_that_a_library_without_failures_says_so(page: FailuresPage) -> None:
    page.show_failures({})

    visible = [label.text() for label in page.findChildren(QLabel) if label.isVisible()]
    assert visible == ["Every photo could be read."]
    assert not _button(page, "Try again").isVisible()


def test_that_try_again_is_requested_for_all(page: FailuresPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.retry_requested):
        QTest.mouseClick(_button(page, "Try again"), Qt.MouseButton.LeftButton)


def test_that_a_chosen_file_is_shown_in_its_folder(page: FailuresPage, qtbot: QtBot) -> None:
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


def test_that_the_list_is_copied_with_reasons(page: FailuresPage, qtbot: QtBot) -> None:
    QTest.mouseClick(_button(page, "Copy list"), Qt.MouseButton.LeftButton)

    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines == [
        "/photos/norway/a.jpg\tCould not be read: The file is cut short.",
        "/photos/norway/b.jpg\tCould not be read: The file is cut short.",
        "/photos/italy/c.jpg\tCould not be read: The file is empty.",
    ]


def test_that_only_what_is_selected_is_copied(page: FailuresPage, qtbot: QtBot) -> None:
    page._list.select(LISTED[2])

    QTest.keyClick(page._list, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    assert (
        QGuiApplication.clipboard().text()
        == "/photos/italy/c.jpg\tCould not be read: The file is empty."
    )


def test_that_a_selected_file_stays_selected_when_others_come(page: FailuresPage) -> None:
    page._list.select(LISTED[1])

    page.show_failures({UNREADABLE: [Failure(Path("/a"), "The file is empty."), *FAILURES]})

    assert page._selected() == [LISTED[1]]


def test_that_escape_clears_the_filter_and_then_leaves(page: FailuresPage, qtbot: QtBot) -> None:
    page._filter.setFocus()
    QTest.keyClicks(page._filter, "norway")
    QTest.keyClick(page._filter, Qt.Key.Key_Escape)
    assert page._filter.text() == ""

    with qtbot.waitSignal(page.left):
        QTest.keyClick(page._filter, Qt.Key.Key_Escape)


def test_that_ten_thousand_files_are_shown_and_filtered(page: FailuresPage) -> None:
    many = [
        Failure(Path(f"/photos/{number % 40}/{number:05}.jpg"), f"Reason {number % 3}.")
        for number in range(10_000)
    ]
    page.show_failures({UNREADABLE: many})
    assert page._model.count == 10_000

    page._filter.setText("00")

    assert 0 < page._model.count < 10_000


def test_that_the_page_fits_a_small_window(page: FailuresPage) -> None:
    page.show_failures(OF_ALL_KINDS)
    page.resize(550, 340)

    assert page.minimumSizeHint().width() <= 550
    assert page.minimumSizeHint().height() <= 340
    assert page._heading.width() >= page._heading.sizeHint().width()
    assert page.rect().contains(page._filter.geometry())


def _shown(page: FailuresPage) -> dict[str, list[str]]:
    model = page._model
    found = {}
    for row in range(model.rowCount()):
        reason = model.index(row, 0)
        own = [model.index(child, 0, reason).data() for child in range(model.rowCount(reason))]
        found[reason.data()] = own
    return found


def test_that_failures_of_every_kind_are_in_one_list_in_plain_words(page: FailuresPage) -> None:
    page.show_failures(OF_ALL_KINDS)

    assert _shown(page) == {
        "Could not be read: The file is cut short. · 2": ["a.jpg", "b.jpg"],
        "Could not be read: The file is empty. · 1": ["c.jpg"],
        "No thumbnail could be made: There is no room for it. · 1": ["d.jpg"],
        "Cannot be searched: The search model can make nothing of it. · 2": ["d.jpg", "e.jpg"],
        "No tags could be suggested: There is no room for it. · 1": ["d.jpg"],
    }
    assert list(_shown(page)) == sorted(_shown(page), key=_place_of_kind)


def _place_of_kind(group: str) -> int:
    return next(place for place, words in enumerate(kind_words().values()) if words in group)


def test_that_a_photo_that_failed_in_two_ways_is_counted_once(page: FailuresPage) -> None:
    page.show_failures(OF_ALL_KINDS)

    assert page._heading.text() == "5 photos with problems"


def test_that_a_photo_is_copied_with_each_of_its_failures(page: FailuresPage) -> None:
    page.show_failures({"thumbnail": NO_ROOM, "tags": NO_ROOM})

    QTest.mouseClick(_button(page, "Copy list"), Qt.MouseButton.LeftButton)

    assert QGuiApplication.clipboard().text().splitlines() == [
        "/photos/italy/d.jpg\tNo thumbnail could be made: There is no room for it.",
        "/photos/italy/d.jpg\tNo tags could be suggested: There is no room for it.",
    ]


def test_that_the_filter_finds_a_kind(page: FailuresPage) -> None:
    page.show_failures(OF_ALL_KINDS)

    QTest.keyClicks(page._filter, "thumbnail")

    assert [name for names in _shown(page).values() for name in names] == ["d.jpg"]


def test_that_every_kind_has_words() -> None:
    assert {UNREADABLE, *KINDS, "tags"} == set(kind_words())
