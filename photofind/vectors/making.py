"""Makes a graph while everything else goes on; see [Note: renewal] in choose.py."""

import threading
from collections.abc import Callable

from photofind.cancel import CancelToken
from photofind.errors import CancelledError


class GraphMaking:
    """At most one graph at a time, on a thread of its own.

    Args:
        make: Makes a graph where one is wanted, in minutes; says whether it did, and raises
            `CancelledError` soon after it is asked to stop.
        made: Called, on the same thread, when there is another graph.
    """

    def __init__(self, make: Callable[[CancelToken], bool], made: Callable[[], None]) -> None:
        self._make = make
        self._made = made
        self._cancel = CancelToken()
        self._paused = False
        self._thread: threading.Thread | None = None
        self._turn = threading.Lock()

    def begin(self) -> None:
        """Unless it is at it already."""
        with self._turn:
            if self._thread is not None and self._thread.is_alive():
                return
            self._cancel = CancelToken()
            if self._paused:
                self._cancel.pause()
            self._thread = threading.Thread(
                target=self._run, args=(self._cancel,), name="graph making", daemon=True
            )
            self._thread.start()

    def pause(self) -> None:
        with self._turn:
            self._paused = True
            self._cancel.pause()

    def resume(self) -> None:
        with self._turn:
            self._paused = False
            self._cancel.resume()

    def cancel(self) -> None:
        """Asks to stop, and does not wait for it."""
        self._cancel.cancel()

    def stop(self) -> None:
        """Waits for the step under way; what was made so far is lost."""
        self._cancel.cancel()
        if self._thread is not None:
            self._thread.join()

    def _run(self, cancel: CancelToken) -> None:
        try:
            if self._make(cancel):
                self._made()
        except CancelledError:
            pass
