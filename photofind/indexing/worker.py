"""Files in, everything the catalogue needs of them out: the seam between indexer and hard work."""

import os
from collections import deque
from collections.abc import Collection, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import Protocol

from photofind.clip.encoder import Encoder
from photofind.domain import Embeddings, EmbeddingSpace, FoundFile
from photofind.errors import ProducerError
from photofind.indexing.producers import Producer
from photofind.indexing.stages import ReadPhoto, Result, Stages
from photofind.store.derived import ProducerVersion


class Worker(Protocol):
    """Reads and embeds; here, or in a process that may die of it."""

    @property
    def space(self) -> EmbeddingSpace: ...

    @property
    def producers(self) -> tuple[ProducerVersion, ...]:
        """What it can make of photos."""
        ...

    @property
    def encodes_per_s(self) -> float:
        """As `Encoder.encodes_per_s`."""
        ...

    def run(
        self, files: Sequence[FoundFile], kinds: Collection[str] | None = None
    ) -> Generator[list[Result], None, None]:
        """One result a file, in the files' order, a batch at a time; may be closed early.

        Args:
            kinds: Of the producers: what is made of photos that miss it; by default all.
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
    """Works in this process: threads read, decode and prepare; the caller's thread finishes.

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

    @property
    def producers(self) -> tuple[ProducerVersion, ...]:
        return tuple(producer.version for producer in self._stages.producers)

    def run(
        self, files: Sequence[FoundFile], kinds: Collection[str] | None = None
    ) -> Generator[list[Result], None, None]:
        """See `Worker.run`."""
        stages = self._stages.of_one_run(kinds)
        with (
            ThreadPoolExecutor(self._threads, thread_name_prefix="read") as pool,
            closing(self._prepared(stages, pool, files)) as prepared,
        ):
            batch: list[Result] = []
            for result in prepared:
                batch.append(result)
                if len(batch) == self._batch_size:
                    yield _finished(stages.producers, batch)
                    batch = []
            if batch:
                yield _finished(stages.producers, batch)

    def close(self) -> None:
        """Nothing is held."""

    def _prepared(
        self, stages: Stages, pool: ThreadPoolExecutor, files: Sequence[FoundFile]
    ) -> Generator[Result, None, None]:
        """Results in the files' order, with no more than two batches decoded ahead."""
        ahead: deque[Future[Result]] = deque()
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


def _finished(producers: Sequence[Producer], batch: list[Result]) -> list[Result]:
    """Return the batch with products in place of what was prepared."""
    for producer in producers:
        kind = producer.version.kind
        prepared = [
            (row, result)
            for row, result in enumerate(batch)
            if isinstance(result, ReadPhoto) and kind in result.products
        ]
        if not prepared:
            continue
        made = producer.finish([result.products[kind] for _, result in prepared])
        for (row, result), product in zip(prepared, made, strict=True):
            batch[row] = _with_product(result, kind, product)
    return batch


def _with_product(read: ReadPhoto, kind: str, product: object) -> ReadPhoto:
    if not isinstance(product, ProducerError):
        return replace(read, products={**read.products, kind: product})
    products = {name: made for name, made in read.products.items() if name != kind}
    return replace(read, products=products, failures={**read.failures, kind: str(product)})
