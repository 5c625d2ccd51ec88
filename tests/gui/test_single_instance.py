from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtNetwork import QLocalSocket
from pytestqt.qtbot import QtBot
from typing_extensions import override

from photofind.gui.single_instance import LONGEST_MESSAGE, Doorkeeper, hand_over, server_name


class LaterStart(QThread):
    """What another process does; on a thread, since the first one answers from this one's loop."""

    def __init__(self, name: str, picture: Path | None) -> None:
        super().__init__()
        self._name = name
        self._picture = picture
        self.handed_over: bool | None = None

    @override
    def run(self) -> None:
        self.handed_over = hand_over(self._name, self._picture)


@pytest.fixture
def name(tmp_path: Path) -> str:
    return server_name(tmp_path)


@pytest.fixture
def doorkeeper(name: str, qtbot: QtBot) -> Iterator[Doorkeeper]:
    opened = Doorkeeper(name)
    yield opened
    opened.close()


def test_that_a_second_start_hands_over_its_picture(
    qtbot: QtBot, doorkeeper: Doorkeeper, name: str, tmp_path: Path
) -> None:
    later = LaterStart(name, tmp_path / "beach.jpg")

    with qtbot.waitSignal(doorkeeper.asked) as asked, qtbot.waitSignal(later.finished):
        later.start()
    later.wait()

    assert asked.args == [tmp_path / "beach.jpg"]
    assert later.handed_over


def test_that_a_start_without_a_picture_asks_for_the_front(
    qtbot: QtBot, doorkeeper: Doorkeeper, name: str
) -> None:
    later = LaterStart(name, None)

    with qtbot.waitSignal(doorkeeper.asked) as asked, qtbot.waitSignal(later.finished):
        later.start()
    later.wait()

    assert asked.args == [None]


def test_that_nobody_answers_where_none_runs(qtbot: QtBot, name: str) -> None:
    assert not hand_over(name, None)


@pytest.mark.parametrize(
    "garbage",
    [
        b"\n",
        b"null\n",
        b'{"open": 7}\n',
        b'{"open": "a\\u0000b"}\n',
        b"\xff\xfe\n",
        b"[" * 9000 + b"\n",
        b"x" * (LONGEST_MESSAGE + 10),
    ],
)
def test_that_garbage_opens_nothing_and_the_next_start_is_heard(
    qtbot: QtBot, doorkeeper: Doorkeeper, name: str, garbage: bytes
) -> None:
    told: list[object] = []
    doorkeeper.asked.connect(told.append)
    socket = QLocalSocket()
    socket.connectToServer(name)
    assert socket.waitForConnected(1000)
    socket.write(garbage)
    socket.flush()
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)

    later = LaterStart(name, None)
    with qtbot.waitSignal(doorkeeper.asked), qtbot.waitSignal(later.finished):
        later.start()
    later.wait()

    assert told == [None]
