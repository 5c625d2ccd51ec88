"""A parsed query: the one value that travels from the key press to the hits."""

from dataclasses import dataclass

from photofind.store.filters import Filters


@dataclass(frozen=True, slots=True)
class Query:
    """Photos that pass the filters are ranked by the text.

    Attributes:
        text: What the photo shows, single spaces between words; empty ranks by date, the newest
            first.
        filters: In the order written.
    """

    text: str = ""
    filters: Filters = ()

    @property
    def empty(self) -> bool:
        return not self.text and not self.filters
