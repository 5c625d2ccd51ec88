"""Fade thumbnails in."""

import time
from collections.abc import Callable

from photofind.domain import PhotoId

FADE_S = 0.12


class Fades:
    """Opacity of photos that have just been loaded.

    Args:
        clock: Seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun: dict[PhotoId, float] = {}

    def begin(self, photo_id: PhotoId) -> None:
        self._begun[photo_id] = self._clock()

    def shown(self, photo_id: PhotoId) -> float:
        """Return the opacity, 0 to 1; 1 for a photo that does not fade."""
        begun = self._begun.get(photo_id)
        return 1.0 if begun is None else min(1.0, (self._clock() - begun) / FADE_S)

    def advance(self) -> list[PhotoId]:
        """Drop finished fades and return what to repaint, just finished ones included."""
        fading = list(self._begun)
        now = self._clock()
        self._begun = {one: begun for one, begun in self._begun.items() if now - begun < FADE_S}
        return fading

    def __bool__(self) -> bool:
        return bool(self._begun)
