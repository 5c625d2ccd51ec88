"""What a person decides about the tags of several photos, before any of it is done."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from photofind.store.tag_decisions import TagChanges
from photofind.store.tag_names import tag_key
from photofind.store.tags import PhotoTag, TagState


class Wish(Enum):
    NONE = "none"
    ADD = "add"
    CONFIRM = "confirm"
    TAKE_AWAY = "take away"


@dataclass(frozen=True, slots=True)
class PendingTag:
    """One tag among the selection.

    Attributes:
        confirmed: Photos of the selection that have it from a person.
        suggested: Photos that have it as a suggestion.
    """

    name: str
    confirmed: int
    suggested: int
    wish: Wish = Wish.NONE

    @property
    def on_none(self) -> bool:
        return self.confirmed + self.suggested == 0


class PendingTags:
    """The tags of a selection and the wishes about them."""

    def __init__(self, tags: Sequence[Sequence[PhotoTag]]) -> None:
        """`tags` are those of each photo."""
        self.photos = len(tags)
        every = [tag for of_photo in tags for tag in of_photo]
        counts = Counter((tag_key(tag.name), tag.state) for tag in every)
        seen = [tag.name for tag in every if tag.state is not TagState.REJECTED]
        # Backwards, so that the first spelling stays.
        names = {tag_key(name): name for name in reversed(seen)}
        found = [
            PendingTag(
                names[key],
                counts[key, TagState.CONFIRMED],
                counts[key, TagState.SUGGESTED],
            )
            for key in names
        ]
        found.sort(key=lambda tag: (-tag.confirmed, -tag.suggested, tag_key(tag.name)))
        self._tags = {tag_key(tag.name): tag for tag in found}

    @property
    def tags(self) -> dict[str, PendingTag]:
        """By key: those on most photos first, then what was added."""
        return dict(self._tags)

    def add(self, name: str) -> None:
        key = tag_key(name)
        known = self._tags.get(key, PendingTag(name, 0, 0))
        everywhere = known.confirmed == self.photos
        self._wish(key, known, Wish.NONE if everywhere else Wish.ADD)

    def confirm(self, key: str) -> None:
        self._wish(key, self._tags[key], Wish.CONFIRM)

    def take_away(self, key: str) -> None:
        """One that only was to be added is forgotten."""
        if self._tags[key].on_none:
            del self._tags[key]
        else:
            self._wish(key, self._tags[key], Wish.TAKE_AWAY)

    def keep(self, key: str) -> None:
        """As it was before."""
        self._wish(key, self._tags[key], Wish.NONE)

    def changes(self) -> TagChanges:
        wished = [tag for tag in self._tags.values() if tag.wish is not Wish.NONE]
        away = [tag for tag in wished if tag.wish is Wish.TAKE_AWAY]
        return TagChanges(
            added=tuple(tag.name for tag in wished if tag.wish is Wish.ADD),
            removed=tuple(tag.name for tag in away if not tag.suggested),
            confirmed=tuple(tag.name for tag in wished if tag.wish is Wish.CONFIRM),
            rejected=tuple(tag.name for tag in away if tag.suggested),
        )

    def _wish(self, key: str, tag: PendingTag, wish: Wish) -> None:
        self._tags[key] = PendingTag(tag.name, tag.confirmed, tag.suggested, wish)
