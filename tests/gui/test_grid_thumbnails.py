import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.errors import UserFacingError
from photofind.gui.grid.thumbnails import Thumbnails

Drawn = Callable[[PhotoId], bytes]


SVG_ID = 901
SVG = b"<svg xmlns='http://www.w3.org/2000/svg' width='40' height='30'><rect/></svg>"


class Shelf:
    """Returns thumbnails, one at a time while `held` is set, and records the requests."""

    def __init__(self, drawn: Drawn) -> None:
        self._drawn = drawn
        self.requested: list[PhotoId] = []
        self.gate = threading.Semaphore(0)
        self.held = False

    def load(self, photo_id: PhotoId) -> bytes | None:
        self.requested.append(photo_id)
        if self.held:
            self.gate.acquire(timeout=20)
        if photo_id >= 900:
            return SVG if photo_id == SVG_ID else None
        return b"no picture" if photo_id >= 800 else self._drawn(photo_id)


@pytest.fixture
def shelf(drawn_thumbnail: Drawn) -> Shelf:
    return Shelf(drawn_thumbnail)


@pytest.fixture
def thumbnails(shelf: Shelf, qtbot: QtBot) -> Iterator[Thumbnails]:
    made = Thumbnails(shelf.load, max_queued=10)
    yield made
    shelf.held = False
    shelf.gate.release(100)
    made.close()


def wait_for(thumbnails: Thumbnails, qtbot: QtBot, *photo_ids: int) -> None:
    def all_there() -> bool:
        return all(thumbnails.cached(PhotoId(one)) is not None for one in photo_ids)

    qtbot.waitUntil(all_there)


def test_that_a_thumbnail_is_loaded_after_its_request(thumbnails: Thumbnails, qtbot: QtBot) -> None:
    with qtbot.waitSignal(thumbnails.loaded) as emitted:
        assert thumbnails.get(PhotoId(1)) is None
    assert emitted.args == [1]
    pixmap = thumbnails.get(PhotoId(1))
    assert pixmap is not None
    assert pixmap.size() == QSize(384, 288)


def test_that_it_is_scaled_to_cover_what_it_is_drawn_in(
    thumbnails: Thumbnails, qtbot: QtBot
) -> None:
    thumbnails.get(PhotoId(1), QSize(100, 150))
    wait_for(thumbnails, qtbot, 1)
    pixmap = thumbnails.cached(PhotoId(1))
    assert pixmap is not None
    assert pixmap.size() == QSize(200, 150)


def test_that_another_size_is_made_while_the_old_one_is_shown(
    thumbnails: Thumbnails, qtbot: QtBot
) -> None:
    thumbnails.get(PhotoId(1), QSize(100, 75))
    wait_for(thumbnails, qtbot, 1)
    with qtbot.waitSignal(thumbnails.loaded):
        old = thumbnails.get(PhotoId(1), QSize(200, 150))
    assert old is not None
    assert old.width() == 100
    new = thumbnails.get(PhotoId(1), QSize(200, 150))
    assert new is not None
    assert new.width() == 200


def test_that_a_small_picture_is_not_requested_larger_again_and_again(
    thumbnails: Thumbnails, shelf: Shelf, qtbot: QtBot
) -> None:
    thumbnails.get(PhotoId(1), QSize(800, 600))
    wait_for(thumbnails, qtbot, 1)
    thumbnails.get(PhotoId(1), QSize(900, 675))
    thumbnails.get(PhotoId(1))
    thumbnails.get(PhotoId(2))
    wait_for(thumbnails, qtbot, 2)
    assert shelf.requested == [1, 2]


def test_that_a_photo_that_is_offline_has_no_colours(thumbnails: Thumbnails, qtbot: QtBot) -> None:
    with qtbot.waitSignal(thumbnails.loaded):
        thumbnails.get(PhotoId(1), grey=True)
    pixmap = thumbnails.get(PhotoId(1), grey=True)
    assert pixmap is not None
    image = pixmap.toImage()
    pixels = [QColor(image.pixel(x, y)) for x in range(0, 384, 20) for y in range(0, 288, 20)]
    assert all(pixel.red() == pixel.green() == pixel.blue() for pixel in pixels)


