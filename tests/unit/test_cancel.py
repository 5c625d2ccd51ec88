"""Work that is told to wait waits, and work that is told to stop stops."""

import threading
from collections.abc import Iterator

import pytest

from photofind.cancel import CancelToken
from photofind.errors import CancelledError

PATIENCE_S = 20


class Work:
    """Takes steps in a thread of its own until it is cancelled."""

    def __init__(self, cancel: CancelToken) -> None:
        self.steps = 0
        self.taken = threading.Event()
        self.stopped = threading.Event()
        self._cancel = cancel
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            while True:
                self._cancel.raise_if_cancelled()
                self.steps += 1
                self.taken.set()
        except CancelledError:
            self.stopped.set()

    def takes_a_step(self, within_s: float) -> bool:
        self.taken.clear()
        return self.taken.wait(within_s)

    def stop(self) -> None:
        self._cancel.cancel()
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive()


@pytest.fixture
def cancel() -> CancelToken:
    return CancelToken()


@pytest.fixture
def work(cancel: CancelToken) -> Iterator[Work]:
    work = Work(cancel)
    yield work
    work.stop()


def _pause(cancel: CancelToken, work: Work) -> None:
    cancel.pause()
    # The step it was at when it was told.
    work.takes_a_step(0.1)


def test_that_paused_work_waits_until_it_may_go_on(cancel: CancelToken, work: Work) -> None:
    assert work.takes_a_step(PATIENCE_S)

    _pause(cancel, work)
    assert cancel.paused
    assert not work.takes_a_step(0.2)

    cancel.resume()
    assert work.takes_a_step(PATIENCE_S)


def test_that_paused_work_stops_as_soon_as_it_is_told_to(cancel: CancelToken, work: Work) -> None:
    _pause(cancel, work)

    cancel.cancel()

    assert work.stopped.wait(PATIENCE_S)


def test_that_a_pause_after_the_end_holds_nobody(cancel: CancelToken) -> None:
    cancel.cancel()
    cancel.pause()

    with pytest.raises(CancelledError):
        cancel.raise_if_cancelled()
