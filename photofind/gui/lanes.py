"""Queues for work that must not block the window, each with a worker thread of its own.

A request captures all its work needs and the work changes nothing that is shared; the result is
delivered on the window's thread. Requests that are obsolete (a newer query has come, a photo has
been scrolled past) are dropped before they begin.
"""

import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, Hashable
from enum import Enum
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from photofind.errors import CancelledError, QueryError, UserFacingError

CLOSE_S = 10.0
"""How long the end waits for a request: a disk may hold it up for ever."""

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Order(Enum):
    """Scheduling of a queue."""

    OLDEST_FIRST = "oldest first"
    NEWEST_FIRST = "newest first"
    LATEST_ONLY = "latest only"
    """A request replaces all earlier ones, also the running one, whose result is discarded."""


class Task:
    """One request in a queue; once cancelled, nothing of it is delivered."""

    def __init__(
        self,
        key: Hashable,
        work: Callable[[], Any],
        done: Callable[[Any], None],
        failed: Callable[[UserFacingError], None] | None,
    ) -> None:
        self.key = key
        self.work = work
        self.done = done
        self.failed = failed
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class Lane(QObject):
    """Request queue with one worker thread; close it before its parent goes.

    Args:
        capacity: Most requests in the queue; the oldest are dropped.
        close_s: How long `close` waits.

    Signals:
        failed: The `UserFacingError` of a request without a `failed` callback.
        idled: No request is queued or running.
    """

    failed = Signal(UserFacingError)
    idled = Signal()
    _finished = Signal(object, object, object)

    def __init__(
        self,
        name: str,
        parent: QObject | None = None,
        *,
        order: Order = Order.OLDEST_FIRST,
        capacity: int | None = None,
        close_s: float = CLOSE_S,
    ) -> None:
        super().__init__(parent)
        self._order = order
        self._capacity = capacity
        self._close_s = close_s
        self._queue: deque[Task] = deque()
        # Queued tasks by key, so that replacing one needs no search.
        self._keyed: dict[Hashable, Task] = {}
        # Running, or done and on the way to the window's thread.
        self._running: list[Task] = []
        self._closed = False
        self._condition = threading.Condition()
        self._finished.connect(self._deliver)
        self._thread = threading.Thread(target=self._run, name=f"{name} lane", daemon=True)
        self._thread.start()

    def submit(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[UserFacingError], None] | None = None,
        *,
        key: Hashable = None,
    ) -> Task:
        """Queue work; call it on the window's thread, where `done` or `failed` is called too.

        Args:
            key: Replaces the queued request of the same key; `None` replaces none.
        """
        task = Task(key, work, done, failed)
        with self._condition:
            if self._order is Order.LATEST_ONLY:
                self._drop_all()
            elif key in self._keyed:
                earlier = self._keyed[key]
                earlier.cancel()
                self._queue.remove(earlier)
            self._queue.append(task)
            if key is not None:
                self._keyed[key] = task
            if self._capacity is not None and len(self._queue) > self._capacity:
                self._dequeued(self._queue.popleft()).cancel()
            self._condition.notify()
        return task

    def drop_all(self) -> None:
        """Cancel every request, and discard the result of the running one."""
        with self._condition:
            self._drop_all()

    def close(self) -> None:
        """Cancel every request and wait for the running one, unless it does not end."""
        with self._condition:
            self._closed = True
            self._drop_all()
            self._condition.notify()
        self._thread.join(self._close_s)
        if self._thread.is_alive():
            _log.warning("A request does not end, and is left to itself.")

    def _drop_all(self) -> None:
        for task in (*self._queue, *self._running):
            task.cancel()
        self._queue.clear()
        self._keyed.clear()

    def _dequeued(self, task: Task) -> Task:
        """Forget the key of a task that left the queue."""
        if task.key is not None:
            del self._keyed[task.key]
        return task

    def _run(self) -> None:
        while (task := self._next()) is not None:
            result: Any = None
            error: BaseException | None = None
            try:
                result = task.work()
            # Whatever it is, it is handled on the window's thread.
            except BaseException as raised:  # noqa: BLE001
                error = raised
            if isinstance(error, UserFacingError) and not isinstance(error, QueryError):
                _log.warning("A request failed.", exc_info=error)
            if self._closed:
                # Nobody would get it, and this object may be gone.
                return
            self._finished.emit(task, result, error)
            del task, result, error

    def _next(self) -> Task | None:
        with self._condition:
            while not self._queue and not self._closed:
                self._condition.wait()
            if self._closed:
                return None
            newest = self._order is Order.NEWEST_FIRST
            task = self._dequeued(self._queue.pop() if newest else self._queue.popleft())
            self._running.append(task)
            return task

    @Slot(object, object, object)
    def _deliver(self, task: Task, result: object, error: BaseException | None) -> None:
        with self._condition:
            self._running.remove(task)
            idle = not self._queue and not self._running
        if not task.cancelled:
            self._dispatch(task, result, error)
        if idle:
            self.idled.emit()

    def _dispatch(self, task: Task, result: object, error: BaseException | None) -> None:
        match error:
            case None:
                task.done(result)
            case UserFacingError():
                if task.failed is not None:
                    task.failed(error)
                else:
                    self.failed.emit(error)
            case CancelledError():
                pass
            case _:
                # A bug; the hook shows it to the person and writes it down.
                sys.excepthook(type(error), error, error.__traceback__)
