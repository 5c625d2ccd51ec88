"""What a live library answers, and the part of a picture it can be asked about."""

from dataclasses import dataclass
from pathlib import Path

from photofind.clip.encoder import PAPER_STRENGTH
from photofind.domain import Box
from photofind.search.regions import DEFAULT_METHOD, RegionMethod
from photofind.store.gallery import PhotoRows


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the library a search looks at.

    Attributes:
        searchable: Photos that can be found by what they show.
        known: Photos there are, those included that were only found so far.
    """

    searchable: int
    known: int


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Photos that answer a query, best first.

    Attributes:
        rows: The sure ones, then the best guesses.
        sure: How many of `rows` are sure; they come first.
        total: Photos that were looked at: those that pass the filters.
        filtered: Whether there were filters.
        by_date: Whether the order is that of dates, because nothing was asked but filters.
    """

    rows: PhotoRows
    sure: int
    total: int
    filtered: bool
    by_date: bool
    coverage: Coverage


@dataclass(frozen=True, slots=True)
class RegionOfPhoto:
    """A part of a picture.

    Attributes:
        box: In pixels of the upright picture.
    """

    picture: Path
    box: Box
    method: RegionMethod = DEFAULT_METHOD
    strength: float = PAPER_STRENGTH
