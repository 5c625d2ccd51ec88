"""Files of roots, as a run of the indexer finds them and leaves them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from photofind.domain import FoundFile, PhotoId
from photofind.store import derived, embeddings, folders, photos, roots, successions, waiting
from photofind.store.database import Database
from photofind.store.derived import ProducerVersion, Status
from photofind.store.photos import KnownFile, ReadFile
from photofind.store.roots import Root
from photofind.store.successions import Arrival

StoreProducts = Callable[[sa.Connection, ProducerVersion, Sequence[PhotoId], Sequence[Any]], None]
"""Stores what a producer made, one product a photo; in a writing transaction."""


def _keep_nothing(*_: object) -> None:
    """Store products that the producer has already put where they belong."""


STORES: dict[str, StoreProducts] = {
    "thumbnail": _keep_nothing,
    "embedding": embeddings.store_products,
}
"""How what is made of photos is kept, by `ProducerVersion.family`."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """What the catalogue says of files since they were recorded.

    Attributes:
        photo_ids: The photo of each file, `None` for a failure.
        done: The kinds that are done, of each of these photos.
        incomplete: Those of the photos that still miss something.
    """

    photo_ids: list[PhotoId | None]
    done: Mapping[PhotoId, Collection[str]]
    incomplete: Collection[PhotoId]


class SqliteFiles:
    """Implements `catalogue.FileRepository`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def count(self, root: Root) -> int:
        with self._database.reading() as connection:
            return photos.count_files(connection, root)

    def known(self, root: Root) -> list[KnownFile]:
        with self._database.reading() as connection:
            return list(photos.known_files(connection, root).values())

    def known_after(self, root: Root, after: Path | None, limit: int) -> list[KnownFile]:
        with self._database.reading() as connection:
            return photos.known_files_after(connection, root, after, limit)

    def known_in(
        self, root: Root, in_folders: Iterable[Path], in_trees: Iterable[Path]
    ) -> dict[Path, KnownFile]:
        known: dict[Path, KnownFile] = {}
        with self._database.reading() as connection:
            for folder in in_folders:
                known |= photos.known_files_below(connection, root, folder, deep=False)
            for tree in in_trees:
                known |= photos.known_files_below(connection, root, tree, deep=True)
        return known

    def outside(
        self, root: Root, in_folders: Iterable[Path], in_trees: Iterable[Path], limit: int
    ) -> list[tuple[Path, int]]:
        with self._database.reading() as connection:
            return folders.files_outside(connection, root, in_folders, in_trees, limit)

    def enqueue(self, root: Root, paths: Iterable[Path]) -> None:
        with self._database.writing() as connection:
            waiting.add_waiting(connection, root, paths)

    def clear_queue(self, root: Root, in_folders: Iterable[Path], in_trees: Iterable[Path]) -> None:
        with self._database.writing() as connection:
            for folder in in_folders:
                waiting.clear_waiting(connection, root, folder, deep=False)
            for tree in in_trees:
                waiting.clear_waiting(connection, root, tree)

    def record(
        self,
        known_roots: Mapping[Path, Root],
        producers: Sequence[ProducerVersion],
        files: Sequence[ReadFile],
        no_photos: Sequence[FoundFile],
    ) -> Recorded:
        photo_ids: list[PhotoId | None] = [None] * len(files)
        with self._database.writing() as connection:
            for path in {found.root for found in no_photos}:
                paths = [found.path for found in no_photos if found.root == path]
                photos.remove_paths(connection, known_roots[path], paths)
            for path in {file.found.root for file in files}:
                places = [at for at, file in enumerate(files) if file.found.root == path]
                recorded = _record(connection, known_roots[path], [files[at] for at in places])
                for at, photo_id in zip(places, recorded, strict=True):
                    photo_ids[at] = photo_id
            for producer in producers:
                _store_products(connection, producer, files, photo_ids)
            ids = {photo_id for photo_id in photo_ids if photo_id is not None}
            settled = derived.settled(connection, producers, ids)
        done = {
            one: {kind for kind, status in settled[one].items() if status is Status.DONE}
            for one in ids
        }
        return Recorded(photo_ids, done, {one for one in ids if len(settled[one]) < len(producers)})

    def settle(self, root: Root, removed: Iterable[int], *, offline: bool) -> None:
        with self._database.writing() as connection:
            photos.remove_files(connection, removed)
            roots.set_offline(connection, root.id, offline)
            if not offline:
                roots.set_last_indexed(connection, root.id, datetime.now(UTC))


def _record(
    connection: sa.Connection, root: Root, files: Sequence[ReadFile]
) -> list[PhotoId | None]:
    """Record files of one root, and where photos appeared that were not known there."""
    names = [name for file in files for name in file.names]
    known = photos.photo_ids_of(connection, names).keys()
    photo_ids = photos.record_files(connection, root, files)
    arrivals = [
        Arrival(file.found.path, file.before, photo_id, not known.isdisjoint(file.names))
        for file, photo_id in zip(files, photo_ids, strict=True)
        if photo_id is not None and photo_id != file.before
    ]
    successions.record_arrivals(connection, arrivals)
    return photo_ids


def _store_products(
    connection: sa.Connection,
    producer: ProducerVersion,
    files: Sequence[ReadFile],
    photo_ids: Sequence[PhotoId | None],
) -> None:
    """Store what a producer made, and why it could make nothing of others."""
    made: dict[PhotoId, Any] = {}
    failed: dict[PhotoId, str] = {}
    for file, photo_id in zip(files, photo_ids, strict=True):
        if photo_id is not None and producer.kind in file.products:
            made[photo_id] = file.products[producer.kind]
        if photo_id is not None and producer.kind in file.not_made:
            failed[photo_id] = file.not_made[producer.kind]
    if made:
        STORES[producer.family](connection, producer, list(made), list(made.values()))
        derived.mark_done(connection, producer, made.keys())
    derived.mark_failed(connection, producer, failed)
