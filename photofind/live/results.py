"""Results of searches in a live library, and regions to search by."""

from dataclasses import dataclass
from pathlib import Path

from photofind.clip.encoder import PAPER_STRENGTH
from photofind.domain import Box
from photofind.search.regions import DEFAULT_METHOD, RegionMethod
from photofind.store.gallery import PhotoRows
from photofind.store.ordering import PhotoOrder


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
    """Photos that match a query, best first unless another order is wanted.

    Attributes:
        rows: The confident hits, then the best guesses; in another order only the confident hits,
            or only guesses where there are none.
        sure: Number of confident hits.
        total: Photos that were searched: those that pass the filters.
        filtered: Whether the query has filters.
        ranked: Whether the query has more than filters, so that rows match well or less well.
        order: What rows are sorted by; `None` is how well they match.
        named: How many of the confident hits are found by their names; they come first.
    """

    rows: PhotoRows
    sure: int
    total: int
    filtered: bool
    ranked: bool
    order: PhotoOrder | None
    coverage: Coverage
    named: int = 0

    @property
    def guesses_from(self) -> int | None:
        """Index of the first row that is a guess; `None` where only filters were asked for."""
        return self.sure if self.ranked else None


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
