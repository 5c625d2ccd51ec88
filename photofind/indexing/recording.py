"""Makes what a worker read durable: one transaction a batch."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

from photofind.domain import FoundFile, PhotoId
from photofind.events import Listener, PhotosChanged
from photofind.indexing.stages import (
    NotAPhotoAfterAll,
    Readable,
    ReadPhoto,
    Result,
    Unreadable,
)
from photofind.indexing.succession import SuccessionJudge
from photofind.indexing.tally import Tally
from photofind.store.derived import ProducerVersion
from photofind.store.indexed import FileRepository
from photofind.store.photos import ReadFile
from photofind.store.roots import Root

_log = logging.getLogger(__name__)


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
        files: FileRepository,
        producers: Sequence[ProducerVersion],
        embedding: ProducerVersion,
        judge: SuccessionJudge,
        roots: Mapping[Path, Root],
        known_paths: dict[Path, PhotoId | None],
        tally: Tally,
        listener: Listener,
    ) -> None:
        self._files = files
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
        if not read and not no_photos:
            return {}
        recorded = self._files.record(
            self._roots,
            self._producers,
            [self._read_file(result) for result in read],
            [result.found for result in no_photos],
        )
        files = self._noted(read, recorded.photo_ids)
        embedded = {
            photo_id
            for result, photo_id in zip(read, recorded.photo_ids, strict=True)
            if isinstance(result, ReadPhoto) and self._embedding.kind in result.products
        }
        _log.debug("Recorded a batch of %d files, %d of them embedded.", len(batch), len(embedded))
        self._judge.judge_new(files.keys())
        self._tally.embedded += len(embedded)
        self._tally.found -= len(no_photos)
        if read:
            searchable = [one for one in files if self._embedding.kind in recorded.done[one]]
            self._listener(PhotosChanged(tuple(sorted(files)), tuple(sorted(searchable))))
        return {photo_id: files[photo_id] for photo_id in sorted(recorded.incomplete)}

    def _read_file(self, result: Readable) -> ReadFile:
        found, read_at_ns = result.found, result.read_at_ns
        before = self._known_paths.get(found.path)
        if isinstance(result, Unreadable):
            return ReadFile(found, read_at_ns, failure=result.reason, before=before)
        return ReadFile(
            found,
            read_at_ns,
            photo=result.photo,
            fingerprint=result.fingerprint,
            known_metadata=result.metadata,
            older=result.older,
            before=before,
            products=result.products,
            not_made=result.failures,
        )

    def _noted(
        self, results: Sequence[Readable], photo_ids: Sequence[PhotoId | None]
    ) -> dict[PhotoId, FoundFile]:
        """Return the photos, each with a file; note what is known of their paths from now on."""
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
