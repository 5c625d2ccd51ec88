"""The syntax tree of a query: the value passed from the key press to the hits."""

from dataclasses import dataclass, field
from pathlib import Path

from photofind.store.filters import Filters

Span = tuple[int, int]
"""Offsets in the typed text: of the first character, from 0, and past the last."""

NOWHERE: Span = (0, 0)
"""The span of what was never typed."""


@dataclass(frozen=True, slots=True)
class Text:
    """What a photo shows, in words.

    Attributes:
        words: Single spaces between them. Quotes decide how words are read, not what they mean, so
            nothing tells quoted ones from others.
    """

    words: str


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture that photos shall look like.

    Attributes:
        path: As typed: it may begin with `~`, and there may be no such file.
    """

    path: Path

    @property
    def location(self) -> Path:
        """Where it lies, `~` being the person's own folder."""
        try:
            return self.path.expanduser()
        except RuntimeError:
            # Nobody's folder, so perhaps a name that begins so.
            return self.path


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that photos are ranked by.

    Attributes:
        weight: Against the other terms; less than 0 subtracts it. Never 0.
        spoken: The word that subtracts it: "not", "no" or "without"; empty if a sign does, or
            nothing. Only of a text that is subtracted.
        span: Where it was typed, with its sign and weight; filters may lie within.
    """

    source: Text | PictureFile
    weight: float = 1.0
    spoken: str = ""
    span: Span = field(default=NOWHERE, compare=False, repr=False)

    @property
    def is_picture(self) -> bool:
        return isinstance(self.source, PictureFile)


@dataclass(frozen=True, slots=True)
class Query:
    """Terms to rank photos by, and filters that they must pass.

    Attributes:
        terms: In the order written; none sorts photos by date, the newest first.
        filters: In the order written.
    """

    terms: tuple[Term, ...] = ()
    filters: Filters = ()

    @property
    def empty(self) -> bool:
        """Whether there is neither a term nor a filter."""
        return not self.terms and not self.filters

    @property
    def pictures(self) -> tuple[PictureFile, ...]:
        """The pictures to rank by, in the order written."""
        sources = [term.source for term in self.terms]
        return tuple(one for one in sources if isinstance(one, PictureFile))

    @property
    def only_text(self) -> str | None:
        """The words, if nothing else is to be ranked by and they are not subtracted."""
        if len(self.terms) != 1 or self.terms[0].weight < 0:
            return None
        source = self.terms[0].source
        return source.words if isinstance(source, Text) else None


def text_query(words: str, filters: Filters = ()) -> Query:
    """Make the query for photos that show what some words say."""
    return Query((Term(Text(words)),) if words else (), filters)
