"""Results of searches in a live library, and regions to search by."""

from dataclasses import dataclass
from pathlib import Path

from photofind.clip.encoder import PAPER_STRENGTH
from photofind.domain import Box
from photofind.search.regions import DEFAULT_METHOD, RegionMethod
from photofind.store.gallery import PhotoRows


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of the library a search covers.

    Attributes:
        searchable: Photos that have an embedding.
        known: All photos, including files found and not yet read; not those left alone because
            they cannot be embedded.
    """

    searchable: int
    known: int


@dataclass(frozen=True, slots=True, eq=False)
class Results:
    """Photos that match a query, best first.

    Attributes:
        rows: The confident hits, then the best guesses.
        sure: Number of confident hits; they come first.
        total: Photos that were searched: those that pass the filters.
        filtered: Whether the query has filters.
        by_date: Whether rows are sorted by date, because the query has only filters.
        named: How many of the confident hits are found by their names; they come first.
    """

    rows: PhotoRows
    sure: int
    total: int
    filtered: bool
    by_date: bool
    coverage: Coverage
    named: int = 0


@dataclass(frozen=True, slots=True)
class RegionOfPhoto:
    """A region of a picture, and how to embed it.

    Attributes:
        box: In pixels of the upright picture.
        strength: Of the attention bias, see `photofind.clip.falip`.
    """

    picture: Path
    box: Box
    method: RegionMethod = DEFAULT_METHOD
    strength: float = PAPER_STRENGTH
