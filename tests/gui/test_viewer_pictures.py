"""Where the viewer's pictures come from."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.errors import BadInputError
from photofind.gui.viewer.pictures import LoadedPicture, PictureSource
from tests.gui.viewer_album import PHOTO, Album, drawn_picture

SIDE = 200


@pytest.fixture
def album() -> Album:
    return Album()


@pytest.fixture
def source(album: Album) -> Iterator[PictureSource]:
    made = PictureSource(album.picture)
    yield made
    album.let_go()
    made.close()


def ids(*numbers: int) -> list[PhotoId]:
    return [PhotoId(number) for number in numbers]


def load(source: PictureSource, qtbot: QtBot, number: int, side: int = SIDE) -> LoadedPicture:
    with qtbot.waitSignal(source.arrived) as arrived:
        source.request(PhotoId(number), side)
    picture = arrived.args[1]
    assert isinstance(picture, LoadedPicture)
    return picture


def test_that_a_picture_has_the_pixels_it_was_sent_with(
    source: PictureSource, qtbot: QtBot
) -> None:
    loaded = load(source, qtbot, 7)
    sent = drawn_picture(7, SIDE)
    image = loaded.pyramid.levels[0]
    assert (image.width(), image.height()) == (sent.width, sent.height)
    for x, y in ((0, 0), (150, 20), (199, 149)):
        start = 3 * (y * sent.width + x)
        colour = image.pixelColor(x, y)
        assert (colour.red(), colour.green(), colour.blue()) == tuple(sent.rgb[start : start + 3])
    assert loaded.photo_size == QSize(*PHOTO)


def test_that_what_was_looked_at_is_there_at_once(
    source: PictureSource, album: Album, qtbot: QtBot
) -> None:
    loaded = load(source, qtbot, 1)
    assert source.request(PhotoId(1), SIDE) is loaded
    assert album.requested == [1]


def test_that_more_pixels_are_loaded_where_those_there_are_too_few(
    source: PictureSource, qtbot: QtBot
) -> None:
    small = load(source, qtbot, 1)
    with qtbot.waitSignal(source.arrived) as arrived:
        assert source.request(PhotoId(1), 600) is small
    assert arrived.args[1].longest_side == 600


def test_that_photos_flipped_past_are_never_loaded(
    source: PictureSource, album: Album, qtbot: QtBot
) -> None:
    album.hold()
    source.request(PhotoId(1), SIDE)
    qtbot.waitUntil(lambda: album.requested == [1])
    for number in range(2, 51):
        source.request(PhotoId(number), SIDE)
    came: list[PhotoId] = []
    source.arrived.connect(lambda photo_id, _: came.append(photo_id))
    album.let_go()
    qtbot.waitUntil(lambda: 50 in came)
    assert album.requested == [1, 50]


def test_that_what_had_begun_is_kept_for_the_way_back(
    source: PictureSource, album: Album, qtbot: QtBot
) -> None:
    album.hold()
    source.request(PhotoId(1), SIDE)
    qtbot.waitUntil(lambda: album.requested == [1])
    source.request(PhotoId(2), SIDE)
    album.let_go()
    with qtbot.waitSignal(source.arrived, check_params_cb=lambda photo_id, _: photo_id == 2):
        pass
    assert source.request(PhotoId(1), SIDE) is not None


def test_that_neighbours_come_in_the_order_given(
    source: PictureSource, album: Album, qtbot: QtBot
) -> None:
    album.hold()
    source.request(PhotoId(5), SIDE)
    qtbot.waitUntil(lambda: album.requested == [5])
    source.prefetch(ids(6, 4), SIDE)
    album.let_go()
    qtbot.waitUntil(lambda: album.requested == [5, 6, 4])


def test_that_a_wanted_photo_comes_before_neighbours_of_another(
    source: PictureSource, album: Album, qtbot: QtBot
) -> None:
    album.hold()
    source.request(PhotoId(5), SIDE)
    qtbot.waitUntil(lambda: album.requested == [5])
    source.prefetch(ids(6, 4), SIDE)
    source.request(PhotoId(20), SIDE)
    with qtbot.waitSignal(source.arrived, check_params_cb=lambda photo_id, _: photo_id == 20):
        album.let_go()
    assert album.requested == [5, 20]


def test_that_no_more_is_kept_than_is_allowed(album: Album, qtbot: QtBot) -> None:
    two_pictures = 2 * 4 * 200 * 150
    source = PictureSource(album.picture, max_cached_bytes=two_pictures)
    for number in (1, 2, 3):
        load(source, qtbot, number)
    assert source.request(PhotoId(3), SIDE) is not None
    assert source.request(PhotoId(2), SIDE) is not None
    assert source.request(PhotoId(1), SIDE) is None
    source.close()


def test_that_a_picture_larger_than_all_that_may_be_kept_is_shown_all_the_same(
    album: Album, qtbot: QtBot
) -> None:
    source = PictureSource(album.picture, max_cached_bytes=1)
    load(source, qtbot, 1)
    assert source.request(PhotoId(1), SIDE) is not None
    source.close()


def test_that_a_changed_photo_is_loaded_anew(
    source: PictureSource, album: Album, qtbot: QtBot
) -> None:
    load(source, qtbot, 1)
    source.invalidate(ids(1))
    load(source, qtbot, 1)
    assert album.requested == [1, 1]


def test_that_a_failure_names_its_photo_and_is_requested_again(
    source: PictureSource, album: Album, qtbot: QtBot
) -> None:
    album.errors[PhotoId(1)] = BadInputError("It is gone.", "Look elsewhere.")
    with qtbot.waitSignal(source.failed) as failed:
        source.request(PhotoId(1), SIDE)
    assert failed.args == [1, album.errors[PhotoId(1)]]
    album.errors.clear()
    load(source, qtbot, 1)


def test_that_what_it_holds_is_given_back_when_nobody_looks(
    source: PictureSource, qtbot: QtBot
) -> None:
    load(source, qtbot, 1)
    source.clear()
    assert source.request(PhotoId(1), SIDE) is None


def test_that_what_is_being_loaded_of_a_changed_photo_is_not_shown(
    source: PictureSource, album: Album, qtbot: QtBot
) -> None:
    album.hold()
    source.request(PhotoId(1), SIDE)
    qtbot.waitUntil(lambda: album.requested == [1])
    source.invalidate(ids(1))
    source.request(PhotoId(1), SIDE)
    came: list[PhotoId] = []
    source.arrived.connect(lambda photo_id, _: came.append(photo_id))
    album.let_go()
    qtbot.waitUntil(lambda: bool(came))
    assert album.requested == [1, 1]
    assert came == [1]
