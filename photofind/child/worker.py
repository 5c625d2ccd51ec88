"""A `Worker` in a process of its own, and all else that a window asks of that process.

A damaged photo can crash a decoder, and a crash takes its whole process along. Here that is the
child: it is started again, the files it was at are given to it one by one, and the one that kills
it twice is recorded as unreadable. The parent imports no torch and decodes no photo.

[Note: suspects]
Whatever files the child was at when it died are suspects. They are asked for again one suspect at
a time, and only a death that no other file can have caused counts against a file. So a picture in
the viewer that crashes the child costs the files being indexed some time, and never their place.
"""

import threading
import time
from collections import Counter
from collections.abc import Generator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from photofind.child.encoders import changed_since
from photofind.child.messages import (
    AnswerRegion,
    Done,
    EncodePicture,
    EncodeRegion,
    EncodeTexts,
    MakeThumbnail,
    Model,
    OneFile,
    PictureAsk,
    PixelPicture,
    Question,
    ReadFiles,
    ReadPicture,
    Start,
    Started,
    TellSpeed,
)
from photofind.child.process import Answers, ChildDiedError, ChildProcess
from photofind.clip.encoder import PAPER_STRENGTH
from photofind.domain import Box, Embeddings, EmbeddingSpace, Fingerprint, FoundFile
from photofind.errors import CancelledError, PhotofindError, UserFacingError
from photofind.indexing.stages import TryLater, Unreadable
from photofind.indexing.worker import Result
from photofind.paths import LibraryPaths
from photofind.search.regions import DEFAULT_METHOD, RegionAnswer, RegionMethod
from photofind.settings import Settings

CHUNK = 256
"""Files the child is given at once; it reads ahead within a chunk."""

FATAL = 2
"""Times a file may kill the child before it is left alone."""

TRIES = 5
"""Times that anything is asked for, deaths that others may have caused included."""

SILENCE_S = 300.0
"""A child that says nothing for so long is stuck: a batch takes seconds."""

SILENCE_WITH_ONE_FILE_S = 60.0

_Ask = Question | PictureAsk
_Suspect = tuple[type, Path, int, int]


class ChildStartError(UserFacingError):
    """The child does not come up at all."""