def test_that_no_reader_of_another_format_is_tried(thumbnails: Thumbnails, qtbot: QtBot) -> None:
    # Qt's for SVG connects signals, and the window could hang: see `_Decoder`.
    with qtbot.waitSignal(thumbnails.loaded):
        thumbnails.get(PhotoId(SVG_ID))
    assert thumbnails.is_missing(PhotoId(SVG_ID))


@pytest.mark.parametrize("photo_id", [800, 900])
def test_that_what_cannot_be_loaded_is_requested_once(
    thumbnails: Thumbnails, shelf: Shelf, qtbot: QtBot, photo_id: int
) -> None:
    with qtbot.waitSignal(thumbnails.loaded):
        thumbnails.get(PhotoId(photo_id))
    assert thumbnails.is_missing(PhotoId(photo_id))
    thumbnails.get(PhotoId(photo_id))
    thumbnails.get(PhotoId(1))
    wait_for(thumbnails, qtbot, 1)
    assert shelf.requested == [photo_id, 1]
    thumbnails.invalidate([PhotoId(photo_id)])
    with qtbot.waitSignal(thumbnails.loaded):
        thumbnails.get(PhotoId(photo_id))
    assert shelf.requested == [photo_id, 1, photo_id]


def test_that_the_newest_come_first_and_the_oldest_fall_out(
    thumbnails: Thumbnails, shelf: Shelf, qtbot: QtBot
) -> None:
    shelf.held = True
    thumbnails.get(PhotoId(1))
    qtbot.waitUntil(lambda: shelf.requested == [1])
    for photo_id in (*range(2, 20), 12):
        thumbnails.get(PhotoId(photo_id))
    shelf.gate.release(100)
    wait_for(thumbnails, qtbot, 10, 19)
    assert shelf.requested == [1, 12, 19, 18, 17, 16, 15, 14, 13, 11, 10]
    # A dropped request is made again when the cell is painted again.
    thumbnails.get(PhotoId(3))
    wait_for(thumbnails, qtbot, 3)


def test_that_one_that_is_being_loaded_is_not_loaded_twice(
    thumbnails: Thumbnails, shelf: Shelf, qtbot: QtBot
) -> None:
    shelf.held = True
    thumbnails.get(PhotoId(1))
    qtbot.waitUntil(lambda: shelf.requested == [1])
    thumbnails.get(PhotoId(1))
    shelf.gate.release(100)
    wait_for(thumbnails, qtbot, 1)
    thumbnails.get(PhotoId(2))
    wait_for(thumbnails, qtbot, 2)
    assert shelf.requested == [1, 2]


def test_that_the_pixmaps_not_drawn_for_longest_make_room(shelf: Shelf, qtbot: QtBot) -> None:
    one = 384 * 288 * 4
    thumbnails = Thumbnails(shelf.load, max_bytes=3 * one)
    for photo_id in (1, 2, 3):
        thumbnails.get(PhotoId(photo_id))
        wait_for(thumbnails, qtbot, photo_id)
    thumbnails.get(PhotoId(1))
    thumbnails.get(PhotoId(4))
    wait_for(thumbnails, qtbot, 4)
    assert thumbnails.cached(PhotoId(1)) is not None
    assert thumbnails.cached(PhotoId(2)) is None
    assert thumbnails.cached_bytes == 3 * one
    thumbnails.close()


def test_that_an_error_a_person_can_act_on_is_signalled(qtbot: QtBot) -> None:
    def fail(photo_id: PhotoId) -> bytes:
        raise UserFacingError("The disk is gone.", "Connect it.")

    thumbnails = Thumbnails(fail)
    with qtbot.waitSignal(thumbnails.failed) as emitted:
        thumbnails.get(PhotoId(1))
    assert emitted.args is not None
    assert emitted.args[0].hint == "Connect it."
    assert thumbnails.is_missing(PhotoId(1))
    thumbnails.close()
