"""How far a run has come, and what follows from it: learning rate and resolution."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

WARM_UP = 0.03
SIDES = ((0.0, 64), (0.22, 96), (0.82, 128))
FINISH_SECONDS = 240.0


@dataclass
class Progress:
    """A run's share done, from 0 to 1: by steps, or by the clock where only minutes are given.

    By steps a run depends on its seed alone; by the clock it ends on time whatever else runs.
    """

    steps: int | None
    minutes: float | None
    step: int = 0
    elapsed_s: float = 0.0
    _last: float = field(default_factory=time.monotonic)
    _finish: tuple[float, float] | None = None

    @property
    def share(self) -> float:
        """The share done."""
        if self._finish is not None:
            start_s, share = self._finish
            return min(1.0, share + (1 - share) * (self.elapsed_s - start_s) / FINISH_SECONDS)
        if self.steps is not None:
            return min(1.0, self.step / self.steps)
        assert self.minutes is not None
        return min(1.0, self.elapsed_s / (60 * self.minutes))

    def advance(self) -> None:
        """Count a step and the time since the last."""
        now = time.monotonic()
        self.elapsed_s += now - self._last
        self._last = now
        self.step += 1

    def pause(self) -> None:
        """Leave the time since the last step out (measuring, saving)."""
        self._last = time.monotonic()

    def finish_soon(self) -> None:
        """Run what is left of the schedule within `FINISH_SECONDS`."""
        if self._finish is None:
            self._finish = (self.elapsed_s, self.share)


def rate_factor(share: float) -> float:
    """Linear warm-up, then a cosine to zero."""
    if share < WARM_UP:
        return max(share, 1e-4) / WARM_UP
    return 0.5 * (1 + math.cos(math.pi * (share - WARM_UP) / (1 - WARM_UP)))


def side_at(share: float) -> int:
    """The side of the training pictures in pixels, which grows."""
    return [side for start, side in SIDES if share >= start][-1]
