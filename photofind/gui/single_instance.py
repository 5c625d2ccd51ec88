"""One window a library: a second start hands over what it was asked to open, and ends."""

import hashlib
import json
import time
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

LONGEST_MESSAGE = 16_384
WAIT_MS = 2000


def server_name(library: Path) -> str:
    """The same for every start with the same library."""
    return "photofind-" + hashlib.blake2b(bytes(library.absolute()), digest_size=8).hexdigest()


def hand_over(name: str, picture: Path | None, *, patience_s: float = 0.0) -> bool:
    """Asks a photofind that runs already to come to the front; false where there is none.

    Args:
        patience_s: How long one may take that is just starting and does not listen yet.
    """
    socket = QLocalSocket()
    ends = time.monotonic() + patience_s
    while not _connect(socket, name):
        if time.monotonic() >= ends:
            return False
        time.sleep(0.1)
    message = {"open": str(picture.absolute()) if picture else None}
    socket.write(json.dumps(message).encode() + b"\n")
    sent = socket.waitForBytesWritten(WAIT_MS)
    socket.disconnectFromServer()
    if socket.state() != QLocalSocket.LocalSocketState.UnconnectedState:
        socket.waitForDisconnected(WAIT_MS)
    return sent


def _connect(socket: QLocalSocket, name: str) -> bool:
    socket.connectToServer(name)
    return socket.waitForConnected(WAIT_MS)


class Doorkeeper(QObject):
    """Listens for later starts; only this user's programs reach it.

    Signals:
        asked: A later start; a `Path` to be searched with, or `None` to come to the front.
    """

    asked = Signal(object)

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._receive)
        # What a photofind left behind that was killed.
        QLocalServer.removeServer(name)
        self.listens = self._server.listen(name)

    def close(self) -> None:
        self._server.close()

    def _receive(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            # Owned by the server; garbage and silence cost nothing but this buffer.
            socket.setReadBufferSize(LONGEST_MESSAGE + 1)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > LONGEST_MESSAGE:
                socket.abort()
            return
        line = bytes(socket.readLine(LONGEST_MESSAGE).data())
        picture = _picture_in(line)
        socket.disconnectFromServer()
        if picture is not _GARBAGE:
            self.asked.emit(picture)


_GARBAGE = Path()


def _picture_in(line: bytes) -> Path | None:
    """What a message asks for; `_GARBAGE` where it is no message."""
    try:
        asked = json.loads(line)["open"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return _GARBAGE
    if asked is None:
        return None
    return Path(asked) if isinstance(asked, str) and asked and "\0" not in asked else _GARBAGE
