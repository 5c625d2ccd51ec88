"""The strip of photos below the one that is shown."""

import time
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.theme import SURROUND
from photofind.gui.viewer.filmstrip import STRIDE_PX, Filmstrip
from photofind.store.gallery import PhotoRows

Strip = tuple[Filmstrip, PhotoModel, list[PhotoId]]


@pytest.fixture
def make_strip(
    qtbot: QtBot,
    rows: Callable[[int], PhotoRows],
    drawn_thumbnail: Callable[[PhotoId], bytes],
) -> Iterator[Callable[[int], Strip]]:
    """Make a strip 600 pixels wide, its model, and the ids whose thumbnails it requested."""
    made: list[Thumbnails] = []

    def make(count: int) -> Strip:
        requested: list[PhotoId] = []

        def load(photo_id: PhotoId) -> bytes:
            requested.append(photo_id)
            return drawn_thumbnail(photo_id)

        model = PhotoModel()
        model.show(rows(count), None)
        thumbnails = Thumbnails(load)
        made.append(thumbnails)
        strip = Filmstrip(model, thumbnails)
        qtbot.addWidget(strip)
        model.setParent(strip)
        strip.resize(600, strip.sizeHint().height())
        strip.show()
        qtbot.waitExposed(strip)
        return strip, model, requested

    yield make
    for thumbnails in made:
        thumbnails.close()


def settle(strip: Filmstrip, qtbot: QtBot, row: int) -> None:
    """Show a row and wait until it has glided into the middle."""
    strip.show_row(row)
    middle = strip.rect().center().x()
    qtbot.waitUntil(lambda: abs(strip.rect_of(row).center().x() - middle) <= 1)


def wheel(strip: Filmstrip, delta: int) -> None:
    at = QPointF(strip.rect().center())
    event = QWheelEvent(
        at,
        strip.mapToGlobal(at),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(strip, event)


def test_that_the_current_photo_is_in_the_middle_and_framed(
    make_strip: Callable[[int], Strip], qtbot: QtBot
) -> None:
    strip, _, _ = make_strip(40)
    settle(strip, qtbot, 20)
    rect = strip.rect_of(20)
    image = strip.grab().toImage()
    assert image.pixelColor(rect.center().x(), rect.top() + 1) == QColor(SURROUND.accent)
    other = strip.rect_of(21)
    assert image.pixelColor(other.center().x(), other.top() + 1) != QColor(SURROUND.accent)


def test_that_a_click_chooses_the_photo_under_it(
    make_strip: Callable[[int], Strip], qtbot: QtBot
) -> None:
    strip, _, _ = make_strip(40)
    settle(strip, qtbot, 20)
    for row in (17, 20, 23):
        with qtbot.waitSignal(strip.chosen) as chosen:
            QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=strip.rect_of(row).center())
        assert chosen.args == [row]


def test_that_a_click_between_photos_chooses_none(
    make_strip: Callable[[int], Strip], qtbot: QtBot
) -> None:
    strip, _, _ = make_strip(40)
    settle(strip, qtbot, 20)
    gap = strip.rect_of(21).topRight() + QPoint(2, 10)
    with qtbot.assertNotEmitted(strip.chosen):
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=gap)
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, 1))


def test_that_the_wheel_moves_the_strip_and_not_the_current_photo(
    make_strip: Callable[[int], Strip], qtbot: QtBot
) -> None:
    strip, _, _ = make_strip(40)
    settle(strip, qtbot, 20)
    before = strip.rect_of(20).left()
    wheel(strip, -120)
    assert strip.rect_of(20).left() == before - 120
    assert strip.current == 20
    wheel(strip, 99_999)
    assert abs(strip.rect_of(0).center().x() - strip.rect().center().x()) <= 1


def test_that_a_million_photos_cost_no_more_than_a_few(
    make_strip: Callable[[int], Strip], qtbot: QtBot
) -> None:
    strip, model, requested = make_strip(1_000_000)
    settle(strip, qtbot, 700_000)
    assert len(strip.rows_in_view()) <= 600 // STRIDE_PX + 3
    begun = time.perf_counter()
    strip.grab()
    assert time.perf_counter() - begun < 0.2
    qtbot.waitUntil(lambda: model.photo_id(700_000) in requested)
    assert len(set(requested)) < 50


def test_that_thumbnails_are_requested_from_the_middle_outwards(
    make_strip: Callable[[int], Strip], qtbot: QtBot
) -> None:
    strip, model, requested = make_strip(1000)
    settle(strip, qtbot, 500)
    near = [model.photo_id(row) for row in (499, 500, 501)]
    qtbot.waitUntil(lambda: set(near) <= set(requested))
    ends = [model.photo_id(row) for row in (strip.rows_in_view()[0], strip.rows_in_view()[-1])]
    assert not set(ends) & set(requested[: requested.index(near[1])])


def test_that_the_strip_follows_what_is_taken_out(
    make_strip: Callable[[int], Strip], qtbot: QtBot
) -> None:
    strip, model, _ = make_strip(10)
    settle(strip, qtbot, 9)
    model.remove([PhotoId(photo_id) for photo_id in range(3, 11)])
    assert list(strip.rows_in_view()) == [0, 1]
    assert strip.row_at(strip.rect_of(1).center()) == 1


def test_that_rows_run_from_the_right_where_people_read_so(
    make_strip: Callable[[int], Strip], qtbot: QtBot
) -> None:
    strip, _, _ = make_strip(40)
    strip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    settle(strip, qtbot, 20)
    assert strip.rect_of(21).left() < strip.rect_of(20).left()
    assert strip.row_at(strip.rect_of(21).center()) == 21


def test_that_the_strip_says_where_it_is(make_strip: Callable[[int], Strip]) -> None:
    strip, _, _ = make_strip(40)
    strip.show_row(2)
    assert strip.accessibleDescription() == "Photo 3 of 40"
