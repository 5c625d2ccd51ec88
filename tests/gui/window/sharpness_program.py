"""Measures how sharp photos are drawn, on a screen of the scale that QT_SCALE_FACTOR says.

python -m tests.gui.window.sharpness_program LIBRARY
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QDeadlineTimer, QEventLoop, QRect, QSize, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLabel

from photofind.gui.app import make_app, shut_down
from photofind.gui.bridge import Bridge
from photofind.gui.grid.layout import MIN_CELL
from photofind.gui.main_window import MainWindow
from photofind.gui.theme import LIGHT, apply_theme
from photofind.live.library import LiveLibrary

PATIENCE_MS = 100_000
EDGE_PX = 12
"""Of a cell, which is rounded off and may carry marks."""


def wait(until: Callable[[], bool]) -> None:
    deadline = QDeadlineTimer(PATIENCE_MS)
    while not until():
        assert not deadline.hasExpired()
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 20)


def pixels(image: QImage) -> NDArray[np.int16]:
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    lines = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return lines[:, : 3 * rgb.width()].astype(np.int16)


def scaled(image: QImage, size: QSize) -> QImage:
    return image.scaled(
        size,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )


def inside(image: QImage, size: QSize) -> QImage:
    """The middle of a picture that covers a size, without the edge."""
    whole = QRect(
        (image.width() - size.width()) // 2,
        (image.height() - size.height()) // 2,
        size.width(),
        size.height(),
    )
    return image.copy(whole.adjusted(EDGE_PX, EDGE_PX, -EDGE_PX, -EDGE_PX))


def off_by(painted: QImage, photo: QImage, *, blurred: bool) -> float:
    """Grey levels, on average, from the photo at this size; or from it at half of that.

    Args:
        blurred: Compares with what a screen of half the pixels would have shown, enlarged.
    """
    size = painted.size()
    shown = scaled(photo, size / 2 if blurred else size)
    wanted = scaled(shown, size) if blurred else shown
    difference = pixels(inside(painted, size)) - pixels(inside(wanted, size))
    return float(np.abs(difference).mean())


class Sharpness:
    def __init__(self, folder: Path) -> None:
        self._app = make_app()
        apply_theme(self._app, LIGHT)
        self._bridge = Bridge()
        self._library = LiveLibrary(folder, self._bridge.post)
        self._window = MainWindow(self._library, self._bridge)
        self._window.resize(900, 600)
        self._window.show()
        self._library.start()
        self.seen: dict[str, object] = {}

    def measure(self) -> None:
        window = self._window
        window.photos.set_cell_size(MIN_CELL)
        window.bar.offer_text("folder:City ")
        wait(lambda: window.search_runner.request is not None and window.model.rowCount() > 0)
        wait(lambda: all(self._is_there(row) for row in window.photos.grid.rows_in_sight()))
        self._thumbnails()
        self._icons()

    def shut_down(self) -> None:
        shut_down(self._window, self._library)

    def _is_there(self, row: int) -> bool:
        """In as many pixels as it is drawn with."""
        window = self._window
        held = window.thumbnails.cached(window.model.photo_id(row))
        wanted = window.photos.grid.rect_of(row).size() * window.devicePixelRatioF()
        return held is not None and held.width() >= wanted.width()

    def _thumbnails(self) -> None:
        grid, model = self._window.photos.grid, self._window.model
        # Once more when the last of them has faded in.
        deadline = QDeadlineTimer(400)
        wait(deadline.hasExpired)
        view = grid.viewport().grab().toImage()
        ratio = view.devicePixelRatio()
        rows = []
        for row in grid.rows_in_sight():
            place = grid.rect_of(row)
            device = QRect(place.topLeft() * ratio, place.size() * ratio)
            jpeg = self._library.pictures.thumbnail(model.photo_id(row))
            assert jpeg is not None
            painted, photo = view.copy(device), QImage.fromData(jpeg)
            painted.setDevicePixelRatio(1)
            rows.append([off_by(painted, photo, blurred=blurred) for blurred in (False, True)])
        self.seen.update(ratio=ratio, thumbnails=rows)

    def _icons(self) -> None:
        labels = self._window.findChildren(QLabel)
        shown = [one.pixmap() for one in labels if one.isVisible() and not one.pixmap().isNull()]
        self.seen["icons"] = [one.devicePixelRatio() for one in shown]


def main(folder: Path) -> None:
    sharpness = Sharpness(folder)
    try:
        sharpness.measure()
    finally:
        sharpness.shut_down()
    sys.stdout.write(json.dumps(sharpness.seen))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
