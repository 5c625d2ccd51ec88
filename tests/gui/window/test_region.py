"""A part of a photo: what it shows, where else that is, and a tag for it."""

from pathlib import Path
from random import Random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.evaluation.drawn_album import SHAPES
from photofind.evaluation.drawn_scenes import DrawnObject, draw_scene, held_out_seeds
from photofind.store.tags import TagState
from tests.gui.window.conftest import ALBUM, OpenWindow
from tests.gui.window.hands import LEFT, button, click, drag, field, press, type_in

NUMBER = 15
"""Of a picture with a purple train."""

TRAINS = (11, 13, NUMBER)
"""Of all pictures with a train."""


@pytest.fixture(scope="module")
def train() -> DrawnObject:
    """As `draw_album` drew it."""
    seed = held_out_seeds[NUMBER - 1]
    scene = draw_scene(seed, Random(seed).choice(SHAPES))
    (train,) = [one for one in scene.objects if one.label.endswith("train")]
    return train


@pytest.fixture
def photo(opened: OpenWindow, drawn_album: Path, train: DrawnObject, qtbot: QtBot) -> PhotoId:
    """In the viewer, a box drawn around the train by mouse, and named."""
    photo = opened.photo_at(drawn_album / "Garden" / f"picture-{NUMBER:04}.jpg")
    opened.window.photos.grid.setFocus()
    opened.window.photos.grid.make_current(photo)
    press(Qt.Key.Key_Return)
    canvas, tool = opened.window.viewer.canvas, opened.window.region
    opened.wait(lambda: canvas.has_picture)
    press(Qt.Key.Key_R)
    opened.wait(tool.isVisible)
    seen = canvas.to_view(train.box)
    drag(tool, seen.topLeft().toPoint(), seen.bottomRight().toPoint())
    opened.wait(lambda: bool(tool.card.names))
    return photo


def test_that_a_box_over_a_thing_says_what_it_may_be(
    opened: OpenWindow, photo: PhotoId, train: DrawnObject
) -> None:
    tool = opened.window.region

    assert tool.box == pytest.approx(train.box, abs=3)
    assert len(tool.card.names) == 5
    field(tool.card, "What it may be, separated by commas").setFocus()
    type_in("train, fish, heart, snowman")
    press(Qt.Key.Key_Return)

    opened.wait(lambda: set(tool.card.names) == {"train", "fish", "heart", "snowman"})
    assert tool.card.names[0] == "train"


def test_that_escape_takes_back_the_box_then_the_tool_then_the_photo(
    opened: OpenWindow, photo: PhotoId
) -> None:
    tool, navigation = opened.window.region, opened.window.navigation

    seen = [(tool.box is not None, tool.isVisible(), navigation.viewing)]
    for _ in range(3):
        press(Qt.Key.Key_Escape)
        seen.append((tool.box is not None, tool.isVisible(), navigation.viewing))

    assert seen == [(True, True, True), (False, True, True), (False, False, True), (False,) * 3]
    assert opened.window.photos.grid.current_photo() == photo


def test_that_a_part_is_found_elsewhere(opened: OpenWindow, photo: PhotoId) -> None:
    window = opened.window

    click(window.region.card, "Find this elsewhere")

    opened.wait(lambda: window.model.sure is not None)
    chip = window.bar.request.picture
    assert chip is not None
    assert chip.is_part
    assert chip.name == f"picture-{NUMBER:04}.jpg"
    assert not window.navigation.viewing
    assert opened.shown()[0] == photo
    first_third = {opened.path_of(one).name for one in opened.shown()[: ALBUM // 3]}
    assert {f"picture-{number:04}.jpg" for number in TRAINS} <= first_third


def test_that_enter_on_the_box_finds_it_too_and_escape_leads_back(
    opened: OpenWindow, photo: PhotoId
) -> None:
    press(Qt.Key.Key_Return)
    opened.wait(lambda: opened.window.model.sure is not None)

    opened.window.bar.focus_search()
    press(Qt.Key.Key_Escape)
    press(Qt.Key.Key_Escape)

    opened.wait(lambda: opened.window.model.sure is None)
    assert opened.window.bar.request.empty


def test_that_the_photo_is_tagged_with_what_is_in_the_box(
    opened: OpenWindow, photo: PhotoId
) -> None:
    card = opened.window.region.card
    field(card, "Tag for this photo").setFocus()
    field(card, "Tag for this photo").selectAll()
    type_in("steam train")

    QTest.mouseClick(button(card, "Tag this photo"), LEFT)

    opened.wait(lambda: "‘steam train’ added" in opened.window.photos.notice.text)
    (tags,) = opened.library.catalogue.tags.of([photo])
    assert [tag.name for tag in tags if tag.state is TagState.CONFIRMED] == ["steam train"]
