from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.tags.review_page import NothingToReview, ReviewPage
from photofind.gui.tags.review_tags import TagList
from photofind.store.gallery import PhotoRows
from photofind.store.tags import Suggestion, TagCount

Rows = Callable[[int], PhotoRows]


class SmallLibrary:
    """Answers a review page as the window does, from a dictionary."""

    def __init__(self, page: ReviewPage, rows: PhotoRows, waiting: dict[str, list[int]]) -> None:
        self._page = page
        self._rows = rows
        self._done: list[tuple[str, list[int]]] = []
        self.waiting = waiting
        self.requested: list[str] = []
        self.said: list[tuple[str, list[int], str]] = []
        page.tag_chosen.connect(self._answer)
        page.confirmed.connect(lambda ids, name: self._decide("yes", ids, name))
        page.rejected.connect(lambda ids, name: self._decide("no", ids, name))
        page.undo_requested.connect(self._undo)
        self.tell()

    def tell(self) -> None:
        counts = [TagCount(name, 0, len(ids), 0) for name, ids in self.waiting.items()]
        self._page.show_tags(counts)

    def _answer(self, name: str) -> None:
        self.requested.append(name)
        ids = self.waiting[name]
        kept = np.isin(self._rows.photo_ids, np.array(ids))
        rows = PhotoRows(
            self._rows.photo_ids[kept],
            self._rows.aspects[kept],
            self._rows.colours[kept],
            self._rows.offline[kept],
        )
        found = [Suggestion(PhotoId(one), name, 100.0 - one) for one in ids]
        self._page.show_suggestions(found, rows)

    def _decide(self, said: str, ids: list[int], name: str) -> None:
        self._page.set_undoable(True)
        self.said.append((said, ids, name))
        self._done.append((name, self.waiting[name]))
        self.waiting[name] = [one for one in self.waiting[name] if one not in ids]

    def _undo(self) -> None:
        name, before = self._done.pop()
        self.waiting[name] = before
        self._page.set_undoable(bool(self._done))
        self._page.return_to([name])
        self.tell()


@pytest.fixture
def thumbnails(drawn_thumbnail: Callable[[PhotoId], bytes]) -> Iterator[Thumbnails]:
    made = Thumbnails(drawn_thumbnail)
    yield made
    made.close()


@pytest.fixture
def page(qtbot: QtBot, thumbnails: Thumbnails) -> ReviewPage:
    made = ReviewPage(thumbnails)
    made.resize(900, 600)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.grid.setFocus()
    return made


@pytest.fixture
def library(page: ReviewPage, rows: Rows) -> SmallLibrary:
    """Dog for photos 1 to 6, sea for 7 and 8, cat for 9."""
    waiting = {"cat": [9], "dog": [1, 2, 3, 4, 5, 6], "sea": [7, 8]}
    return SmallLibrary(page, rows(9), waiting)


def shown(page: ReviewPage) -> list[int]:
    ids: list[int] = page.model.rows.photo_ids.tolist()
    return ids


def select(page: ReviewPage, *rows: int) -> None:
    for place, row in enumerate(rows):
        control = Qt.KeyboardModifier.ControlModifier
        QTest.mouseClick(
            page.grid.viewport(),
            Qt.MouseButton.LeftButton,
            control if place else Qt.KeyboardModifier.NoModifier,
            page.grid.visualRect(page.model.index(row)).center(),
        )


def button(page: ReviewPage, words: str) -> QPushButton:
    found = [one for one in page.findChildren(QPushButton) if one.text() == words]
    assert found, [one.text() for one in page.findChildren(QPushButton)]
    return found[0]


def tags(page: ReviewPage) -> list[tuple[str, int | None]]:
    (found,) = page.findChildren(TagList)
    return [(row.name, row.count) for row in found.list.rows]


def test_that_tags_with_most_suggestions_come_first_and_the_first_is_gone_through(
    page: ReviewPage, library: SmallLibrary
) -> None:
    assert tags(page) == [("dog", 6), ("sea", 2), ("cat", 1)]
    assert library.requested == ["dog"]
    assert shown(page) == [1, 2, 3, 4, 5, 6]


