"""The catalogue's repositories, one for each subject.

Every method is one transaction and thread-safe. Nothing outside this package opens a connection or
depends on the kind of database.
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.domain import EmbeddingSpace, Failure, FileStat, Fingerprint, PhotoId
from photofind.paths import LibraryPaths
from photofind.store import (
    changes,
    counts,
    derived,
    embeddings,
    gallery,
    identity,
    photos,
    roots,
    state,
    tag_decisions,
    tags,
)
from photofind.store.changes import ChangeKind, Changes
from photofind.store.continuity import ContinuityRepository
from photofind.store.counts import Counts
from photofind.store.database import Database
from photofind.store.derived import DerivedRepository, ProducerVersion
from photofind.store.embeddings import NO_EMBEDDINGS, StoredEmbeddings
from photofind.store.files import FileRepository
from photofind.store.filters import FilteredPhotos, FilterKind, Filters, shown_files
from photofind.store.gallery import FolderSummary, PhotoDetails, PhotoRows
from photofind.store.gone import delete_gone
from photofind.store.roots import Root
from photofind.store.shown_files import StoredFile, put_back, take_out
from photofind.store.suggestions import SuggestionRepository
from photofind.store.tag_decisions import DecidedTag, TagChanges
from photofind.store.tags import VISIBLE, PhotoTag, Suggestion, TagCount, TagState
from photofind.store.timeline import Timeline

SEARCHED = (ChangeKind.FILES, ChangeKind.EMBEDDING)
"""Kinds of changes that affect whether a photo is searchable."""

_log = logging.getLogger(__name__)


class PhotoRepository:
    """Photos for display."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._timeline = Timeline(database)

    def all_rows(self) -> PhotoRows:
        """Read all photos that have a file, the newest first."""
        return self._timeline.rows()

    def rows_by_date(self, wanted: Filters) -> PhotoRows:
        """Read the photos that pass filters, the newest first."""
        with self._database.reading() as connection:
            return gallery.newest_rows(connection, wanted)

    def rows(self, photo_ids: Sequence[int] | NDArray[np.int64]) -> PhotoRows:
        """Read photos in the order of their ids; those without a file are left out."""
        with self._database.reading() as connection:
            return gallery.rows_of(connection, photo_ids)

    def details(self, photo_id: PhotoId, filters: Filters = ()) -> PhotoDetails | None:
        """Read everything about one photo; `filters` choose the file shown."""
        with self._database.reading() as connection:
            return gallery.details(connection, photo_id, filters)

    def files(
        self, photo_ids: Sequence[PhotoId], filters: Filters = ()
    ) -> dict[PhotoId, list[StoredFile]]:
        """List the files of each photo, the one shown under some filters first."""
        with self._database.reading() as connection:
            return shown_files(connection, photo_ids, filters)

    def take_out(self, files: Sequence[StoredFile]) -> tuple[list[StoredFile], list[StoredFile]]:
        """Delete the rows of files about to be moved away; see `shown_files.take_out`."""
        with self._database.writing() as connection:
            return take_out(connection, files)

    def put_back(self, files: Sequence[tuple[StoredFile, FileStat]]) -> None:
        """Insert rows again for files that were moved back, with their current state."""
        with self._database.writing() as connection:
            put_back(connection, files)

    def ids_of(self, contents: Sequence[Fingerprint]) -> dict[Fingerprint, PhotoId]:
        """Look up photos by fingerprint; unknown ones are absent."""
        with self._database.reading() as connection:
            return photos.photo_ids_of(connection, contents)

    def fingerprint(self, photo_id: PhotoId) -> Fingerprint | None:
        with self._database.reading() as connection:
            return gallery.fingerprint_of(connection, photo_id)

    def paths(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, list[Path]]:
        """List the files of each photo, sorted; photos without a file are absent."""
        with self._database.reading() as connection:
            return photos.paths_of(connection, photo_ids)

    def counts(self) -> Counts:
        with self._database.reading() as connection:
            return counts.overall(connection)

    def by_year(self) -> dict[int, int]:
        """Count photos by year taken, ascending; undated ones are left out."""
        with self._database.reading() as connection:
            return gallery.photos_by_year(connection)

    def shown_paths(self, photo_ids: Sequence[PhotoId], filters: Filters = ()) -> list[Path]:
        """List the file shown of each photo that has one; arguments as `details`."""
        return [files[0].path for files in self.files(photo_ids, filters).values()]

    def has_older(self) -> bool:
        """Return whether photos may be known by file bytes, see [Note: older photos]."""
        with self._database.reading() as connection:
            return identity.has_older_photos(connection)

    def delete_gone(self, before: datetime, limit: int, drop: Callable[[Fingerprint], None]) -> int:
        """Delete photos whose last file is gone since before a moment; see `gone`."""
        with self._database.writing() as connection:
            return delete_gone(connection, before, limit, drop)

    def filter_values(self, kind: FilterKind[Any], vocabulary: Sequence[str]) -> list[str]:
        """List a filter's values for completion; empty if it takes any text."""
        if kind.suggestions is None:
            return []
        with self._database.reading() as connection:
            return list(kind.suggestions(connection, vocabulary))


