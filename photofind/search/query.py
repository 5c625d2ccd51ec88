"""The syntax tree of a query: the value passed from the key press to the hits."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from photofind.store.filters import Filters

Span = tuple[int, int]
"""Offsets in the typed text: of the first character, from 0, and past the last."""

NOWHERE: Span = (0, 0)
"""The span of what was never typed."""

MORE_LIKE, LESS_LIKE = 1.0, -0.5
"""Weights of all pictures together that are examples of what is wanted, and of what is not.

Measured in docs/decisions/0016-composing-queries.md.
"""


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


def with_example(query: Query, picture: PictureFile, *, wanted: bool) -> Query:
    """Add a picture as "more like this" or "less like this", one step of Rocchio's feedback.

    All pictures that are wanted share the weight `MORE_LIKE`, all that are not `LESS_LIKE`, equally
    and to a thousandth, which is what can be written (Manning et al. 2008, "Introduction to
    Information Retrieval", section 9.1.1).

    Args:
        picture: If the query has it already, it changes sides, or stays.
    """
    kept = [
        term
        for term in query.terms
        if not isinstance(term.source, PictureFile) or term.source.location != picture.location
    ]
    terms = [*kept, Term(picture, MORE_LIKE if wanted else LESS_LIKE)]
    pictures = [term for term in terms if term.is_picture]
    liked = sum(term.weight > 0 for term in pictures)
    more, less = (
        round(weight / max(count, 1), 3)
        for weight, count in ((MORE_LIKE, liked), (LESS_LIKE, len(pictures) - liked))
    )
    weighted = [
        replace(term, weight=more if term.weight > 0 else less) if term.is_picture else term
        for term in terms
    ]
    return replace(query, terms=tuple(weighted))
