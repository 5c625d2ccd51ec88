"""Parses the query language.

    query     = { [ "+" ] [ "-" ] [ weight ] ( word | picture ) | condition }
    weight    = number ":"                               2:dog
    picture   = "image:" value
    condition = unary { "OR" unary }                     tag:beach OR tag:sea
    unary     = [ "-" ] ( filter | "(" { condition } ")" )
    filter    = name ":" value
    value     = quoted | text without white space
    word      = quoted | text without white space

    a dog on a beach - snow + image:sea.jpg from:2019 -folder:"My Photos"
    └── term ──────┘ └────┘ └─────────────┘ └── filters ────────────────┘

Words next to each other are one term; a sign or a weight begins another one, which lasts as far as
the next. Filters and pictures may stand between the words of a term. "-" subtracts; so do some
words in English, see `negation`. Conditions next to each other must all hold, and OR binds them
closer than that: `from:2019 tag:beach OR tag:sea` is (beach or sea) from 2019 on. AND may stand
beside a condition and changes nothing; OR stands between two. Anywhere else both are words.

`tokens` says what a word, a quote and a filter are.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from photofind.errors import QueryError
from photofind.search.negation import split_negations
from photofind.search.query import PictureFile, Query, Term, Text
from photofind.search.tokens import Token, TokenKind, tokenize, wrong
from photofind.store.filters import Condition, Filters, Group, all_of, any_of, negation

LONGEST_QUERY = 2000
"""In characters; a text encoder reads some seventy tokens and no more."""

_MOST_NESTED = 20
_OR_HINT = 'OR stands between two filters: tag:beach OR tag:sea. Quotes make it a word: "OR"'
_SIGNS = (TokenKind.PLUS, TokenKind.MINUS, TokenKind.WEIGHT)
_BEGIN_CONDITION = (TokenKind.FILTER, TokenKind.OPEN)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a query that can be taken out of it: words, a picture or a condition.

    Attributes:
        text: As typed, with what belongs to it: a sign, a weight, an AND.
        start: Offset of its first character, from 0.
        end: Offset past its last character.
        tokens: What it was made of.
        words: The unquoted text; empty unless it is words.
        quoted: Whether the words began with a quote.
        picture: The path, if it is a picture.
        condition: The condition, if it is one.
        weight: The weight of the term that begins here; `None` for words that go on with a term.
        error: A syntax error; its column counts from the start of the query.
        unfinished: Whether more typing may mend the error.
    """

    text: str
    start: int
    end: int
    tokens: tuple[Token, ...] = ()
    words: str = ""
    quoted: bool = False
    picture: Path | None = None
    condition: Condition | None = None
    weight: float | None = None
    error: QueryError | None = None
    unfinished: bool = False


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
    filters: list[Condition] = []
    runs: list[list[Part]] = []
    for part in parts:
        if part.condition is not None:
            filters.extend(_all_that_hold(part.condition))
        elif part.words.strip():
            if part.weight is not None or not runs:
                runs.append([])
            runs[-1].append(part)
    terms = [term for run in runs for term in _terms_of(run)]
    terms += [
        Term(PictureFile(part.picture), part.weight or 1.0, span=(part.start, part.end))
        for part in parts
        if part.picture is not None
    ]
    return Query(tuple(sorted(terms, key=lambda term: term.span)), tuple(filters))


def parse_parts(typed: str) -> tuple[Part, ...]:
    """Split a query into its parts, in order; those with a syntax error are included."""
    if len(typed) > LONGEST_QUERY and typed.strip():
        error = QueryError(
            f"The query has {len(typed):,} characters; {LONGEST_QUERY:,} are the most.",
            "A few words find more: a dog on a beach",
            LONGEST_QUERY + 1,
        )
        return (Part(typed, 0, len(typed), error=error),)
    return _Parser(typed).parts()


def _all_that_hold(condition: Condition) -> Filters:
    """Dissolve a group of which all must hold, as all conditions of a query do."""
    dissolves = isinstance(condition, Group) and not condition.any and not condition.negated
    return condition.members if dissolves and isinstance(condition, Group) else (condition,)


def _terms_of(run: Sequence[Part]) -> list[Term]:
    """Make terms of words that follow each other; the first has the weight of all."""
    weight = run[0].weight or 1.0
    if weight < 0:
        words = " ".join(" ".join(part.words for part in run).split())
        return [Term(Text(words), weight, span=(run[0].start, run[-1].end))]
    return [
        Term(
            Text(said.words),
            -weight if said.spoken else weight,
            said.spoken,
            span=(run[said.first].start, run[said.last - 1].end),
        )
        for said in split_negations(run)
    ]


class _WrongPartError(Exception):
    """A syntax error in a part."""

    def __init__(self, error: QueryError, *, unfinished: bool = False) -> None:
        super().__init__(error.message)
        self.error = error
        self.unfinished = unfinished


