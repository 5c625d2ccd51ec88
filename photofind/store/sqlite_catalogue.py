"""Implements repositories of `catalogue` in SQLite; others are beside what they store."""

import logging
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.domain import EmbeddingSpace, Failure, FileStat, Fingerprint, PhotoId
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
from photofind.store.changes import SEARCHED, ChangeKind, Changes
from photofind.store.counts import Counts
from photofind.store.database import Database
from photofind.store.derived import KindStatus, ProducerVersion
from photofind.store.embeddings import NO_EMBEDDINGS, StoredEmbeddings
from photofind.store.filters import FilterKind, Filters, shown_files
from photofind.store.gallery import FolderSummary, PhotoDetails, PhotoRows
from photofind.store.gone import delete_gone
from photofind.store.ordering import PhotoOrder, ordered_rows
from photofind.store.roots import Root
from photofind.store.shown_files import StoredFile, put_back, take_out
from photofind.store.tag_decisions import DecidedTag, TagChanges
from photofind.store.tags import VISIBLE, PhotoTag, Suggestion, TagCount, TagState
from photofind.store.timeline import Timeline

VECTOR_FILES = "vector_files"

_log = logging.getLogger(__name__)


class SqlitePhotos:
    """Implements `catalogue.PhotoRepository`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._timeline = Timeline(database)

    def all_rows(self) -> PhotoRows:
        return self._timeline.rows()

    def ordered_rows(
        self, order: PhotoOrder, filters: Filters = (), among: NDArray[np.int64] | None = None
    ) -> PhotoRows:
        with self._database.reading() as connection:
            return ordered_rows(connection, order, filters, among)

    def rows(self, photo_ids: Sequence[int] | NDArray[np.int64]) -> PhotoRows:
        with self._database.reading() as connection:
            return gallery.rows_of(connection, photo_ids)

    def details(self, photo_id: PhotoId, filters: Filters = ()) -> PhotoDetails | None:
        with self._database.reading() as connection:
            return gallery.details(connection, photo_id, filters)

    def files(
        self, photo_ids: Sequence[PhotoId], filters: Filters = ()
    ) -> dict[PhotoId, list[StoredFile]]:
        with self._database.reading() as connection:
            return shown_files(connection, photo_ids, filters)

    def take_out(self, files: Sequence[StoredFile]) -> tuple[list[StoredFile], list[StoredFile]]:
        with self._database.writing() as connection:
            return take_out(connection, files)

    def put_back(self, files: Sequence[tuple[StoredFile, FileStat]]) -> None:
        with self._database.writing() as connection:
            put_back(connection, files)

    def ids_of(self, contents: Sequence[Fingerprint]) -> dict[Fingerprint, PhotoId]:
        with self._database.reading() as connection:
            return photos.photo_ids_of(connection, contents)

    def fingerprint(self, photo_id: PhotoId) -> Fingerprint | None:
        with self._database.reading() as connection:
            return gallery.fingerprint_of(connection, photo_id)

    def paths(self, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, list[Path]]:
        with self._database.reading() as connection:
            return photos.paths_of(connection, photo_ids)

    def counts(self) -> Counts:
        with self._database.reading() as connection:
            return counts.overall(connection)

    def by_year(self) -> dict[int, int]:
        with self._database.reading() as connection:
            return gallery.photos_by_year(connection)

    def shown_paths(self, photo_ids: Sequence[PhotoId], filters: Filters = ()) -> list[Path]:
        return [files[0].path for files in self.files(photo_ids, filters).values()]

    def has_older(self) -> bool:
        with self._database.reading() as connection:
            return identity.has_older_photos(connection)

    def delete_gone(self, before: datetime, limit: int, drop: Callable[[Fingerprint], None]) -> int:
        with self._database.writing() as connection:
            return delete_gone(connection, before, limit, drop)

    def filter_values(self, kind: FilterKind[Any], vocabulary: Sequence[str]) -> list[str]:
        if kind.suggestions is None:
            return []
        with self._database.reading() as connection:
            return list(kind.suggestions(connection, vocabulary))


class SqliteRoots:
    """Implements `catalogue.RootRepository`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[Root]:
        with self._database.reading() as connection:
            return roots.list_roots(connection)

    def summaries(self) -> list[FolderSummary]:
        with self._database.reading() as connection:
            return gallery.folders(connection)

    def add(self, paths: Sequence[Path]) -> list[Root]:
        with self._database.writing() as connection:
            for path in paths:
                roots.add_root(connection, path)
            return roots.list_roots(connection)

    def remove(self, root_id: int) -> None:
        with self._database.writing() as connection:
            roots.remove_root(connection, root_id)

    def failures(self, root_id: int | None = None) -> list[Failure]:
        with self._database.reading() as connection:
            return photos.failures(connection, root_id)

    def forget_failures(self) -> None:
        with self._database.writing() as connection:
            photos.forget_failures(connection)
            derived.forget_failures(connection)


