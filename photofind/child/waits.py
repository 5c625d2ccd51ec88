"""Which threads wait for a child process, so that one of them can be released."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from photofind.child.process import ChildDiedError, ChildProcess
from photofind.errors import CancelledError

_log = logging.getLogger(__name__)


class Waits:
    """Keeps the child that each thread waits for; any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._children: dict[int, ChildProcess] = {}
        self._interrupted: set[int] = set()

    @contextmanager
    def waiting(self, child: ChildProcess) -> Iterator[None]:
        """Note that the calling thread waits for a child within the block.

        Raises:
            CancelledError: In place of `ChildDiedError`, where the thread was interrupted.
        """
        ident = threading.get_ident()
        with self._lock:
            self._children[ident] = child
        try:
            yield
        except ChildDiedError:
            if ident in self._interrupted:
                raise CancelledError("the wait was interrupted") from None
            raise
        finally:
            with self._lock:
                del self._children[ident]
                self._interrupted.discard(ident)

    def interrupt(self, thread: threading.Thread) -> None:
        """End the child that a thread waits for, if it waits for one."""
        ident = thread.ident or 0
        with self._lock:
            child = self._children.get(ident)
            if child is None:
                return
            self._interrupted.add(ident)
        _log.warning("Child process %d is ended: a cancelled run waits for it", child.pid)
        child.close()
