"""The client of the child process: a `Worker` that also encodes and decodes for a window.

A damaged photo can crash a decoder, and a crash takes its whole process along. Here that is the
child: it is started again, the files it was at are given to it one by one, and the one that kills
it twice is recorded as unreadable. The parent imports no torch and decodes no photo.
"""

import logging
import threading
import time
from collections.abc import Collection, Generator, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from photofind.child.messages import (
    ChildThread,
    ClassifyRegion,
    Done,
    EncodePicture,
    EncodeRegion,
    EncoderRequest,
    EncodeTexts,
    MakeThumbnail,
    MeasureSpeed,
    Model,
    OneFileRequest,
    PictureRequest,
    PixelPicture,
    ReadFiles,
    ReadPicture,
    Start,
    Started,
    handled_by,
)
from photofind.child.process import ChildDiedError, ChildProcess, PendingRequest
from photofind.child.suspects import Suspects
from photofind.child.waits import Waits
from photofind.clip.checkpoints import changed_since
from photofind.clip.encoder import PAPER_STRENGTH
from photofind.domain import Box, Embeddings, EmbeddingSpace, Fingerprint, FoundFile
from photofind.errors import BadInputError, CancelledError, PhotofindError, UserFacingError
from photofind.indexing.stages import Result, TryLater, Unreadable
from photofind.paths import LibraryPaths
from photofind.search.regions import DEFAULT_METHOD, RegionAnswer, RegionMethod
from photofind.settings import Settings
from photofind.store.derived import ProducerVersion

CHUNK = 256
"""Files the child is given at once; it reads ahead within a chunk."""

TRIES = 5
"""Times that a request is sent, deaths that others may have caused included."""

STARTS = 2
"""Times that a child may die while it starts."""

SILENCE_S = 300.0
"""A child that shows no life for so long is stuck: a batch takes seconds."""

SILENCE_WITH_ONE_FILE_S = 60.0

_log = logging.getLogger(__name__)

_Request = EncoderRequest | PictureRequest


class ChildStartError(UserFacingError):
    """The child does not come up at all."""


