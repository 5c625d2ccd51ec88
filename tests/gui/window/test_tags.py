"""Going through suggested tags, and finding photos by the ones that are right."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from photofind.domain import PhotoId
from photofind.gui.row_list import RowList
from photofind.gui.tags.review_page import ReviewPage
from photofind.paths import LibraryPaths
from photofind.search.writing import written
from photofind.store import tags
from photofind.store.database import Database
from photofind.store.tags import TagState
from tests.gui.window.closed_library import suggest
from tests.gui.window.conftest import OpenWindow
from tests.gui.window.hands import CONTROL, LEFT, SHIFT, click, press, words

FISH = [f"picture-{number:04}.jpg" for number in (10, 18, 23, 1)]
"""Three pictures of fish, and one of none."""

NIGHT = [f"picture-{number:04}.jpg" for number in (4, 12)]


@pytest.fixture
def library(library: Path) -> Path:
    """With suggestions for two tags."""
    suggest(library, {"fish": FISH, "night": NIGHT})
    return library


@pytest.fixture
def review(opened: OpenWindow) -> ReviewPage:
    """As the panel opens it, at the tag with the most suggestions."""
    _pick(opened, "Suggestions", "To review")
    page = opened.window.review
    opened.wait(page.isVisible)
    opened.wait(lambda: page.model.rowCount() == len(FISH))
    page.grid.setFocus()
    return page


def _rows(opened: OpenWindow, list_name: str) -> RowList:
    lists = opened.window.panel.findChildren(RowList)
    (found,) = [rows for rows in lists if rows.accessibleName() == list_name]
    return found


def _pick(opened: OpenWindow, list_name: str, name: str) -> None:
    """Click a row of the panel, once it is there."""
    rows = _rows(opened, list_name)
    opened.wait(lambda: any(row.name == name for row in rows.rows))
    place = next(number for number, row in enumerate(rows.rows) if row.name == name)
    centre = rows.visualRect(rows.model().index(place, 0)).center()
    QTest.mouseClick(rows.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, centre)


def _ids(page: ReviewPage) -> list[PhotoId]:
    return [PhotoId(photo_id) for photo_id in page.model.rows.photo_ids.tolist()]


def _states(opened: OpenWindow, photos: list[PhotoId], name: str) -> list[TagState | None]:
    every = opened.library.catalogue.tags.of(photos)
    found = [[tag.state for tag in own if tag.name == name] for own in every]
    return [states[0] if states else None for states in found]


def test_that_suggestions_are_decided_one_by_one_and_taken_back(
    opened: OpenWindow, review: ReviewPage
) -> None:
    photos = _ids(review)
    assert [opened.path_of(photo).name for photo in photos] == FISH

    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Y)
    opened.wait(lambda: _states(opened, photos[:1], "fish") == [TagState.CONFIRMED])
    press(Qt.Key.Key_End)
    press(Qt.Key.Key_N)
    opened.wait(lambda: _states(opened, photos[3:], "fish") == [None])
    assert _ids(review) == photos[1:3]
    press(Qt.Key.Key_Z, CONTROL)

    opened.wait(lambda: _states(opened, photos[3:], "fish") == [TagState.SUGGESTED])
    opened.wait(lambda: _ids(review) == photos[1:])
    assert _states(opened, photos[:1], "fish") == [TagState.CONFIRMED]


def test_that_all_that_is_shown_is_confirmed_at_once_and_the_next_tag_comes(
    opened: OpenWindow, review: ReviewPage
) -> None:
    photos = _ids(review)

    click(review, "Confirm 4")

    opened.wait(lambda: _states(opened, photos, "fish") == [TagState.CONFIRMED] * 4)
    opened.wait(lambda: review.model.rowCount() == len(NIGHT))
    assert [opened.path_of(photo).name for photo in _ids(review)] == NIGHT
    click(review, "Reject 2")
    opened.wait(lambda: "Nothing to review." in words(review))
    press(Qt.Key.Key_Escape)
    assert opened.window.photos.isVisible()
    opened.wait(lambda: not _rows(opened, "Suggestions").isVisible())


def test_that_a_selection_is_decided_as_one(opened: OpenWindow, review: ReviewPage) -> None:
    photos = _ids(review)

    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Right, SHIFT)
    press(Qt.Key.Key_Right, SHIFT)
    press(Qt.Key.Key_Y)

    confirmed = [TagState.CONFIRMED] * 3 + [TagState.SUGGESTED]
    opened.wait(lambda: _states(opened, photos, "fish") == confirmed)
    press(Qt.Key.Key_Z, CONTROL)
    opened.wait(lambda: _states(opened, photos, "fish") == [TagState.SUGGESTED] * 4)


def test_that_a_suggestion_can_be_looked_at_before_it_is_decided(
    opened: OpenWindow, review: ReviewPage
) -> None:
    photo = _ids(review)[1]
    place = review.grid.rect_of(1).center()

    QTest.mouseDClick(review.grid.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    opened.wait(lambda: opened.window.viewer.current == photo)
    press(Qt.Key.Key_Escape)

    assert review.isVisible()
    assert review.grid.hasFocus()


def test_that_a_tag_in_the_panel_finds_its_photos(opened: OpenWindow) -> None:
    _pick(opened, "Tags", "fish")

    opened.wait(lambda: written(opened.window.bar.request.query) == "tag:fish")
    opened.wait(lambda: opened.window.model.rowCount() == len(FISH))
    assert {opened.path_of(photo).name for photo in opened.shown()} == set(FISH)
    assert _rows(opened, "Tags").chosen == "fish"
    _pick(opened, "Library", "All photos")
    opened.wait(lambda: opened.window.search_runner.request is None)
    assert _rows(opened, "Tags").chosen is None


def test_that_a_rejected_tag_does_not_come_back_when_photos_are_tagged_again(
    opened: OpenWindow, review: ReviewPage, library: Path
) -> None:
    photos = _ids(review)
    press(Qt.Key.Key_End)
    press(Qt.Key.Key_N)
    opened.wait(lambda: _states(opened, photos[3:], "fish") == [None])
    opened.close()

    suggest(library, {"fish": FISH})

    with Database.open(LibraryPaths(library), write=False) as after, after.reading() as connection:
        (fish,) = [one for one in tags.counts_by_tag(connection) if one.name == "fish"]
    assert (fish.suggested, fish.rejected) == (3, 1)
