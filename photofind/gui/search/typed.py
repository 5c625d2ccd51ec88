"""What stands in the search field, parsed, with the cursor's place in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from photofind.errors import QueryError
from photofind.search.parser import Part, parse_parts, query_of
from photofind.search.query import Query
from photofind.search.tokens import OPENING_QUOTES, Token, TokenKind
from photofind.store.filters import FilterKind, Filters


@dataclass(frozen=True, slots=True)
class FilterAtCursor:
    """A filter the cursor is in, its value perhaps unfinished.

    Attributes:
        value: As far as the cursor, unquoted.
    """

    kind: FilterKind[Any]
    value: str


OR, AND = "OR ", "AND "
"""What is typed between filters."""


@dataclass(frozen=True, slots=True)
class MadeChip:
    """A condition that became a chip, or some, while typing.

    Attributes:
        typed: The condition as typed.
        before: The text before the cursor then, without the condition.
        filters: All chips without those made of it.
        filters_with: All chips.
    """

    typed: str
    before: str
    filters: Filters
    filters_with: Filters

    def operator_typed(self, text: str, cursor: int) -> str | None:
        """Return the operator typed right behind the condition since then.

        Returns:
            Empty while what is typed may become one; `None` if it cannot.
        """
        typed = text[len(self.before) : cursor]
        if not text.startswith(self.before) or not (OR.startswith(typed) or AND.startswith(typed)):
            return None
        return typed if typed in (OR, AND) else ""


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
    def chips(self) -> list[Part]:
        """The parts that become chips: conditions and pictures."""
        return [
            part for part in self.parts if part.condition is not None or part.picture is not None
        ]

    def part_at(self, cursor: int) -> Part | None:
        """Return the part the cursor is in, or right behind."""
        return next((part for part in self.parts if part.start < cursor <= part.end), None)

    def token_at(self, cursor: int) -> Token | None:
        """The word or the filter the cursor is in, or right behind, also within a group."""
        part = self.part_at(cursor)
        tokens = () if part is None else part.tokens
        return next(
            (
                token
                for token in tokens
                if token.start < cursor <= token.end
                and token.kind in (TokenKind.WORD, TokenKind.FILTER)
            ),
            None,
        )

    def expects_filter(self, at: int) -> bool:
        """Whether only a filter can stand at a place: behind OR, or within a group."""
        open_groups, before = 0, None
        for token in (token for part in self.parts for token in part.tokens):
            if token.end > at:
                break
            open_groups += (token.kind is TokenKind.OPEN) - (token.kind is TokenKind.CLOSE)
            before = token if token.kind is not TokenKind.MINUS else before
        return open_groups > 0 or (
            before is not None and before.kind is TokenKind.OR and self._joins(before)
        )

    def _joins(self, operator: Token) -> bool:
        """Whether an OR belongs to a condition, and is no word."""
        return any(
            operator in part.tokens and part.tokens[0] is not operator for part in self.parts
        )

    def filter_at(self, cursor: int) -> FilterAtCursor | None:
        token = self.token_at(cursor)
        if token is None or token.filter_kind is None or cursor < token.value_start:
            return None
        value = self.text[token.value_start : cursor]
        if value[:1] in tuple(OPENING_QUOTES):
            value = value[1:].removesuffix('"').replace('""', '"')
        return FilterAtCursor(token.filter_kind, value)

    def without(self, gone: Sequence[Part]) -> str:
        """Return the text without some of its parts, in their order."""
        text = self.text
        for part in reversed(gone):
            before, after = text[: part.start], text[part.end :]
            text = before + (after.lstrip() if not before or before[-1].isspace() else after)
        return text


def error_place(part: Part, error: QueryError) -> tuple[int, int]:
    """Where to mark a part's error: from its column, or the last token before that, to its end."""
    if not part.tokens:
        return part.start, part.end
    start = error.column - 1 if error.column <= part.end else part.tokens[-1].start
    return max(start, part.start), part.end
