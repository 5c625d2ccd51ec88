r"""What a person typed → what it says.

    query  = { word | quoted | filter }        separated by white space
    filter = [ "-" ] name ":" ( quoted | value without white space )
    quoted = '"' anything, with '""' for a quote '"'

What merely looks like a filter is text: a time (`12:30`), an address (`https://…`), a path with a
drive (`C:\Photos`), and an unknown name with nothing right after its colon (`Paris: at night`).
"""

import os
import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass

from photofind.errors import QueryError
from photofind.photos.formats import FORMATS, RAW
from photofind.search.syntax import (
    Camera,
    Criterion,
    Filter,
    Folder,
    From,
    PartialDate,
    Query,
    Tag,
    To,
    Type,
    quoted,
)

LONGEST_QUERY = 2000
"""Characters; a search model reads some seventy words and no more."""

_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"\S*")
_QUOTED = re.compile(r'"((?:[^"]|"")*)"(?!")')
_FILTER = re.compile(r"(-?)([^\W\d_][\w-]*):")
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SHOWN = 40

_DATE_HINT = "A date is a year, a month or a day: from:2019, from:2019-06, from:2019-06-21"


@dataclass(frozen=True, slots=True)
class _Value:
    """What follows a filter's colon.

    Attributes:
        column: Of its first character, from 1.
    """

    text: str
    column: int


def parse(query: str) -> Query:
    """The query of a search bar or command line; raises `QueryError`."""
    # Bytes of a command line that are no text; the catalogue shows them in names likewise.
    typed = _SURROGATE.sub("\ufffd", query)
    if len(typed) > LONGEST_QUERY and typed.strip():
        raise QueryError(
            f"The query has {len(typed):,} characters; {LONGEST_QUERY:,} are the most.",
            "A few words find more: a dog on a beach",
            LONGEST_QUERY + 1,
        )
    words, filters = _items(typed)
    text = " ".join(" ".join(words).split())
    if not text and not filters:
        raise QueryError("The query is empty.", "Type what the photo shows: a dog on a beach", 1)
    return Query(text, tuple(filters))


def _items(typed: str) -> tuple[list[str], list[Filter]]:
    words: list[str] = []
    filters: list[Filter] = []
    at = _end(_SPACE, typed, 0)
    while at < len(typed):
        start = _FILTER.match(typed, at)
        if start is not None and _is_filter(start):
            one, at = _filter(start)
            filters.append(one)
        else:
            word, at = _word(typed, at)
            words.append(word)
        at = _end(_SPACE, typed, at)
    return words, filters


def _end(pattern: re.Pattern[str], typed: str, at: int) -> int:
    """Where what matches at a place ends; for patterns that match nothing, too."""
    found = pattern.match(typed, at)
    return at if found is None else found.end()


def _word(typed: str, at: int) -> tuple[str, int]:
    """A word, or quoted words with what adheres to the closing quote; and where it ends."""
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
    """Whether a name with a colon is meant as a filter; see the top of this file."""
    name, rest = start[2], start.string[start.end() :]
    if name.casefold() in _KINDS:
        return True
    drive = len(name) == 1 and rest.startswith(("/", "\\"))
    return not (drive or rest.startswith("//") or not rest[:1].strip())


def _filter(start: re.Match[str]) -> tuple[Filter, int]:
    typed, column = start.string, start.start() + 1
    name = start[2].casefold()
    kind = _KINDS.get(name)
    if kind is None:
        end = _end(_WORD, typed, start.end())
        raise _wrong(
            start.start(2) + 1,
            f"there is no filter '{_shown(start[2])}:'; "
            f"expected one of {', '.join(f'{known}:' for known in _KINDS)}.",
            f"Quotes make it words: {quoted(_shown(typed[column - 1 : end]))}",
        )
    value, end = _value(typed, start)
    if not value.text.strip():
        raise _wrong(
            start.start(2) + 1,
            f"'{name}:' expects {kind.expected} right after its colon.",
            f"For example {kind.example}",
        )
    return Filter(kind.read(value), negated=bool(start[1]), column=column), end


def _value(typed: str, start: re.Match[str]) -> tuple[_Value, int]:
    at = start.end()
    if typed[at : at + 1] != '"':
        end = _end(_WORD, typed, at)
        return _Value(typed[at:end], at + 1), end
    text, end = _unquoted(typed, at)
    if typed[end : end + 1].strip():
        raise _wrong(
            end + 1,
            "expected a space after the closing quote.",
            'A quote inside quotes is written twice: folder:"The ""best"" of"',
        )
    return _Value(text, at + 2), end


def _from(value: _Value) -> From:
    return From(_date(value))


def _to(value: _Value) -> To:
    return To(_date(value))


def _date(value: _Value) -> PartialDate:
    found = _DATE.fullmatch(value.text)
    if found is None:
        problem = f"expected a date, not '{_shown(value.text)}'."
        raise _wrong(value.column, problem, _DATE_HINT)
    year, month, day = (None if part is None else int(part) for part in found.groups())
    if not year:
        raise _wrong(value.column, "expected a year from 0001.", _DATE_HINT)
    if month is not None and not 1 <= month <= 12:
        problem = f"expected a month from 01 to 12, not {found[2]}."
        raise _wrong(value.column + found.start(2), problem, _DATE_HINT)
    if month is not None and day is not None and not 1 <= day <= monthrange(year, month)[1]:
        last = monthrange(year, month)[1]
        problem = f"expected a day from 01 to {last}, not {found[3]}."
        raise _wrong(value.column + found.start(3), problem, _DATE_HINT)
    return PartialDate(year, month, day)


def _folder(value: _Value) -> Folder:
    names = tuple(name for name in value.text.replace(os.sep, "/").split("/") if name.strip())
    if not names:
        raise _wrong(
            value.column, "expected the name of a folder.", "For example folder:Italy/Rome"
        )
    return Folder(names)


def _camera(value: _Value) -> Camera:
    return Camera(" ".join(value.text.split()))


def _tag(value: _Value) -> Tag:
    return Tag(" ".join(value.text.split()))


def _type(value: _Value) -> Type:
    wanted = value.text.strip().removeprefix(".").casefold()
    for known in FORMATS:
        if wanted == known.name:
            return Type(known.name)
        if wanted in known.extensions:
            return Type(known.name, wanted if known is RAW else None)
    names = ", ".join(known.name for known in FORMATS)
    raise _wrong(
        value.column,
        f"there is no type '{_shown(value.text)}'; expected {names}, or an extension of theirs.",
        "For example type:jpg, type:heic or type:nef",
    )


@dataclass(frozen=True, slots=True)
class _Kind:
    """A filter: what its value is, in words, and what makes it one."""

    read: Callable[[_Value], Criterion]
    expected: str
    example: str


_KINDS = {
    "from": _Kind(_from, "a date", "from:2019"),
    "to": _Kind(_to, "a date", "to:2021-06"),
    "folder": _Kind(_folder, "the name of a folder", 'folder:"My Photos"'),
    "camera": _Kind(_camera, "a part of a camera's name", "camera:nikon"),
    "type": _Kind(_type, "a format or an extension", "type:jpg"),
    "tag": _Kind(_tag, "the name of a tag", "tag:beach"),
}
"""By name, in the order in which they are listed to people."""


def _wrong(column: int, problem: str, hint: str) -> QueryError:
    return QueryError(f"Column {column}: {problem}", hint, column)


def _shown(text: str) -> str:
    """Short enough for a message."""
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
