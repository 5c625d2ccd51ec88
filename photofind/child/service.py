"""The process that does the hard work, and may die of it: its own side.

    parent (worker.py, process.py)          child: python -m photofind.child
    ChildWorker ── (number, ask) ───────▶   a thread sorts what arrives
                                              pictures → PictureThread, at once
                                              all else → Service; between two batches it looks at
                                                         its queue, so that questions overtake
                ◀── (number, answer) ───        reading

Messages are pickles through the child's stdin and stdout, which nobody else can write to.
"""

import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO

from photofind.child.encoders import Encoders
from photofind.child.memory import MemoryLimit
from photofind.child.messages import (
    AnswerRegion,
    Done,
    EncodePicture,
    EncodeRegion,
    EncodeTexts,
    Forget,
    PictureAsk,
    Question,
    ReadFiles,
    Start,
    Started,
    TellSpeed,
    failure,
    messages,
)
from photofind.child.pictures import PictureFiles, PictureThread
from photofind.clip.encoder import Encoder, encode_picture
from photofind.clip.loading import load_encoder
from photofind.indexing.local import CatalogueWorker
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture
from photofind.region_desk import RegionQuestion
from photofind.settings import Settings

ORPHANED_S = 30.0
"""How long the child may finish what it is at after its parent went."""

Load = Callable[[LibraryPaths, Settings, str], Encoder]
Asks = queue.SimpleQueue[tuple[int, Any] | None]


class Answers:
    """The pipe to the parent; threads take turns."""

    def __init__(self, pipe: BinaryIO) -> None:
        self._pipe = pipe
        self._turn = threading.Lock()

    def send(self, number: int, message: object) -> None:
        with self._turn:
            pickle.dump((number, message), self._pipe, pickle.HIGHEST_PROTOCOL)
            self._pipe.flush()


class Service:
    """Answers asks until the parent closes its end.

    Args:
        load: Makes an encoder of a checkpoint's name.
    """

    def __init__(self, asks: Asks, answers: Answers, load: Load = load_encoder) -> None:
        self._asks = asks
        self._answers = answers
        self._memory = MemoryLimit()
        self._encoders = Encoders(self._memory, self._open, load)
        self._files: PictureFiles | None = None
        self._worker: CatalogueWorker | None = None
        self._later: deque[tuple[int, Any]] = deque()

    def run(self) -> None:
        while (numbered := self._next()) is not None:
            self._try(*numbered)

    def _next(self) -> tuple[int, Any] | None:
        return self._later.popleft() if self._later else self._asks.get()

    def _try(self, number: int, ask: object) -> None:
        try:
            self._do(number, ask)
        except MemoryError:
            # As good as dead; the parent finds out which file is to blame.
            raise
        except Exception as error:  # noqa: BLE001 (told to whoever asked)
            self._answers.send(number, failure(error))

    def _do(self, number: int, ask: object) -> None:
        match ask:
            case Start(paths, settings, checkpoint):
                self._answers.send(number, self._start(paths, settings, checkpoint))
            case ReadFiles():
                self._read(number, ask)
            case TellSpeed() | EncodeTexts() | EncodePicture() | EncodeRegion() | AnswerRegion():
                self._answers.send(number, self._answer_to(ask))
            case Forget():
                """What it names was answered already."""

    def _start(self, paths: LibraryPaths, settings: Settings, checkpoint: str) -> Started:
        if self._worker is not None:
            self._worker.close()
            self._worker = None
        if self._files is None or self._files.paths != paths:
            self._encoders.leave_library()
        self._files = PictureFiles(paths, settings)
        self._memory.set_budget(settings.max_memory_mb)
        self._worker = CatalogueWorker(paths, settings, checkpoint, load=self._encoders.encoder)
        return Started(self._worker.space)

    def _read(self, number: int, ask: ReadFiles) -> None:
        assert self._worker is not None
        for batch in self._worker.run(ask.files, embed=ask.embed):
            self._answers.send(number, batch)
            if self._is_overtaken(number):
                return
        self._answers.send(number, Done())

    def _is_overtaken(self, number: int) -> bool:
        """Does what may come between two batches; returns whether the reading is forgotten."""
        while not self._asks.empty():
            numbered = self._asks.get()
            if numbered is None:
                # The parent is gone.
                sys.exit()
            if numbered[1] == Forget(number):
                return True
            if isinstance(numbered[1], Question):
                self._try(*numbered)
            else:
                self._later.append(numbered)
        return False

    def _answer_to(self, ask: Question) -> object:
        assert self._files is not None
        paths, settings = self._files.paths, self._files.settings
        match ask:
            case TellSpeed(checkpoint):
                return self._encoders.encoder(paths, settings, checkpoint).encodes_per_s
            case EncodeTexts(texts, model):
                return self._encoders.encoder(paths, settings, model).encode_texts(texts)
            case EncodePicture(path, model):
                encoder = self._encoders.encoder(paths, settings, model)
                picture = self._files.open(path, encoder.preprocess.decode_px)
                return encode_picture(encoder, picture.image)
            case EncodeRegion(path, box, method, strength, model):
                question = RegionQuestion(path, box, (), method, strength)
                return self._encoders.desk(paths, settings, model).embedding(question)
            case AnswerRegion(path, box, labels, method, strength, model):
                question = RegionQuestion(path, box, labels, method, strength)
                return self._encoders.desk(paths, settings, model).answer(question)

    def _open(self, path: Path) -> Picture:
        assert self._files is not None
        return self._files.open(path)


def serve(load: Load = load_encoder) -> None:
    """Answers what comes in at stdin, until it is closed."""
    # Ctrl-C reaches the whole group of processes; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    answers = Answers(_private_stdout())
    asks: Asks = queue.SimpleQueue()
    pictures = PictureThread(answers.send)
    sort = partial(_sort_asks, sys.stdin.buffer, asks, pictures)
    threading.Thread(target=sort, name="asks", daemon=True).start()
    Service(asks, answers, load).run()


def _sort_asks(pipe: BinaryIO, asks: Asks, pictures: PictureThread) -> None:
    for number, ask in messages(pipe):
        match ask:
            case Start(paths, settings):
                pictures.work_for(PictureFiles(paths, settings))
            case Forget():
                pictures.forget(number)
        if isinstance(ask, PictureAsk):
            pictures.ask(number, ask)
        else:
            asks.put((number, ask))
    asks.put(None)
    # A decoder that hangs would keep the process for good.
    time.sleep(ORPHANED_S)
    os._exit(1)


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
