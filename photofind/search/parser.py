"""What a person typed → what it says."""

from photofind.errors import QueryError
from photofind.search.syntax import TextQuery

LONGEST_QUERY = 2000
"""Characters; a search model reads some seventy words and no more."""


def parse(query: str) -> TextQuery:
    """The query of a search bar or command line; raises `QueryError`."""
    text = " ".join(query.split())
    if not text:
        raise QueryError("The query is empty.", "Type what the photo shows: a dog on a beach", 1)
    if len(text) > LONGEST_QUERY:
        raise QueryError(
            f"The query has {len(text):,} characters; {LONGEST_QUERY:,} are the most.",
            "A few words find more: a dog on a beach",
            LONGEST_QUERY + 1,
        )
    return TextQuery(text)
