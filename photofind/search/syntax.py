"""What a query can say, and how it is written.

    a dog on a beach from:2019 to:2021-06 -folder:"My Photos"
    └── text ───────┘ └── filters ──────────────────────────┘

`parser.parse` makes these from what a person typed; `written` is its inverse.
"""

import re
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month of it, or a day of that."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """ISO 8601, so far as it is known: what every moment in it begins with."""
        parts = (f"{part:02}" for part in (self.month, self.day) if part is not None)
        return "-".join((f"{self.year:04}", *parts))


@dataclass(frozen=True, slots=True)
class From:
    """Taken at the beginning of the date or later."""

    date: PartialDate


@dataclass(frozen=True, slots=True)
class To:
    """Taken at the end of the date or earlier."""

    date: PartialDate


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder's name, or the names of folders each inside the one before."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Camera:
    """A part of the camera's name."""

    text: str


@dataclass(frozen=True, slots=True)
class Type:
    """A format of pictures.

    Attributes:
        format: `PhotoFormat.name`.
        extension: Only files of this extension: camera raw is one format of many cameras.
    """

    format: str
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag's name, in any case."""

    name: str


Criterion = From | To | Folder | Camera | Type | Tag


@dataclass(frozen=True, slots=True)
class Filter:
    """What photos must be, or must not.

    Attributes:
        column: Where in the query, from 1; no part of what is said.
    """

    criterion: Criterion
    negated: bool = False
    column: int = field(default=1, compare=False)


@dataclass(frozen=True, slots=True)
class Query:
    """All that was said.

    Attributes:
        text: What the photo shows, single spaces between words; may be empty beside filters.
        filters: In the order written; all of them must hold.
    """

    text: str
    filters: tuple[Filter, ...] = ()


def written(query: Query) -> str:
    """A text that parses into an equal query: quotes only where they are needed."""
    # A colon may make a filter of a word; which words, is for the parser alone to know.
    literal = '"' in query.text or ":" in query.text
    text = quoted(query.text) if literal else query.text
    return " ".join(part for part in (text, *map(_written_filter, query.filters)) if part)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _written_filter(one: Filter) -> str:
    name, value = _name_and_value(one.criterion)
    if value.startswith('"') or re.fullmatch(r"\S+", value) is None:
        value = quoted(value)
    return f"{'-' if one.negated else ''}{name}:{value}"


def _name_and_value(criterion: Criterion) -> tuple[str, str]:
    match criterion:
        case From(date):
            return "from", str(date)
        case To(date):
            return "to", str(date)
        case Folder(names):
            return "folder", "/".join(names)
        case Camera(text):
            return "camera", text
        case Type(name, extension):
            return "type", extension or name
        case Tag(name):
            return "tag", name
