"""One window a library: a later start hands over what it was to open, and ends.

A request is one line of JSON, `{"open": PATH or null}`. It is answered by `ACCEPTED` once the
window has taken it; whatever else comes is dropped unanswered.
"""

import hashlib
import json
import logging
import os
import stat
import sys
import time
import warnings
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TypeVar

import platformdirs
from PySide6.QtCore import QDeadlineTimer, QObject, QTimer, Signal
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from photofind.errors import LibraryBusyError, UserFacingError

LONGEST_MESSAGE = 16_384
ACCEPTED = b'{"accepted": true}\n'

ANSWER_MS = 10_000
"""After so long without an answer, a running photofind counts as hung."""

SILENCE_MS = 5_000
"""How long a connection may stay open without a whole request."""

START_S = 20.0
"""How long another start may take from locking the library to listening."""

_LONGEST_ADDRESS = 100
"""Bytes; macOS allows 103 for the path of a socket, Linux 107."""

_WAIT_MS = 20
_log = logging.getLogger(__name__)
_Opened = TypeVar("_Opened")


class HandedOver(Enum):
    """Outcome of a request: nobody listens, it was accepted, or it was never answered."""

    NOBODY = "nobody"
    ACCEPTED = "accepted"
    UNANSWERED = "unanswered"


def address_of(library: Path) -> str:
    """Choose where a library's window listens: the same for every start with that library.

    A socket in a folder of this user's alone, in the library where there is no such folder; on
    Windows the name of a pipe.
    """
    digest = hashlib.blake2b(bytes(library.absolute()), digest_size=8).hexdigest()
    if sys.platform == "win32":
        return f"photofind-{digest}"
    runtime = _runtime_folder()
    address = runtime / f"{digest}.socket"
    if _is_private(runtime) and len(bytes(address)) <= _LONGEST_ADDRESS:
        return str(address)
    return str(library.absolute() / "window.socket")


def open_or_hand_over(
    open_library: Callable[[], _Opened],
    address: str,
    picture: Path | None,
    *,
    patience_s: float = START_S,
    answer_ms: int = ANSWER_MS,
) -> _Opened | None:
    """Open a library, or have the window that has it open take over; `None` for the latter.

    Args:
        picture: Search query for that window.
        patience_s: How long the library may be busy without anybody listening.

    Raises:
        LibraryBusyError: Another process has the library, and it is no window.
        UserFacingError: The window that has the library does not answer, or opening failed.
    """
    ends = time.monotonic() + patience_s
    while True:
        match hand_over(address, picture, answer_ms=answer_ms):
            case HandedOver.ACCEPTED:
                return None
            case HandedOver.UNANSWERED:
                raise UserFacingError(
                    "Photofind is open already, but it does not answer.",
                    "Wait until it does. If it never does, end it and start again.",
                )
            case HandedOver.NOBODY:
                pass
        try:
            return open_library()
        except LibraryBusyError:
            if time.monotonic() >= ends:
                raise
        time.sleep(0.1)


def hand_over(address: str, picture: Path | None, *, answer_ms: int = ANSWER_MS) -> HandedOver:
    """Ask the window that listens to come to the front."""
    socket = QLocalSocket()
    socket.connectToServer(address)
    if not socket.waitForConnected(answer_ms):
        refused = socket.error() != QLocalSocket.LocalSocketError.SocketTimeoutError
        return HandedOver.NOBODY if refused else HandedOver.UNANSWERED
    request = {"open": str(picture.absolute()) if picture else None}
    socket.write(json.dumps(request).encode() + b"\n")
    deadline = QDeadlineTimer(answer_ms)
    while not socket.canReadLine():
        if socket.state() != QLocalSocket.LocalSocketState.ConnectedState:
            # One that just ends closes the connection; its library will be free.
            return HandedOver.NOBODY
        if deadline.hasExpired():
            return HandedOver.UNANSWERED
        # Waiting holds Python's lock, so it is done in small parts.
        socket.waitForReadyRead(_WAIT_MS)
    accepted = bytes(socket.readLine().data()) == ACCEPTED
    socket.disconnectFromServer()
    return HandedOver.ACCEPTED if accepted else HandedOver.NOBODY


class InstanceServer(QObject):
    """Listen for later starts; only for the process that holds the library's lock.

    Signals:
        requested: A later start; a `Path` to be searched with, or `None` to come to the front.
    """

    requested = Signal(object)

    def __init__(
        self, address: str, parent: QObject | None = None, *, silence_ms: int = SILENCE_MS
    ) -> None:
        super().__init__(parent)
        self._silence_ms = silence_ms
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._receive)
        # What a photofind left behind that was killed.
        QLocalServer.removeServer(address)
        if not self._server.listen(address):
            _log.warning("Later starts cannot reach this window: %s", self._server.errorString())

    def close(self) -> None:
        self._server.close()

    def _receive(self) -> None:
        while (socket := self._server.nextPendingConnection()) is not None:
            # Owned by the server; garbage and silence cost no more than this buffer and this time.
            socket.setReadBufferSize(LONGEST_MESSAGE + 1)
            socket.readyRead.connect(lambda socket=socket: self._read(socket))
            socket.disconnected.connect(socket.deleteLater)
            QTimer.singleShot(self._silence_ms, socket, socket.abort)
            self._read(socket)

    def _read(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > LONGEST_MESSAGE:
                socket.abort()
            return
        request = _parse(bytes(socket.readLine(LONGEST_MESSAGE).data()))
        if request is _GARBAGE:
            socket.abort()
            return
        self.requested.emit(request)
        socket.write(ACCEPTED)
        # Now: the window may be about to end.
        socket.flush()
        socket.disconnectFromServer()


_GARBAGE = Path()


def _parse(line: bytes) -> Path | None:
    """Return what a request is to open; `_GARBAGE` where it is no request."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return _GARBAGE
    match request:
        case {"open": None, **others} if not others:
            return None
        case {"open": str(path), **others} if not others and "\0" not in path:
            return Path(path) if Path(path).is_absolute() else _GARBAGE
    return _GARBAGE


def _runtime_folder() -> Path:
    with warnings.catch_warnings():
        # Where the desktop names no folder, platformdirs warns and takes one below /tmp.
        warnings.simplefilter("ignore")
        return platformdirs.user_runtime_path("photofind", appauthor=False)


def _is_private(folder: Path) -> bool:
    """Make a folder, and say whether nobody else can list, change or replace it."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own, above = folder.lstat(), folder.parent.lstat()
    except OSError:
        return False
    is_own = stat.S_ISDIR(own.st_mode) and own.st_uid == os.getuid()
    return is_own and not own.st_mode & 0o077 and above.st_uid in (os.getuid(), 0)
