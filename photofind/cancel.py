"""Cooperative cancellation: a token that long work checks between two steps."""

import threading

from photofind.errors import CancelledError


class CancelToken:
    """Cancels work, or pauses and resumes it; from any thread."""

    def __init__(self) -> None:
        # Re-entrant: a signal handler for Ctrl-C may run while its thread holds the lock.
        self._changed = threading.Condition(threading.RLock())
        self._cancelled = False
        self._paused = False

    def cancel(self) -> None:
        """Cancel for good; paused work wakes up and stops at once."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Pause work at the end of its current step."""
        with self._changed:
            self._paused = True

    def resume(self) -> None:
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    @property
    def paused(self) -> bool:
        return self._paused

    def raise_if_cancelled(self) -> None:
        """Block while paused; raise `CancelledError` once cancelled."""
        with self._changed:
            while self._paused and not self._cancelled:
                self._changed.wait()
            if self._cancelled:
                raise CancelledError
