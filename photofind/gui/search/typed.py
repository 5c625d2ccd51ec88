"""Typed text cut into words and filters, each with its place.

The parser says what a part is; this only says where parts begin and end, by the parser's grammar.
"""

import re
from dataclasses import dataclass

from photofind.errors import QueryError
from photofind.search.parser import parse
from photofind.search.syntax import Filter

_PART = re.compile(r'(?:-?[^\W\d_][\w-]*:)?"(?:[^"]|"")*(?:"|$)\S*|\S+')
# A word ahead: two quotes alone would be an empty query, and are none beside other words.
_AHEAD = "x "


@dataclass(frozen=True, slots=True)
class Part:
    """A word, a quoted text or a filter.

    Attributes:
        start: Of its first character, from 0.
        end: One past its last character.
        filter: What it is, if it is a filter.
        error: Why it is neither a word nor a filter.
        error_start: Where in the whole text the error is; before `end`.
    """

    text: str
    start: int
    end: int
    filter: Filter | None = None
    error: QueryError | None = None
    error_start: int = 0

    @property
    def unfinished(self) -> bool:
        """Whether more typing may mend the error: a value or a closing quote is to come."""
        if self.error is None:
            return False
        return self.text.endswith(":") or _part(_whole(self.text + '"')).error is None


def parts(text: str) -> list[Part]:
    return [_part(found) for found in _PART.finditer(text)]


def part_at(text: str, cursor: int) -> Part | None:
    """The part the cursor is in, or right behind."""
    return next((part for part in parts(text) if part.start < cursor <= part.end), None)


def words_of(all_parts: list[Part]) -> str:
    """What is no filter, single spaces between."""
    return " ".join(part.text for part in all_parts if part.filter is None and part.error is None)


def without_parts(text: str, gone: list[Part]) -> str:
    for part in reversed(gone):
        before, after = text[: part.start], text[part.end :]
        text = before + (after.lstrip() if not before or before[-1].isspace() else after)
    return text


def _part(found: re.Match[str]) -> Part:
    text, start, end = found.group(), found.start(), found.end()
    try:
        query = parse(_AHEAD + text)
    except QueryError as error:
        place = start + error.column - 1 - len(_AHEAD)
        return Part(text, start, end, error=error, error_start=min(max(place, start), end - 1))
    return Part(text, start, end, filter=query.filters[0] if query.filters else None)


def _whole(text: str) -> re.Match[str]:
    found = _PART.match(text)
    assert found is not None
    return found