class ChildClient:
    """The child process, started again whenever it dies; any thread may use it; close it.

    It begins to load its checkpoint at once, and pictures can be requested meanwhile. What comes
    of the loading is raised by `space` and `run`. After `close`, and for those who wait then,
    everything raises `CancelledError`.

    Args:
        checkpoint: What `run` embeds with, and requests that name no other.
        module: What the child runs.
        silence_s: How long it may show no life.

    Raises:
        CheckpointError: (by `space` and `run`) The checkpoint cannot be loaded, or has other
            weights than before the child died.
        UserFacingError: (by all) The child does not come up, or dies of a request.
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
        self._start = _start_request(paths, settings, checkpoint)
        self._module = module
        self._silence_s = silence_s
        self._suspects = Suspects()
        self._waits = Waits()
        self._lock = threading.Lock()
        self._closed = False
        self._space: EmbeddingSpace | None = None
        self._child = ChildProcess(module, self._start)

    @property
    def space(self) -> EmbeddingSpace:
        return self._started().space

    @property
    def producers(self) -> tuple[ProducerVersion, ...]:
        """See `Worker`."""
        return self._started().producers

    @property
    def encodes_per_s(self) -> float:
        """See `Worker`."""
        return cast("float", self._response_to(MeasureSpeed(self._start.checkpoint)))

    @property
    def pid(self) -> int:
        """Of the child as it is now; another one after it died."""
        return self._child.pid

    def restart_for(self, paths: LibraryPaths, settings: Settings, checkpoint: str) -> None:
        """Work for another library, other settings or another checkpoint from now on.

        What is loaded is kept. A `run` that is under way cannot go on; close it first.
        """
        with self._lock:
            self._raise_if_closed()
            before, self._start = self._start, _start_request(paths, settings, checkpoint)
            self._space = None
            if settings.threads == before.settings.threads:
                self._child.start_again(self._start)
            else:
                # The number of threads can be set once in a process.
                self._child.close()
                self._child = ChildProcess(self._module, self._start)

    def interrupt(self, thread: threading.Thread) -> None:
        """End the child that a thread waits for, which raises `CancelledError` there.

        No file is blamed for it, and requests of other threads are sent to another child.
        """
        self._waits.interrupt(thread)

    def close(self) -> None:
        """End the child, whatever it is doing."""
        with self._lock:
            self._closed = True
            self._child.close()

    # Reading and embedding

    def run(
        self, files: Sequence[FoundFile], kinds: Collection[str] | None = None
    ) -> Generator[list[Result], None, None]:
        """See `Worker.run`; a file that kills the child twice comes out as unreadable."""
        start = self._start
        chosen = None if kinds is None else tuple(kinds)
        for first in range(0, len(files), CHUNK):
            self._started()
            if self._start is not start:
                raise RuntimeError("the child works for others since, see restart_for")
            chunk = files[first : first + CHUNK]
            done = 0
            child = self._child
            try:
                with closing(self._read(child, chunk, chosen, self._silence_s)) as batches:
                    for batch in batches:
                        done += len(batch)
                        yield batch
            except ChildDiedError:
                self._replace(child)
                _log.info("Reading %d files one by one", len(chunk) - done)
                for suspect in chunk[done:]:
                    yield self._read_suspect(suspect, chosen)

    def _read_suspect(self, file: FoundFile, kinds: tuple[str, ...] | None) -> list[Result]:
        limit_s = min(self._silence_s, SILENCE_WITH_ONE_FILE_S)
        with self._suspects.one_at_a_time:
            for _ in range(TRIES):
                if self._suspects.is_fatal(file):
                    reason = "Reading this file makes the program that reads it crash or hang."
                    return [Unreadable(file, time.time_ns(), reason)]
                if not self._suspects.disk_answers(file.path):
                    break
                self._started()
                child = self._child
                try:
                    batches = self._read(child, [file], kinds, limit_s)
                    return [result for batch in batches for result in batch]
                except ChildDiedError as death:
                    self._suspects.note_death(file, death)
                    self._replace(child)
        return [TryLater(file)]

    def _read(
        self,
        child: ChildProcess,
        files: Sequence[FoundFile],
        kinds: tuple[str, ...] | None,
        silence_s: float,
    ) -> Generator[list[Result], None, None]:
        pending = child.request(ReadFiles(tuple(files), kinds))
        try:
            while not isinstance(response := self._get(child, pending, silence_s), Done):
                yield cast("list[Result]", response)
        except GeneratorExit:
            pending.cancel()
            raise

    # Encoding: overtakes reading within a batch

    def encode_texts(self, texts: Sequence[str], model: Model | None = None) -> Embeddings:
        """Embed texts as `Encoder.encode_texts`.

        Args:
            model: Here and below: whose encoder; by default what `run` embeds with. The two used
                last stay loaded.

        Raises:
            CheckpointError: (here and below) The model cannot be loaded, or what made embeddings
                of the requested space is not there any more.
        """
        request = EncodeTexts(tuple(texts), self._model(model))
        return cast("Embeddings", self._response_to(request))

    def encode_picture(self, path: Path, model: Model | None = None) -> NDArray[np.float32]:
        """Embed a picture: (dim,) of length one.

        Raises:
            BadInputError: (here and below) The picture cannot be read.
        """
        request = EncodePicture(path, self._model(model))
        return cast("NDArray[np.float32]", self._response_to(request))

    def encode_region(
        self,
        path: Path,
        box: Box,
        method: RegionMethod = DEFAULT_METHOD,
        strength: float = PAPER_STRENGTH,
        model: Model | None = None,
    ) -> NDArray[np.float32]:
        """Embed a region: (dim,) of length one; a box that is of no use is bad input too."""
        request = EncodeRegion(path, box, method, strength, self._model(model))
        return cast("NDArray[np.float32]", self._response_to(request))

    def classify_region(
        self,
        path: Path,
        box: Box,
        labels: Sequence[str] = (),
        method: RegionMethod = DEFAULT_METHOD,
        strength: float = PAPER_STRENGTH,
        model: Model | None = None,
    ) -> RegionAnswer:
        """Name what a region shows, by the vocabulary if not by labels."""
        request = ClassifyRegion(path, box, tuple(labels), method, strength, self._model(model))
        return cast("RegionAnswer", self._response_to(request))

    # Pictures: on a thread of their own in the child

    def read_picture(self, path: Path, longest_side: int | None = None) -> PixelPicture:
        """Decode a picture; its longest side is `longest_side` pixels at most."""
        return cast("PixelPicture", self._response_to(ReadPicture(path, longest_side)))

    def make_thumbnail(self, path: Path, fingerprint: Fingerprint) -> bytes:
        """Make a JPEG and store it; a file that holds another photo by now is bad input."""
        return cast("bytes", self._response_to(MakeThumbnail(path, fingerprint)))

    # Requests and retries

    def _response_to(self, request: _Request) -> object:
        self._raise_if_closed()
        self._raise_if_fatal(request)
        if isinstance(request, EncoderRequest):
            self._wait_for_start()
        child = self._child
        pending = child.request(request)
        try:
            return self._get(child, pending, self._patience_s(request))
        except ChildDiedError as death:
            turn: AbstractContextManager[object] = nullcontext()
            if pending.opens_files:
                turn = self._suspects.one_at_a_time
            with turn:
                return self._retry(request, child, death)

    def _retry(self, request: _Request, child: ChildProcess, death: ChildDiedError) -> object:
        """See [Note: suspects]."""
        for _ in range(TRIES):
            if isinstance(request, OneFileRequest):
                self._suspects.note_death(request, death)
            self._replace(child)
            self._raise_if_fatal(request)
            self._raise_if_disk_is_silent(request)
            self._wait_for_start()
            child = self._child
            _log.info("Sending %s again", type(request).__name__)
            try:
                return self._get(child, child.request(request), self._patience_s(request))
            except ChildDiedError as again:
                death = again
        raise UserFacingError(
            "The part of photofind that reads photos crashes again and again.",
            "Try again in a minute; there may be too little memory.",
        )

    def _get(self, child: ChildProcess, pending: PendingRequest, silence_s: float) -> object:
        with self._waits.waiting(child):
            return pending.get(silence_s)

    def _raise_if_fatal(self, request: _Request) -> None:
        if not isinstance(request, OneFileRequest):
            return
        if self._suspects.is_fatal(request):
            raise UserFacingError(
                f"{request.path} makes the program that reads it crash.",
                "The file may be damaged; try another picture.",
            )

    def _raise_if_disk_is_silent(self, request: _Request) -> None:
        if isinstance(request, OneFileRequest) and not self._suspects.disk_answers(request.path):
            raise BadInputError(
                f"The disk of {request.path} does not answer.",
                "See whether it is connected, and try again.",
            )

    def _patience_s(self, request: _Request) -> float:
        one_file = handled_by(request) is ChildThread.PICTURES
        return min(self._silence_s, SILENCE_WITH_ONE_FILE_S) if one_file else self._silence_s

    def _model(self, model: Model | None) -> Model:
        return model or self._space or self._start.checkpoint

    # The child's life

    def _started(self) -> Started:
        """Wait until the checkpoint is loaded; raise what came between."""
        for _ in range(STARTS):
            if self._child.ended:
                self._replace(self._child)
            start, child = self._start, self._child
            try:
                with self._waits.waiting(child):
                    started = child.started()
            except ChildDiedError:
                continue
            self._raise_if_changed(start, started.space)
            return started
        raise ChildStartError(
            "The part of photofind that reads photos does not start.",
            "There may be too little memory; close other programs and try again.",
        )

    def _raise_if_changed(self, start: Start, space: EmbeddingSpace) -> None:
        """Compare with the space of the child before; embeddings of one run must be comparable."""
        with self._lock:
            if self._start is not start:
                return
            self._space = self._space or space
            if self._space != space:
                raise changed_since(self._space, "Try again: all photos are read anew then.")

    def _wait_for_start(self) -> None:
        """Wait, whatever comes of it: a request may be for another checkpoint, or for none."""
        try:
            self._started()
        except (ChildStartError, CancelledError):
            raise
        except PhotofindError:
            return

    def _replace(self, dead: ChildProcess) -> None:
        """Start the child again, unless another thread did."""
        with self._lock:
            self._raise_if_closed()
            if self._child is dead:
                dead.close()
                self._child = ChildProcess(self._module, self._start)

    def _raise_if_closed(self) -> None:
        if self._closed:
            raise CancelledError("photofind is being closed")


def _start_request(paths: LibraryPaths, settings: Settings, checkpoint: str) -> Start:
    return Start(paths, settings, checkpoint, logging.getLogger("photofind").getEffectiveLevel())
