"""What may be meant by what is typed so far: recent searches, filters and their values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from photofind.gui.search.typed import part_at
from photofind.gui.wording import tr
from photofind.photos.formats import FORMATS, VIDEO, videos_are_read
from photofind.search.syntax import quoted

MOST_RECENTS = 6
MOST_VALUES = 8

FILTERS = {
    "from": ("from:2019", "calendar"),
    "to": ("to:2021-06", "calendar"),
    "folder": ('folder:"My Photos"', "folder"),
    "camera": ("camera:nikon", "camera"),
    "type": ("type:jpg", "picture"),
    "tag": ("tag:beach", "tag"),
}
"""By name: an example and an icon; in the order in which they are offered."""

_SHORTEST_PREFIX = 2


class Kind(Enum):
    """What choosing it does."""

    RECENT = "asked again"
    FILTER = "begins a filter"
    VALUE = "completes a filter"
    CLEAR = "forgets the recent searches"


@dataclass(frozen=True, slots=True)
class Completion:
    """One thing to choose.

    Attributes:
        note: Beside it, in lesser weight.
        insertion: What it puts in the place of the part at the cursor; of a recent search, all.
    """

    kind: Kind
    text: str
    note: str
    insertion: str
    icon: str


def filter_at(text: str, cursor: int) -> tuple[str, str] | None:
    """Name and unfinished value of the filter at the cursor, unquoted; `None` without one."""
    part = part_at(text, cursor)
    if part is None:
        return None
    name, colon, value = part.text[: cursor - part.start].removeprefix("-").partition(":")
    if not colon or name.casefold() not in FILTERS:
        return None
    return name.casefold(), value.removeprefix('"').removesuffix('"').replace('""', '"')


def completions(
    text: str, cursor: int, recents: Sequence[str], values: Mapping[str, Sequence[str]]
) -> list[Completion]:
    """The best first.

    Args:
        values: What a filter can be, by its name, as far as it is known.
    """
    begun = filter_at(text, cursor)
    if begun is not None:
        return _values(*begun, values, negated=_is_negated(text, cursor))
    found = _recents(text, recents)
    if found and not text.strip():
        found.append(_clear())
    return found + _filters(text, cursor)


def _is_negated(text: str, cursor: int) -> bool:
    part = part_at(text, cursor)
    return part is not None and part.text.startswith("-")


def _values(
    name: str, value: str, values: Mapping[str, Sequence[str]], *, negated: bool
) -> list[Completion]:
    known = _formats() if name == "type" else values.get(name, ())
    wanted = value.casefold()
    hits = [one for one in known if wanted in one.casefold()]
    if any(one.casefold() == wanted for one in hits) and len(hits) == 1:
        return []
    hits.sort(key=lambda one: not one.casefold().startswith(wanted))
    sign = "-" if negated else ""
    return [
        Completion(
            Kind.VALUE,
            one,
            "",
            f"{sign}{name}:{_literal(one)} ",
            FILTERS[name][1],
        )
        for one in hits[:MOST_VALUES]
    ]


def _formats() -> list[str]:
    return [known.name for known in FORMATS if known is not VIDEO or videos_are_read()]


def _literal(value: str) -> str:
    plain = value.isprintable() and not any(letter.isspace() for letter in value)
    return value if plain and not value.startswith('"') else quoted(value)


def _recents(text: str, recents: Sequence[str]) -> list[Completion]:
    typed = " ".join(text.casefold().split())
    hits = [one for one in recents if one.casefold().startswith(typed) and one.casefold() != typed]
    return [Completion(Kind.RECENT, one, "", one, "history") for one in hits[:MOST_RECENTS]]


def _filters(text: str, cursor: int) -> list[Completion]:
    part = part_at(text, cursor)
    if part is None:
        typed, sign = "", ""
        if text.strip():
            return []
    else:
        typed = part.text[: cursor - part.start].casefold()
        sign = "-" if typed.startswith("-") else ""
        typed = typed.removeprefix("-")
        if len(typed) < _SHORTEST_PREFIX:
            return []
    return [
        Completion(Kind.FILTER, f"{sign}{name}:", _example(example), f"{sign}{name}:", icon)
        for name, (example, icon) in FILTERS.items()
        if name.startswith(typed)
    ]


def _example(example: str) -> str:
    text = tr("for example {example}")
    return text.format(example=example)


def _clear() -> Completion:
    text = tr("Clear recent searches")
    return Completion(Kind.CLEAR, text, "", "", "close")
