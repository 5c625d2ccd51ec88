"""Writes queries in the query language, the inverse of `parser`."""

from collections.abc import Iterator
from itertools import zip_longest

from photofind.search.parser import parse_parts, query_of
from photofind.search.query import PictureFile, Query, Term, Text
from photofind.search.tokens import PICTURE, quoted, written_value
from photofind.store.filters import Condition, Filter

_PARENTHESES = "()\N{FULLWIDTH LEFT PARENTHESIS}\N{FULLWIDTH RIGHT PARENTHESIS}"


def written(query: Query) -> str:
    """Write a text that parses into an equal query, with quotes only where needed."""
    plain = _written(query, in_quotes=False)
    parts = parse_parts(plain)
    reads_same = all(part.error is None for part in parts) and query_of(parts) == query
    return plain if reads_same else _written(query, in_quotes=True)


def written_condition(condition: Condition, *, within: bool = False) -> str:
    """Write a condition.

    Args:
        within: Whether it is a member of a group.
    """
    sign = "-" if condition.negated else ""
    if isinstance(condition, Filter):
        return f"{sign}{condition.kind.name}:{_written_value(condition, within=within)}"
    between = " OR " if condition.any else " "
    members = between.join(written_condition(one, within=True) for one in condition.members)
    bare = condition.any and not condition.negated and not within
    return members if bare else f"{sign}({members})"


def _written_value(one: Filter, *, within: bool) -> str:
    value = one.kind.write(one.value)
    ends_group = within and any(character in value for character in _PARENTHESES)
    return quoted(value) if ends_group else written_value(value)


def _written(query: Query, *, in_quotes: bool) -> str:
    terms = _written_terms(query, in_quotes=in_quotes)
    return " ".join([*terms, *(written_condition(one) for one in query.filters)])


def _written_terms(query: Query, *, in_quotes: bool) -> Iterator[str]:
    before: Term | None = None
    in_run = False
    for term, following in zip_longest(query.terms, query.terms[1:]):
        if isinstance(term.source, PictureFile):
            yield f"{_sign(term.weight)}{PICTURE}:{written_value(str(term.source.path))}"
        else:
            goes_on = not in_quotes and _goes_on(before, term)
            begin = "" if goes_on else _begin(_run_weight(term), again=in_run)
            words = quoted(term.source.words) if in_quotes else term.source.words
            comma = "," if not in_quotes and _goes_on(term, following) else ""
            yield f"{begin}{term.spoken} {words}{comma}" if term.spoken else begin + words + comma
            in_run = True
        before = term


def _goes_on(term: Term | None, following: Term | None) -> bool:
    """Return whether a word subtracts what follows, among the words that a term belongs to."""
    if term is None or following is None or not following.spoken:
        return False
    return isinstance(term.source, Text) and _run_weight(term) == _run_weight(following)


def _run_weight(term: Term) -> float:
    """Return the weight of the words that a text stands among."""
    return -term.weight if term.spoken else term.weight


def _begin(weight: float, *, again: bool) -> str:
    """Write how words of a weight begin.

    Args:
        again: Whether words stand before that they must not go on with.
    """
    if weight == 1:
        return "+ " if again else ""
    return "- " if weight == -1 else _sign(weight)


def _sign(weight: float) -> str:
    if abs(weight) == 1:
        return "" if weight > 0 else "-"
    return f"{weight:g}:"
