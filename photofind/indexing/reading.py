"""Reads found files, in one pass or in two.

    thumbnails   read, describe, make the kinds that come first: the grid fills at once
    embedding    read again, make the rest: searches find the photo

The first pass decodes photos once more than they must be. It is made while that costs little beside
embedding them (see `MOST_EXTRA`), which is so with a large search model; with a small one
everything is read and embedded in one pass. See docs/decisions/0008-thumbnails-first.md.
"""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field

from photofind.cancel import CancelToken
from photofind.domain import FoundFile, PhotoId
from photofind.events import IndexPhase, Listener, PhaseProgress
from photofind.indexing.producers import first_kinds
from photofind.indexing.recording import Recorder
from photofind.indexing.stages import Result, TryLater
from photofind.indexing.tally import Tally
from photofind.indexing.worker import Worker

MOST_EXTRA = 0.25
"""Of the time it takes to embed a photo: what a first pass over it may take."""

MOST_WASTED_S = 0.5
"""How much longer it may take in all before it is given up."""

WORTH_S = 10.0
"""Where embedding takes less in all, the grid fills soon enough without a first pass."""

SLICE = 128
"""Files after which the time taken is looked at."""


@dataclass(slots=True)
class _Pass:
    """What came of reading some files.

    Attributes:
        later: Those to be tried again.
        incomplete: Photos that still miss something, each with a file.
        seconds: Waited for the worker; not for the catalogue, nor through a pause.
    """

    later: list[FoundFile] = field(default_factory=list)
    incomplete: dict[PhotoId, FoundFile] = field(default_factory=dict)
    seconds: float = 0.0


class Reading:
    """One run's reading.

    Args:
        recorder: Makes each batch durable.
        cancel: Looked at between two batches.
    """

    def __init__(
        self,
        worker: Worker,
        recorder: Recorder,
        tally: Tally,
        listener: Listener,
        cancel: CancelToken,
    ) -> None:
        self._worker = worker
        self._recorder = recorder
        self._tally = tally
        self._listener = listener
        self._cancel = cancel

    def run(self, to_read: Sequence[FoundFile], incomplete: Mapping[PhotoId, FoundFile]) -> None:
        """Read files, and make what is missing of their photos.

        Args:
            to_read: Of which nothing is known, or nothing that is sure to be true still.
            incomplete: A file of each photo that is known but misses something.
        """
        self._cancel.raise_if_cancelled()
        left: Sequence[FoundFile] = to_read
        embedding_s = 1 / self._worker.encodes_per_s if to_read else 0.0
        if len(to_read) * embedding_s >= WORTH_S:
            described, left = self._make_first(to_read, MOST_EXTRA * embedding_s)
            incomplete = described | dict(incomplete)
        self._make_all([*incomplete.values(), *left])

    def _make_first(
        self, files: Sequence[FoundFile], allowed_s: float
    ) -> tuple[dict[PhotoId, FoundFile], list[FoundFile]]:
        """Make what comes first; return the photos that miss the rest, and the files left out.

        Args:
            allowed_s: What a photo may take before the pass wastes time.
        """
        kinds = first_kinds(self._worker.producers)
        progress = PhaseProgress(IndexPhase.THUMBNAILS, len(files), self._listener)
        incomplete: dict[PhotoId, FoundFile] = {}
        left: list[FoundFile] = []
        done = 0
        wasted_s = 0.0
        while done < len(files) and wasted_s <= MOST_WASTED_S:
            part = files[done : done + SLICE]
            passed = self._pass(part, progress, kinds)
            incomplete |= passed.incomplete
            left += passed.later
            wasted_s = max(0.0, wasted_s + passed.seconds - allowed_s * len(part))
            done += len(part)
        progress.finish()
        return incomplete, [*left, *files[done:]]

    def _make_all(self, waiting: Sequence[FoundFile]) -> None:
        progress = PhaseProgress(IndexPhase.EMBEDDING, len(waiting), self._listener)
        while waiting:
            later = self._pass(waiting, progress).later
            # A pass that got nowhere met only files that are still being written: the next run
            # will read them.
            if len(later) == len(waiting):
                self._tally.being_written = [file.path for file in later]
                break
            waiting = later
        progress.finish()

    def _pass(
        self,
        files: Sequence[FoundFile],
        progress: PhaseProgress,
        kinds: Collection[str] | None = None,
    ) -> _Pass:
        passed = _Pass()
        with closing(self._worker.run(files, kinds)) as batches:
            for batch, took_s in _timed(batches):
                later = [result.found for result in batch if isinstance(result, TryLater)]
                passed.later += later
                passed.incomplete |= self._recorder.record(batch)
                passed.seconds += took_s
                progress.advance(len(batch) - len(later))
                self._cancel.raise_if_cancelled()
        return passed


def _timed(batches: Iterator[list[Result]]) -> Iterator[tuple[list[Result], float]]:
    """Each batch, and the seconds it was waited for."""
    while True:
        started = time.monotonic()
        batch = next(batches, None)
        if batch is None:
            return
        yield batch, time.monotonic() - started
