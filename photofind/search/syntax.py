"""What a query can say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TextQuery:
    """Words that are one text."""

    text: str
