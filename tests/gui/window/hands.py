"""Drive a window like a person: presses, drags, drops, dialogs; and read its texts."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QMainWindow,
    QWidget,
)

LEFT = Qt.MouseButton.LeftButton
NONE = Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

LOOK_EVERY_MS = 20


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """Press keys on the focused widget."""
    QTest.keyClick(_focused(), key, modifiers)


def type_in(text: str) -> None:
    QTest.keyClicks(_focused(), text)


def search_for(window: QWidget, text: str) -> None:
    """Type into the search bar, wherever the focus is."""
    QTest.keyClick(window, Qt.Key.Key_K, CONTROL)
    type_in(text)


def button(parent: QWidget, text: str) -> QAbstractButton:
    """Return the visible button with this text, or else with this accessible name."""
    found = [
        one
        for one in parent.findChildren(QAbstractButton)
        if one.isVisible() and text in (one.text(), one.accessibleName())
    ]
    assert len(found) == 1, f"{len(found)} buttons '{text}'"
    return found[0]


def click(parent: QWidget, text: str) -> None:
    """Click a button by its text."""
    QTest.mouseClick(button(parent, text), LEFT)


def field(parent: QWidget, name: str) -> QLineEdit:
    """Return the visible widget with this accessible name."""
    found = [
        one
        for one in parent.findChildren(QLineEdit)
        if one.isVisible() and one.accessibleName() == name
    ]
    assert len(found) == 1, f"{len(found)} fields '{name}'"
    return found[0]


def words(parent: QWidget) -> str:
    """Return all visible texts."""
    seen = [one.text() for one in parent.findChildren(QLabel) if one.isVisible()]
    return "\n".join(text for text in seen if text)


def lines(parent: QWidget) -> list[str]:
    """Return the texts of all visible lists."""
    return [
        str(view.model().index(row, 0).data())
        for view in parent.findChildren(QListView)
        if view.isVisible()
        for row in range(view.model().rowCount())
    ]


def drag(over: QWidget, begin: QPoint, end: QPoint) -> None:
    """Drag with the left button, in a few moves."""
    QTest.mousePress(over, LEFT, NONE, begin)
    for share in (0.25, 0.5, 0.75, 1.0):
        QTest.mouseMove(over, begin + (end - begin) * share)
    QTest.mouseRelease(over, LEFT, NONE, end)


def drop(onto: QWidget, paths: Sequence[Path]) -> None:
    """Drop files on a window as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    drop_data(onto, data)


def drop_data(onto: QWidget, data: QMimeData) -> None:
    """Drop data on a window as another program does."""
    place, copy = QPointF(onto.rect().center()), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(place.toPoint(), copy, data, LEFT, NONE)
    enter.ignore()
    QApplication.sendEvent(onto, enter)
    assert enter.isAccepted()
    QApplication.sendEvent(onto, QDropEvent(place, copy, data, LEFT, NONE))


class Answering:
    """Clicks a button of the next modal dialog.

    Args:
        answer: The button's words.
        ticks: Of what is ticked before.

    Attributes:
        text: Text of the dialog, lists included; empty until it opens.
    """

    def __init__(self, answer: str, *ticks: str) -> None:
        self.text = ""
        self._answer = answer
        self._ticks = ticks
        self._timer = QTimer(interval=LOOK_EVERY_MS)
        self._timer.timeout.connect(self._look)
        self._timer.start()

    def _look(self) -> None:
        question = QApplication.activeModalWidget()
        if isinstance(question, QDialog) and question.isVisible():
            self._timer.stop()
            self.text = "\n".join((words(question), *lines(question)))
            for tick in self._ticks:
                click(question, tick)
            click(question, self._answer)


def _focused() -> QWidget:
    _come_back()
    focused = QApplication.focusWidget()
    assert focused is not None
    return focused


def _come_back() -> None:
    """Activate the window: without a desktop none is active after a popup has closed."""
    active = QApplication.activeWindow()
    if active is None or not active.isVisible():
        (window,) = [one for one in QApplication.topLevelWidgets() if isinstance(one, QMainWindow)]
        window.activateWindow()
        QApplication.processEvents()