class RootRepository:
    """Roots, the folders that a person added, and their files."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Root]:
        """List all roots, in the order they were added."""
        with self._database.reading() as connection:
            return roots.list_roots(connection)

    def summaries(self) -> list[FolderSummary]:
        """List all roots with their counts, in the order they were added."""
        with self._database.reading() as connection:
            return gallery.folders(connection)

    def add(self, paths: Sequence[Path]) -> list[Root]:
        """Add folders, all or none, and return all roots; see `roots.add_root`."""
        with self._database.writing() as connection:
            for path in paths:
                roots.add_root(connection, path)
            return roots.list_roots(connection)

    def remove(self, root_id: int) -> None:
        """Delete a root and its files; photos and tags stay, for when they return."""
        with self._database.writing() as connection:
            roots.remove_root(connection, root_id)

    def failures(self, root_id: int | None = None) -> list[Failure]:
        """List files that could not be read, by path; of one root or of all."""
        with self._database.reading() as connection:
            return photos.failures(connection, root_id)

    def forget_failures(self) -> None:
        """Retry, in the next run, all files that could not be read and facts not derived."""
        with self._database.writing() as connection:
            photos.forget_failures(connection)
            derived.forget_failures(connection)


class EmbeddingRepository:
    """Embeddings, and the space that searches use."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def prepare(self, space: EmbeddingSpace, producers: Sequence[ProducerVersion]) -> int:
        """Make a space known, and what is made of photos from now on; return its id.

        Searches use it from now on if they use none yet.
        """
        with self._database.writing() as connection:
            space_id = embeddings.space_id(connection, space, create=True)
            derived.set_current(connection, producers)
            if state.serving_space(connection) is None:
                state.set_serving_space(connection, space_id)
        return space_id

    def serve(self, space_id: int) -> None:
        """Have searches use a space from now on."""
        with self._database.writing() as connection:
            state.set_serving_space(connection, space_id)

    def serving(self) -> tuple[int, EmbeddingSpace] | None:
        """Return the space that searches use, and its id; `None` before the first index."""
        with self._database.reading() as connection:
            return state.serving_space(connection)

    def serving_space(self) -> EmbeddingSpace | None:
        """Return the space that searches use; `None` before the first index."""
        serving = self.serving()
        return None if serving is None else serving[1]

    def of(self, photo_id: PhotoId) -> NDArray[np.float32] | None:
        """Load an embedding (dim,) of the serving space; `None` if absent or damaged."""
        with self._database.reading() as connection:
            serving = state.serving_space(connection)
            if serving is None:
                return None
            return embeddings.embedding_of(connection, serving[0], photo_id)

    def count(self, space_id: int) -> int:
        """Count photos that have a file and an embedding in a space."""
        with self._database.reading() as connection:
            return embeddings.coverage(connection, space_id)[0]

    def load(self, space_id: int) -> tuple[int, StoredEmbeddings]:
        """Load the embeddings of all photos that have a file, and their change number.

        A writer drops damaged ones, so that they are made again.
        """
        with self._database.reading() as connection:
            seq = changes.latest(connection)
            stored = embeddings.load_embeddings(connection, space_id)
        self._drop(space_id, stored.damaged)
        return seq, stored

    def load_changed(self, space_id: int, seq: int) -> tuple[Changes, StoredEmbeddings] | None:
        """Load what changed after a number, with embeddings of the searchable ones.

        A photo that changed and has none there cannot be searched any more.

        Returns:
            `None` where the log does not reach back, and all must be loaded.
        """
        with self._database.reading() as connection:
            changed = changes.changes_since(connection, seq, SEARCHED, space_id)
            if changed is None:
                return None
            ids = changed.of(*SEARCHED)
            if not len(ids):
                return changed, NO_EMBEDDINGS
            stored = embeddings.load_embeddings(connection, space_id, ids)
        self._drop(space_id, stored.damaged)
        return changed, stored

    def drop_damaged(self, space_id: int) -> int:
        """Delete damaged embeddings, so that they are made again; reads all."""
        with self._database.reading() as connection:
            damaged = embeddings.damaged_embeddings(connection, space_id)
        self._drop(space_id, damaged)
        return len(damaged)

    def _drop(self, space_id: int, damaged: NDArray[np.int64]) -> None:
        if not len(damaged):
            return
        _log.warning("%d embeddings are damaged", len(damaged))
        if self._database.writable:
            with self._database.writing() as connection:
                embeddings.drop_embeddings(connection, space_id, damaged)


