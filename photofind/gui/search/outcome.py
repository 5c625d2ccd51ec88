"""The outcome of a search, in words."""

from dataclasses import dataclass, replace
from pathlib import Path

from photofind.gui import wording
from photofind.gui.search.kept_pictures import shown_name
from photofind.gui.search.request import SearchRequest
from photofind.gui.wording import tr
from photofind.live.results import Coverage, Results
from photofind.search.query import PictureFile, Query
from photofind.search.writing import written
from photofind.store.filters import Condition
from photofind.store.ordering import PhotoOrder

_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Outcome:
    """What stands above the photos.

    Attributes:
        counted: How many photos are shown and how sure they are.
        covered: How much of the library was looked at, where it was not all.
        covered_shortly: The same in fewer words.
        message: Where nothing clearly matches.
        broader: For each filter, the same request without it.
    """

    counted: str = ""
    covered: str = ""
    covered_shortly: str = ""
    message: str = ""
    broader: tuple[tuple[Condition, SearchRequest], ...] = ()


def outcome_of_all(count: int, coverage: Coverage) -> Outcome:
    if not count:
        return Outcome()
    return Outcome(wording.photos(count), *_read_so_far(coverage))


def outcome_of(results: Results, request: SearchRequest) -> Outcome:
    coverage = results.coverage
    if not coverage.known:
        return Outcome()
    if not results.total:
        return _nothing(coverage, request)
    if not results.ranked:
        return Outcome(_sorted(wording.photos(results.total), results.order))
    covered = _share(coverage)
    shown = len(results.rows)
    if results.sure and results.order is not None:
        text = tr("1 sure photo") if shown == 1 else tr("{count} sure photos")
        return Outcome(_sorted(text.format(count=wording.number(shown)), results.order), *covered)
    if results.sure:
        text = (
            tr("{photos} · {sure} sure, {named} of them by name")
            if results.named
            else tr("{photos} · {sure} sure")
        )
        sure, named = wording.number(results.sure), wording.number(results.named)
        text = text.format(photos=wording.photos(shown), sure=sure, named=named)
        return Outcome(text, *covered)
    counted = tr("1 best guess") if shown == 1 else tr("{count} best guesses")
    return Outcome(
        _sorted(counted.format(count=wording.number(shown)), results.order),
        *covered,
        tr("{nothing} Best guesses below.").format(nothing=_nothing_shows(request)),
        _broader(request),
    )


def _sorted(photos: str, order: PhotoOrder | None) -> str:
    match order:
        case None:
            return photos
        case PhotoOrder.NEWEST:
            return tr("{photos} by date").format(photos=photos)
        case PhotoOrder.OLDEST:
            return tr("{photos} by date, the oldest first").format(photos=photos)
        case PhotoOrder.NAME:
            return tr("{photos} by name").format(photos=photos)
        case PhotoOrder.RATING:
            return tr("{photos} by rating").format(photos=photos)


def _nothing(coverage: Coverage, request: SearchRequest) -> Outcome:
    filters = request.query.filters
    if not filters or not coverage.searchable:
        return Outcome(
            message=tr("No photo has been read yet. Photos can be found as they are read.")
        )
    complete = coverage.searchable >= coverage.known
    if len(filters) == 1:
        message = (
            tr("No photo passes this filter.")
            if complete
            else tr("No photo read so far passes this filter.")
        )
    else:
        message = (
            tr("No photo passes these filters.")
            if complete
            else tr("No photo read so far passes these filters.")
        )
    return Outcome(tr("No photos"), *_share(coverage), message, _broader(request))


def _nothing_shows(request: SearchRequest) -> str:
    picture, query = request.picture, request.query
    looks_like = tr("Nothing here clearly looks like ‘{name}’.")
    if picture is not None:
        if picture.is_part:
            looks_like = tr("Nothing here clearly shows this part of ‘{name}’.")
        return looks_like.format(name=_short(picture.name))
    if not all(term.is_picture for term in query.terms):
        words = query.only_text or written(_with_names(query))
        return tr("Nothing here clearly shows ‘{words}’.").format(words=_short(words))
    if len(query.terms) > 1:
        return tr("Nothing here clearly looks like these pictures.")
    if query.terms[0].weight < 0:
        looks_like = tr("Nothing here clearly looks other than ‘{name}’.")
    return looks_like.format(name=_short(shown_name(query.pictures[0].path)))


def _with_names(query: Query) -> Query:
    """Return the terms, pictures by their names alone."""
    terms = [
        replace(term, source=PictureFile(Path(shown_name(term.source.path))))
        if isinstance(term.source, PictureFile)
        else term
        for term in query.terms
    ]
    return Query(tuple(terms))


def _broader(request: SearchRequest) -> tuple[tuple[Condition, SearchRequest], ...]:
    different = dict.fromkeys(request.query.filters)
    return tuple((one, request.without(one)) for one in different)


def _share(coverage: Coverage) -> tuple[str, str]:
    """In full and in short."""
    return _covered(
        coverage,
        tr("in the {searchable} of {known} photos read so far"),
        tr("{searchable} of {known} read"),
    )


def _read_so_far(coverage: Coverage) -> tuple[str, str]:
    return _covered(coverage, tr("{searchable} read so far"), tr("{searchable} read"))


def _covered(coverage: Coverage, full: str, short: str) -> tuple[str, str]:
    if coverage.searchable >= coverage.known:
        return "", ""
    searchable, known = wording.number(coverage.searchable), wording.number(coverage.known)
    return (
        full.format(searchable=searchable, known=known),
        short.format(searchable=searchable, known=known),
    )


def _short(text: str) -> str:
    half = _LONGEST_NAME // 2
    return text if len(text) <= _LONGEST_NAME else f"{text[:half].rstrip()}…{text[-half:].lstrip()}"
