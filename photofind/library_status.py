"""The status of a library: its contents, progress and failures."""

from collections.abc import Callable
from dataclasses import dataclass

from photofind.domain import EmbeddingSpace, Failure
from photofind.store.catalogue import Catalogue
from photofind.store.counts import Counts
from photofind.store.derived import KindStatus
from photofind.store.roots import Root
from photofind.vectors.selector import EXACT_UNCHECKED, IndexHealth


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """The contents, progress and failures of a library.

    Attributes:
        checkpoint: Of the serving space; `None` before anything was indexed.
        embedded: Photos among `counts.photos_with_files` that are searchable.
        derived: Progress and failures of each kind of derived fact.
        index: Kind and recall of the index, as measured when it was built.
        offers: Photos that may be edits of photos with tags, see `ContinuityRepository`.
        orphaned: Photos with a person's tags that no file leads to.
    """

    counts: Counts
    roots: tuple[Root, ...]
    checkpoint: str | None
    embedded: int
    failures: tuple[Failure, ...]
    derived: tuple[KindStatus, ...]
    index: IndexHealth
    offers: int
    orphaned: int


def read_status(
    catalogue: Catalogue, health: Callable[[EmbeddingSpace, int], IndexHealth]
) -> LibraryStatus:
    """Read the status of a library.

    Args:
        health: Returns the health of the index over a number of photos in a space.
    """
    offers, orphaned = catalogue.continuity.counts()
    serving = catalogue.embeddings.serving()
    embedded = catalogue.embeddings.count(serving[0]) if serving else 0
    return LibraryStatus(
        counts=catalogue.photos.counts(),
        roots=tuple(catalogue.roots.all()),
        checkpoint=serving[1].checkpoint if serving else None,
        embedded=embedded,
        failures=tuple(catalogue.roots.failures()),
        derived=tuple(catalogue.derived.status()),
        index=health(serving[1], embedded) if serving else EXACT_UNCHECKED,
        offers=offers,
        orphaned=orphaned,
    )
