"""How long the window's thread does not look at what a person does."""

import faulthandler
import time
from typing import Any, TextIO

from PySide6.QtCore import Qt, QTimer

SLOW_S = 0.03
"""A silence that is explained."""

Figures = dict[str, Any]


class Heartbeat:
    """Beats every millisecond on the window's thread; what is between two beats is a stall.

    Args:
        explained: Where the stacks of all threads go when no beat has come for `SLOW_S`.
    """

    def __init__(self, explained: TextIO | None = None) -> None:
        self.stalls_ms: list[float] = []
        self.own_ms: list[float] = []
        self._explained = explained
        self._last, self._own = time.perf_counter(), time.thread_time()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._last, self._own = time.perf_counter(), time.thread_time()
        self._timer.start(1)

    def stop(self) -> Figures:
        self._timer.stop()
        if self._explained is not None:
            faulthandler.cancel_dump_traceback_later()
        return self.figures()

    def figures(self) -> Figures:
        """`own_ms` of the worst: processor time of the window's thread, the rest it waited."""
        ranked = sorted(zip(self.stalls_ms, self.own_ms, strict=True), reverse=True)
        lasting = sum(self.stalls_ms)
        return {
            "seconds": lasting / 1000,
            "beats": len(ranked),
            "p99_ms": _at_share(ranked, 0.01, lasting),
            "p999_ms": _at_share(ranked, 0.001, lasting),
            "over_16_ms": sum(stall > 16.7 for stall, _ in ranked),
            "over_50_ms": sum(stall > 50 for stall, _ in ranked),
            "worst": [{"ms": stall, "own_ms": own} for stall, own in ranked[:10]],
        }

    def _beat(self) -> None:
        now, own = time.perf_counter(), time.thread_time()
        self.stalls_ms.append(1000 * (now - self._last))
        self.own_ms.append(1000 * (own - self._own))
        self._last, self._own = now, own
        if self._explained is not None:
            self._explained.write(f"at {now:.3f} after {self.stalls_ms[-1]:.1f} ms\n") if (
                self.stalls_ms[-1] > 1000 * SLOW_S
            ) else None
            faulthandler.dump_traceback_later(SLOW_S, file=self._explained)


def _at_share(ranked: list[tuple[float, float]], share: float, lasting_ms: float) -> float:
    """The stall that a key pressed at any moment meets or exceeds with this probability."""
    passed = 0.0
    for stall, _ in ranked:
        passed += stall
        if passed >= share * lasting_ms:
            return stall
    return 0.0
