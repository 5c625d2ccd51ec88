"""Drags photos out of the real grid onto another window, which would rather move the files.

python -m tests.gui.window.drag_program LIBRARY PHOTOS

Of Qt's platforms that need no display, only "minimal" carries a drag from window to window.
"""

import json
import sys
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from typing_extensions import override

from photofind.gui.app import make_app, shut_down
from photofind.gui.bridge import Bridge
from photofind.gui.grid.view import GridView
from photofind.gui.main_window import MainWindow
from photofind.gui.theme import LIGHT, apply_theme
from photofind.live.library import LiveLibrary

LEFT = Qt.MouseButton.LeftButton
STEP_MS = 30


class FileManager(QWidget):
    """Moves what may be moved, and copies the rest."""

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.seen: dict[str, object] = {}

    @override
    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._answer(event)

    @override
    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._answer(event)

    @override
    def dropEvent(self, event: QDropEvent) -> None:
        self._answer(event)
        self.seen["offered"] = event.possibleActions().value
        self.seen["done"] = event.dropAction().value
        self.seen["files"] = [url.toLocalFile() for url in event.mimeData().urls()]

    def _answer(self, event: QDropEvent) -> None:
        wish = Qt.DropAction.MoveAction
        event.setDropAction(
            wish if event.possibleActions() & wish else event.proposedAction(),
        )
        event.accept()


class Hand(QWidget):
    """Moves the mouse and lets go while the drag keeps the program busy."""

    def __init__(self, target: QWidget) -> None:
        super().__init__()
        self._target = target
        self._steps = [self._over, self._over, self._let_go]
        self._timer = QTimer(self, interval=STEP_MS)
        self._timer.timeout.connect(self._go_on)

    def begin(self) -> None:
        self._timer.start()

    def _go_on(self) -> None:
        self._steps.pop(0)()
        if not self._steps:
            self._timer.stop()

    def _over(self) -> None:
        QTest.mouseMove(self._target.windowHandle(), QPoint(40 + len(self._steps), 40))

    def _let_go(self) -> None:
        QTest.mouseRelease(
            self._target.windowHandle(), LEFT, Qt.KeyboardModifier.NoModifier, QPoint(41, 40)
        )


def drag_out(grid: GridView, hand: Hand, photos: int) -> None:
    """Choose photos by click and drag the last of them away."""
    view = grid.viewport()
    for row in range(photos):
        held = Qt.KeyboardModifier.ControlModifier if row else Qt.KeyboardModifier.NoModifier
        QTest.mouseClick(view, LEFT, held, grid.rect_of(row).center())
    start = grid.rect_of(photos - 1).center()
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, start)
    hand.begin()
    QTest.mouseMove(view, start + QPoint(3 * QApplication.startDragDistance(), 0))


def main(folder: Path, photos: int) -> None:
    app = make_app()
    apply_theme(app, LIGHT)
    bridge = Bridge()
    library = LiveLibrary(folder, bridge.post)
    window = MainWindow(library, bridge)
    window.setGeometry(0, 0, 900, 600)
    files = FileManager()
    files.setGeometry(1000, 0, 200, 200)
    hand = Hand(files)
    for one in (window, files):
        one.show()
    while not window.model.rowCount():
        app.processEvents()
    grid = window.photos.grid
    drag_out(grid, hand, photos)
    chosen = [str(path) for path in library.catalogue.photos.shown_paths(grid.selected())]
    sys.stdout.write(json.dumps({**files.seen, "chosen": chosen}))
    for ended in (files, hand):
        ended.deleteLater()
        app.sendPostedEvents(ended, QEvent.Type.DeferredDelete)
    shut_down(window, library)


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
