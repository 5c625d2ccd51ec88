"""Asking what a region shows while it moves: one question at a time, always the newest next."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer, Signal

from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane, Order
from photofind.live.results import RegionOfPhoto
from photofind.search.regions import RegionAnswer

PAUSE_MS = 60
"""From a box that has moved to the question about it; what comes in between is not asked."""

Ask = Callable[[RegionOfPhoto, tuple[str, ...]], RegionAnswer]
"""Region and labels (none: the vocabulary's) → what it shows; blocks, on the lane."""


@dataclass(frozen=True, slots=True)
class Question:
    """A region and what it may be called; no labels are all of the vocabulary."""

    region: RegionOfPhoto
    labels: tuple[str, ...] = ()


class _Asked:
    """A question on its way; `over` is set on the lane as soon as there is an outcome."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.over = False


class RegionAsker(QObject):
    """Asks the newest question whenever the one before is answered; `close` it.

    Args:
        pause_ms: See `PAUSE_MS`.

    Signals:
        answered: A `Question` and its `RegionAnswer`.
        failed: A `UserFacingError`, of the newest question that was asked.
        busy_changed: Whether an answer is still to come.
    """

    answered = Signal(object, object)
    failed = Signal(object)
    busy_changed = Signal(bool)

    def __init__(
        self, ask: Ask, parent: QObject | None = None, *, pause_ms: int = PAUSE_MS
    ) -> None:
        super().__init__(parent)
        self._ask = ask
        self._lane = Lane("region", self, order=Order.LATEST_ONLY)
        self._pause = QTimer(self, singleShot=True, interval=pause_ms)
        self._pause.timeout.connect(self._ask_newest)
        self._newest: Question | None = None
        self._under_way: _Asked | None = None
        self._last_answered: Question | None = None
        self._busy = False

    @property
    def busy(self) -> bool:
        return self._busy

    def want(self, question: Question) -> None:
        """Asks soon; a newer question takes this one's place until then."""
        if question == self._expected():
            return
        self._newest = question
        if not self._pause.isActive():
            self._pause.start()
        self._say_busy()

    def settle(self) -> None:
        """Asks what is wanted now: the box has come to rest."""
        self._pause.stop()
        self._ask_newest()

    def drop(self) -> None:
        """Forgets every question; nothing of them is answered any more."""
        self._pause.stop()
        self._lane.drop_all()
        self._newest = self._under_way = self._last_answered = None
        self._say_busy()

    def close(self) -> None:
        """Drops everything and waits for the question under way."""
        self.drop()
        self._lane.close()

    def _expected(self) -> Question | None:
        """The question whose answer is, or will be, the last one."""
        if self._newest is not None:
            return self._newest
        if self._under_way is not None and not self._under_way.over:
            return self._under_way.question
        return self._last_answered

    def _ask_newest(self) -> None:
        if self._newest is None:
            return
        if self._under_way is not None and not self._under_way.over:
            # Its answer asks the newest; unless it has none, because asking went wrong.
            self._pause.start()
            return
        asked, self._newest = _Asked(self._newest), None
        self._under_way = asked
        self._lane.submit(
            lambda: _outcome(self._ask, asked),
            lambda answer: self._take_answer(asked, answer),
            lambda error: self._take_error(asked, error),
        )

    def _take_answer(self, asked: _Asked, answer: RegionAnswer) -> None:
        if asked is not self._under_way:
            return
        self._under_way, self._last_answered = None, asked.question
        self._ask_newest()
        self._say_busy()
        self.answered.emit(asked.question, answer)

    def _take_error(self, asked: _Asked, error: UserFacingError) -> None:
        if asked is not self._under_way:
            return
        self._under_way = self._last_answered = None
        self._ask_newest()
        self._say_busy()
        self.failed.emit(error)

    def _say_busy(self) -> None:
        busy = self._newest is not None or self._under_way is not None
        if busy != self._busy:
            self._busy = busy
            self.busy_changed.emit(busy)


def _outcome(ask: Ask, asked: _Asked) -> RegionAnswer:
    """On the lane."""
    try:
        return ask(asked.question.region, asked.question.labels)
    finally:
        asked.over = True
