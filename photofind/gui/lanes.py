"""Work the window must not wait for, on threads of its own.

A lane is one thread. A request captures all its work needs and the work changes nothing that is
shared; what it returns is handed over on the window's thread. Work that nobody waits for any more
(a newer query has come, a photo has been scrolled past) is dropped before it begins.
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

_log = logging.getLogger(__name__)
T = TypeVar("T")


class Order(Enum):
    """Which request is next."""

    OLDEST_FIRST = "oldest first"
    NEWEST_FIRST = "newest first"
    LATEST_ONLY = "latest only"
    """A request takes the place of all earlier ones, also of the one at work: its result is not
    delivered."""


class Task:
    """One request; `cancel` it, and nothing of it is delivered."""

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
    """One thread and the requests that wait for it; close it before its parent goes.

    Args:
        capacity: Requests that may wait; the oldest fall out.

    Signals:
        troubled: An error that a person can act on, of a request that named no one to tell.
        idled: No request waits or is at work.
    """

    troubled = Signal(UserFacingError)
    idled = Signal()
    _finished = Signal(object, object, object)

    def __init__(
        self,
        name: str,
        parent: QObject | None = None,
        *,
        order: Order = Order.OLDEST_FIRST,
        capacity: int | None = None,
    ) -> None:
        super().__init__(parent)
        self._order = order
        self._capacity = capacity
        self._waiting: deque[Task] = deque()
        # Of those that wait; a key's own request is found without looking at all of them.
        self._keyed: dict[Hashable, Task] = {}
        # At work, or done and on its way to the window's thread.
        self._under_way: list[Task] = []
        self._closed = False
        self._turn = threading.Condition()
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
        """Asks for work; call it on the window's thread, where `done` or `failed` is called too.

        Args:
            key: A waiting request of the same key gives up its place to this one. `None` is none.
        """
        task = Task(key, work, done, failed)
        with self._turn:
            if self._order is Order.LATEST_ONLY:
                self._drop_all()
            elif key in self._keyed:
                earlier = self._keyed[key]
                earlier.cancel()
                self._waiting.remove(earlier)
            self._waiting.append(task)
            if key is not None:
                self._keyed[key] = task
            if self._capacity is not None and len(self._waiting) > self._capacity:
                self._left(self._waiting.popleft()).cancel()
            self._turn.notify()
        return task

    def drop_all(self) -> None:
        """Forgets every request, and the result of the one at work."""
        with self._turn:
            self._drop_all()

    def close(self) -> None:
        """Forgets every request and waits for the one at work."""
        with self._turn:
            self._closed = True
            self._drop_all()
            self._turn.notify()
        self._thread.join()

    def _drop_all(self) -> None:
        for task in (*self._waiting, *self._under_way):
            task.cancel()
        self._waiting.clear()
        self._keyed.clear()

    def _left(self, task: Task) -> Task:
        """No longer waits."""
        if task.key is not None:
            del self._keyed[task.key]
        return task

    def _run(self) -> None:
        while (task := self._next()) is not None:
            result: Any = None
            error: BaseException | None = None
            try:
                result = task.work()
            # Whatever it is, it belongs on the window's thread, which tells a person.
            except BaseException as raised:  # noqa: BLE001
                error = raised
            if isinstance(error, UserFacingError) and not isinstance(error, QueryError):
                _log.warning("A request failed.", exc_info=error)
            self._finished.emit(task, result, error)
            del task, result, error

    def _next(self) -> Task | None:
        with self._turn:
            while not self._waiting and not self._closed:
                self._turn.wait()
            if self._closed:
                return None
            newest = self._order is Order.NEWEST_FIRST
            task = self._left(self._waiting.pop() if newest else self._waiting.popleft())
            self._under_way.append(task)
            return task

    @Slot(object, object, object)
    def _deliver(self, task: Task, result: object, error: BaseException | None) -> None:
        with self._turn:
            self._under_way.remove(task)
            idle = not self._waiting and not self._under_way
        if not task.cancelled:
            self._hand_over(task, result, error)
        if idle:
            self.idled.emit()

    def _hand_over(self, task: Task, result: object, error: BaseException | None) -> None:
        match error:
            case None:
                task.done(result)
            case UserFacingError():
                if task.failed is not None:
                    task.failed(error)
                else:
                    self.troubled.emit(error)
            case CancelledError():
                pass
            case _:
                # A bug; the hook shows it to the person and writes it down.
                sys.excepthook(type(error), error, error.__traceback__)
