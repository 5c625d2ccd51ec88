import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit, QPushButton
from pytestqt.qtbot import QtBot

from photofind.gui.crash import BugCatcher, CrashDialog
from photofind.logs import Logging


@pytest.fixture
def catcher() -> Iterator[BugCatcher]:
    made = BugCatcher()
    put_back = made.install()
    yield made
    put_back()


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    with Logging() as logging_:
        logging_.to_library(tmp_path / "photofind.log")
        yield tmp_path / "photofind.log"


class Button(QObject):
    pressed = Signal()


def _fail() -> None:
    raise ZeroDivisionError("a mistake in a slot")


@pytest.mark.qt_no_exception_capture
def test_that_a_bug_in_a_slot_is_caught_and_written_down(
    qtbot: QtBot, catcher: BugCatcher, log: Path
) -> None:
    button = Button()
    button.pressed.connect(_fail)
    QTimer.singleShot(0, button.pressed.emit)

    with qtbot.waitSignal(catcher.caught) as caught:
        pass

    assert "ZeroDivisionError: a mistake in a slot" in caught.args[0]
    assert "photofind 0" in caught.args[0]
    assert "a mistake in a slot" in log.read_text("utf-8")


def test_that_a_bug_on_another_thread_is_signalled_on_the_windows(
    qtbot: QtBot, catcher: BugCatcher, log: Path
) -> None:
    emitted: list[threading.Thread] = []
    catcher.caught.connect(lambda _report: emitted.append(threading.current_thread()))
    thread = threading.Thread(target=_fail)

    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(emitted))

    assert emitted == [threading.main_thread()]


def test_that_the_report_is_copied_with_the_end_of_the_log(qtbot: QtBot, tmp_path: Path) -> None:
    log = tmp_path / "photofind.log"
    log.write_text("what was done before\n", "utf-8")
    dialog = CrashDialog("what happened", log)
    qtbot.addWidget(dialog)
    dialog.show()
    shown = dialog.findChild(QPlainTextEdit)
    assert shown is not None
    assert shown.toPlainText() == "what happened\nwhat was done before\n"
    copy = next(one for one in dialog.findChildren(QPushButton) if one.text() == "Copy report")

    qtbot.mouseClick(copy, Qt.MouseButton.LeftButton)

    assert QGuiApplication.clipboard().text() == "what happened\nwhat was done before\n"
