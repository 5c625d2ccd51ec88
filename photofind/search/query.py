"""A parsed query: the value passed from the key press to the hits."""

from dataclasses import dataclass

from photofind.store.filters import Filters


@dataclass(frozen=True, slots=True)
class Query:
    """Text to rank photos by, and filters that they must pass.

    Attributes:
        text: What the photo shows, single spaces between words; empty sorts by date, the newest
            first.
        filters: In the order written.
    """

    text: str = ""
    filters: Filters = ()

    @property
    def empty(self) -> bool:
        """Whether there is neither text nor a filter."""
        return not self.text and not self.filters
