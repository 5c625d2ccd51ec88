"""Splits the values of a statement into batches that SQLite accepts."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Item = TypeVar("Item")

BOUND_VARIABLES = 500
"""Well below 999, the limit of the oldest SQLite in use."""


def in_batches(items: Sequence[Item], size: int = BOUND_VARIABLES) -> Iterator[Sequence[Item]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