class ChangeRepository:
    """The change log, see [Note: change feed] in changes.py."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self) -> int:
        """Return the number of the last change."""
        with self._database.reading() as connection:
            return changes.latest(connection)

    def since(
        self, seq: int, kinds: Sequence[ChangeKind]
    ) -> tuple[Changes, NDArray[np.int64]] | None:
        """Read the changes since a number, and which of the photos have a file, ascending.

        Returns:
            `None` where the log does not reach back.
        """
        with self._database.reading() as connection:
            changed = changes.changes_since(connection, seq, kinds)
            if changed is None:
                return None
            return changed, gallery.present(connection, changed.of(*kinds))

    def trim(self) -> int:
        """Delete changes that every follower has seen; returns how many."""
        with self._database.writing() as connection:
            return changes.trim(connection)


class TagRepository:
    """Tags on photos; see tags.py."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(
        self, photo_ids: Sequence[PhotoId], states: Sequence[TagState] = VISIBLE
    ) -> list[list[PhotoTag]]:
        """List the tags of each photo: decided ones by name, then suggestions, best first."""
        with self._database.reading() as connection:
            found = tags.tags_of(connection, photo_ids, states)
        return [found[photo_id] for photo_id in photo_ids]

    def counts(self) -> list[TagCount]:
        """Count photos by tag and state, for tags that a photo with a file has, by name."""
        with self._database.reading() as connection:
            return tags.counts_by_tag(connection)

    def review_queue(self, limit: int, name: str | None = None) -> list[Suggestion]:
        """List suggestions that wait for a decision, best first, of one tag or of all."""
        with self._database.reading() as connection:
            return tags.review_queue(connection, limit, name)

    def decide(self, photo_ids: Sequence[PhotoId], changes: TagChanges) -> tuple[DecidedTag, ...]:
        """Change tags as a person decided, all or none; returns only those that differ.

        Raises:
            BadInputError: A name is no name for a tag.
        """
        with self._database.writing() as connection:
            return tag_decisions.decide(connection, photo_ids, changes)

    def take_back(self, decided: Sequence[DecidedTag]) -> list[PhotoId]:
        """Undo decisions; returns the photos that are affected now."""
        with self._database.writing() as connection:
            return tag_decisions.take_back(connection, decided)


class Catalogue(AbstractContextManager["Catalogue"]):
    """All repositories over one database.

    Attributes:
        upkeep: What is done with the catalogue as a whole.
    """

    def __init__(self, database: Database) -> None:
        self.upkeep = database
        self.photos = PhotoRepository(database)
        self.roots = RootRepository(database)
        self.files = FileRepository(database)
        self.filtered = FilteredPhotos(database)
        self.embeddings = EmbeddingRepository(database)
        self.changes = ChangeRepository(database)
        self.tags = TagRepository(database)
        self.suggestions = SuggestionRepository(database)
        self.continuity = ContinuityRepository(database)
        self.derived = DerivedRepository(database)

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        self.upkeep.close()


def open_catalogue(paths: LibraryPaths, *, write: bool, create: bool = True) -> Catalogue:
    """Open the catalogue of a library; arguments and errors as `Database.open`."""
    return Catalogue(Database.open(paths, write=write, create=create))
