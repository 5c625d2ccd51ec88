"""The parent's side of one child process: its pipes, its pending requests, and its end.

A child is stuck when it is silent: when the thread of it that a request waits for neither answered
anything nor read any more of a file for so long. Then it is killed. However it ends, every pending
request fails, and learns whether the death can be laid to it.
"""

import itertools
import logging
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from photofind.child.messages import (
    Bug,
    Cancel,
    ChildThread,
    Failed,
    Heartbeat,
    OneFileRequest,
    ReadFiles,
    Start,
    Started,
    handled_by,
)
from photofind.child.pipe import MessageWriter, read_messages
from photofind.errors import PhotofindError

START_S = 300.0
"""Loading a large checkpoint from a slow disk takes a minute."""

KILL_S = 10.0
"""A killed process ends at once, unless it waits for a disk that does not answer."""

_log = logging.getLogger(__name__)


class ChildDiedError(PhotofindError):
    """The child is gone, or was killed because it was stuck.

    Attributes:
        alone: Whether no other file was being worked at that may have been the cause.
    """

    def __init__(self, *, alone: bool) -> None:
        super().__init__("the child process died")
        self.alone = alone


class PendingRequest:
    """A request that was sent, and the queue of its responses."""

    def __init__(self, request: object, number: int, process: "ChildProcess") -> None:
        self.number = number
        self.thread = handled_by(request)
        self.opens_files = isinstance(request, OneFileRequest | ReadFiles)
        self._process = process
        self._responses: queue.SimpleQueue[object] = queue.SimpleQueue()

    def put(self, response: object) -> None:
        self._responses.put(response)

    def get(self, silence_s: float) -> object:
        """Wait for the next response.

        Args:
            silence_s: How long the child may show no life before it is killed.

        Raises:
            ChildDiedError: The child died, or was killed.
            PhotofindError: What the request failed with.
            RuntimeError: A bug in the child, or in what it sent.
        """
        response = self._next(silence_s)
        match response:
            case ChildDiedError(alone=alone):
                raise ChildDiedError(alone=alone)
            case Failed(error):
                raise error
            case Bug(report):
                raise RuntimeError(f"in the child process:\n{report}")
        return response

    def cancel(self) -> None:
        """Let the child leave it; there are no more responses."""
        self._process.cancel(self.number)

    def _next(self, silence_s: float) -> object:
        since = time.monotonic()
        while True:
            alive_at = max(since, self._process.alive_at(self.thread))
            with suppress(queue.Empty):
                return self._responses.get(
                    timeout=max(0.0, alive_at + silence_s - time.monotonic())
                )
            if self._process.alive_at(self.thread) <= alive_at:
                self._process.kill_stuck(self.thread)
                # The child's end, or a response that came just before.
                return self._responses.get()


