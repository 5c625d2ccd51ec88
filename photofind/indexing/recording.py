"""Makes what a worker read durable: one transaction a batch."""

import logging
from collections.abc import Iterator, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, TypeVar

from photofind.domain import Fingerprint, FoundFile, PhotoId
from photofind.events import Listener, PhotosChanged
from photofind.indexing.producers import KINDS
from photofind.indexing.stages import (
    NotAPhotoAfterAll,
    Readable,
    ReadPhoto,
    Result,
    Unreadable,
)
from photofind.indexing.succession import SuccessionJudge
from photofind.indexing.tally import Tally
from photofind.store import derived, photos, successions
from photofind.store.database import Database
from photofind.store.derived import ProducerVersion
from photofind.store.photos import ReadFile
from photofind.store.roots import Root
from photofind.store.successions import Arrival

_log = logging.getLogger(__name__)
_Item = TypeVar("_Item", bound=Result)


class Recorder:
    """Records batches, counts them, and tells the listener.

    Args:
        producers: What is made of photos.
        embedding: The one that makes them searchable.
        judge: Says which photos are edits of those that lay at their paths before.
        roots: By path; those the files belong to.
        known_paths: What the catalogue held at each path of those roots when the run began; kept
            up to date.
    """

    def __init__(
        self,
        database: Database,
        producers: Sequence[ProducerVersion],
        embedding: ProducerVersion,
        judge: SuccessionJudge,
        roots: Mapping[Path, Root],
        known_paths: dict[Path, PhotoId | None],
        tally: Tally,
        listener: Listener,
    ) -> None:
        self._database = database
        self._producers = producers
        self._embedding = embedding
        self._judge = judge
        self._roots = roots
        self._known_paths = known_paths
        self._tally = tally
        self._listener = listener

    def record(self, batch: Sequence[Result]) -> dict[PhotoId, FoundFile]:
        """Make a batch durable; return its photos that still miss something, each with a file."""
        read = [result for result in batch if isinstance(result, Readable)]
        no_photos = [result for result in batch if isinstance(result, NotAPhotoAfterAll)]
        embedded = 0
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
                for producer in self._producers:
                    made, failures = _made(producer.kind, results, photo_ids)
                    if made:
                        store = KINDS[producer.family].store
                        store(connection, producer, list(made), list(made.values()))
                        derived.mark_done(connection, producer, made.keys())
                    derived.mark_failed(connection, producer, failures)
                    embedded += len(made) if producer == self._embedding else 0
            missing = derived.pending_among(connection, self._producers, files.keys())
            searchable = derived.done_among(connection, self._embedding, files.keys())
        _log.debug("Recorded a batch of %d files, %d of them embedded.", len(batch), embedded)
        self._judge.judge_new(files.keys())
        self._tally.embedded += embedded
        self._tally.found -= len(no_photos)
        if read:
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
        elif isinstance(result, ReadPhoto):
            given_to_encoder = self._embedding.kind in {*result.products, *result.failures}
            self._tally.unchanged += not given_to_encoder

    def _by_root(self, batch: Sequence[_Item]) -> Iterator[tuple[Root, list[_Item]]]:
        for root_path in {result.found.root for result in batch}:
            results = [result for result in batch if result.found.root == root_path]
            yield self._roots[root_path], results


def _names(files: Sequence[ReadFile]) -> list[Fingerprint]:
    """What the catalogue may know their photos by."""
    return [name for file in files for name in file.names]


def _made(
    kind: str, results: Sequence[Readable], photo_ids: Sequence[PhotoId | None]
) -> tuple[dict[PhotoId, Any], dict[PhotoId, str]]:
    """What was made of photos, and why nothing could be made of others."""
    made: dict[PhotoId, Any] = {}
    failures: dict[PhotoId, str] = {}
    for result, photo_id in zip(results, photo_ids, strict=True):
        if isinstance(result, ReadPhoto) and photo_id is not None:
            if kind in result.products:
                made[photo_id] = result.products[kind]
            if kind in result.failures:
                failures[photo_id] = result.failures[kind]
    return made, failures


def _read_file(result: Readable) -> ReadFile:
    match result:
        case ReadPhoto(found, read_at_ns, content, metadata, older, photo):
            return ReadFile(
                found,
                read_at_ns,
                photo=photo,
                fingerprint=content,
                known_metadata=metadata,
                older=older,
            )
        case Unreadable(found, read_at_ns, reason):
            return ReadFile(found, read_at_ns, failure=reason)