class ChildWorker:
    """The child process, started again whenever it dies; any thread may ask; close it.

    It begins to load its checkpoint at once, and pictures can be asked for meanwhile. What comes
    of the loading is raised by `space` and `run`. After `close`, and for those who wait then,
    everything raises `CancelledError`.

    Args:
        checkpoint: What `run` embeds with, and questions that name no other.
        module: What the child runs.
        silence_s: How long it may say nothing.

    Raises:
        CheckpointError: (by `space` and `run`) The checkpoint cannot be loaded, or has other
            weights than before the child died.
        UserFacingError: (by all) The child does not come up, or dies of what it is asked.
    """

    def __init__(
        self,
        paths: LibraryPaths,
        settings: Settings,
        checkpoint: str,
        *,
        module: str = "photofind.child",
        silence_s: float = SILENCE_S,
    ) -> None:
        self._start = Start(paths, settings, checkpoint)
        self._module = module
        self._silence_s = silence_s
        self._deaths: Counter[_Suspect] = Counter()
        self._one_suspect = threading.Lock()
        self._turn = threading.Lock()
        self._closed = False
        self._space: EmbeddingSpace | None = None
        self._child = ChildProcess(module, self._start)

    @property
    def space(self) -> EmbeddingSpace:
        return self._started().space

    @property
    def encodes_per_s(self) -> float:
        """See `Worker`."""
        return cast("float", self._answer_to(TellSpeed(self._start.checkpoint)))

    @property
    def pid(self) -> int:
        """Of the child as it is now; another one after it died."""
        return self._child.pid

    def restart_for(self, paths: LibraryPaths, settings: Settings, checkpoint: str) -> None:
        """Works for another library, other settings or another checkpoint from now on.

        What is loaded is kept. A `run` that is under way cannot go on; close it first.
        """
        with self._turn:
            self._raise_if_closed()
            before, self._start = self._start, Start(paths, settings, checkpoint)
            self._space = None
            if settings.threads == before.settings.threads:
                self._child.start_again(self._start)
            else:
                # The number of threads can be set once in a process.
                self._child.close()
                self._child = ChildProcess(self._module, self._start)

    def close(self) -> None:
        """Ends the child, whatever it is doing."""
        with self._turn:
            self._closed = True
            self._child.close()

    # Reading and embedding

    def run(
        self, files: Sequence[FoundFile], *, embed: bool = True
    ) -> Generator[list[Result], None, None]:
        """See `Worker.run`; a file that kills the child twice comes out as unreadable."""
        start = self._start
        for first in range(0, len(files), CHUNK):
            self._started()
            if self._start is not start:
                raise RuntimeError("the child works for others since, see restart_for")
            chunk = files[first : first + CHUNK]
            answered = 0
            child = self._child
            try:
                with closing(_read(child, chunk, embed, self._silence_s)) as batches:
                    for batch in batches:
                        answered += len(batch)
                        yield batch
            except ChildDiedError:
                self._replace(child)
                for suspect in chunk[answered:]:
                    yield self._read_suspect(suspect, embed)

    def _read_suspect(self, file: FoundFile, embed: bool) -> list[Result]:
        suspect = (ReadFiles, file.path, file.stat.size, file.stat.mtime_ns)
        limit_s = min(self._silence_s, SILENCE_WITH_ONE_FILE_S)
        with self._one_suspect:
            for _ in range(TRIES):
                if self._deaths[suspect] >= FATAL:
                    reason = "Reading this file makes the program that reads it crash or hang."
                    return [Unreadable(file, time.time_ns(), reason)]
                self._started()
                child = self._child
                try:
                    batches = _read(child, [file], embed, limit_s)
                    return [result for batch in batches for result in batch]
                except ChildDiedError as death:
                    self._deaths[suspect] += death.alone
                    self._replace(child)
        return [TryLater(file)]

    # Questions: they overtake reading within a batch

    def encode_texts(self, texts: Sequence[str], model: Model | None = None) -> Embeddings:
        """As `Encoder.encode_texts`.

        Args:
            model: Here and below: whose encoder; by default what `run` embeds with. The two used
                last stay loaded.

        Raises:
            CheckpointError: (here and below) The model cannot be loaded, or what made embeddings
                of the space asked for is not there any more.
        """
        ask = EncodeTexts(tuple(texts), self._model(model))
        return cast("Embeddings", self._answer_to(ask))

    def encode_picture(self, path: Path, model: Model | None = None) -> NDArray[np.float32]:
        """(dim,) of length one; raises `BadInputError` where the picture cannot be read."""
        ask = EncodePicture(path, self._model(model))
        return cast("NDArray[np.float32]", self._answer_to(ask))

    def encode_region(
        self,
        path: Path,
        box: Box,
        method: RegionMethod = DEFAULT_METHOD,
        strength: float = PAPER_STRENGTH,
        model: Model | None = None,
    ) -> NDArray[np.float32]:
        """(dim,) of length one; raises `BadInputError` for a picture or box that is of no use."""
        ask = EncodeRegion(path, box, method, strength, self._model(model))
        return cast("NDArray[np.float32]", self._answer_to(ask))

    def answer_region(
        self,
        path: Path,
        box: Box,
        labels: Sequence[str] = (),
        method: RegionMethod = DEFAULT_METHOD,
        strength: float = PAPER_STRENGTH,
        model: Model | None = None,
    ) -> RegionAnswer:
        """What a region shows, by the vocabulary if not by labels; raises as `encode_region`."""
        ask = AnswerRegion(path, box, tuple(labels), method, strength, self._model(model))
        return cast("RegionAnswer", self._answer_to(ask))

    # Pictures: answered beside everything else

    def read_picture(self, path: Path, longest_side: int | None = None) -> PixelPicture:
        """Its longest side is `longest_side` pixels at most; raises `BadInputError`."""
        return self.begin_picture(path, longest_side).get()

    def begin_picture(self, path: Path, longest_side: int | None = None) -> "PictureRequest":
        """As `read_picture`, without waiting; of several, the last one asked for comes first."""
        return PictureRequest(self, ReadPicture(path, longest_side))

    def make_thumbnail(self, path: Path, fingerprint: Fingerprint) -> bytes:
        """A JPEG, also stored; raises `BadInputError` where the file holds that no more."""
        return cast("bytes", self._answer_to(MakeThumbnail(path, fingerprint)))

    # Asking, and asking again

    def begin(self, ask: _Ask) -> tuple[ChildProcess, Answers]:
        """Asks for the first time."""
        self._raise_if_closed()
        self._raise_if_fatal(ask)
        if isinstance(ask, Question):
            self._wait_for_start()
        child = self._child
        return child, child.ask(ask)

    def finish(self, ask: _Ask, child: ChildProcess, answers: Answers) -> object:
        """Waits for the answer to what was begun."""
        try:
            return answers.get(self._patience_s(ask))
        except ChildDiedError as death:
            turn: AbstractContextManager[object] = nullcontext()
            if answers.opens_files:
                turn = self._one_suspect
            with turn:
                return self._ask_again(ask, child, death)

    def _answer_to(self, ask: _Ask) -> object:
        return self.finish(ask, *self.begin(ask))

    def _ask_again(self, ask: _Ask, child: ChildProcess, death: ChildDiedError) -> object:
        """See [Note: suspects]."""
        for _ in range(TRIES):
            if isinstance(ask, OneFile):
                self._deaths[_suspect(ask)] += death.alone
            self._replace(child)
            self._raise_if_fatal(ask)
            self._wait_for_start()
            child = self._child
            try:
                return child.ask(ask).get(self._patience_s(ask))
            except ChildDiedError as again:
                death = again
        raise UserFacingError(
            "The part of photofind that reads photos crashes again and again.",
            "Try again in a minute; there may be too little memory.",
        )

    def _raise_if_fatal(self, ask: _Ask) -> None:
        if isinstance(ask, OneFile) and self._deaths[_suspect(ask)] >= FATAL:
            raise UserFacingError(
                f"{ask.path} makes the program that reads it crash.",
                "The file may be damaged; try another picture.",
            )

    def _patience_s(self, ask: _Ask) -> float:
        beside_others = isinstance(ask, PictureAsk)
        return min(self._silence_s, SILENCE_WITH_ONE_FILE_S) if beside_others else self._silence_s

    def _model(self, model: Model | None) -> Model:
        return model or self._space or self._start.checkpoint

    # The child's life

    def _started(self) -> Started:
        """Waits until the checkpoint is loaded; raises what came between."""
        for _ in range(FATAL):
            start, child = self._start, self._child
            try:
                started = child.started()
                self._raise_if_changed(start, started.space)
                return started
            except ChildDiedError:
                self._replace(child)
        raise ChildStartError(
            "The part of photofind that reads photos does not start.",
            "There may be too little memory; close other programs and try again.",
        )

    def _raise_if_changed(self, start: Start, space: EmbeddingSpace) -> None:
        """What one child embeds and what the next must be comparable, see `restart_for`."""
        with self._turn:
            if self._start is not start:
                return
            self._space = self._space or space
            if self._space != space:
                raise changed_since(self._space, "Try again: all photos are read anew then.")

    def _wait_for_start(self) -> None:
        """Whatever comes of it: a question may be for another checkpoint, or for none."""
        try:
            self._started()
        except (ChildStartError, CancelledError):
            raise
        except PhotofindError:
            return

    def _replace(self, dead: ChildProcess) -> None:
        """Starts the child again, unless another thread did."""
        with self._turn:
            self._raise_if_closed()
            if self._child is dead:
                dead.close()
                self._child = ChildProcess(self._module, self._start)

    def _raise_if_closed(self) -> None:
        if self._closed:
            raise CancelledError("photofind is being closed")