class ChildProcess:
    """A process that runs `module`, from its start to `close`; any thread may send requests.

    Args:
        start: The first request.
    """

    def __init__(self, module: str, start: Start) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
        )
        _log.info("Child process %d started for %s", self.pid, start.checkpoint)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests = MessageWriter(self._process.stdin)
        self._responses = self._process.stdout
        self._numbers = itertools.count()
        self._pending: dict[int, PendingRequest] = {}
        self._alive_at = dict.fromkeys(ChildThread, 0.0)
        self._stuck: ChildThread | None = None
        self._ended = self._closing = False
        self._lock = threading.Lock()
        self._receiver = threading.Thread(target=self._receive, name="child responses", daemon=True)
        self._receiver.start()
        self._start = _StartOutcome(self.request(start))

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        """Whether all further requests are in vain."""
        return self._ended

    def started(self) -> Started:
        """Wait for the outcome of the last start; raise what it failed with."""
        return self._start.get()

    def start_again(self, start: Start) -> None:
        self._start = _StartOutcome(self.request(start))

    def request(self, message: object) -> PendingRequest:
        """Send a request."""
        with self._lock:
            pending = PendingRequest(message, next(self._numbers), self)
            if self._ended:
                pending.put(ChildDiedError(alone=False))
                return pending
            self._pending[pending.number] = pending
        self._send(pending.number, message)
        return pending

    def cancel(self, number: int) -> None:
        with self._lock:
            cancelled = self._pending.pop(number, None)
        if cancelled is not None:
            self._send(number, Cancel(number))

    def alive_at(self, thread: ChildThread) -> float:
        """Tell when a thread of the child last answered a request or read more of a file."""
        return self._alive_at[thread]

    def kill_stuck(self, thread: ChildThread) -> None:
        """Kill the child because a thread of it is stuck."""
        _log.warning("Child process %d is stuck in its %s thread and is killed", self.pid, thread)
        self._stuck = thread
        # Not left to the receiver: a process that waits for a dead disk does not even die.
        self._end()

    def close(self) -> None:
        """End the process, whatever it is doing; any thread, any number of times."""
        self._closing |= not self._ended
        self._end()
        try:
            self._process.wait(KILL_S)
        except subprocess.TimeoutExpired:
            _log.warning("Child process %d does not end and is left behind", self.pid)
            return
        self._receiver.join()
        self._requests.close()
        self._responses.close()

    def _send(self, number: int, message: object) -> None:
        try:
            self._requests.send(number, message)
        except OSError:
            self._end()

    def _receive(self) -> None:
        bug = None
        try:
            for number, message in read_messages(self._responses):
                self._deliver(number, message)
        except Exception:  # noqa: BLE001 (raised to all whose requests are pending)
            bug = Bug(traceback.format_exc())
        self._end(bug)
        self._log_exit(self._process.wait())

    def _deliver(self, number: int | None, message: object) -> None:
        match message:
            case Heartbeat(thread):
                self._alive_at[thread] = time.monotonic()
            case logging.LogRecord():
                logger = logging.getLogger(message.name)
                if logger.isEnabledFor(message.levelno):
                    logger.handle(message)
            case _:
                self._respond(cast("int", number), message)

    def _respond(self, number: int, response: object) -> None:
        with self._lock:
            # Only batches are followed by more.
            more = isinstance(response, list)
            pending = self._pending.get(number) if more else self._pending.pop(number, None)
        if pending is not None:
            self._alive_at[pending.thread] = time.monotonic()
            pending.put(response)

    def _end(self, bug: Bug | None = None) -> None:
        """Kill the process and fail all pending requests; does nothing the second time."""
        with self._lock:
            self._ended = True
            pending, self._pending = list(self._pending.values()), {}
        self._process.kill()
        suspects = [request for request in pending if self._may_be_the_cause(request)]
        for request in pending:
            request.put(bug or ChildDiedError(alone=suspects == [request]))

    def _may_be_the_cause(self, request: PendingRequest) -> bool:
        stuck_elsewhere = self._stuck is not None and request.thread is not self._stuck
        return request.opens_files and not stuck_elsewhere and not self._closing

    def _log_exit(self, code: int) -> None:
        if self._closing:
            _log.info("Child process %d was closed", self.pid)
            return
        reason = f"with exit code {code}"
        if code < 0:
            with suppress(ValueError):
                reason = f"of {signal.Signals(-code).name}"
        _log.warning("Child process %d ended %s", self.pid, reason)


class _StartOutcome:
    """What comes of a start; any number of threads may wait for it."""

    def __init__(self, request: PendingRequest) -> None:
        self._request = request
        self._lock = threading.Lock()
        self._outcome: Callable[[], Started] | None = None

    def get(self) -> Started:
        with self._lock:
            if self._outcome is None:
                self._outcome = self._wait()
        return self._outcome()

    def _wait(self) -> Callable[[], Started]:
        try:
            started = cast("Started", self._request.get(START_S))
        except Exception as error:  # noqa: BLE001 (raised by every `get`)
            return _raiser(error)
        return lambda: started


def _raiser(error: Exception) -> Callable[[], Started]:
    def again() -> Started:
        raise error

    return again


def _environment() -> dict[str, str]:
    return {
        # Threads that spin while they wait for each other take the cores from the threads
        # that decode; asleep, they made indexing a tenth faster.
        "OMP_WAIT_POLICY": "passive",
        **os.environ,
        # Whatever this process can import, its child can.
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }
