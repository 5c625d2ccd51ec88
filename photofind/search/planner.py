"""What a query says → what has to be done to answer it.

Words are embedded and rank the photos that pass the filters; filters alone list them by date.
"""

from dataclasses import dataclass

from photofind.search.syntax import Camera, Criterion, Folder, From, Query, Tag, To, Type
from photofind.store.filters import (
    Condition,
    InFolder,
    OfFormat,
    PhotoFilter,
    Tagged,
    TakenFrom,
    TakenUntil,
    TakenWith,
    WithExtension,
)


@dataclass(frozen=True, slots=True)
class Plan:
    """How to answer a query.

    Attributes:
        text: What to embed and rank by; `None` ranks by date, newest first.
        wanted: Which photos are ranked at all.
    """

    text: str | None
    wanted: PhotoFilter


def plan(query: Query) -> Plan:
    required = tuple(_condition(one.criterion) for one in query.filters if not one.negated)
    excluded = tuple(_condition(one.criterion) for one in query.filters if one.negated)
    return Plan(query.text or None, PhotoFilter(required, excluded))


def _condition(criterion: Criterion) -> Condition:
    match criterion:
        case From(date):
            return TakenFrom(str(date))
        case To(date):
            return TakenUntil(str(date))
        case Folder(names):
            return InFolder(names)
        case Camera(text):
            return TakenWith(text)
        case Type(_, str(extension)):
            return WithExtension(extension)
        case Type(name):
            return OfFormat(name)
        case Tag(name):
            return Tagged(name)