def test_that_nothing_selected_means_all_that_is_shown(
    page: ReviewPage, library: SmallLibrary
) -> None:
    button(page, "Confirm 6").click()
    assert library.said == [("yes", [1, 2, 3, 4, 5, 6], "dog")]


def test_that_a_selection_is_decided_alone_and_leaves_at_once(
    page: ReviewPage, library: SmallLibrary
) -> None:
    select(page, 1, 3)
    button(page, "Reject 2").click()

    assert library.said == [("no", [2, 4], "dog")]
    assert shown(page) == [1, 3, 5, 6]
    assert tags(page)[0] == ("dog", 4)
    assert button(page, "Confirm 4").isEnabled()


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (Qt.Key.Key_Y, "yes"),
        (Qt.Key.Key_Return, "yes"),
        (Qt.Key.Key_N, "no"),
        (Qt.Key.Key_Delete, "no"),
    ],
)
def test_that_keys_decide_and_mean_nothing_else(
    page: ReviewPage, library: SmallLibrary, qtbot: QtBot, key: Qt.Key, said: str
) -> None:
    select(page, 0)
    with (
        qtbot.assertNotEmitted(page.opened),
        qtbot.assertNotEmitted(page.grid.trash_requested),
    ):
        qtbot.keyClick(page.grid, key)
    assert library.said == [(said, [1], "dog")]


def test_that_a_held_key_decides_once(page: ReviewPage, library: SmallLibrary) -> None:
    select(page, 0)
    QTest.keyPress(page.grid, Qt.Key.Key_Y)
    again = QKeyEvent(
        QEvent.Type.KeyPress, Qt.Key.Key_Y, Qt.KeyboardModifier.NoModifier, "y", autorep=True
    )
    QApplication.sendEvent(page.grid, again)
    assert len(library.said) == 1


def test_that_the_next_tag_comes_when_one_is_finished(
    page: ReviewPage, library: SmallLibrary, qtbot: QtBot
) -> None:
    qtbot.keyClick(page.grid, Qt.Key.Key_Y)
    assert library.requested == ["dog", "sea"]
    assert shown(page) == [7, 8]
    assert tags(page) == [("sea", 2), ("cat", 1)]


def test_that_a_decision_is_saved_before_more_suggestions_are_requested(
    page: ReviewPage, library: SmallLibrary, qtbot: QtBot
) -> None:
    order: list[str] = []
    page.confirmed.connect(lambda *_: order.append("confirmed"))
    page.tag_chosen.connect(lambda _: order.append("tag_chosen"))
    qtbot.keyClick(page.grid, Qt.Key.Key_Y)
    assert order == ["confirmed", "tag_chosen"]


def test_that_the_slider_shows_fewer_and_surer_photos(
    page: ReviewPage, library: SmallLibrary
) -> None:
    (slider,) = page.findChildren(QSlider)
    slider.setValue(50)
    assert shown(page) == [1, 2, 3]
    slider.setValue(100)
    assert shown(page) == [1]
    slider.setValue(0)
    assert shown(page) == [1, 2, 3, 4, 5, 6]


def test_that_the_less_certain_come_back_when_the_surer_ones_are_decided(
    page: ReviewPage, library: SmallLibrary, qtbot: QtBot
) -> None:
    (slider,) = page.findChildren(QSlider)
    slider.setValue(50)
    qtbot.keyClick(page.grid, Qt.Key.Key_Y)

    assert library.said == [("yes", [1, 2, 3], "dog")]
    assert shown(page) == [4, 5, 6]
    assert slider.value() == 0
    assert library.requested == ["dog"]


