"""Makes what a worker read durable: one transaction a batch."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import sqlalchemy as sa

from photofind.domain import FoundFile, PhotoId
from photofind.events import Listener, PhotosChanged
from photofind.indexing.stages import Described, KnownContent, NotAPhotoAfterAll, Unreadable
from photofind.indexing.tally import Tally
from photofind.indexing.worker import Embedded, Readable, Result
from photofind.store import embeddings, photos, tags
from photofind.store.database import Database
from photofind.store.photos import ReadFile
from photofind.store.roots import Root
from photofind.store.waiting import remove_waiting

_Item = TypeVar("_Item", bound=Result)


class Recorder:
    """Records batches, counts them, and tells the listener.

    Args:
        space: Of the embeddings, as `embeddings.space_id` returned it.
        roots: By path; those the files belong to.
        known_paths: What the catalogue held at each path of those roots when the run began; kept
            up to date.
    """

    def __init__(
        self,
        database: Database,
        space: int,
        roots: Mapping[Path, Root],
        known_paths: dict[Path, PhotoId | None],
        tally: Tally,
        listener: Listener,
    ) -> None:
        self._database = database
        self._space = space
        self._roots = roots
        self._known_paths = known_paths
        self._tally = tally
        self._listener = listener

    def record(self, batch: Sequence[Result]) -> dict[PhotoId, FoundFile]:
        """Returns the photos of the batch that have no embedding yet, each with a file."""
        read = [result for result in batch if isinstance(result, Readable)]
        no_photos = [result for result in batch if isinstance(result, NotAPhotoAfterAll)]
        if not read and not no_photos:
            return {}
        files: dict[PhotoId, FoundFile] = {}
        with self._database.writing() as connection:
            for root, found in self._by_root(no_photos):
                remove_waiting(connection, root, [result.found.path for result in found])
            for root, results in self._by_root(read):
                files |= self._record_files(connection, root, results)
            self._add_embeddings(connection, read)
            missing = embeddings.without_embedding(connection, self._space, list(files))
        self._tally.found -= len(no_photos)
        if read:
            searchable = files.keys() - missing
            self._listener(PhotosChanged(tuple(sorted(files)), tuple(sorted(searchable))))
        return {photo_id: files[photo_id] for photo_id in sorted(missing)}

    def _record_files(
        self, connection: sa.Connection, root: Root, results: Sequence[Readable]
    ) -> dict[PhotoId, FoundFile]:
        files: dict[PhotoId, FoundFile] = {}
        photo_ids = photos.record_files(connection, root, [_read_file(item) for item in results])
        for result, photo_id in zip(results, photo_ids, strict=True):
            before = self._known_paths.get(result.found.path)
            self._known_paths[result.found.path] = photo_id
            if photo_id is None:
                continue
            files[photo_id] = result.found
            self._count(result, photo_id, before)
            is_new = isinstance(result, Described | Embedded)
            if is_new and before is not None and before != photo_id:
                # What a person said of the photo stays true.
                tags.carry_tags(connection, before, photo_id)
        return files

    def _add_embeddings(self, connection: sa.Connection, read: Sequence[Readable]) -> None:
        new = [result for result in read if isinstance(result, Embedded)]
        if not new:
            return
        ids = photos.photo_ids_of(connection, [item.photo.fingerprint for item in new])
        embeddings.add_embeddings(
            connection,
            self._space,
            [ids[item.photo.fingerprint] for item in new],
            np.stack([item.vector for item in new]),
        )
        self._tally.embedded += len(new)

    def _count(self, result: Readable, photo_id: PhotoId, before: PhotoId | None) -> None:
        if before != photo_id:
            self._tally.arrived[photo_id] += 1
        elif isinstance(result, KnownContent):
            self._tally.unchanged += 1

    def _by_root(self, batch: Sequence[_Item]) -> Iterator[tuple[Root, list[_Item]]]:
        for root_path in {result.found.root for result in batch}:
            results = [result for result in batch if result.found.root == root_path]
            yield self._roots[root_path], results


def _read_file(result: Readable) -> ReadFile:
    match result:
        case Embedded(found, read_at_ns, photo) | Described(found, read_at_ns, photo):
            return ReadFile(found, read_at_ns, photo=photo)
        case KnownContent(found, read_at_ns, content):
            return ReadFile(found, read_at_ns, fingerprint=content)
        case Unreadable(found, read_at_ns, reason):
            return ReadFile(found, read_at_ns, failure=reason)
