import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from photofind.errors import UserFacingError
from photofind.gui.notice import Notice


@pytest.fixture
def around(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    widget.resize(700, 400)
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def notice(around: QWidget) -> Notice:
    return Notice(around, shown_ms=50)


def test_that_what_was_done_goes_away_by_itself(qtbot: QtBot, notice: Notice) -> None:
    notice.show_message("12 photos copied.")

    assert notice.isVisible()
    qtbot.waitUntil(notice.isHidden)


def test_that_an_error_stays_until_it_is_closed(qtbot: QtBot, notice: Notice) -> None:
    notice.show_message("12 photos copied.")
    notice.show_error(UserFacingError("The disk is full.", "Make room and try again."))
    qtbot.wait(120)

    assert notice.isVisible()
    assert notice.text == "The disk is full.\nMake room and try again."
    close = notice.findChildren(QPushButton)[-1]
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert notice.isHidden()


def test_that_undo_is_offered_and_done(qtbot: QtBot, notice: Notice) -> None:
    undone: list[bool] = []

    notice.show_message("Tag removed.", "Undo", lambda: undone.append(True))
    qtbot.mouseClick(notice.findChildren(QPushButton)[0], Qt.MouseButton.LeftButton)

    assert undone == [True]
    assert notice.isHidden()


def test_that_it_stays_inside_a_small_window(qtbot: QtBot, notice: Notice, around: QWidget) -> None:
    notice.show_error(UserFacingError("A long message. " * 12, "And a long hint. " * 6))
    around.resize(420, 300)
    qtbot.waitUntil(lambda: around.rect().contains(notice.geometry()))