class PictureRequest:
    """A picture that was asked for; `get` it, or `forget` it."""

    def __init__(self, worker: ChildWorker, ask: ReadPicture) -> None:
        self._worker = worker
        self._ask = ask
        self._child, self._answers = worker.begin(ask)

    def get(self) -> PixelPicture:
        """As `ChildWorker.read_picture`; raises `CancelledError` where it is forgotten."""
        answer = self._worker.finish(self._ask, self._child, self._answers)
        return cast("PixelPicture", answer)

    def forget(self) -> None:
        """Nobody waits for it any more; any thread."""
        self._answers.forget()


def _read(
    child: ChildProcess, files: Sequence[FoundFile], embed: bool, silence_s: float
) -> Generator[list[Result], None, None]:
    answers = child.ask(ReadFiles(tuple(files), embed))
    try:
        while not isinstance(answer := answers.get(silence_s), Done):
            yield cast("list[Result]", answer)
    except GeneratorExit:
        answers.forget()
        raise


def _suspect(ask: OneFile) -> _Suspect:
    """A file as it is now, and what is done with it; another size or time, another file."""
    try:
        status = ask.path.stat()
    except OSError:
        return type(ask), ask.path, 0, 0
    return type(ask), ask.path, status.st_size, status.st_mtime_ns
