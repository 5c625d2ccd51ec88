import os
import random
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QThread
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from pytestqt.qtbot import QtBot
from typing_extensions import override

from photofind.errors import LibraryBusyError, UserFacingError
from photofind.gui.single_instance import (
    LONGEST_MESSAGE,
    HandedOver,
    InstanceServer,
    address_of,
    hand_over,
    open_or_hand_over,
)
from photofind.store.writer_lock import WriterLock

STARTS = 50

START = """
import sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from photofind.gui.single_instance import InstanceServer, address_of, open_or_hand_over
from photofind.store.writer_lock import WriterLock
library, others = Path(sys.argv[1]), int(sys.argv[2])
app = QCoreApplication([])
address = address_of(library)
lock = open_or_hand_over(
    lambda: WriterLock(library / "writer.lock"), address, None, patience_s=120, answer_ms=120_000
)
if lock is None:
    print("handed over")
    sys.exit()
server = InstanceServer(address)
taken = []

def take(_picture):
    taken.append(1)
    if len(taken) == others:
        app.quit()

server.requested.connect(take)
app.exec()
print("owner")
"""


class LaterStart(QThread):
    """What another process does; on a thread, since the first one answers from this one's loop."""

    def __init__(self, address: str, picture: Path | None) -> None:
        super().__init__()
        self._address = address
        self._picture = picture
        self.handed_over: HandedOver | None = None

    @override
    def run(self) -> None:
        self.handed_over = hand_over(self._address, self._picture)


@pytest.fixture(autouse=True)
def runtime_folder(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Path:
    folder = tmp_path_factory.mktemp("run")
    folder.chmod(0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def address(tmp_path: Path) -> str:
    return address_of(tmp_path)


@pytest.fixture
def server(address: str, qtbot: QtBot) -> Iterator[InstanceServer]:
    opened = InstanceServer(address, silence_ms=200)
    yield opened
    opened.close()


def test_that_a_second_start_hands_over_its_picture(
    qtbot: QtBot, server: InstanceServer, address: str, tmp_path: Path
) -> None:
    later = LaterStart(address, tmp_path / "beach.jpg")

    with qtbot.waitSignal(server.requested) as requested, qtbot.waitSignal(later.finished):
        later.start()
    later.wait()

    assert requested.args == [tmp_path / "beach.jpg"]
    assert later.handed_over is HandedOver.ACCEPTED


def test_that_a_start_without_a_picture_raises_the_window(
    qtbot: QtBot, server: InstanceServer, address: str
) -> None:
    later = LaterStart(address, None)

    with qtbot.waitSignal(server.requested) as requested, qtbot.waitSignal(later.finished):
        later.start()
    later.wait()

    assert requested.args == [None]


def test_that_nobody_answers_where_none_runs(qtbot: QtBot, address: str) -> None:
    assert hand_over(address, None) is HandedOver.NOBODY


def test_that_a_window_that_hangs_is_reported(qtbot: QtBot, address: str, tmp_path: Path) -> None:
    hung = QLocalServer()
    assert hung.listen(address)

    with pytest.raises(UserFacingError, match="does not answer"):
        open_or_hand_over(lambda: "opened", address, None, answer_ms=50)

    hung.close()


def test_that_a_library_another_command_writes_to_is_reported(
    qtbot: QtBot, address: str, tmp_path: Path
) -> None:
    lock = tmp_path / "writer.lock"
    with WriterLock(lock), pytest.raises(LibraryBusyError):
        open_or_hand_over(lambda: WriterLock(lock), address, None, patience_s=0.2)


def test_that_a_library_nobody_has_is_opened(qtbot: QtBot, address: str) -> None:
    assert open_or_hand_over(lambda: "opened", address, None) == "opened"


@pytest.mark.parametrize(
    "garbage",
    [
        b"\n",
        b"null\n",
        b'{"open": 7}\n',
        b'{"open": true}\n',
        b'{"open": "beach.jpg"}\n',
        b'{"open": null, "run": "rm"}\n',
        b'{"open": "/a\\u0000b"}\n',
        b"\xff\xfe\n",
        b"[" * 9000 + b"\n",
        b"x" * (LONGEST_MESSAGE + 10),
        b'{"open": ',
    ],
)
def test_that_garbage_opens_nothing_and_the_next_start_is_heard(
    qtbot: QtBot, server: InstanceServer, address: str, garbage: bytes
) -> None:
    requests: list[object] = []
    server.requested.connect(requests.append)
    socket = QLocalSocket()
    socket.connectToServer(address)
    assert socket.waitForConnected(1000)
    socket.write(garbage)
    socket.flush()
    qtbot.waitUntil(lambda: socket.state() == QLocalSocket.LocalSocketState.UnconnectedState)

    later = LaterStart(address, None)
    with qtbot.waitSignal(server.requested), qtbot.waitSignal(later.finished):
        later.start()
    later.wait()

    assert bytes(socket.readAll().data()) == b""
    assert requests == [None]


def test_that_a_thousand_garbage_messages_open_nothing(
    qtbot: QtBot, server: InstanceServer, address: str
) -> None:
    requests: list[object] = []
    server.requested.connect(requests.append)
    chance = random.Random(7)
    for number in range(1000):
        socket = QLocalSocket()
        socket.connectToServer(address)
        assert socket.waitForConnected(1000), number
        socket.write(chance.randbytes(chance.randrange(1, 2 * LONGEST_MESSAGE)) + b"\n")
        with qtbot.waitSignal(socket.disconnected):
            socket.flush()
    assert requests == []

    later = LaterStart(address, None)
    with qtbot.waitSignal(server.requested), qtbot.waitSignal(later.finished):
        later.start()
    later.wait()
    assert later.handed_over is HandedOver.ACCEPTED


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no folder")
def test_that_the_socket_lies_in_a_folder_of_the_users_alone(
    server: InstanceServer, address: str, runtime_folder: Path
) -> None:
    folder = Path(address).parent
    assert folder == runtime_folder / "photofind"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not stat.S_IMODE(Path(address).stat().st_mode) & 0o077


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no folder")
def test_that_a_folder_others_can_read_is_not_used(tmp_path: Path, runtime_folder: Path) -> None:
    (runtime_folder / "photofind").mkdir()
    (runtime_folder / "photofind").chmod(0o755)
    assert address_of(tmp_path) == str(tmp_path / "window.socket")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no folder")
def test_that_a_link_is_not_used(tmp_path: Path, runtime_folder: Path) -> None:
    (tmp_path / "elsewhere").mkdir(mode=0o700)
    (runtime_folder / "photofind").symlink_to(tmp_path / "elsewhere")
    assert address_of(tmp_path) == str(tmp_path / "window.socket")


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no folder")
def test_that_a_path_too_long_for_a_socket_is_not_used(
    tmp_path: Path, runtime_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = runtime_folder / ("x" * 90)
    long.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    assert address_of(tmp_path) == str(tmp_path / "window.socket")


@pytest.mark.slow
def test_that_of_fifty_simultaneous_starts_one_owns_the_library(tmp_path: Path) -> None:
    command = [sys.executable, "-c", START, str(tmp_path), str(STARTS - 1)]
    starts = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ))
        for _ in range(STARTS)
    ]
    said = [start.communicate(timeout=240)[0].strip() for start in starts]
    assert sorted(said) == ["handed over"] * (STARTS - 1) + ["owner"]
    assert {start.returncode for start in starts} == {0}
