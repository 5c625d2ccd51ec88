"""The parent's side of one child process: its pipes, the numbers of asks, and its end.

A child is stuck when it is silent: when neither the ask waited for nor any other of the same kind
got an answer for so long. Then it is killed. However it dies, everybody who waits is told, and told
too whether the death can be laid to their ask.
"""

import itertools
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import BinaryIO, cast

from photofind.child.messages import (
    Bug,
    Failed,
    Forget,
    OneFile,
    PictureAsk,
    ReadFiles,
    Start,
    Started,
    messages,
)
from photofind.errors import CancelledError, PhotofindError

START_S = 300.0
"""Loading a large checkpoint from a slow disk takes a minute."""


class ChildDiedError(PhotofindError):
    """The child is gone, or was stopped because it was stuck.

    Attributes:
        alone: Whether no other file was being worked at that may have been the cause.
    """

    def __init__(self, *, alone: bool) -> None:
        super().__init__("the child process died")
        self.alone = alone


class Answers:
    """What the child says to one ask."""

    def __init__(self, ask: object, number: int, process: "ChildProcess") -> None:
        self.ask = ask
        self.number = number
        self.beside_others = isinstance(ask, PictureAsk)
        self._process = process
        self._asked = time.monotonic()
        self._queue: queue.SimpleQueue[object] = queue.SimpleQueue()

    @property
    def opens_files(self) -> bool:
        """Whether the child may die of it."""
        return isinstance(self.ask, OneFile | ReadFiles)

    def put(self, answer: object) -> None:
        self._queue.put(answer)

    def get(self, silence_s: float) -> object:
        """The next answer; raises what the child failed with, or `ChildDiedError`."""
        answer = self._next(silence_s)
        match answer:
            case ChildDiedError(alone=alone):
                raise ChildDiedError(alone=alone)
            case Failed(error):
                raise error
            case Bug(report):
                raise RuntimeError(f"in the child process:\n{report}")
        return answer

    def forget(self) -> None:
        """Lets the child leave it; whoever waits gets a `CancelledError`."""
        self._process.forget(self.number)

    def _next(self, silence_s: float) -> object:
        waits_since = time.monotonic()
        while True:
            heard = max(self._asked, waits_since, self._process.heard(self.beside_others))
            with suppress(queue.Empty):
                return self._queue.get(timeout=max(0.0, heard + silence_s - time.monotonic()))
            if self._process.heard(self.beside_others) <= heard:
                # From now on the end of the child is what is waited for, or an answer just before.
                self._process.kill_stuck(self.beside_others)
                return self._queue.get()


class ChildProcess:
    """A process that runs `module`, from its start to `close`; any thread may ask.

    Args:
        start: What it is asked first.
    """

    def __init__(self, module: str, start: Start) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=_environment(),
        )
        self._numbers = itertools.count()
        self._waiting: dict[int, Answers] = {}
        self._heard = {True: 0.0, False: 0.0}
        self._stuck: bool | None = None
        self._gone = False
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._sorter = threading.Thread(target=self._sort, name="child answers", daemon=True)
        self._sorter.start()
        self._beginning = _Beginning(self.ask(start))

    @property
    def pid(self) -> int:
        return self._process.pid

    def started(self) -> Started:
        """What came of the last start; waits for it, and raises what it failed with."""
        return self._beginning.outcome()

    def start_again(self, start: Start) -> None:
        self._beginning = _Beginning(self.ask(start))

    def ask(self, message: object) -> Answers:
        """Sends an ask and returns where its answers will be."""
        with self._lock:
            answers = Answers(message, next(self._numbers), self)
            if self._gone:
                answers.put(ChildDiedError(alone=False))
                return answers
            self._waiting[answers.number] = answers
        self._send((answers.number, message))
        return answers

    def forget(self, number: int) -> None:
        with self._lock:
            forgotten = self._waiting.pop(number, None)
        if forgotten is not None:
            forgotten.put(Failed(CancelledError("no longer wanted")))
            self._send((number, Forget(number)))

    def heard(self, beside_others: bool) -> float:
        """When it last answered an ask of the kind that pictures are, or of the other."""
        return self._heard[beside_others]

    def kill_stuck(self, beside_others: bool) -> None:
        self._stuck = beside_others
        self._process.kill()

    def close(self) -> None:
        """Ends the process, whatever it is doing; any thread, any number of times."""
        self._process.kill()
        self._process.wait()
        self._sorter.join()
        with self._sending:
            for pipe in (self._process.stdin, self._process.stdout):
                assert pipe is not None
                with suppress(BrokenPipeError):
                    pipe.close()

    def _send(self, message: object) -> None:
        pipe = self._process.stdin
        assert pipe is not None
        # Where it has died, whoever waits for the answer is told so.
        with self._sending, suppress(BrokenPipeError):
            if not pipe.closed:
                pickle.dump(message, pipe)
                pipe.flush()

    def _sort(self) -> None:
        assert self._process.stdout is not None
        for number, message in messages(cast("BinaryIO", self._process.stdout)):
            with self._lock:
                # Only batches are followed by more.
                more = isinstance(message, list)
                answers = self._waiting.get(number) if more else self._waiting.pop(number, None)
            if answers is not None:
                self._heard[answers.beside_others] = time.monotonic()
                answers.put(message)
        self._tell_of_the_end()

    def _tell_of_the_end(self) -> None:
        with self._lock:
            self._gone = True
            waiting, self._waiting = list(self._waiting.values()), {}
        suspects = [answers for answers in waiting if self._may_be_the_cause(answers)]
        for answers in waiting:
            answers.put(ChildDiedError(alone=suspects == [answers]))

    def _may_be_the_cause(self, answers: Answers) -> bool:
        hung_elsewhere = self._stuck is not None and answers.beside_others is not self._stuck
        return answers.opens_files and not hung_elsewhere


class _Beginning:
    """What comes of a start, for any number of threads to ask."""

    def __init__(self, answers: Answers) -> None:
        self._answers = answers
        self._turn = threading.Lock()
        self._outcome: Callable[[], Started] | None = None

    def outcome(self) -> Started:
        with self._turn:
            if self._outcome is None:
                self._outcome = self._wait()
        return self._outcome()

    def _wait(self) -> Callable[[], Started]:
        try:
            started = cast("Started", self._answers.get(START_S))
        except PhotofindError as error:
            return _raiser(error)
        return lambda: started


def _raiser(error: PhotofindError) -> Callable[[], Started]:
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
