"""The parent's side of the process that does the hard work.

A damaged photo can crash a decoder, and a crash takes its whole process along. Here that is the
child: it is started again, the files it was at are given to it one by one, and the one that kills
it twice is recorded as unreadable. The parent imports no torch and decodes no photo.
"""

import itertools
import os
import pickle
import queue
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, BinaryIO, cast

from photofind.domain import Embeddings, EmbeddingSpace, FoundFile
from photofind.errors import PhotofindError, UserFacingError
from photofind.indexing.child import (
    Bug,
    Done,
    EncodeTexts,
    Failed,
    ReadFiles,
    Start,
    Stop,
    messages,
)
from photofind.indexing.stages import Unreadable
from photofind.indexing.worker import Result
from photofind.paths import LibraryPaths
from photofind.settings import Settings

CHUNK = 256
"""Files the child is given at once; it reads ahead within a chunk."""

FATAL = 2
"""Times a file may kill the child before it is left alone."""

SILENCE_S = 300.0
"""A child that says nothing for so long is stuck: a batch takes seconds."""

SILENCE_WITH_ONE_FILE_S = 60.0

START_S = 300.0
"""Loading a large checkpoint from a slow disk takes a minute."""


class ChildDiedError(PhotofindError):
    """The child is gone, or was stopped because it was stuck."""


class ChildWorker:
    """A `Worker` in a process of its own; close it.

    Args:
        module: What the child runs.
        silence_s: How long it may say nothing.

    Raises:
        CheckpointError: The checkpoint cannot be loaded.
        UserFacingError: The child does not come up at all.
    """

    def __init__(
        self,
        paths: LibraryPaths,
        settings: Settings,
        checkpoint: str,
        *,
        module: str = "photofind.indexing.child",
        silence_s: float = SILENCE_S,
    ) -> None:
        self._start = Start(paths, settings, checkpoint)
        self._module = module
        self._silence_s = silence_s
        self._deaths: Counter[Path] = Counter()
        self._begin()

    @property
    def space(self) -> EmbeddingSpace:
        return self._space

    def close(self) -> None:
        """Ends the child, whatever it is doing."""
        self._child.close()

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """As `Encoder.encode_texts`; overtakes reading within one batch."""
        return cast("Embeddings", self._child.ask(EncodeTexts(tuple(texts))).get(self._silence_s))

    def run(self, files: Sequence[FoundFile]) -> Generator[list[Result], None, None]:
        """See `Worker.run`; a file that kills the child twice comes out as unreadable."""
        for start in range(0, len(files), CHUNK):
            chunk = files[start : start + CHUNK]
            answered = 0
            try:
                with closing(self._read(chunk, self._silence_s)) as batches:
                    for batch in batches:
                        answered += len(batch)
                        yield batch
            except ChildDiedError:
                self._begin_again()
                for suspect in chunk[answered:]:
                    yield self._read_suspect(suspect)

    def _read_suspect(self, file: FoundFile) -> list[Result]:
        while self._deaths[file.path] < FATAL:
            try:
                limit_s = min(self._silence_s, SILENCE_WITH_ONE_FILE_S)
                return [result for batch in self._read([file], limit_s) for result in batch]
            except ChildDiedError:
                self._deaths[file.path] += 1
                self._begin_again()
        reason = "Reading this file makes the program that reads it crash or hang."
        return [Unreadable(file, time.time_ns(), reason)]

    def _read(
        self, files: Sequence[FoundFile], silence_s: float
    ) -> Generator[list[Result], None, None]:
        answers = self._child.ask(ReadFiles(tuple(files)))
        try:
            while not isinstance(answer := answers.get(silence_s), Done):
                yield cast("list[Result]", answer)
        except GeneratorExit:
            self._child.tell(Stop())
            raise

    def _begin(self) -> None:
        self._child = _Child(self._module)
        try:
            space = self._child.ask(self._start).get(START_S)
        except ChildDiedError as error:
            self._child.close()
            raise UserFacingError(
                "The part of photofind that reads photos does not start.",
                "There may be too little memory; close other programs and try again.",
            ) from error
        except BaseException:
            self._child.close()
            raise
        self._space = cast("EmbeddingSpace", space)

    def _begin_again(self) -> None:
        self._child.close()
        self._begin()


class _Answers:
    """What the child says to one ask."""

    def __init__(self, child: "_Child") -> None:
        self._child = child
        self.queue: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def get(self, silence_s: float) -> object:
        """The next answer; raises what the child failed with, or `ChildDiedError`."""
        try:
            answer = self.queue.get(timeout=silence_s)
        except queue.Empty:
            self._child.kill()
            raise ChildDiedError from None
        match answer:
            case None:
                raise ChildDiedError
            case Failed(error):
                raise error
            case Bug(report):
                raise RuntimeError(f"in the child process:\n{report}")
        return cast("object", answer)


class _Child:
    """The process itself, its two pipes, and the thread that sorts its answers."""

    def __init__(self, module: str) -> None:
        environment = {
            # Threads that spin while they wait for each other take the cores from the threads
            # that decode; asleep, they made indexing a tenth faster.
            "OMP_WAIT_POLICY": "passive",
            **os.environ,
            # Whatever this process can import, its child can.
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._numbers = itertools.count()
        self._waiting: dict[int, _Answers] = {}
        self._gone = False
        self._lock = threading.Lock()
        self._reader = threading.Thread(target=self._sort, name="child answers", daemon=True)
        self._reader.start()

    def ask(self, message: object) -> _Answers:
        """Sends an ask and returns where its answers will be."""
        answers = _Answers(self)
        with self._lock:
            number = next(self._numbers)
            self._waiting[number] = answers
            if self._gone:
                answers.queue.put(None)
        self._send((number, message))
        return answers

    def tell(self, message: object) -> None:
        """Sends what has no answer."""
        self._send((-1, message))

    def kill(self) -> None:
        self._process.kill()

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        # Where it has died, whoever waits for the answer is told so.
        with suppress(BrokenPipeError), self._lock:
            pickle.dump(message, self._process.stdin)
            self._process.stdin.flush()

    def _sort(self) -> None:
        assert self._process.stdout is not None
        for number, message in messages(cast("BinaryIO", self._process.stdout)):
            # Only batches are followed by more.
            more = isinstance(message, list)
            answers = self._waiting[number] if more else self._waiting.pop(number)
            answers.queue.put(message)
        with self._lock:
            self._gone = True
            for answers in self._waiting.values():
                answers.queue.put(None)
