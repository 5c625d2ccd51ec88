"""What stands in the search field, parsed, with the cursor's place in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from photofind.errors import QueryError
from photofind.search.parser import Part, parse_parts, query_of
from photofind.search.query import Query
from photofind.store.filter_kinds import KINDS
from photofind.store.filters import FilterKind


@dataclass(frozen=True, slots=True)
class FilterAtCursor:
    """A filter the cursor is in, its value perhaps unfinished.

    Attributes:
        value: As far as the cursor, unquoted.
    """

    kind: FilterKind[Any]
    value: str
    negated: bool


class TypedText:
    """One state of the field's text; parsed once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.parts = parse_parts(text)

    @cached_property
    def query(self) -> Query:
        """What can be understood of it."""
        return query_of(self.parts)

    @property
    def broken(self) -> Part | None:
        """The first part that cannot be understood."""
        return next((part for part in self.parts if part.error is not None), None)

    @property
    def filters(self) -> list[Part]:
        return [part for part in self.parts if part.filter is not None]

    def part_at(self, cursor: int) -> Part | None:
        """Return the part the cursor is in, or right behind."""
        return next((part for part in self.parts if part.start < cursor <= part.end), None)

    def filter_at(self, cursor: int) -> FilterAtCursor | None:
        part = self.part_at(cursor)
        if part is None:
            return None
        before_cursor = part.text[: cursor - part.start]
        name, colon, value = before_cursor.removeprefix("-").partition(":")
        kind = KINDS.get(name.casefold())
        if not colon or kind is None:
            return None
        unquoted = value.removeprefix('"').removesuffix('"').replace('""', '"')
        return FilterAtCursor(kind, unquoted, part.text.startswith("-"))

    def without(self, gone: Sequence[Part]) -> str:
        """Return the text without some of its parts, in their order."""
        text = self.text
        for part in reversed(gone):
            before, after = text[: part.start], text[part.end :]
            text = before + (after.lstrip() if not before or before[-1].isspace() else after)
        return text


def is_unfinished(part: Part) -> bool:
    """Whether more typing may mend a part: a value or a closing quote is to come."""
    if part.error is None:
        return False
    return part.text.endswith(":") or not any(
        one.error is not None for one in parse_parts(part.text + '"')
    )


def error_place(part: Part, error: QueryError) -> tuple[int, int]:
    """Where to mark a part's error: from its column to the part's end, one character at least."""
    return min(max(error.column - 1, part.start), part.end - 1), part.end
