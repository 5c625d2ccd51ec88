r"""Splits a query into tokens.

A token begins where white space ends, behind a sign, behind a weight, and at a parenthesis of a
group. What only resembles a token of the language is a word: a time (`12:30`), a word with a hyphen
(`t-shirt`), an address (`https://…`), a path with a drive (`C:\Photos`), an unknown name with
nothing right after its colon (`Paris: at night`), a parenthesis without a filter in it.

Characters mean what they look like: dashes (– — −) are a minus, „“ ”“ «» ‘’ are quotes, and so are
the full-width forms of digits and signs (2:dog). Between quotes every character is itself.
"""

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from pathlib import Path
from typing import Any

from photofind.errors import QueryError
from photofind.store.filter_kinds import KINDS
from photofind.store.filter_values import plain, shortened
from photofind.store.filters import Filter, FilterKind, FilterValueError

PICTURE = "image"
"""The name before a picture's path, as that of a filter: `image:PATH`."""

_MINUS = "-–—−\N{FULLWIDTH HYPHEN-MINUS}"
_PLUS = "+\N{FULLWIDTH PLUS SIGN}"
_OPEN, _CLOSE = "(\N{FULLWIDTH LEFT PARENTHESIS}", ")\N{FULLWIDTH RIGHT PARENTHESIS}"
_COLON = ":\N{FULLWIDTH COLON}"
_DIGIT = "0-9\N{FULLWIDTH DIGIT ZERO}-\N{FULLWIDTH DIGIT NINE}"
_DOT = ".,\N{FULLWIDTH FULL STOP}"

_QUOTES = (
    re.compile(r'"((?:[^"]|"")*)"(?!")'),
    re.compile(r"[“”]([^“”„]*)”|„([^“”„]*)[“”]"),
    re.compile(r'[“”„]([^“”„"]*)"'),
    re.compile(r"«\s*([^«»]*?)\s*»|»\s*([^«»]*?)\s*«"),
    re.compile("\N{FULLWIDTH QUOTATION MARK}([^\N{FULLWIDTH QUOTATION MARK}]*)"
               "\N{FULLWIDTH QUOTATION MARK}"),
    re.compile("[‘\N{SINGLE LOW-9 QUOTATION MARK}](.*?)[’‘](?!\\w)", re.DOTALL),
)  # fmt: skip
OPENING_QUOTES = '"“”„«»\N{FULLWIDTH QUOTATION MARK}'
_MAYBE_QUOTES = "‘\N{SINGLE LOW-9 QUOTATION MARK}"
"""Quotes if they are closed; otherwise a part of the word."""

_NAME = re.compile(rf"([^\W\d_][\w-]*)[{_COLON}]")
_WEIGHT = re.compile(
    rf"([{_DIGIT}]+(?:[{_DOT}][{_DIGIT}]+)?)[{_COLON}](?=[^\W\d_]|[{OPENING_QUOTES}{_MAYBE_QUOTES}])"
)
_GROUP = re.compile(rf"(?:[{_OPEN}]\s*(?:[{_MINUS}]\s*)?)+([^\W\d_][\w-]*)[{_COLON}]")
_WORD = re.compile(r"\S*")
_WORD_OF_GROUP = re.compile(rf"[^\s{_CLOSE}]*")
_VALUE_OF_GROUP = re.compile(rf"(?:[^\s{_OPEN}{_CLOSE}]|[{_OPEN}][^\s{_OPEN}{_CLOSE}]*[{_CLOSE}])*")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_LARGEST_WEIGHT = 999


