"""Looking at one photo after another, and at what is known of each."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from photofind.domain import PhotoId
from photofind.gui.tags.chip import Chip
from photofind.search.writing import written
from photofind.store.tag_decisions import TagChanges
from photofind.store.tags import TagState
from tests.gui.window.closed_library import suggest
from tests.gui.window.conftest import OpenWindow
from tests.gui.window.hands import CONTROL, LEFT, button, press, type_in, words

TRAIN = "picture-0015.jpg"


@pytest.fixture
def library(library: Path) -> Path:
    """With two tags suggested for one photo."""
    suggest(library, {"train": [TRAIN], "dog": [TRAIN]})
    return library


@pytest.fixture
def photo(opened: OpenWindow, drawn_album: Path) -> PhotoId:
    """A picture of a purple train, open in the viewer."""
    photo = opened.photo_at(drawn_album / "Garden" / TRAIN)
    opened.window.photos.grid.setFocus()
    opened.window.photos.grid.make_current(photo)
    press(Qt.Key.Key_Return)
    opened.wait(lambda: opened.window.viewer.canvas.has_picture)
    return photo


def _chips(opened: OpenWindow) -> dict[str, Chip]:
    found = opened.window.viewer.inspector.findChildren(Chip)
    return {chip.text(): chip for chip in found if chip.isVisible()}


def _states(opened: OpenWindow, photo: PhotoId) -> dict[str, TagState]:
    (tags,) = opened.library.catalogue.tags.of([photo])
    return {tag.name: tag.state for tag in tags}


def test_that_keys_go_from_photo_to_photo_and_back_to_the_grid(
    opened: OpenWindow, photo: PhotoId
) -> None:
    viewer, grid, photos = opened.window.viewer, opened.window.photos.grid, opened.shown()
    row = photos.index(photo)

    press(Qt.Key.Key_Right)
    assert viewer.current == photos[row + 1]
    press(Qt.Key.Key_Left)
    press(Qt.Key.Key_Left)
    assert viewer.current == photos[row - 1]
    press(Qt.Key.Key_End)
    press(Qt.Key.Key_Right)
    assert viewer.current == photos[-1]
    opened.wait(lambda: viewer.canvas.has_picture)
    assert viewer.top_line.position_text == f"{len(photos)} of {len(photos)}"
    press(Qt.Key.Key_Escape)

    assert not opened.window.navigation.viewing
    assert grid.hasFocus()
    assert grid.current_photo() == photos[-1]


def test_that_details_show_the_date_the_camera_and_the_tags(
    opened: OpenWindow, photo: PhotoId
) -> None:
    inspector = opened.window.viewer.inspector
    details = opened.library.catalogue.photos.details(photo)
    assert details is not None
    taken, camera = details.photo.metadata.taken_at, details.photo.metadata.camera
    assert taken is not None
    assert camera is not None

    press(Qt.Key.Key_I)
    opened.wait(lambda: camera in words(inspector))

    assert taken[:4] in words(inspector)
    assert "720 × 405" in words(inspector)
    assert set(_chips(opened)) >= {"train", "dog"}
    assert inspector.isVisible()


def test_that_tags_are_decided_by_their_chips_and_the_last_decision_taken_back(
    opened: OpenWindow, photo: PhotoId
) -> None:
    press(Qt.Key.Key_I)
    opened.wait(lambda: "train" in _chips(opened))

    QTest.mouseClick(button(_chips(opened)["train"], "Confirm train"), LEFT)
    opened.wait(lambda: _states(opened, photo)["train"] is TagState.CONFIRMED)
    QTest.mouseClick(button(_chips(opened)["dog"], "Reject dog"), LEFT)
    opened.wait(lambda: "dog" not in _chips(opened))
    assert "dog" not in _states(opened, photo)
    press(Qt.Key.Key_T)
    type_in("My railway")
    press(Qt.Key.Key_Return)
    opened.wait(lambda: "My railway" in _chips(opened))
    press(Qt.Key.Key_Escape)
    _chips(opened)["My railway"].setFocus()
    QTest.mouseClick(button(_chips(opened)["My railway"], "Remove My railway"), LEFT)
    opened.wait(lambda: "My railway" not in _chips(opened))

    opened.window.viewer.setFocus()
    press(Qt.Key.Key_Z, CONTROL)
    opened.wait(lambda: "My railway" in _chips(opened))
    for _ in range(2):
        press(Qt.Key.Key_Z, CONTROL)
    opened.wait(lambda: "dog" in _chips(opened))

    assert _states(opened, photo)["dog"] is TagState.SUGGESTED
    assert _states(opened, photo)["train"] is TagState.CONFIRMED
    assert "My railway" not in _states(opened, photo)


def test_that_a_tag_leads_to_all_photos_with_it(opened: OpenWindow, photo: PhotoId) -> None:
    tagged = {*opened.shown()[:3], photo}
    opened.library.catalogue.tags.decide(opened.shown()[:3], TagChanges(added=("trip",)))
    opened.window.tags.add([photo], "trip")
    press(Qt.Key.Key_I)
    opened.wait(lambda: "trip" in _chips(opened))

    QTest.mouseClick(_chips(opened)["trip"], LEFT)

    opened.wait(lambda: written(opened.window.bar.request.query) == "tag:trip")
    opened.wait(lambda: set(opened.shown()) == tagged)
    assert not opened.window.navigation.viewing


def test_that_photos_like_the_one_that_is_seen_are_a_key_away(
    opened: OpenWindow, photo: PhotoId
) -> None:
    press(Qt.Key.Key_S)

    opened.wait(lambda: opened.window.model.sure is not None)
    assert not opened.window.navigation.viewing
    assert opened.shown()[0] == photo
    chip = opened.window.bar.request.picture
    assert chip is not None
    assert chip.name == TRAIN
