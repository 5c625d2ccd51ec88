"""Fingers on a photo in the whole window: on the screen, and on a touchpad."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QNativeGestureEvent, QPointingDevice
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from photofind.gui.viewer.canvas import PictureCanvas
from tests.gui.window import states
from tests.gui.window.conftest import OpenWindow


@pytest.fixture
def canvas(opened: OpenWindow) -> PictureCanvas:
    """Open a window with a photo that is zoomed in."""
    states.viewer(opened)
    opened.window.viewer.show_details(False)
    canvas = opened.window.viewer.canvas
    # Larger than the view on both sides: where it is not, it stays in the middle.
    canvas.zoom_by(2)
    return canvas


def _pinch(canvas: PictureCanvas, middle: QPoint, *, begin: int, end: int) -> None:
    """Two fingers on the screen, so far from a point, and then so far."""
    screen = QTest.createTouchDevice()
    for step in range(9):
        away = QPoint(begin + (end - begin) * step // 8, 0)
        fingers = QTest.touchEvent(canvas, screen, False)
        for finger, place in enumerate((middle - away, middle + away)):
            touch = fingers.press if step == 0 else fingers.move
            touch(finger, place, canvas)
        fingers.commit()
        QApplication.processEvents()
    fingers = QTest.touchEvent(canvas, screen, False)
    for finger, place in enumerate((middle - QPoint(end, 0), middle + QPoint(end, 0))):
        fingers.release(finger, place, canvas)
    fingers.commit()
    QApplication.processEvents()


def test_that_fingers_that_part_bring_the_photo_closer(canvas: PictureCanvas) -> None:
    middle = canvas.rect().center() + QPoint(60, 40)
    before, under = canvas.zoom, canvas.to_photo(QPointF(middle))

    _pinch(canvas, middle, begin=40, end=160)

    # The first movement distinguishes a pinch from a touch.
    assert 2 < canvas.zoom / before <= 4.01
    now = canvas.to_photo(QPointF(middle))
    assert (now.x(), now.y()) == pytest.approx((under.x(), under.y()), abs=8)


def test_that_fingers_that_close_end_with_the_whole_photo(canvas: PictureCanvas) -> None:
    _pinch(canvas, canvas.rect().center(), begin=200, end=30)

    assert canvas.is_fitted


def test_that_a_touchpad_pinches_over_the_window(canvas: PictureCanvas) -> None:
    """Pinch as Wayland does: an event for the window, with the position of the cursor."""
    window = canvas.window().windowHandle()
    place = QPointF(canvas.mapTo(canvas.window(), canvas.rect().center() + QPoint(50, 30)))
    at = QPointF(canvas.mapFrom(canvas.window(), place.toPoint()))
    before, under = canvas.zoom, canvas.to_photo(at)
    device = QPointingDevice.primaryPointingDevice()

    for kind, value in (
        (Qt.NativeGestureType.BeginNativeGesture, 0.0),
        (Qt.NativeGestureType.ZoomNativeGesture, 0.3),
        (Qt.NativeGestureType.ZoomNativeGesture, 0.3),
        (Qt.NativeGestureType.EndNativeGesture, 0.0),
    ):
        gesture = QNativeGestureEvent(
            kind, device, 2, place, place, window.mapToGlobal(place), value, QPointF()
        )
        QApplication.sendEvent(window, gesture)

    assert canvas.zoom == pytest.approx(before * 1.3 * 1.3)
    now = canvas.to_photo(at)
    assert (now.x(), now.y()) == pytest.approx((under.x(), under.y()), abs=1)
