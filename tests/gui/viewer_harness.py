"""A viewer of drawn photos, and hands to use it with."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.viewer.viewer import Viewer
from tests.gui.viewer_album import Album, rows_of

MIDDLE = 19
"""The row most tests begin at; its photo has the id 20."""


@dataclass
class Harness:
    """A viewer of forty photos, and what it was made from."""

    viewer: Viewer
    model: PhotoModel
    album: Album
    thumbnails: Thumbnails
    qtbot: QtBot

    def open(self, row: int = MIDDLE) -> None:
        """Open a photo and wait for its picture."""
        self.viewer.open_row(row)
        self.wait_for_picture()

    def wait_for_picture(self) -> None:
        self.qtbot.waitUntil(lambda: self.viewer.canvas.has_picture)

    def press(self, *keys: Qt.Key) -> None:
        for key in keys:
            QTest.keyClick(QApplication.focusWidget() or self.viewer.canvas, key)

    def button(self, words: str) -> QAbstractButton:
        buttons = self.viewer.top_line.findChildren(QAbstractButton)
        return next(one for one in buttons if one.text() == words)


@pytest.fixture
def harness(qtbot: QtBot, drawn_thumbnail: Callable[[PhotoId], bytes]) -> Iterator[Harness]:
    album = Album()
    model = PhotoModel()
    model.show(rows_of(40), None)
    thumbnails = Thumbnails(drawn_thumbnail)
    viewer = Viewer(model, thumbnails, album.picture, album.details, waiting_delay_ms=0)
    model.setParent(viewer)
    thumbnails.setParent(viewer)
    qtbot.addWidget(viewer)
    viewer.resize(900, 600)
    viewer.show()
    viewer.activateWindow()
    qtbot.waitExposed(viewer)
    viewer.setFocus()
    yield Harness(viewer, model, album, thumbnails, qtbot)
    album.let_go()
    viewer.close_lanes()
    thumbnails.close()
