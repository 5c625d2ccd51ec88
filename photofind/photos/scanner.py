"""Walks roots on threads of their own, so that a disk that does not answer holds up nobody.

No call of the operating system can be ended from outside, and one on a server that is gone may take
for ever. Here it holds up a daemon thread, left to itself as soon as its caller gives up.
"""

import logging
import queue
import threading
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Generic, TypeVar

from typing_extensions import override

from photofind.cancel import CancelToken
from photofind.photos.scan import OnStep

SILENCE_S = 60.0
"""How long a walk may make no step: a disk that wakes up answers within seconds."""

DISK_ANSWERS_S = 10.0
"""The same where a person waits for the answer."""

_PAGE = 64
"""Items handed over at once; one by one, threads would do nothing but take turns."""

_PAGES_AHEAD = 16
_POLL_S = 0.2

_log = logging.getLogger(__name__)
T = TypeVar("T")


class RootAwayError(Exception):
    """A root is missing, cannot be read, or does not answer."""


class RootSilentError(RootAwayError):
    """A root does not answer."""


class RootScanner:
    """Iterates over what walks of roots find; for one caller at a time.

    Args:
        on_answer: Called when a root that was given up answers, on the thread of its walk.
        silence_s: How long a walk may make no step.
    """

    def __init__(
        self, *, on_answer: Callable[[Path], None] = lambda _: None, silence_s: float = SILENCE_S
    ) -> None:
        self._on_answer = on_answer
        self._silent_polls = max(1, round(silence_s / _POLL_S))
        self._given_up: dict[Path, threading.Thread] = {}

    def iterate(
        self, root: Path, walk: Callable[[OnStep], Iterable[T]], cancel: CancelToken
    ) -> Generator[T, None, None]:
        """Iterate over a walk of a root.

        Args:
            walk: Begins it; calls its argument before every step.

        Raises:
            RootAwayError: The walk raised an `OSError`.
            RootSilentError: It made no step for `silence_s`; at once where an earlier walk of the
                root still waits for an answer.
            CancelledError: Within a fifth of a second of `cancel`, whatever the disk does.
        """
        earlier = self._given_up.get(root)
        if earlier is not None and earlier.is_alive():
            raise RootSilentError
        running = _Walk(root, walk, cancel, self._on_answer)
        running.start()
        try:
            while (page := self._next_page(running, cancel)) is not None:
                cancel.raise_if_cancelled()
                yield from page
        finally:
            running.leave()
        if isinstance(running.error, OSError):
            raise RootAwayError from running.error
        if running.error is not None:
            raise running.error

    def answers(self, root: Path, look: Callable[[], object]) -> bool:
        """Return whether a look at a root comes to anything, an `OSError` included."""

        def walk(_: OnStep) -> tuple[object, ...]:
            look()
            return ()

        try:
            list(self.iterate(root, walk, CancelToken()))
        except RootSilentError:
            return False
        except RootAwayError:
            return True
        return True

    def _next_page(self, running: "_Walk[T]", cancel: CancelToken) -> list[T] | None:
        """Wait for a page; return `None` after the last one."""
        # In polls rather than seconds: neither a pause nor a computer that sleeps is silence.
        silent, steps = 0, running.steps
        while silent < self._silent_polls:
            try:
                return running.pages.get(timeout=_POLL_S)
            except queue.Empty:
                cancel.raise_if_cancelled()
            silent, steps = (silent + 1 if running.steps == steps else 0), running.steps
        if running.give_up():
            self._given_up[running.root] = running
            _log.warning("A folder gives no answer; it counts as not connected until it does.")
            raise RootSilentError
        return running.pages.get()


class _Walk(threading.Thread, Generic[T]):
    """The thread of one walk.

    Attributes:
        pages: What was found; `None` after the last.
        steps: How many were made so far.
        error: What ended the walk.
    """

    def __init__(
        self,
        root: Path,
        walk: Callable[[OnStep], Iterable[T]],
        cancel: CancelToken,
        on_answer: Callable[[Path], None],
    ) -> None:
        super().__init__(name=f"scan {root.name}", daemon=True)
        self.root = root
        self.pages: queue.Queue[list[T] | None] = queue.Queue(_PAGES_AHEAD)
        self.steps = 0
        self.error: BaseException | None = None
        self._walk = walk
        self._cancel = cancel
        self._on_answer = on_answer
        self._lock = threading.Lock()
        self._is_over = False
        self._is_left = False
        self._is_given_up = False

    def leave(self) -> None:
        """Let the walk end at its next step; nobody takes its pages any more."""
        self._is_left = True

    def give_up(self) -> bool:
        """Have `on_answer` called when the walk goes on; return `False` if it is over."""
        with self._lock:
            self._is_given_up = not self._is_over
            return self._is_given_up

    @override
    def run(self) -> None:
        try:
            self._hand_over_all()
        except _LeftError:
            pass
        except BaseException as error:  # noqa: BLE001 - raised by the caller
            self.error = error
        with self._lock:
            self._is_over = True
        if self._is_given_up:
            self._on_answer(self.root)
        self._put(None)

    def _hand_over_all(self) -> None:
        page: list[T] = []
        for item in self._walk(self._step):
            page.append(item)
            if len(page) == _PAGE:
                self._put(page)
                page = []
        self._put(page)

    def _step(self) -> None:
        if self._is_left:
            raise _LeftError
        self._cancel.raise_if_cancelled()
        self.steps += 1

    def _put(self, page: list[T] | None) -> None:
        while not self._is_left:
            try:
                self.pages.put(page, timeout=_POLL_S)
            except queue.Full:
                continue
            return


class _LeftError(Exception):
    """Nobody takes what a walk finds any more."""
