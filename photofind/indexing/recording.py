"""Makes what a worker read durable: one transaction a batch."""

import logging
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import TypeVar

import numpy as np

from photofind.domain import Fingerprint, FoundFile, PhotoId
from photofind.events import Listener, PhotosChanged
from photofind.indexing.stages import Described, KnownContent, NotAPhotoAfterAll, Unreadable
from photofind.indexing.succession import SuccessionJudge
from photofind.indexing.tally import Tally
from photofind.indexing.worker import Embedded, Readable, Result
from photofind.store import embeddings, photos, successions
from photofind.store.database import Database
from photofind.store.photos import ReadFile
from photofind.store.roots import Root
from photofind.store.successions import Arrival

_log = logging.getLogger(__name__)
_Item = TypeVar("_Item", bound=Result)


class Recorder:
    """Records batches, counts them, and tells the listener.

    Args:
        space: Of the embeddings, as `embeddings.space_id` returned it.
        judge: Says which photos are edits of those that lay at their paths before.
        roots: By path; those the files belong to.
        known_paths: What the catalogue held at each path of those roots when the run began; kept
            up to date.
    """

    def __init__(
        self,
        database: Database,
        space: int,
        judge: SuccessionJudge,
        roots: Mapping[Path, Root],
        known_paths: dict[Path, PhotoId | None],
        tally: Tally,
        listener: Listener,
    ) -> None:
        self._database = database
        self._space = space
        self._judge = judge
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
                photos.remove_paths(connection, root, [result.found.path for result in others])
            for root, results in self._by_root(read):
                read_files = [_read_file(result) for result in results]
                known = photos.photo_ids_of(connection, _names(read_files))
                photo_ids = photos.record_files(connection, root, read_files)
                arrivals = self._arrivals(read_files, photo_ids, known.keys())
                successions.record_arrivals(connection, arrivals)
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
        _log.debug("Recorded a batch of %d files, %d of them embedded.", len(batch), len(new))
        self._judge.judge_new(files.keys())
        self._tally.embedded += len(new)
        self._tally.found -= len(no_photos)
        if read:
            searchable = files.keys() - missing
            self._listener(PhotosChanged(tuple(sorted(files)), tuple(sorted(searchable))))
        return {photo_id: files[photo_id] for photo_id in sorted(missing)}

    def _arrivals(
        self,
        files: Sequence[ReadFile],
        photo_ids: Sequence[PhotoId | None],
        known: Set[Fingerprint],
    ) -> list[Arrival]:
        """Photos at paths where another one, or none, was known until now."""
        arrivals: list[Arrival] = []
        for file, photo_id in zip(files, photo_ids, strict=True):
            before = self._known_paths.get(file.found.path)
            if photo_id is not None and photo_id != before:
                known_before = not known.isdisjoint(file.names)
                arrivals.append(Arrival(file.found.path, before, photo_id, known_before))
        return arrivals

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


def _names(files: Sequence[ReadFile]) -> list[Fingerprint]:
    """What the catalogue may know their photos by."""
    return [name for file in files for name in file.names]


def _read_file(result: Readable) -> ReadFile:
    match result:
        case Embedded(found, read_at_ns, photo) | Described(found, read_at_ns, photo):
            return ReadFile(found, read_at_ns, photo=photo)
        case KnownContent(found, read_at_ns, content, metadata, older):
            return ReadFile(
                found, read_at_ns, fingerprint=content, known_metadata=metadata, older=older
            )
        case Unreadable(found, read_at_ns, reason):
            return ReadFile(found, read_at_ns, failure=reason)
