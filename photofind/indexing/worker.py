"""Files in, everything the catalogue needs of them out: the seam between indexer and hard work."""

import os
from collections import deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.clip.encoder import Encoder
from photofind.domain import Embeddings, EmbeddingSpace, FoundFile, Photo
from photofind.indexing.stages import (
    Described,
    KnownContent,
    NewContent,
    NotAPhotoAfterAll,
    Outcome,
    Stages,
    TryLater,
    Unreadable,
)


@dataclass(frozen=True, slots=True)
class Embedded:
    """A photo that was new, and its embedding: (dim,) float32 of length one."""

    found: FoundFile
    read_at_ns: int
    photo: Photo
    vector: NDArray[np.float32]


Readable = KnownContent | Described | Embedded | Unreadable
Result = Readable | NotAPhotoAfterAll | TryLater


class Worker(Protocol):
    """Reads and embeds; here, or in a process that may die of it."""

    @property
    def space(self) -> EmbeddingSpace: ...

    @property
    def encodes_per_s(self) -> float:
        """As `Encoder.encodes_per_s`."""
        ...

    def run(
        self, files: Sequence[FoundFile], *, embed: bool = True
    ) -> Generator[list[Result], None, None]:
        """One result a file, in the files' order, a batch at a time; may be closed early.

        Args:
            embed: Or only read, thumbnail and describe; then `Described` stands for `Embedded`.
        """
        ...

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """As `Encoder.encode_texts`."""
        ...

    def close(self) -> None: ...


def usable_cores() -> int:
    """Cores this process may use, which may be fewer than the machine has."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class LocalWorker:
    """Works in this process: threads read and decode while the caller's thread embeds.

    Args:
        threads: That read and decode; by default as many as there are cores.
    """

    def __init__(
        self, encoder: Encoder, stages: Stages, *, batch_size: int, threads: int = 0
    ) -> None:
        self._encoder = encoder
        self._stages = stages
        self._batch_size = batch_size
        self._threads = threads or usable_cores()

    @property
    def space(self) -> EmbeddingSpace:
        return self._encoder.space

    @property
    def encodes_per_s(self) -> float:
        """As `Encoder.encodes_per_s`."""
        return self._encoder.encodes_per_s

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """As `Encoder.encode_texts`."""
        return self._encoder.encode_texts(texts)

    def run(
        self, files: Sequence[FoundFile], *, embed: bool = True
    ) -> Generator[list[Result], None, None]:
        """See `Worker.run`."""
        stages = self._stages.of_one_run(embeds=embed)
        with (
            ThreadPoolExecutor(self._threads, thread_name_prefix="read") as pool,
            closing(self._outcomes(stages, pool, files)) as outcomes,
        ):
            batch: list[Outcome] = []
            for outcome in outcomes:
                batch.append(outcome)
                if len(batch) == self._batch_size:
                    yield self._embedded(batch)
                    batch = []
            if batch:
                yield self._embedded(batch)

    def close(self) -> None:
        """Nothing is held."""

    def _outcomes(
        self, stages: Stages, pool: ThreadPoolExecutor, files: Sequence[FoundFile]
    ) -> Generator[Outcome, None, None]:
        """Outcomes in the files' order, with no more than two batches decoded ahead."""
        ahead: deque[Future[Outcome]] = deque()
        try:
            for file in files:
                ahead.append(pool.submit(stages.run, file))
                if len(ahead) >= 2 * self._batch_size:
                    yield ahead.popleft().result()
            while ahead:
                yield ahead.popleft().result()
        finally:
            for future in ahead:
                future.cancel()

    def _embedded(self, batch: Sequence[Outcome]) -> list[Result]:
        vectors = self._encode([item for item in batch if isinstance(item, NewContent)])
        return [
            Embedded(item.found, item.read_at_ns, item.photo, next(vectors))
            if isinstance(item, NewContent)
            else item
            for item in batch
        ]

    def _encode(self, new: Sequence[NewContent]) -> Iterator[NDArray[np.float32]]:
        if not new:
            return iter(())
        return iter(self._encoder.encode_images(np.stack([item.pixels for item in new])))
