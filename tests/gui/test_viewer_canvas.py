"""The canvas: one picture, zoomed and panned by hand."""

import pytest
from PIL.Image import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QNativeGestureEvent,
    QPixmap,
    QPointingDevice,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.evaluation.drawn_scenes import draw_scene
from photofind.gui.theme import SURROUND
from photofind.gui.viewer.canvas import PAN_STEP_PX, ZOOM_STEP, PictureCanvas
from photofind.gui.viewer.pyramid import Pyramid

PHOTO = QSize(4000, 3000)


@pytest.fixture
def canvas(qtbot: QtBot) -> PictureCanvas:
    """800 × 600, with a picture as large as itself of a photo five times as large."""
    made = PictureCanvas(rest_delay_ms=0)
    qtbot.addWidget(made)
    made.resize(800, 600)
    made.show()
    qtbot.waitExposed(made)
    made.show_picture(picture(800, 600), PHOTO)
    return made


def picture(width: int, height: int) -> QImage:
    scene: Image = draw_scene(3, (width, height)).image
    return QImage(scene.tobytes(), width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def turn_wheel(canvas: PictureCanvas, at: QPointF, steps: int) -> None:
    event = QWheelEvent(
        at,
        canvas.mapToGlobal(at),
        QPoint(),
        QPoint(0, 120 * steps),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def colour_at(canvas: PictureCanvas, x: int, y: int) -> QColor:
    return canvas.grab().toImage().pixelColor(x, y)


def test_that_a_photo_fits_at_first(canvas: PictureCanvas) -> None:
    assert canvas.is_fitted
    assert canvas.to_view((0, 0, 4000, 3000)) == QRectF(0, 0, 800, 600)


def test_that_what_is_under_the_cursor_stays_when_the_wheel_turns(canvas: PictureCanvas) -> None:
    at = QPointF(610, 140)
    before = canvas.to_photo(at)
    for _ in range(5):
        turn_wheel(canvas, at, 1)
        after = canvas.to_photo(at)
        assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))
    assert canvas.zoom == pytest.approx(0.2 * ZOOM_STEP**5)


def test_that_the_wheel_stops_at_fit(canvas: PictureCanvas) -> None:
    turn_wheel(canvas, QPointF(10, 10), 2)
    turn_wheel(canvas, QPointF(10, 10), -9)
    assert canvas.to_view((0, 0, 4000, 3000)) == QRectF(0, 0, 800, 600)


def test_that_a_pinch_zooms_where_the_fingers_are(canvas: PictureCanvas) -> None:
    at = QPointF(200, 500)
    before = canvas.to_photo(at)
    pinch = QNativeGestureEvent(
        Qt.NativeGestureType.ZoomNativeGesture,
        QPointingDevice.primaryPointingDevice(),
        2,
        at,
        at,
        canvas.mapToGlobal(at),
        0.5,
        QPointF(),
    )
    QApplication.sendEvent(canvas, pinch)
    after = canvas.to_photo(at)
    assert (after.x(), after.y()) == pytest.approx((before.x(), before.y()))
    assert canvas.zoom == pytest.approx(0.2 * 1.5)


def test_that_a_double_click_goes_to_full_size_there_and_back(
    canvas: PictureCanvas, qtbot: QtBot
) -> None:
    at = QPoint(600, 450)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert canvas.zoom == 1.0
    assert canvas.to_photo(QPointF(at)) == QPointF(3000, 2250)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=at)
    assert canvas.is_fitted


def test_that_keys_zoom(canvas: PictureCanvas) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_1)
    assert canvas.zoom == 1.0
    QTest.keyClick(canvas, Qt.Key.Key_0)
    assert canvas.is_fitted
    QTest.keyClick(canvas, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert canvas.zoom == pytest.approx(0.2 * ZOOM_STEP)
    QTest.keyClick(canvas, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert canvas.is_fitted


def test_that_dragging_moves_the_photo_with_the_hand(canvas: PictureCanvas) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_1)
    held = canvas.to_photo(QPointF(400, 300))
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=QPoint(400, 300))
    for x, y in ((430, 310), (500, 340)):
        QTest.mouseMove(canvas, QPoint(x, y))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=QPoint(500, 340))
    assert canvas.to_photo(QPointF(500, 340)) == held
    QTest.mouseMove(canvas, QPoint(10, 10))
    assert canvas.to_photo(QPointF(500, 340)) == held


def test_that_dragging_stops_at_the_edge(canvas: PictureCanvas) -> None:
    QTest.keyClick(canvas, Qt.Key.Key_1)
    canvas.pan_by(99_999, 99_999)
    assert canvas.to_photo(QPointF(0, 0)) == QPointF(0, 0)
    assert canvas.to_view((0, 0, 1, 1)).topLeft() == QPointF(0, 0)


