"""Statements with many values, a safe number at a time."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

BOUND_VARIABLES = 500
"""Well below 999, what the oldest SQLite in use takes in one statement."""


def in_batches(items: Sequence[Item], size: int = BOUND_VARIABLES) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