class TokenKind(Enum):
    """What a token is."""

    WORD = auto()
    FILTER = auto()
    PICTURE = auto()
    PLUS = auto()
    MINUS = auto()
    WEIGHT = auto()
    OPEN = auto()
    CLOSE = auto()
    OR = auto()
    AND = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a query.

    Attributes:
        start: Offset of its first character, from 0.
        end: Offset past its last character.
        words: The unquoted text of a word, of OR and of AND.
        quoted: Whether it begins with a quote.
        weight: Of a weight.
        picture: Of a picture.
        filter: Of a filter without an error; not negated.
        filter_kind: Of a filter, also of one with an error.
        value_start: Of a filter: offset of its value, or of its opening quote.
        error: A syntax error; its column counts from the start of the query.
        unfinished: Whether more typing may mend the error: a value or a quote is to come.
    """

    kind: TokenKind
    start: int
    end: int
    words: str = ""
    quoted: bool = False
    weight: float = 1.0
    picture: Path | None = None
    filter: Filter | None = None
    filter_kind: FilterKind[Any] | None = None
    value_start: int = 0
    error: QueryError | None = None
    unfinished: bool = False


def tokenize(typed: str) -> list[Token]:
    """Split a query into its tokens, in order; those with a syntax error are included."""
    return _Tokenizer(typed).tokens()


def wrong(column: int, problem: str, hint: str) -> QueryError:
    return QueryError(f"Column {column}: {problem}", hint, column)


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


class _Tokenizer:
    def __init__(self, typed: str) -> None:
        self._typed = typed
        # Undecodable bytes of a command line; the catalogue replaces them in names likewise.
        self._text = _SURROGATE.sub("\ufffd", typed)
        self._depth = 0

    def tokens(self) -> list[Token]:
        found: list[Token] = []
        at = self._after_space(0)
        while at < len(self._text):
            token = self._token(at)
            found.append(token)
            at = self._after_space(token.end)
        return found

    def _after_space(self, at: int) -> int:
        while at < len(self._text) and self._text[at].isspace():
            at += 1
        return at

    def _token(self, at: int) -> Token:
        text = self._text
        character = text[at]
        if character in _MINUS + _PLUS and self._is_sign(at + 1):
            return Token(TokenKind.MINUS if character in _MINUS else TokenKind.PLUS, at, at + 1)
        if character in _OPEN and self._begins_group(at):
            self._depth += 1
            return Token(TokenKind.OPEN, at, at + 1)
        if self._depth and character in _CLOSE:
            self._depth -= 1
            return Token(TokenKind.CLOSE, at, at + 1)
        weight = _WEIGHT.match(text, at)
        if weight is not None:
            return _weight(weight)
        name = _NAME.match(text, at)
        if name is not None and self._is_name(name):
            return self._named(name)
        return self._word(at)

    def _is_sign(self, after: int) -> bool:
        """Return whether a sign with this behind it is no part of a word."""
        text = self._text
        following = text[after : after + 1]
        if not following.strip():
            return True
        return (
            following.isalpha()
            or following in OPENING_QUOTES
            or _unquoted(text, after) is not None
            or self._begins_group(after)
            or _WEIGHT.match(text, after) is not None
        )

    def _begins_group(self, at: int) -> bool:
        found = _GROUP.match(self._text, at)
        return found is not None and found[1].casefold() in KINDS

    def _is_name(self, found: re.Match[str]) -> bool:
        """Return whether a name with a colon is meant as a filter; see the top of this file."""
        name, rest = found[1], self._text[found.end() :]
        if rest.startswith("//"):
            return False
        if name.casefold() in (*KINDS, PICTURE):
            return True
        drive = len(name) == 1 and rest.startswith(("/", "\\"))
        return not (drive or not rest[:1].strip())

    def _word(self, at: int) -> Token:
        literal = _unquoted(self._text, at)
        if literal is None and self._text[at] in OPENING_QUOTES:
            return self._unclosed(TokenKind.WORD, at, at)
        words, after = literal or ("", at)
        pattern = _WORD_OF_GROUP if self._depth else _WORD
        end = _end(pattern, self._text, after)
        words += self._text[after:end]
        kind = TokenKind.WORD
        if literal is None and words in ("OR", "AND"):
            kind = TokenKind[words]
        return Token(kind, at, end, words, quoted=literal is not None)

    def _unclosed(self, kind: TokenKind, at: int, quote: int) -> Token:
        error = wrong(
            quote + 1,
            "this quote is never closed; expected another one.",
            'Quotes come in pairs: folder:"My Photos"',
        )
        return Token(kind, at, len(self._text), error=error, unfinished=True)

    def _named(self, found: re.Match[str]) -> Token:
        """Read a filter or a picture: a name, a colon, a value."""
        name, at = found[1].casefold(), found.start()
        kind = KINDS.get(name)
        if kind is None and name != PICTURE:
            return self._unknown(found)
        what = TokenKind.PICTURE if kind is None else TokenKind.FILTER
        begun = Token(what, at, found.end(), filter_kind=kind, value_start=found.end())
        literal = _unquoted(self._text, found.end())
        if literal is None and self._text[found.end() :].startswith(tuple(OPENING_QUOTES)):
            unclosed = self._unclosed(what, at, found.end())
            return replace(unclosed, filter_kind=kind, value_start=found.end())
        if literal is None:
            end = _end(_VALUE_OF_GROUP if self._depth else _WORD, self._text, found.end())
            value, shift = self._text[found.end() : end], found.end()
        else:
            (value, end), shift = literal, found.end() + 1
        following = self._text[end : end + 1]
        if literal is not None and following.strip() and not (self._depth and following in _CLOSE):
            return replace(
                begun,
                end=_end(_WORD, self._text, end),
                error=wrong(
                    end + 1,
                    "expected a space after the closing quote.",
                    'A quote inside quotes is written twice: folder:"The ""best"" of"',
                ),
            )
        whole = replace(begun, end=end)
        read = self._picture if kind is None else self._filter
        return read(whole, value, shift)

    def _filter(self, token: Token, value: str, shift: int) -> Token:
        kind = token.filter_kind
        assert kind is not None
        if not value.strip():
            error = _no_value(token, kind.name, kind.expected, written_value(kind.examples[0]))
            return replace(token, error=error, unfinished=True)
        try:
            return replace(token, filter=Filter(kind, kind.read(value)))
        except FilterValueError as found:
            error = wrong(shift + found.at + 1, found.problem, found.hint)
            return replace(token, error=error)

    def _picture(self, token: Token, value: str, shift: int) -> Token:
        if not value.strip():
            error = _no_value(token, PICTURE, "the path of a picture", "beach.jpg")
            return replace(token, error=error, unfinished=True)
        if "\0" in value:
            error = wrong(shift + value.index("\0") + 1, "no path holds this.", "Check the path.")
            return replace(token, error=error)
        # A path keeps the bytes that are no text.
        typed = self._typed[shift : shift + len(value)]
        kept = typed if _SURROGATE.sub("\ufffd", typed) == value else value
        return replace(token, picture=Path(kept))

    def _unknown(self, found: re.Match[str]) -> Token:
        end = _end(_WORD, self._text, found.end())
        names = ", ".join(f"{known}:" for known in (*KINDS, PICTURE))
        error = wrong(
            found.start() + 1,
            f"there is no filter '{shortened(found[1])}:'; expected one of {names}.",
            f"Quotes make it words: {quoted(shortened(self._text[found.start() : end]))}",
        )
        return Token(TokenKind.FILTER, found.start(), end, error=error)


def written_value(value: str) -> str:
    """Write a filter's value as it is typed, quoted where needed."""
    begins_otherwise = value[:1] in OPENING_QUOTES + _MAYBE_QUOTES or value.startswith("//")
    needs_quotes = begins_otherwise or re.fullmatch(r"\S+", value) is None
    return quoted(value) if needs_quotes else value


