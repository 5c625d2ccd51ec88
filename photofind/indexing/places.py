"""Where below a root something may have happened: what is compared instead of the whole of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

MOST_PLACES = 64
"""More than these, and looking at the whole root once is the simpler way."""


@dataclass(frozen=True, slots=True)
class Places:
    """Some folders of one root.

    Attributes:
        folders: Those whose own files may differ from what is known.
        trees: Those of which everything below may differ, or which are gone.
        everywhere: Nothing less than the whole root will do.
    """

    folders: frozenset[Path] = frozenset()
    trees: frozenset[Path] = frozenset()
    everywhere: bool = False

    def __or__(self, other: "Places") -> "Places":
        both = Places(self.folders | other.folders, self.trees | other.trees)
        too_many = len(both.folders) + len(both.trees) > MOST_PLACES
        return EVERYWHERE if self.everywhere or other.everywhere or too_many else both

    def apart(self) -> "Places":
        """Return the same places, each once: none lies in one of the trees."""
        trees = frozenset(tree for tree in self.trees if self.trees.isdisjoint(tree.parents))
        folders = frozenset(
            folder
            for folder in self.folders
            if folder not in trees and trees.isdisjoint(folder.parents)
        )
        return Places(folders, trees, self.everywhere)


EVERYWHERE = Places(everywhere=True)

Changes = Mapping[Path, Places]
"""By root."""
