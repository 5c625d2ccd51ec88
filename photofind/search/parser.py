r"""Parses the query language, and writes queries in it.

    query  = { word | quoted | filter }        separated by white space
    filter = [ "-" ] name ":" ( quoted | value without white space )
    quoted = '"' anything, with '""' for a quote '"'

    a dog on a beach from:2019 to:2021-06 -folder:"My Photos"
    └── text ───────┘ └── filters ──────────────────────────┘

Text that only resembles a filter is text: a time (`12:30`), an address (`https://…`), a path with a
drive (`C:\Photos`), and an unknown name with nothing right after its colon (`Paris: at night`).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from photofind.errors import QueryError
from photofind.search.query import Query
from photofind.store.filter_kinds import KINDS, shortened
from photofind.store.filters import Filter, FilterValueError

LONGEST_QUERY = 2000
"""In characters; a text encoder reads some seventy tokens and no more."""

_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\S*")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?!")')
_FILTER = re.compile(r"(-?)([^\W\d_][\w-]*):")
_BROKEN = re.compile(r'(?:-?[^\W\d_][\w-]*:)?"(?:[^"]|"")*(?:"|$)\S*|\S+')
"""The extent of a part with a syntax error."""
_SURROGATE = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Part:
    """A token of a query: a word, a quoted text or a filter.

    Attributes:
        text: As typed.
        start: Offset of its first character, from 0.
        end: Offset past its last character.
        words: The unquoted text, unless it is a filter.
        filter: The filter, if it is one.
        error: A syntax error; its column counts from the start of the query.
    """

    text: str
    start: int
    end: int
    words: str = ""
    filter: Filter | None = None
    error: QueryError | None = None


def parse(typed: str) -> Query:
    """Parse a query of a command line or a batch file.

    Raises:
        QueryError: A syntax error, or the query is empty.
    """
    parts = parse_parts(typed)
    for part in parts:
        if part.error is not None:
            raise part.error
    query = query_of(parts)
    if query.empty:
        raise QueryError("The query is empty.", "Type what the photo shows: a dog on a beach", 1)
    return query


def query_of(parts: Sequence[Part]) -> Query:
    """Combine the parts without errors into a query."""
    text = " ".join(" ".join(part.words for part in parts).split())
    return Query(text, tuple(part.filter for part in parts if part.filter is not None))


def parse_parts(typed: str) -> tuple[Part, ...]:
    """Split a query into its parts, in order; those with a syntax error are included."""
    # Undecodable bytes of a command line; the catalogue replaces them in names likewise.
    text = _SURROGATE.sub("\ufffd", typed)
    if len(text) > LONGEST_QUERY and text.strip():
        error = QueryError(
            f"The query has {len(text):,} characters; {LONGEST_QUERY:,} are the most.",
            "A few words find more: a dog on a beach",
            LONGEST_QUERY + 1,
        )
        return (Part(text, 0, len(text), error=error),)
    parts: list[Part] = []
    at = _end(_SPACE, text, 0)
    while at < len(text):
        parts.append(_part(text, at))
        at = _end(_SPACE, text, parts[-1].end)
    return tuple(parts)


def written(query: Query) -> str:
    """Write a text that parses into an equal query, with quotes only where needed."""
    parts = parse_parts(query.text)
    plain = query_of(parts) == Query(query.text) and all(part.error is None for part in parts)
    text = query.text if plain else quoted(query.text)
    return " ".join(part for part in (text, *map(written_filter, query.filters)) if part)


def written_filter(one: Filter) -> str:
    value = written_value(one.kind.write(one.value))
    return f"{'-' if one.negated else ''}{one.kind.name}:{value}"


def written_value(value: str) -> str:
    """Write a filter's value as it is typed, quoted where needed."""
    needs_quotes = value.startswith('"') or re.fullmatch(r"\S+", value) is None
    return quoted(value) if needs_quotes else value


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _end(pattern: re.Pattern[str], typed: str, at: int) -> int:
    """Return the end of a pattern's match at an offset; the offset itself without one."""
    found = pattern.match(typed, at)
    return at if found is None else found.end()


def _part(typed: str, at: int) -> Part:
    start = _FILTER.match(typed, at)
    try:
        if start is not None and _is_filter(start):
            one, end = _filter(start)
            return Part(typed[at:end], at, end, filter=one)
        words, end = _word(typed, at)
    except QueryError as error:
        end = _end(_BROKEN, typed, at)
        return Part(typed[at:end], at, end, error=error)
    return Part(typed[at:end], at, end, words)


def _word(typed: str, at: int) -> tuple[str, int]:
    """Parse a word, or quoted words with what follows the closing quote; return its end too."""
    literal, after = _unquoted(typed, at) if typed[at] == '"' else ("", at)
    end = _end(_WORD, typed, after)
    return literal + typed[after:end], end


def _unquoted(typed: str, at: int) -> tuple[str, int]:
    found = _QUOTED.match(typed, at)
    if found is None:
        raise _wrong(
            at + 1,
            "this quote is never closed; expected another one.",
            'Quotes come in pairs: folder:"My Photos"',
        )
    return found[1].replace('""', '"'), found.end()


def _is_filter(start: re.Match[str]) -> bool:
    """Return whether a name with a colon is meant as a filter; see the top of this file."""
    name, rest = start[2], start.string[start.end() :]
    if name.casefold() in KINDS:
        return True
    drive = len(name) == 1 and rest.startswith(("/", "\\"))
    return not (drive or rest.startswith("//") or not rest[:1].strip())


def _filter(start: re.Match[str]) -> tuple[Filter, int]:
    typed = start.string
    kind = KINDS.get(start[2].casefold())
    if kind is None:
        end = _end(_WORD, typed, start.end())
        raise _wrong(
            start.start(2) + 1,
            f"there is no filter '{shortened(start[2])}:'; "
            f"expected one of {', '.join(f'{known}:' for known in KINDS)}.",
            f"Quotes make it words: {quoted(shortened(typed[start.start() : end]))}",
        )
    value, at, end = _value(typed, start.end())
    if not value.strip():
        raise _wrong(
            start.start(2) + 1,
            f"'{kind.name}:' expects {kind.expected} right after its colon.",
            f"For example {kind.name}:{written_value(kind.examples[0])}",
        )
    try:
        return Filter(kind, kind.read(value), negated=bool(start[1])), end
    except FilterValueError as error:
        raise _wrong(at + error.at + 1, error.problem, error.hint) from error


def _value(typed: str, at: int) -> tuple[str, int, int]:
    """Parse a filter's value; return it, its start, and its end with quotes."""
    if typed[at : at + 1] != '"':
        end = _end(_WORD, typed, at)
        return typed[at:end], at, end
    text, end = _unquoted(typed, at)
    if typed[end : end + 1].strip():
        raise _wrong(
            end + 1,
            "expected a space after the closing quote.",
            'A quote inside quotes is written twice: folder:"The ""best"" of"',
        )
    return text, at + 1, end


def _wrong(column: int, problem: str, hint: str) -> QueryError:
    return QueryError(f"Column {column}: {problem}", hint, column)
