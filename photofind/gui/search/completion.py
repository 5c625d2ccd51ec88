"""Completions of what is typed: recent searches, filters and their values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from photofind.gui.search.typed import FilterAtCursor, TypedText
from photofind.gui.wording import tr
from photofind.search.tokens import quoted, written_value
from photofind.store.filter_kinds import KINDS
from photofind.store.filters import FilterKind

MOST_RECENTS = 6
MOST_VALUES = 8

_SHORTEST_PREFIX = 2


class Kind(Enum):
    """What choosing it does."""

    RECENT = "is submitted again"
    FILTER = "begins a filter"
    VALUE = "completes a filter"
    CLEAR = "forgets the recent searches"


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing to choose.

    Attributes:
        note: Beside it, in lesser weight.
        insertion: What it puts in the place of the token at the cursor; of a recent search, all.
    """

    kind: Kind
    text: str
    note: str
    insertion: str
    icon: str


def completions(
    typed: TypedText, cursor: int, recents: Sequence[str], values: Mapping[str, Sequence[str]]
) -> list[Completion]:
    """List completions, the best first.

    Args:
        values: What a filter can be, by its name, as far as it is known.
    """
    begun = typed.filter_at(cursor)
    if begun is not None:
        return _values(begun, values.get(begun.kind.name, ()))
    found = _recents(typed.text, recents)
    if found and not typed.text.strip():
        found.append(_clear())
    return found + _filters(typed, cursor)


def _values(begun: FilterAtCursor, known: Sequence[str]) -> list[Completion]:
    wanted = begun.value.casefold()
    hits = [one for one in known if wanted in one.casefold()]
    if any(one.casefold() == wanted for one in hits) and len(hits) == 1:
        return []
    hits.sort(key=lambda one: not one.casefold().startswith(wanted))
    kind = begun.kind
    return [
        Completion(Kind.VALUE, one, "", f"{kind.name}:{_literal(one)} ", kind.icon)
        for one in hits[:MOST_VALUES]
    ]


def _literal(value: str) -> str:
    # Parentheses too: the cursor may be within a group.
    plain = value.isprintable() and not any(one.isspace() or one in "()" for one in value)
    return written_value(value) if plain else quoted(value)


def _recents(text: str, recents: Sequence[str]) -> list[Completion]:
    typed = " ".join(text.casefold().split())
    hits = [one for one in recents if one.casefold().startswith(typed) and one.casefold() != typed]
    return [Completion(Kind.RECENT, one, "", one, "history") for one in hits[:MOST_RECENTS]]


def _filters(typed: TypedText, cursor: int) -> list[Completion]:
    token = typed.token_at(cursor)
    before = "" if token is None else typed.text[token.start : cursor]
    begun = before.lstrip("(-")
    opened = before[: len(before) - len(begun)]
    at = cursor if token is None else token.start
    expected = not typed.text.strip() or "(" in opened or typed.expects_filter(at)
    if len(begun) < _SHORTEST_PREFIX and not expected:
        return []
    return [
        Completion(Kind.FILTER, f"{name}:", _example(kind), f"{opened}{name}:", kind.icon)
        for name, kind in KINDS.items()
        if name.startswith(begun.casefold())
    ]


def _example(kind: FilterKind[Any]) -> str:
    text = tr("for example {example}")
    return text.format(example=f"{kind.name}:{written_value(kind.examples[0])}")


def _clear() -> Completion:
    text = tr("Clear recent searches")
    return Completion(Kind.CLEAR, text, "", "", "close")
