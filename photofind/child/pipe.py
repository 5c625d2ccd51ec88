"""The pipe between parent and child: pickles of (number, message), one after the other."""

import logging
import logging.handlers
import pickle
import queue
import threading
import time
from collections.abc import Iterator
from typing import IO, Any

from typing_extensions import override

from photofind.child.messages import ChildThread, Heartbeat

HEARTBEAT_S = 0.25
"""Between two heartbeats of one thread at least."""


class MessageWriter:
    """Writes messages into a pipe; any thread may."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def send(self, number: int | None, message: object) -> None:
        """Write one message, whole.

        Raises:
            OSError: The other end is gone. Which of its kinds depends on the system: EPIPE, or
                EINVAL on Windows.
        """
        data = pickle.dumps((number, message), pickle.HIGHEST_PROTOCOL)
        with self._lock:
            if self._pipe.closed:
                raise BrokenPipeError("the pipe was closed")
            self._pipe.write(data)
            self._pipe.flush()

    def close(self) -> None:
        with self._lock:
            try:
                self._pipe.close()
            except OSError:
                """What was still to be written has no reader any more."""


def read_messages(pipe: IO[bytes]) -> Iterator[tuple[int | None, Any]]:
    """Yield messages until the other end closes, or dies in the middle of one."""
    while True:
        try:
            yield pickle.load(pipe)
        except (EOFError, pickle.UnpicklingError, OSError):
            return


class Heartbeats:
    """Tells the parent that a thread of the child makes progress with a file.

    Call it with the bytes that came; any thread may. A decoder that hangs reads nothing, so nothing
    is sent for it.
    """

    def __init__(self, responses: MessageWriter, thread: ChildThread) -> None:
        self._responses = responses
        self._message = Heartbeat(thread)
        self._lock = threading.Lock()
        self._due_at = 0.0

    def __call__(self, _read_bytes: int) -> None:
        now = time.monotonic()
        with self._lock:
            if now < self._due_at:
                return
            self._due_at = now + HEARTBEAT_S
        self._responses.send(None, self._message)


class LogForwarder(logging.handlers.QueueHandler):
    """Sends log records to the parent, which hands them to its own loggers."""

    def __init__(self, responses: MessageWriter) -> None:
        super().__init__(queue.SimpleQueue())
        self._responses = responses

    @override
    def enqueue(self, record: logging.LogRecord) -> None:
        self._responses.send(None, record)
