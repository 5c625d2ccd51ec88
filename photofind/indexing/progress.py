"""How far long work has come, told at most ten times a second."""

import time

from photofind.events import IndexPhase, IndexProgress, Listener

LEAST_INTERVAL_S = 0.1


class Progress:
    """Counts the steps of one phase and tells a listener.

    Args:
        total: Steps in all; `None` where that is what is being found out.
    """

    def __init__(self, phase: IndexPhase, total: int | None, listener: Listener) -> None:
        self._phase = phase
        self._total = total
        self._listener = listener
        self._done = 0
        self._started = time.monotonic()
        self._told = -LEAST_INTERVAL_S
        self._tell()

    def advance(self, steps: int) -> None:
        self._done += steps
        if time.monotonic() - self._told >= LEAST_INTERVAL_S:
            self._tell()

    def finish(self) -> None:
        """Tells the last state, which `advance` may have kept to itself."""
        self._tell()

    def _tell(self) -> None:
        self._told = time.monotonic()
        seconds = self._told - self._started
        rate = self._done / seconds if seconds > 0 else 0.0
        left = None
        if self._total is not None and rate > 0:
            left = (self._total - self._done) / rate
        self._listener(IndexProgress(self._phase, self._done, self._total, rate, left))
