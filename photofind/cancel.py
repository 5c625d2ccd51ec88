"""A flag that long work looks at between two steps."""

import threading

from photofind.errors import CancelledError


class CancelToken:
    def __init__(self) -> None:
        self._event = threading.Event()

    def cancel(self) -> None:
        self._event.set()

    @property
    def cancelled(self) -> bool:
        return self._event.is_set()

    def raise_if_cancelled(self) -> None:
        """Raises `CancelledError` once `cancel` was called."""
        if self._event.is_set():
            raise CancelledError