class SqliteEmbeddings:
    """Implements `catalogue.EmbeddingRepository`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def prepare(self, space: EmbeddingSpace, producers: Sequence[ProducerVersion]) -> int:
        with self._database.writing() as connection:
            space_id = embeddings.space_id(connection, space, create=True)
            derived.set_current(connection, producers)
            if state.serving_space(connection) is None:
                state.set_serving_space(connection, space_id)
        return space_id

    def serve(self, space_id: int) -> None:
        with self._database.writing() as connection:
            state.set_serving_space(connection, space_id)

    def serving(self) -> tuple[int, EmbeddingSpace] | None:
        with self._database.reading() as connection:
            return state.serving_space(connection)

    def serving_space(self) -> EmbeddingSpace | None:
        serving = self.serving()
        return None if serving is None else serving[1]

    def of(self, photo_id: PhotoId) -> NDArray[np.float32] | None:
        with self._database.reading() as connection:
            serving = state.serving_space(connection)
            if serving is None:
                return None
            return embeddings.embedding_of(connection, serving[0], photo_id)

    def count(self, space_id: int) -> int:
        with self._database.reading() as connection:
            return embeddings.coverage(connection, space_id)[0]

    def load(self, space_id: int) -> tuple[int, StoredEmbeddings]:
        with self._database.reading() as connection:
            seq = changes.latest(connection)
            stored = embeddings.load_embeddings(connection, space_id)
        self._drop(space_id, stored.damaged)
        return seq, stored

    def load_changed(self, space_id: int, seq: int) -> tuple[Changes, StoredEmbeddings] | None:
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

    def record_files(self, written: str) -> None:
        with self._database.writing() as connection:
            state.write_fact(connection, VECTOR_FILES, written)

    def recorded_files(self) -> str | None:
        with self._database.reading() as connection:
            return state.read_fact(connection, VECTOR_FILES)

    def drop_damaged(self, space_id: int) -> int:
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


class SqliteChanges:
    """Implements `catalogue.ChangeRepository`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def latest(self) -> int:
        with self._database.reading() as connection:
            return changes.latest(connection)

    def since(
        self, seq: int, kinds: Sequence[ChangeKind]
    ) -> tuple[Changes, NDArray[np.int64]] | None:
        with self._database.reading() as connection:
            changed = changes.changes_since(connection, seq, kinds)
            if changed is None:
                return None
            return changed, gallery.present(connection, changed.of(*kinds))

    def trim(self) -> int:
        with self._database.writing() as connection:
            return changes.trim(connection)


class SqliteDerived:
    """Implements `catalogue.DerivedRepository`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status(self) -> list[KindStatus]:
        with self._database.reading() as connection:
            return [
                KindStatus(
                    derived.progress(connection, producer),
                    tuple(derived.failures(connection, producer)),
                )
                for producer in derived.current_producers(connection)
            ]

    def pending(self, producers: Sequence[ProducerVersion]) -> set[PhotoId]:
        with self._database.reading() as connection:
            return derived.pending(connection, producers)

    def pending_among(
        self, producers: Sequence[ProducerVersion], photo_ids: Collection[PhotoId]
    ) -> set[PhotoId]:
        with self._database.reading() as connection:
            return derived.pending_among(connection, producers, photo_ids)

    def missing_kinds(
        self, producers: Sequence[ProducerVersion], content: Fingerprint
    ) -> frozenset[str] | None:
        with self._database.reading() as connection:
            known = photos.photo_ids_of(connection, [content])
            if not known:
                return None
            return derived.pending_kinds(connection, producers, known[content])

    def left_alone(self, producer: ProducerVersion) -> int:
        with self._database.reading() as connection:
            return derived.progress(connection, producer).failed

    def forget_all(self, producer: ProducerVersion) -> int:
        with self._database.reading() as connection:
            done = derived.progress(connection, producer).done
        if done:
            with self._database.writing() as connection:
                derived.forget_all(connection, producer)
        return done


class SqliteTags:
    """Implements `catalogue.TagRepository`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(
        self, photo_ids: Sequence[PhotoId], states: Sequence[TagState] = VISIBLE
    ) -> list[list[PhotoTag]]:
        with self._database.reading() as connection:
            found = tags.tags_of(connection, photo_ids, states)
        return [found[photo_id] for photo_id in photo_ids]

    def counts(self) -> list[TagCount]:
        with self._database.reading() as connection:
            return tags.counts_by_tag(connection)

    def review_queue(self, limit: int, name: str | None = None) -> list[Suggestion]:
        with self._database.reading() as connection:
            return tags.review_queue(connection, limit, name)

    def decide(self, photo_ids: Sequence[PhotoId], changes: TagChanges) -> tuple[DecidedTag, ...]:
        with self._database.writing() as connection:
            return tag_decisions.decide(connection, photo_ids, changes)

    def take_back(self, decided: Sequence[DecidedTag]) -> list[PhotoId]:
        with self._database.writing() as connection:
            return tag_decisions.take_back(connection, decided)
