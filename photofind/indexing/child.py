"""The process that does the hard work, and may die of it: its own side.

    parent (child_worker.py)                child: python -m photofind.indexing.child
    ChildWorker ── (number, ask) ───────▶   a thread queues what arrives
                ◀── (number, answer) ───    CatalogueWorker; between two batches it looks at the
                                            queue, so that a query overtakes indexing

Messages are pickles through the child's stdin and stdout, which nobody else can write to.
"""

import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from photofind.domain import FoundFile
from photofind.errors import PhotofindError, UserFacingError
from photofind.indexing.worker import Worker
from photofind.paths import LibraryPaths
from photofind.settings import Settings


@dataclass(frozen=True, slots=True)
class Start:
    """The first ask; answered with the worker's `EmbeddingSpace`."""

    paths: LibraryPaths
    settings: Settings
    checkpoint: str


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """Answered with lists of results, then `Done`."""

    files: tuple[FoundFile, ...]


@dataclass(frozen=True, slots=True)
class EncodeTexts:
    """Answered with the embeddings."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stop:
    """Not answered: the reading under way is left, and answered with `Done`."""


@dataclass(frozen=True, slots=True)
class Done:
    pass


@dataclass(frozen=True, slots=True)
class Failed:
    """What was asked for could not be done, for a reason that is understood."""

    error: PhotofindError


@dataclass(frozen=True, slots=True)
class Bug:
    """What was asked for could not be done for a reason that is not."""

    report: str


Asks = queue.SimpleQueue[Any]


class Service:
    """Answers asks until the parent closes its end."""

    def __init__(self, asks: Asks, answers: BinaryIO) -> None:
        self._asks = asks
        self._answers = answers
        self._worker: Worker | None = None

    def run(self) -> None:
        while (numbered := self._asks.get()) is not None:
            self._try(*numbered)

    def _try(self, number: int, ask: object) -> None:
        try:
            self._do(number, ask)
        except PhotofindError as error:
            self._answer(number, Failed(error))
        except OSError as error:
            reason = error.strerror or str(error)
            hint = "Make room on the disk that photofind's library is on, and try again."
            self._answer(number, Failed(UserFacingError(f"Photofind had to stop: {reason}.", hint)))
        except MemoryError:
            # As good as dead; the parent finds out which file is to blame.
            raise
        # A bug here must not look like a damaged photo.
        except Exception:  # noqa: BLE001
            self._answer(number, Bug(traceback.format_exc()))

    def _do(self, number: int, ask: object) -> None:
        match ask:
            case Start(paths, settings, checkpoint):
                from photofind.indexing.local import CatalogueWorker

                self._worker = CatalogueWorker(paths, settings, checkpoint)
                self._answer(number, self._worker.space)
            case EncodeTexts(texts):
                assert self._worker is not None
                self._answer(number, self._worker.encode_texts(texts))
            case ReadFiles(files):
                self._read(number, files)

    def _read(self, number: int, files: Sequence[FoundFile]) -> None:
        assert self._worker is not None
        for batch in self._worker.run(files):
            self._answer(number, batch)
            while not self._asks.empty():
                numbered = self._asks.get()
                if numbered is None:
                    # The parent is gone.
                    sys.exit()
                if isinstance(numbered[1], Stop):
                    self._answer(number, Done())
                    return
                self._try(*numbered)
        self._answer(number, Done())

    def _answer(self, number: int, message: object) -> None:
        pickle.dump((number, message), self._answers)
        self._answers.flush()


def messages(pipe: BinaryIO) -> Iterator[Any]:
    """Until the other end closes, or dies in the middle of a message."""
    while True:
        try:
            yield pickle.load(pipe)
        except (EOFError, pickle.UnpicklingError, OSError, ValueError):
            return


def _queue_asks(pipe: BinaryIO, asks: Asks) -> None:
    for message in messages(pipe):
        asks.put(message)
    asks.put(None)


def _private_stdout() -> BinaryIO:
    """Takes stdout for the answers alone; what libraries print, in C too, goes nowhere.

    libtiff and others write to stderr about every damaged photo; what matters of it is in the
    list of photos that could not be read.
    """
    answers = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.close(silence)
    return answers


def main() -> None:
    # Ctrl-C reaches the whole group of processes; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = _private_stdout()
    asks: Asks = queue.SimpleQueue()
    threading.Thread(target=_queue_asks, args=(sys.stdin.buffer, asks), daemon=True).start()
    Service(asks, answers).run()


if __name__ == "__main__":
    # The messages name their classes by this module's real name, not by __main__.
    from photofind.indexing.child import main as serve

    serve()