def test_that_arrows_pan_what_is_zoomed_and_are_left_alone_otherwise(
    canvas: PictureCanvas,
) -> None:
    assert not send_key(canvas, Qt.Key.Key_Right)
    canvas.zoom_to_full()
    before = canvas.to_photo(QPointF(400, 300))
    assert send_key(canvas, Qt.Key.Key_Right)
    moved = canvas.to_photo(QPointF(400, 300)) - before
    assert moved == QPointF(PAN_STEP_PX, 0)


def send_key(canvas: PictureCanvas, key: Qt.Key) -> bool:
    """Whether the canvas kept it for itself."""
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier)
    canvas.keyPressEvent(event)
    return event.isAccepted()


def test_that_every_change_of_the_view_is_signalled(canvas: PictureCanvas, qtbot: QtBot) -> None:
    changes = (
        lambda: canvas.zoom_by(2),
        lambda: canvas.pan_by(5, 5),
        lambda: canvas.resize(700, 500),
        lambda: canvas.show_picture(picture(80, 60), PHOTO),
        canvas.clear,
    )
    for change in changes:
        with qtbot.waitSignal(canvas.view_changed):
            change()


def test_that_nothing_is_signalled_where_nothing_moves(canvas: PictureCanvas, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(canvas.view_changed):
        canvas.zoom_to_fit()
        canvas.pan_by(10, 10)


def test_that_detail_is_requested_once_where_pixels_are_missing(
    canvas: PictureCanvas, qtbot: QtBot
) -> None:
    requested: list[int] = []
    canvas.detail_wanted.connect(requested.append)
    canvas.zoom_by(2)
    qtbot.waitUntil(lambda: bool(requested))
    assert 1600 <= requested[0] <= 2 * 1600
    canvas.zoom_to_full()
    qtbot.waitUntil(lambda: len(requested) == 2)
    assert requested[1] == 4000
    with qtbot.assertNotEmitted(canvas.detail_wanted, wait=20):
        canvas.pan_by(100, 0)
        canvas.show_picture(picture(400, 300), PHOTO, keep_view=True)


def test_that_no_more_detail_is_requested_than_there_is(
    canvas: PictureCanvas, qtbot: QtBot
) -> None:
    canvas.show_picture(picture(800, 600), QSize(800, 600))
    with qtbot.assertNotEmitted(canvas.detail_wanted, wait=20):
        canvas.zoom_by(8)


def test_that_a_picture_takes_the_place_of_its_stand_in_without_a_jump(
    canvas: PictureCanvas,
) -> None:
    canvas.show_stand_in(QPixmap.fromImage(picture(80, 60)), QSize())
    assert canvas.photo_size.isEmpty()
    assert not canvas.has_picture
    canvas.zoom_by(3, QPointF(200, 100))
    left_top = _shown(canvas, QSize(4096, 3072)).topLeft()
    canvas.show_picture(picture(800, 600), PHOTO, keep_view=True)
    after = _shown(canvas, PHOTO).topLeft()
    assert (after.x(), after.y()) == pytest.approx((left_top.x(), left_top.y()))
    assert canvas.photo_size == PHOTO


def _shown(canvas: PictureCanvas, size: QSize) -> QRectF:
    return canvas.to_view((0, 0, size.width(), size.height()))


def test_that_another_photo_fits_again(canvas: PictureCanvas) -> None:
    canvas.zoom_to_full()
    canvas.show_picture(picture(60, 80), QSize(3000, 4000))
    assert canvas.is_fitted


def test_that_the_surround_is_dark_and_the_photo_is_not(canvas: PictureCanvas) -> None:
    white = QImage(300, 300, QImage.Format.Format_RGB32)
    white.fill(QColor("white"))
    canvas.show_picture(white, QSize(300, 300))
    assert colour_at(canvas, 5, 5) == QColor(SURROUND.window)
    assert colour_at(canvas, 400, 300) == QColor("white")


def test_that_words_stand_over_the_stand_in_until_a_picture_comes(canvas: PictureCanvas) -> None:
    canvas.show_stand_in(QPixmap.fromImage(picture(80, 60)), PHOTO)
    wordless = canvas.grab().toImage()
    canvas.show_message("This photo could not be read.")
    assert canvas.grab().toImage() != wordless
    assert canvas.accessibleDescription() == "This photo could not be read."
    canvas.show_picture(picture(80, 60), PHOTO)
    assert canvas.accessibleDescription() == ""


def test_that_the_view_is_drawn_sharp_when_it_is_at_rest(
    canvas: PictureCanvas, qtbot: QtBot
) -> None:
    """Nothing is resampled where a pixel of the picture is a pixel of the screen."""
    exact = picture(800, 600).convertToFormat(QImage.Format.Format_RGB32)
    canvas.show_picture(exact, PHOTO)
    assert canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGB32) == exact


def test_that_no_level_of_a_pyramid_is_drawn_from_one_twice_as_large() -> None:
    pyramid = Pyramid.of(QImage(4096, 3072, QImage.Format.Format_RGB888))
    assert [level.width() for level in pyramid.levels] == [4096, 2048, 1024, 512]
    for width in range(512, 4096, 37):
        level = pyramid.for_width(width)
        assert width <= level.width() < 2 * width
