"""A flag that long work looks at between two steps."""

import threading

from photofind.errors import CancelledError


class CancelToken:
    """Stops work for good, or holds it for a while; may be told from any thread."""

    def __init__(self) -> None:
        # Its lock may be taken twice by one thread: Ctrl-C is handled in the midst of anything.
        self._changed = threading.Condition(threading.RLock())
        self._cancelled = False
        self._paused = False

    def cancel(self) -> None:
        """Ends a pause too: work that waits stops at once."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def pause(self) -> None:
        """Work goes on to the end of its step, then waits."""
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
        """Waits while paused; raises `CancelledError` once `cancel` was called."""
        with self._changed:
            while self._paused and not self._cancelled:
                self._changed.wait()
            if self._cancelled:
                raise CancelledError
