"""The child's own side: the process that does the hard work, and may die of it.

    parent (client.py, process.py)          child: python -m photofind.child
    ChildClient ── (number, request) ───▶   a thread receives the requests
                                              pictures → PictureThread, at once
                                              all else → Service; between two batches it looks at
                                                         its queue, so that encoding overtakes
                ◀── (number, response) ──       reading
                ◀── (None, heartbeat, log record)

Messages go through the child's stdin and stdout, which nobody else can write to.
"""

import logging
import os
import queue
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from photofind.child.encoders import Encoders
from photofind.child.memory import MemoryLimit
from photofind.child.messages import (
    Cancel,
    ChildThread,
    ClassifyRegion,
    Done,
    EncodePicture,
    EncodeRegion,
    EncoderRequest,
    EncodeTexts,
    MeasureSpeed,
    PictureRequest,
    ReadFiles,
    Start,
    Started,
    failure,
)
from photofind.child.pictures import PictureFiles, PictureThread
from photofind.child.pipe import Heartbeats, LogForwarder, MessageWriter, read_messages
from photofind.clip.encoder import Encoder, encode_picture
from photofind.clip.loading import load_whole_encoder
from photofind.indexing.local import CatalogueWorker
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture
from photofind.region_classifier import RegionQuery
from photofind.settings import Settings

ORPHANED_S = 30.0
"""How long the child may finish what it is at after its parent went."""

_log = logging.getLogger(__name__)

Load = Callable[[LibraryPaths, Settings, str], Encoder]
Requests = queue.SimpleQueue[tuple[int, Any] | None]


class Service:
    """Handles requests until the parent closes its end.

    Args:
        load: Makes an encoder of a checkpoint's name.
    """

    def __init__(
        self, requests: Requests, responses: MessageWriter, load: Load = load_whole_encoder
    ) -> None:
        self._requests = requests
        self._responses = responses
        self._on_read = Heartbeats(responses, ChildThread.ENCODER)
        self._memory = MemoryLimit()
        self._encoders = Encoders(self._memory, self._open, load)
        self._files: PictureFiles | None = None
        self._worker: CatalogueWorker | None = None
        self._later: deque[tuple[int, Any]] = deque()

    def run(self) -> None:
        while (numbered := self._next()) is not None:
            self._try(*numbered)

    def _next(self) -> tuple[int, Any] | None:
        return self._later.popleft() if self._later else self._requests.get()

    def _try(self, number: int, request: object) -> None:
        try:
            self._handle(number, request)
        except MemoryError:
            # As good as dead; the parent finds out which file is to blame.
            raise
        except Exception as error:  # noqa: BLE001 (raised in the parent)
            self._responses.send(number, failure(error))

    def _handle(self, number: int, request: object) -> None:
        match request:
            case Start():
                self._responses.send(number, self._start(request))
            case ReadFiles():
                self._read(number, request)
            case (
                MeasureSpeed() | EncodeTexts() | EncodePicture() | EncodeRegion() | ClassifyRegion()
            ):
                self._responses.send(number, self._response_to(request))
            case Cancel():
                """The reading is over already."""

    def _start(self, start: Start) -> Started:
        if self._worker is not None:
            self._worker.close()
            self._worker = None
        if self._files is None or self._files.paths != start.paths:
            self._encoders.leave_library()
        self._files = PictureFiles(start.paths, start.settings, self._on_read)
        self._memory.set_budget(start.settings.max_memory_mb)
        self._worker = CatalogueWorker(
            start.paths,
            start.settings,
            start.checkpoint,
            load=self._encoders.encoder,
            on_read=self._on_read,
        )
        return Started(self._worker.space, self._worker.producers)

    def _read(self, number: int, request: ReadFiles) -> None:
        assert self._worker is not None
        for batch in self._worker.run(request.files, request.kinds):
            self._responses.send(number, batch)
            if self._is_cancelled(number):
                return
        self._responses.send(number, Done())

    def _is_cancelled(self, number: int) -> bool:
        """Do what may come between two batches; tell whether the reading is cancelled."""
        while not self._requests.empty():
            numbered = self._requests.get()
            if numbered is None:
                # The parent is gone.
                sys.exit()
            if numbered[1] == Cancel(number):
                return True
            if isinstance(numbered[1], EncoderRequest):
                self._try(*numbered)
            else:
                self._later.append(numbered)
        return False

    def _response_to(self, request: EncoderRequest) -> object:
        assert self._files is not None
        paths, settings = self._files.paths, self._files.settings
        match request:
            case MeasureSpeed(checkpoint):
                return self._encoders.encoder(paths, settings, checkpoint).encodes_per_s
            case EncodeTexts(texts, model):
                return self._encoders.encoder(paths, settings, model).encode_texts(texts)
            case EncodePicture(path, model):
                encoder = self._encoders.encoder(paths, settings, model)
                picture = self._files.open(path, encoder.preprocess.decode_px)
                return encode_picture(encoder, picture.image)
            case EncodeRegion(path, box, method, strength, model):
                query = RegionQuery(path, box, (), method, strength)
                return self._encoders.region_classifier(paths, settings, model).embed(query)
            case ClassifyRegion(path, box, labels, method, strength, model):
                query = RegionQuery(path, box, labels, method, strength)
                return self._encoders.region_classifier(paths, settings, model).classify(query)

    def _open(self, path: Path) -> Picture:
        assert self._files is not None
        return self._files.open(path)


def serve(load: Load = load_whole_encoder) -> None:
    """Handle what comes in at stdin, until it is closed."""
    # Ctrl-C reaches the whole group of processes; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    responses = MessageWriter(_private_stdout())
    logging.getLogger().addHandler(LogForwarder(responses))
    requests: Requests = queue.SimpleQueue()
    pictures = PictureThread(responses.send)
    on_read = Heartbeats(responses, ChildThread.PICTURES)
    receive = partial(_receive, sys.stdin.buffer, requests, pictures, on_read)
    threading.Thread(target=receive, name="requests", daemon=True).start()
    try:
        Service(requests, responses, load).run()
    except Exception:
        _log.critical("The child process ends because of an error", exc_info=True)
        raise


def _receive(
    pipe: IO[bytes], requests: Requests, pictures: PictureThread, on_read: Heartbeats
) -> None:
    try:
        for number, request in read_messages(pipe):
            if isinstance(request, Start):
                logging.getLogger("photofind").setLevel(request.log_level)
                pictures.use(PictureFiles(request.paths, request.settings, on_read))
            if isinstance(request, PictureRequest):
                pictures.add(cast("int", number), request)
            else:
                requests.put((cast("int", number), request))
    except Exception:  # noqa: BLE001 (the process ends)
        _log.critical("The child process cannot read its requests and ends", exc_info=True)
    requests.put(None)
    # A decoder that hangs would keep the process for good.
    time.sleep(ORPHANED_S)
    os._exit(1)


def _private_stdout() -> BinaryIO:
    """Take stdout for the responses alone; what libraries print, in C too, goes nowhere.

    libtiff and others write to stderr about every damaged photo; what matters of it is in the
    list of photos that could not be read.
    """
    responses = os.fdopen(os.dup(1), "wb")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    os.close(silence)
    return responses
