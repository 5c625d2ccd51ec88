"""Events that a library emits while it is kept up to date."""

import queue
from collections.abc import Callable
from typing import TypeVar

from photofind.events import Event, LibraryStopped

E = TypeVar("E", bound=Event)


class EmittedEvents:
    """The events of one library, in order; `listen` is its listener."""

    def __init__(self) -> None:
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self.listen = self._events.put

    def wait_for(self, kind: type[E], fits: Callable[[E], bool] = lambda _: True) -> E:
        """Wait for the next event that fits; fails where the library stops before."""
        while True:
            event = self._events.get(timeout=60)
            assert not (isinstance(event, LibraryStopped) and kind is not LibraryStopped), event
            if isinstance(event, kind) and fits(event):
                return event