def _no_value(token: Token, name: str, expected: str, example: str) -> QueryError:
    return wrong(
        token.start + 1,
        f"'{name}:' expects {expected} right after its colon.",
        f"For example {name}:{example}",
    )


def _weight(found: re.Match[str]) -> Token:
    weight = round(float(plain(found[1]).replace(",", ".")), 3)
    token = Token(TokenKind.WEIGHT, found.start(), found.end(), weight=weight)
    if 0 < weight <= _LARGEST_WEIGHT:
        return token
    error = wrong(
        found.start() + 1,
        f"expected a weight from 0.001 to {_LARGEST_WEIGHT}, not {shortened(found[1])}.",
        "Twice as much of a dog is 2:dog, half as much is 0.5:dog",
    )
    return replace(token, error=error)


def _unquoted(text: str, at: int) -> tuple[str, int] | None:
    """Return what the quotes at an offset hold, and where they end; `None` if none do."""
    for pattern in _QUOTES:
        found = pattern.match(text, at)
        if found is not None:
            held = next(part for part in found.groups() if part is not None)
            return (held.replace('""', '"') if found[0][0] == '"' else held), found.end()
    return None


def _end(pattern: re.Pattern[str], typed: str, at: int) -> int:
    """Return the end of a pattern's match at an offset; the offset itself without one."""
    found = pattern.match(typed, at)
    return at if found is None else found.end()