def test_that_undo_brings_the_last_decision_back_whatever_tag_is_shown_now(
    page: ReviewPage, library: SmallLibrary, qtbot: QtBot
) -> None:
    assert not button(page, "Undo").isEnabled()
    qtbot.keyClick(page.grid, Qt.Key.Key_Y)
    assert shown(page) == [7, 8]

    button(page, "Undo").click()

    assert shown(page) == [1, 2, 3, 4, 5, 6]
    assert tags(page)[0] == ("dog", 6)
    assert not button(page, "Undo").isEnabled()


def test_that_it_says_when_nothing_is_left_and_undo_still_helps(
    page: ReviewPage, library: SmallLibrary, qtbot: QtBot
) -> None:
    for _ in range(3):
        qtbot.keyClick(page.grid, Qt.Key.Key_Y)
    (nothing,) = page.findChildren(NothingToReview)
    assert nothing.isVisible()

    assert "Ctrl+Z" in " ".join(
        one.text() for one in nothing.findChildren(QLabel) if one.isVisible()
    )

    page.undo_requested.emit()
    assert not nothing.isVisible()
    assert shown(page) == [9]


def test_that_a_library_without_suggestions_says_so(page: ReviewPage, rows: Rows) -> None:
    (nothing,) = page.findChildren(NothingToReview)
    assert not nothing.isVisible()
    SmallLibrary(page, rows(1), {})
    assert nothing.isVisible()


def test_that_new_suggestions_leave_the_chosen_tag_and_its_photos_as_they_are(
    page: ReviewPage, library: SmallLibrary
) -> None:
    select(page, 2)
    library.waiting["boat"] = list(range(1, 8))
    library.tell()

    assert tags(page)[0] == ("boat", 7)
    assert library.requested == ["dog"]
    assert page.grid.selected() == [3]


def test_that_suggestions_beyond_those_handed_over_are_requested(
    page: ReviewPage, rows: Rows, qtbot: QtBot
) -> None:
    requested: list[str] = []
    page.tag_chosen.connect(requested.append)
    page.show_tags([TagCount("dog", 0, 10, 0)])
    found = [Suggestion(PhotoId(n), "dog", 1.0) for n in (1, 2)]
    page.show_suggestions(found, rows(2))
    qtbot.keyClick(page.grid, Qt.Key.Key_Y)
    assert requested == ["dog"]

    page.show_tags([TagCount("dog", 0, 8, 0)])
    assert requested == ["dog", "dog"]


def test_that_an_answer_for_another_tag_is_not_shown(
    page: ReviewPage, library: SmallLibrary, rows: Rows
) -> None:
    page.show_suggestions([Suggestion(PhotoId(7), "sea", 1.0)], rows(9))
    assert shown(page) == [1, 2, 3, 4, 5, 6]


def test_that_a_tag_whose_photos_are_gone_is_passed_over(page: ReviewPage, rows: Rows) -> None:
    requested: list[str] = []
    page.tag_chosen.connect(requested.append)
    page.show_tags([TagCount("dog", 0, 2, 0), TagCount("sea", 0, 1, 0)])
    page.show_suggestions([], rows(0))
    assert requested == ["dog", "sea"]


def test_that_tags_are_chosen_and_filtered_by_keys(
    page: ReviewPage, library: SmallLibrary, qtbot: QtBot
) -> None:
    (panel,) = page.findChildren(TagList)
    panel.list.setFocus()
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    assert shown(page) == [7, 8]
    qtbot.keyClick(panel.list, Qt.Key.Key_Y)
    assert library.said == [("yes", [7, 8], "sea")]
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    qtbot.waitUntil(page.grid.hasFocus)


def test_that_escape_and_back_leave(page: ReviewPage, library: SmallLibrary, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.left):
        qtbot.keyClick(page.grid, Qt.Key.Key_Escape)
    with qtbot.waitSignal(page.left):
        button(page, "Back").click()


def test_that_a_double_click_opens(page: ReviewPage, library: SmallLibrary, qtbot: QtBot) -> None:
    place = page.grid.visualRect(page.model.index(2)).center()
    with qtbot.waitSignal(page.opened) as emitted:
        QTest.mouseClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
        QTest.mouseDClick(page.grid.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert emitted.args == [3]
