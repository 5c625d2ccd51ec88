"""What one indexing run has done so far."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from photofind.domain import Failure, PhotoId


@dataclass(slots=True)
class Tally:
    """See `IndexFinished` for what the numbers count."""

    found: int = 0
    embedded: int = 0
    unchanged: int = 0
    moved: int = 0
    removed: int = 0
    offline: list[Path] = field(default_factory=list)
    folder_failures: list[Failure] = field(default_factory=list)
    being_written: list[Path] = field(default_factory=list)
    arrived: Counter[PhotoId] = field(default_factory=Counter)
    """Photos met at a path that was not known before, and at how many."""
