"""What the indexer and the followers of changes need of a catalogue; see `catalogue`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.domain import EmbeddingSpace, Fingerprint, FoundFile, PhotoId
from photofind.store.changes import ChangeKind, Changes
from photofind.store.derived import KindStatus, ProducerVersion
from photofind.store.embeddings import StoredEmbeddings
from photofind.store.files import Recorded
from photofind.store.photos import KnownFile, ReadFile
from photofind.store.roots import Root
from photofind.store.tags import Suggestion


class FileRepository(Protocol):
    """Files of roots; the one that indexes is the only one to change them."""

    def count(self, root: Root) -> int:
        """Count the known files of a root, failures among them."""
        ...

    def known(self, root: Root) -> list[KnownFile]:
        """List all files of a root, by the bytes of their paths."""
        ...

    def known_after(self, root: Root, after: Path | None, limit: int) -> list[KnownFile]:
        """List the next files of a root by the bytes of their paths; the first after `None`."""
        ...

    def known_in(
        self, root: Root, in_folders: Iterable[Path], in_trees: Iterable[Path]
    ) -> dict[Path, KnownFile]:
        """Read the files in some folders, and in others with all below them, by path."""
        ...

    def outside(
        self, root: Root, in_folders: Iterable[Path], in_trees: Iterable[Path], limit: int
    ) -> list[tuple[Path, int]]:
        """List files that `known_in` would not return, with their sizes."""
        ...

    def enqueue(self, root: Root, paths: Iterable[Path]) -> None:
        """Queue files that are still to be read; see `waiting`."""
        ...

    def clear_queue(self, root: Root, in_folders: Iterable[Path], in_trees: Iterable[Path]) -> None:
        """Clear the queue of some folders, and of others with all below them."""
        ...

    def record(
        self,
        known_roots: Mapping[Path, Root],
        producers: Sequence[ProducerVersion],
        files: Sequence[ReadFile],
        no_photos: Sequence[FoundFile],
    ) -> Recorded:
        """Record a batch that was read, and what was made of its photos.

        Args:
            known_roots: By path; those the files belong to.
            producers: Of the products that files have.
            no_photos: Files that hold no photo; they are forgotten.
        """
        ...

    def settle(self, root: Root, removed: Iterable[int], *, offline: bool) -> None:
        """Forget files of a root that was compared, and say whether it is connected.

        Args:
            removed: `KnownFile.file_id`; their photos stay.
            offline: Otherwise the root counts as indexed now.
        """
        ...


class EmbeddingRepository(Protocol):
    """Embeddings, and the space that searches use."""

    def prepare(self, space: EmbeddingSpace, producers: Sequence[ProducerVersion]) -> int:
        """Make a space known, and what is made of photos from now on; return its id.

        Searches use it from now on if they use none yet.
        """
        ...

    def serve(self, space_id: int) -> None:
        """Have searches use a space from now on."""
        ...

    def serving(self) -> tuple[int, EmbeddingSpace] | None:
        """Return the space that searches use, and its id; `None` before the first index."""
        ...

    def serving_space(self) -> EmbeddingSpace | None:
        """Return the space that searches use; `None` before the first index."""
        ...

    def of(self, photo_id: PhotoId) -> NDArray[np.float32] | None:
        """Load an embedding (dim,) of the serving space; `None` if absent or damaged."""
        ...

    def count(self, space_id: int) -> int:
        """Count photos that have a file and an embedding in a space."""
        ...

    def load(self, space_id: int) -> tuple[int, StoredEmbeddings]:
        """Load the embeddings of all photos that have a file, and their change number.

        A writer drops damaged ones, so that they are made again.
        """
        ...

    def load_changed(self, space_id: int, seq: int) -> tuple[Changes, StoredEmbeddings] | None:
        """Load what changed after a number, with embeddings of the searchable ones.

        A photo that changed and has none there cannot be searched any more.

        Returns:
            `None` where the log does not reach back, and all must be loaded.
        """
        ...

    def record_files(self, written: str) -> None:
        """Record what is to be known of files made of embeddings, instead of what was before."""
        ...

    def recorded_files(self) -> str | None:
        """Return what `record_files` recorded last."""
        ...

    def drop_damaged(self, space_id: int) -> int:
        """Delete damaged embeddings, so that they are made again; reads all."""
        ...


class ChangeRepository(Protocol):
    """The change log, see [Note: change feed] in changes.py."""

    def latest(self) -> int:
        """Return the number of the last change."""
        ...

    def since(
        self, seq: int, kinds: Sequence[ChangeKind]
    ) -> tuple[Changes, NDArray[np.int64]] | None:
        """Read the changes since a number, and which of the photos have a file, ascending.

        Returns:
            `None` where the log does not reach back.
        """
        ...

    def trim(self) -> int:
        """Delete changes that every follower has seen; returns how many."""
        ...


class DerivedRepository(Protocol):
    """What is derived from photos, see [Note: derived facts] in derived.py."""

    def status(self) -> list[KindStatus]:
        """Read how far everything is that is made now, by kind."""
        ...

    def pending(self, producers: Sequence[ProducerVersion]) -> set[PhotoId]:
        """Find photos that have a file and miss something; quick where there are none."""
        ...

    def pending_among(
        self, producers: Sequence[ProducerVersion], photo_ids: Collection[PhotoId]
    ) -> set[PhotoId]:
        """Find those of some photos that miss something, whether or not they have a file."""
        ...

    def missing_kinds(
        self, producers: Sequence[ProducerVersion], content: Fingerprint
    ) -> frozenset[str] | None:
        """Find what a photo misses; `None` where its content is not known."""
        ...

    def left_alone(self, producer: ProducerVersion) -> int:
        """Count the photos that a producer failed with so often that it leaves them alone."""
        ...

    def forget_all(self, producer: ProducerVersion) -> int:
        """Have a producer make all anew; return of how many photos."""
        ...


class SuggestionRepository(Protocol):
    """Suggestions of tags for a whole library, and how far they follow its photos."""

    def basis(self) -> str | None:
        """Return what suggestions were last begun on."""
        ...

    def begin(self, producer: ProducerVersion, basis: str, seq: int) -> None:
        """Have all photos looked at; what changes after `seq` is followed."""
        ...

    def changed(self, space_id: int) -> tuple[int | None, NDArray[np.int64] | None]:
        """Read the number that was followed to, and the photos embedded in a space since.

        Returns:
            No photos where the log does not reach back, and no number before `begin`.
        """
        ...

    def unseen(
        self, producer: ProducerVersion, there: NDArray[np.int64], changed: NDArray[np.int64]
    ) -> NDArray[np.int64]:
        """Find photos that were never looked at.

        Args:
            there: (N,) int64, ascending: all that are to be looked at. Only these are ever done.
            changed: (M,) int64: those of them that changed, which are looked at anyway.
        """
        ...

    def suggest(
        self,
        producer: ProducerVersion,
        space_id: int,
        photo_ids: Sequence[PhotoId],
        suggestions: Iterable[Suggestion],
    ) -> int:
        """Replace the suggestions of photos that were looked at; see `tags.suggest`."""
        ...

    def follow(self, producer: ProducerVersion, seq: int, left: Sequence[PhotoId]) -> None:
        """Record the number that is followed to.

        Args:
            left: Photos that have no embedding any more: looked at again when they have one.
        """
        ...
