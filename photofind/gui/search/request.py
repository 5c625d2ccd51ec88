"""What a person asks for: words, filters, a picture."""

from dataclasses import dataclass, replace
from pathlib import Path

from photofind.answers import RegionOfPhoto
from photofind.domain import PhotoId
from photofind.search.parser import parse
from photofind.search.syntax import Filter, Query, written


@dataclass(frozen=True, slots=True)
class PictureQuery:
    """A picture, or a part of one, that photos shall look like.

    Attributes:
        name: What a person calls it.
    """

    source: PhotoId | Path | RegionOfPhoto
    name: str

    @property
    def is_part(self) -> bool:
        """Whether only a part of the picture is meant."""
        return isinstance(self.source, RegionOfPhoto)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """All that is asked; nothing asks for all photos.

    Attributes:
        words: What the photo shows, as typed, quotes included; empty beside a picture.
        filters: As the parser takes them.
    """

    words: str = ""
    filters: str = ""
    picture: PictureQuery | None = None

    @property
    def query(self) -> str:
        """Words and filters, as the parser takes them."""
        return " ".join(part for part in (self.words, self.filters) if part)

    @property
    def empty(self) -> bool:
        return not self.query and self.picture is None

    def each_filter(self) -> tuple[Filter, ...]:
        return parse(self.filters).filters if self.filters else ()

    def without(self, one: Filter) -> "SearchRequest":
        """The same less one filter, in all its places."""
        kept = tuple(other for other in self.each_filter() if other != one)
        return replace(self, filters=written_filters(kept))


def written_filters(filters: tuple[Filter, ...]) -> str:
    return written(Query("", filters))


def filter_label(one: Filter) -> str:
    """As it is typed, less the quotes: `folder:My Photos`."""
    sign, name, value = _parts(one)
    return f"{sign}{name}:{value}"


def filter_parts(one: Filter) -> tuple[bool, str, str]:
    """Whether it is negated, its name, its value."""
    sign, name, value = _parts(one)
    return bool(sign), name, value


def _parts(one: Filter) -> tuple[str, str, str]:
    text = written_filters((one,))
    sign = "−" if one.negated else ""
    name, _, value = text.removeprefix("-").partition(":")
    if value.startswith('"'):
        value = value[1:-1].replace('""', '"')
    return sign, name, value
