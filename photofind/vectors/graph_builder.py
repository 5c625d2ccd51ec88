"""Builds a graph in the background; see [Note: background build] in selector.py."""

import threading
from collections.abc import Callable

from photofind.cancel import CancelToken
from photofind.errors import CancelledError


class GraphBuilder:
    """Runs at most one build at a time, on a thread of its own.

    Args:
        build: Builds a graph where one is wanted, in minutes; returns whether there is a new one,
            and raises `CancelledError` within a second of being cancelled.
        on_built: Called on the builder's thread when there is a new graph.
    """

    def __init__(self, build: Callable[[CancelToken], bool], on_built: Callable[[], None]) -> None:
        self._build = build
        self._on_built = on_built
        self._cancel = CancelToken()
        self._paused = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def start(self) -> None:
        """Start a build unless one is running."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._cancel = CancelToken()
            if self._paused:
                self._cancel.pause()
            self._thread = threading.Thread(
                target=self._run, args=(self._cancel,), name="graph builder", daemon=True
            )
            self._thread.start()

    def pause(self) -> None:
        with self._lock:
            self._paused = True
            self._cancel.pause()

    def resume(self) -> None:
        with self._lock:
            self._paused = False
            self._cancel.resume()

    def cancel(self) -> None:
        """Cancel the build without waiting for its end."""
        self._cancel.cancel()

    def stop(self) -> None:
        """Cancel the build and wait for its current step; the partial graph is discarded."""
        self._cancel.cancel()
        if self._thread is not None:
            self._thread.join()

    def _run(self, cancel: CancelToken) -> None:
        try:
            if self._build(cancel):
                self._on_built()
        except CancelledError:
            pass
