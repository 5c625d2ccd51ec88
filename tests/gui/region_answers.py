"""What says what a region shows, in the tests of the region tool."""

import threading

from photofind.live.results import RegionOfPhoto
from photofind.search.regions import LabelScore, RegionAnswer, RegionMethod

VOCABULARY = ("dog", "cat", "beach", "ball", "sun", "boat", "kite")


class Answers:
    """Answers at once, or when released while held; records its requests.

    Attributes:
        used: The way of looking that the search model has, if only one.
        error: Raised instead of an answer.
        most_at_once: Questions that were under way at the same time.
    """

    def __init__(self) -> None:
        self.requested: list[tuple[RegionOfPhoto, tuple[str, ...]]] = []
        self.used: RegionMethod | None = None
        self.error: Exception | None = None
        self.scores = (0.20, 0.15, 0.10, 0.05, 0.02, 0.01, 0.0)
        self.most_at_once = 0
        self._at_once = 0
        self._going = threading.Event()
        self._going.set()

    def hold(self) -> None:
        self._going.clear()

    def let_all_go(self) -> None:
        self._going.set()

    def __call__(self, region: RegionOfPhoto, labels: tuple[str, ...]) -> RegionAnswer:
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        self.requested.append((region, labels))
        self._going.wait(30)
        self._at_once -= 1
        if self.error is not None:
            raise self.error
        names = labels or VOCABULARY
        scored = tuple(
            LabelScore(name, score) for name, score in zip(names, self.scores, strict=False)
        )
        return RegionAnswer(region.box, self.used or region.method, scored)