class _Parser:
    def __init__(self, typed: str) -> None:
        self._typed = typed
        self._tokens = tokenize(typed)
        self._at = 0

    def parts(self) -> tuple[Part, ...]:
        parts: list[Part] = []
        while self._at < len(self._tokens):
            parts.append(self._part())
        return tuple(parts)

    def _part(self) -> Part:
        first = self._at
        try:
            part = self._term_or_condition()
            found = error = None
        except _WrongPartError as caught:
            self._skip_group(first)
            part, found, error = Part("", 0, 0), caught, caught.error
        own = tuple(self._tokens[first : self._at])
        start, end = own[0].start, own[-1].end
        return replace(
            part,
            text=self._typed[start:end],
            start=start,
            end=end,
            tokens=own,
            error=error,
            unfinished=found is not None and found.unfinished,
        )

    def _term_or_condition(self) -> Part:
        signs = self._signs()
        token = self._peek()
        if token is None:
            raise self._missing(signs[-1])
        if token.kind is TokenKind.AND and self._begins_condition(self._at + 1):
            self._at += 1
            signs += self._signs()
            token = self._tokens[self._at]
        if token.kind is TokenKind.OR and self._begins_condition(self._at + 1):
            self._at += 1
            # What is wrong goes as far as the filter: without it, the OR would be a word.
            self._condition(self._signs())
            problem = "expected a filter before OR."
            raise _WrongPartError(wrong(token.start + 1, problem, _OR_HINT))
        if token.kind in _BEGIN_CONDITION:
            return Part("", 0, 0, condition=self._condition(signs))
        self._at += 1
        if token.error is not None:
            raise _WrongPartError(token.error, unfinished=token.unfinished)
        weight = _weight_of(signs) if signs else None
        if token.kind is TokenKind.PICTURE:
            return Part("", 0, 0, picture=token.picture, weight=weight)
        return Part("", 0, 0, words=token.words, quoted=token.quoted, weight=weight)

    def _condition(self, signs: Sequence[Token] = (), depth: int = 0) -> Condition:
        """Parse a condition whose first signs were read, and an AND that follows it."""
        members = [self._unary(signs, depth)]
        while self._next_is(TokenKind.OR):
            operator = self._tokens[self._at]
            self._at += 1
            signs = self._signs()
            if not self._begins_condition(self._at):
                token = self._peek()
                column = operator.start if token is None else token.start
                problem = "expected a filter after OR."
                error = wrong(column + 1, problem, _OR_HINT)
                raise _WrongPartError(error, unfinished=token is None)
            members.append(self._unary(signs, depth))
        if self._next_is(TokenKind.AND):
            self._at += 1
        return any_of(members)

    def _unary(self, signs: Sequence[Token], depth: int) -> Condition:
        token = self._tokens[self._at]
        self._at += 1
        for sign in signs:
            if sign.kind is TokenKind.WEIGHT:
                problem = "a filter has no weight; photos pass it or not."
                raise _WrongPartError(
                    wrong(sign.start + 1, problem, "Words and pictures have one: 2:dog")
                )
        if token.error is not None:
            raise _WrongPartError(token.error, unfinished=token.unfinished)
        plain = token.filter if token.kind is TokenKind.FILTER else self._group(token, depth + 1)
        assert plain is not None
        negated = any(sign.kind is TokenKind.MINUS for sign in signs)
        return negation(plain) if negated else plain

    def _group(self, opening: Token, depth: int) -> Condition:
        if depth > _MOST_NESTED:
            problem = f"parentheses may be nested {_MOST_NESTED} deep."
            raise _WrongPartError(wrong(opening.start + 1, problem, "Leave some of them out."))
        members: list[Condition] = []
        while not self._next_is(TokenKind.CLOSE):
            signs = self._signs()
            token = self._peek()
            if token is None:
                raise _WrongPartError(
                    wrong(
                        opening.start + 1,
                        "this parenthesis is never closed; expected another one.",
                        "Parentheses come in pairs: (tag:beach OR tag:sea)",
                    ),
                    unfinished=True,
                )
            if token.kind not in _BEGIN_CONDITION:
                problem = "expected a filter, OR or a closing parenthesis."
                hint = "Only filters stand in parentheses: (tag:beach OR tag:sea)"
                raise _WrongPartError(
                    wrong(token.start + 1, problem, hint), unfinished=self._at_last()
                )
            members.append(self._condition(signs, depth))
        self._at += 1
        return all_of(members)

    def _signs(self) -> list[Token]:
        """Read the signs and the weight before a term or a condition."""
        signs: list[Token] = []
        while (token := self._peek()) is not None and token.kind in _SIGNS:
            self._at += 1
            if token.error is not None:
                raise _WrongPartError(token.error)
            if signs and _SIGNS.index(token.kind) <= _SIGNS.index(signs[-1].kind):
                raise self._missing(signs[-1], token)
            signs.append(token)
        return signs

    def _missing(self, sign: Token, instead: Token | None = None) -> _WrongPartError:
        written = self._typed[sign.start : sign.end]
        column = sign.start if instead is None else instead.start
        problem = f"expected words, a picture or a filter after {written}"
        hint = "For example dog + water - snow. Quotes make it a word."
        return _WrongPartError(wrong(column + 1, f"{problem}.", hint), unfinished=instead is None)

    def _skip_group(self, first: int) -> None:
        """Go on behind the parentheses that are open where an error was found."""
        self._at = max(self._at, first + 1)
        kinds = [token.kind for token in self._tokens]
        depth = kinds[first : self._at].count(TokenKind.OPEN)
        depth -= kinds[first : self._at].count(TokenKind.CLOSE)
        while depth > 0 and self._at < len(kinds):
            depth += (kinds[self._at] is TokenKind.OPEN) - (kinds[self._at] is TokenKind.CLOSE)
            self._at += 1

    def _begins_condition(self, at: int) -> bool:
        """Return whether a condition, perhaps with signs, begins at a token."""
        while at < len(self._tokens) and self._tokens[at].kind in _SIGNS:
            at += 1
        return at < len(self._tokens) and self._tokens[at].kind in _BEGIN_CONDITION

    def _peek(self) -> Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next_is(self, kind: TokenKind) -> bool:
        token = self._peek()
        return token is not None and token.kind is kind

    def _at_last(self) -> bool:
        return self._at == len(self._tokens) - 1


def _weight_of(signs: Sequence[Token]) -> float:
    weight = signs[-1].weight
    return -weight if any(sign.kind is TokenKind.MINUS for sign in signs) else weight
