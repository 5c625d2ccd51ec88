"""The suggestions that a review has not decided yet."""

from collections.abc import Collection, Sequence

import numpy as np

from photofind.domain import PhotoId
from photofind.store.gallery import NO_ROWS, PhotoRows
from photofind.store.tag_names import tag_key
from photofind.store.tags import Suggestion, TagCount


class ReviewQueue:
    """Tags with suggestions, and the suggestions of one of them, the most certain first.

    Decisions are counted here at once; the library's own counts follow with `show_tags`.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, int] = {}
        self._decided: set[tuple[str, PhotoId]] = set()
        self._suggestions: tuple[Suggestion, ...] = ()
        self._rows = NO_ROWS
        self._lowest = -np.inf
        self.tag: str | None = None

    @property
    def waiting(self) -> list[tuple[str, int]]:
        """Names and how many suggestions each has: most first."""
        found = [(name, count) for name, count in self._waiting.items() if count > 0]
        return sorted(found, key=lambda item: (-item[1], tag_key(item[0])))

    @property
    def is_more(self) -> bool:
        """Whether the tag has suggestions that were not handed over."""
        return self.tag is not None and self._waiting.get(self.tag, 0) > len(self._suggestions)

    def show_tags(self, counts: Sequence[TagCount]) -> None:
        """Replace the counts by the library's, which has all decisions."""
        self._waiting = {tag.name: tag.suggested for tag in counts if tag.suggested}
        self._decided.clear()

    def choose(self, tag: str | None) -> None:
        self.tag = tag
        self._suggestions = ()
        self._rows = NO_ROWS
        self._lowest = -np.inf

    def show_suggestions(self, suggestions: Sequence[Suggestion], rows: PhotoRows) -> None:
        """Take those of the chosen tag that have a row and were not decided meanwhile."""
        places = {int(photo_id): place for place, photo_id in enumerate(rows.photo_ids)}
        kept = [
            item
            for item in suggestions
            if item.photo_id in places and (item.name, item.photo_id) not in self._decided
        ]
        kept.sort(key=lambda item: -item.score)
        self._suggestions = tuple(kept)
        self._rows = rows.at(np.array([places[item.photo_id] for item in kept], np.intp))

    def cut(self, certainty: float) -> None:
        """Show fewer, and surer ones.

        Args:
            certainty: 0 shows all, 1 only the most certain; between them by score.
        """
        scores = [item.score for item in self._suggestions]
        if scores:
            self._lowest = min(scores) + (max(scores) - min(scores)) * certainty

    @property
    def total(self) -> int:
        return len(self._suggestions)

    @property
    def shown(self) -> PhotoRows:
        """The photos that are certain enough, the most certain first."""
        count = sum(item.score >= self._lowest for item in self._suggestions)
        return self._rows.at(slice(count))

    def decide(self, photo_ids: Collection[PhotoId]) -> None:
        """Take out photos of the chosen tag that a person decided on."""
        if self.tag is None:
            return
        ids = set(photo_ids)
        kept = [n for n, item in enumerate(self._suggestions) if item.photo_id not in ids]
        self._waiting[self.tag] -= len(self._suggestions) - len(kept)
        self._decided.update((self.tag, photo_id) for photo_id in ids)
        self._suggestions = tuple(self._suggestions[place] for place in kept)
        self._rows = self._rows.at(np.array(kept, np.intp))

    def finish(self) -> str | None:
        """Drop the chosen tag, which has nothing left; return the next one."""
        names = [name for name, _ in self.waiting]
        after = names.index(self.tag) + 1 if self.tag in names else 0
        if self.tag is not None:
            self._waiting.pop(self.tag, None)
        return next(iter(names[after:] + names[: max(after - 1, 0)]), None)
