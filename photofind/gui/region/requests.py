"""Throttle region requests while the box moves: one at a time, always the newest next."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane, Order
from photofind.live.results import RegionOfPhoto
from photofind.search.regions import RegionAnswer

THROTTLE_MS = 60
"""Least time between requests while the box moves; only the newest is submitted."""

DescribeRegion = Callable[[RegionOfPhoto, tuple[str, ...]], RegionAnswer]
"""Describe a region by labels (none: by the vocabulary); blocks, on the lane."""


@dataclass(frozen=True, slots=True)
class RegionRequest:
    """Region to describe and candidate labels; none for the whole vocabulary."""

    region: RegionOfPhoto
    labels: tuple[str, ...] = ()


class _Pending:
    """Request in flight; `over` is set on the lane as soon as it has finished."""

    def __init__(self, request: RegionRequest) -> None:
        self.request = request
        self.over = False


class RegionRequester(QObject):
    """Submits the newest request whenever the one before has finished; `close` it.

    Args:
        throttle_ms: See `THROTTLE_MS`.

    Signals:
        answered: A `RegionRequest` and its `RegionAnswer`.
        failed: The `UserFacingError` of the newest request.
        busy_changed: Whether an answer is still to come.
    """

    answered = Signal(object, object)
    failed = Signal(object)
    busy_changed = Signal(bool)

    def __init__(
        self,
        describe: DescribeRegion,
        parent: QObject | None = None,
        *,
        throttle_ms: int = THROTTLE_MS,
    ) -> None:
        super().__init__(parent)
        self._describe = describe
        self._lane = Lane("region", self, order=Order.LATEST_ONLY)
        self._throttle = QTimer(self, singleShot=True, interval=throttle_ms)
        self._throttle.timeout.connect(self._submit_newest)
        self._newest: RegionRequest | None = None
        self._under_way: _Pending | None = None
        self._last_answered: RegionRequest | None = None
        self._busy = False

    @property
    def busy(self) -> bool:
        return self._busy

    def request(self, request: RegionRequest) -> None:
        """Submit soon; a newer request replaces this one until then."""
        if request == self._expected():
            return
        self._newest = request
        if not self._throttle.isActive():
            self._throttle.start()
        self._update_busy()

    def settle(self) -> None:
        """Submit the newest request now: the box has come to rest."""
        self._throttle.stop()
        self._submit_newest()

    def drop(self) -> None:
        """Cancel every request and discard its result."""
        self._throttle.stop()
        self._lane.drop_all()
        self._newest = self._under_way = self._last_answered = None
        self._update_busy()

    def close(self) -> None:
        """Cancel everything and wait for the request in flight."""
        self.drop()
        self._lane.close()

    def _expected(self) -> RegionRequest | None:
        """Return the request whose answer is, or will be, the last one."""
        if self._newest is not None:
            return self._newest
        if self._under_way is not None and not self._under_way.over:
            return self._under_way.request
        return self._last_answered

    def _submit_newest(self) -> None:
        if self._newest is None:
            return
        if self._under_way is not None and not self._under_way.over:
            # Its answer submits the newest; the timer does where it ends without one.
            self._throttle.start()
            return
        pending, self._newest = _Pending(self._newest), None
        self._under_way = pending
        self._lane.submit(
            lambda: _run(self._describe, pending),
            lambda answer: self._handle_answer(pending, answer),
            lambda error: self._handle_error(pending, error),
        )

    def _handle_answer(self, pending: _Pending, answer: RegionAnswer) -> None:
        if pending is not self._under_way:
            return
        self._under_way, self._last_answered = None, pending.request
        self._submit_newest()
        self._update_busy()
        self.answered.emit(pending.request, answer)

    def _handle_error(self, pending: _Pending, error: UserFacingError) -> None:
        if pending is not self._under_way:
            return
        self._under_way = self._last_answered = None
        self._submit_newest()
        self._update_busy()
        self.failed.emit(error)

    def _update_busy(self) -> None:
        busy = self._newest is not None or self._under_way is not None
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)


def _run(describe: DescribeRegion, pending: _Pending) -> RegionAnswer:
    """Run a request on the lane."""
    try:
        return describe(pending.request.region, pending.request.labels)
    finally:
        pending.over = True
