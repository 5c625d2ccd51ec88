"""A search request: a query, or a photo that others shall look like."""

from dataclasses import dataclass, field, replace

from photofind.domain import PhotoId
from photofind.live.results import RegionOfPhoto
from photofind.search.query import Query
from photofind.search.writing import written_condition
from photofind.store.filters import Condition, Filter


@dataclass(frozen=True, slots=True)
class PictureQuery:
    """A photo of the library, or a part of a picture, that photos shall look like.

    Any other picture is a term of a query.

    Attributes:
        name: What a person calls it.
    """

    source: PhotoId | RegionOfPhoto
    name: str

    @property
    def is_part(self) -> bool:
        """Whether only a part of the picture is meant."""
        return isinstance(self.source, RegionOfPhoto)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search; an empty one is for all photos.

    Attributes:
        query: As it was parsed at the key press; without terms beside a picture.
    """

    query: Query = field(default_factory=Query)
    picture: PictureQuery | None = None

    @property
    def empty(self) -> bool:
        return self.query.empty and self.picture is None

    def without(self, gone: Condition) -> "SearchRequest":
        """Return the same less one filter, in all its places."""
        kept = tuple(one for one in self.query.filters if one != gone)
        return replace(self, query=replace(self.query, filters=kept))


def filter_label(one: Condition) -> str:
    """As it is typed, with a minus that is one; a filter alone less the quotes."""
    sign = "−" if one.negated else ""
    if isinstance(one, Filter):
        return f"{sign}{one.kind.name}:{one.kind.write(one.value)}"
    return sign + written_condition(one).removeprefix("-")
