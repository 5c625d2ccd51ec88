"""Makes what a worker read durable: one transaction a batch."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

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
        new = [result for result in read if isinstance(result, Embedded)]
        files: dict[PhotoId, FoundFile] = {}
        if not read and not no_photos:
            return files
        with self._database.writing() as connection:
            for root, others in self._by_root(no_photos):
                remove_waiting(connection, root, [result.found.path for result in others])
            for root, results in self._by_root(read):
                read_files = [_read_file(result) for result in results]
                photo_ids = photos.record_files(connection, root, read_files)
                for before, after in self._edits(results, photo_ids):
                    # What a person said of the photo stays true.
                    tags.carry_tags(connection, before, after)
                files |= self._noted(results, photo_ids)
            if new:
                ids = photos.photo_ids_of(connection, [item.photo.fingerprint for item in new])
                embeddings.add_embeddings(
                    connection,
                    self._space,
                    [ids[item.photo.fingerprint] for item in new],
                    np.stack([item.vector for item in new]),
                )
            missing = embeddings.without_embedding(connection, self._space, list(files))
        self._tally.embedded += len(new)
        self._tally.found -= len(no_photos)
        if read:
            searchable = files.keys() - missing
            self._listener(PhotosChanged(tuple(sorted(files)), tuple(sorted(searchable))))
        return {photo_id: files[photo_id] for photo_id in sorted(missing)}

    def _edits(
        self, results: Sequence[Readable], photo_ids: Sequence[PhotoId | None]
    ) -> Iterator[tuple[PhotoId, PhotoId]]:
        """What a file held before it was edited in place, and what it holds now."""
        for result, after in zip(results, photo_ids, strict=True):
            before = self._known_paths.get(result.found.path)
            is_new = isinstance(result, Described | Embedded)
            if is_new and before is not None and after is not None and before != after:
                yield before, after

    def _noted(
        self, results: Sequence[Readable], photo_ids: Sequence[PhotoId | None]
    ) -> dict[PhotoId, FoundFile]:
        """The photos, each with a file; what is known of their paths from now on is noted."""
        files: dict[PhotoId, FoundFile] = {}
        for result, photo_id in zip(results, photo_ids, strict=True):
            before = self._known_paths.get(result.found.path)
            self._known_paths[result.found.path] = photo_id
            if photo_id is not None:
                files[photo_id] = result.found
                self._count(result, photo_id, before)
        return files

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
