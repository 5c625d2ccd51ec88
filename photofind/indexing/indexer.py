"""Brings the catalogue up to date with the folders on disk.

    scan → compare → worker: read and embed → one transaction per batch → removals

Killed at any point, the catalogue holds whole batches and the next run goes on from there.
Nothing is removed before everything new was read: a file that seems gone may have moved.
"""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from photofind.cancel import CancelToken
from photofind.domain import Failure, FoundFile, PhotoId
from photofind.events import (
    IndexFinished,
    IndexPhase,
    Listener,
    PhotosChanged,
    ignore_events,
)
from photofind.indexing.compare import Comparison, compare
from photofind.indexing.progress import Progress
from photofind.indexing.stages import KnownContent, NotAPhotoAfterAll, TryLater, Unreadable
from photofind.indexing.worker import Embedded, Readable, Worker
from photofind.photos.scan import UnreadableFolder, scan
from photofind.settings import Settings
from photofind.store import embeddings, photos, roots, state, tags
from photofind.store.database import Database
from photofind.store.photos import KnownFile, ReadFile
from photofind.store.roots import Root

FEWEST_TO_JUDGE = 10
"""Known photos a folder must have before losing most of them makes it look disconnected."""


@dataclass(slots=True)
class _Tally:
    found: int = 0
    embedded: int = 0
    unchanged: int = 0
    moved: int = 0
    removed: int = 0
    offline: list[Path] = field(default_factory=list)
    folder_failures: list[Failure] = field(default_factory=list)
    being_written: list[Path] = field(default_factory=list)
    arrived: Counter[PhotoId] = field(default_factory=Counter)
    """Photos met at a path that was not known before, and at how many."""


class Indexer:
    """One run over some roots.

    Args:
        own_folder: Photofind's own; never indexed, wherever it lies.
    """

    def __init__(
        self,
        database: Database,
        worker: Worker,
        settings: Settings,
        *,
        own_folder: Path | None = None,
        listener: Listener = ignore_events,
        cancel: CancelToken | None = None,
    ) -> None:
        self._database = database
        self._worker = worker
        self._settings = settings
        self._own_folder = own_folder
        self._listener = listener
        self._cancel = cancel or CancelToken()
        self._tally = _Tally()
        self._roots: dict[Path, Root] = {}
        self._known_paths: dict[Path, PhotoId | None] = {}
        self._without_embedding: set[PhotoId] = set()
        with database.writing() as connection:
            self._space = embeddings.space_id(connection, worker.space, create=True)
            if state.serving_space(connection) is None:
                state.set_serving_space(connection, self._space)

    def run(self, to_index: Sequence[Root]) -> IndexFinished:
        """Brings roots up to date; raises `CancelledError` between two batches when asked to."""
        started = time.monotonic()
        compared = self._compare_all(to_index)
        self._read_all([comparison for _, comparison in compared])
        for root, comparison in compared:
            self._settle(root, comparison)
        with self._database.writing() as connection:
            state.set_serving_space(connection, self._space)
        report = self._report(to_index, time.monotonic() - started)
        self._listener(report)
        return report

    # Finding

    def _compare_all(self, to_index: Sequence[Root]) -> list[tuple[Root, Comparison]]:
        progress = Progress(IndexPhase.FINDING, None, self._listener)
        self._roots = {root.path: root for root in to_index}
        with self._database.reading() as connection:
            self._without_embedding = embeddings.photo_ids_without_embedding(
                connection, self._space
            )
        compared = [(root, self._compare(root, progress)) for root in to_index]
        progress.finish()
        return compared

    def _compare(self, root: Root, progress: Progress) -> Comparison:
        with self._database.reading() as connection:
            known = photos.known_files(connection, root)
        found: list[FoundFile] = []
        unreadable: list[UnreadableFolder] = []
        offline = Comparison((), (), missing=tuple(known.values()), offline=True)
        try:
            for item in scan(
                root.path,
                ignore=self._settings.ignore,
                exclude=self._own_folder,
                cancel=self._cancel,
            ):
                if isinstance(item, UnreadableFolder):
                    unreadable.append(item)
                else:
                    found.append(item)
                    progress.advance(1)
        except OSError:
            return offline
        if known and not found:
            return offline
        self._known_paths |= {path: file.photo_id for path, file in known.items()}
        self._tally.found += len(found)
        self._tally.folder_failures += [Failure(item.path, item.reason) for item in unreadable]
        comparison = compare(
            found, known, [item.path for item in unreadable], self._without_embedding
        )
        self._tally.unchanged += sum(file.photo_id is not None for file in comparison.unchanged)
        return comparison

    # Reading and embedding

    def _read_all(self, comparisons: Sequence[Comparison]) -> None:
        waiting = [file for comparison in comparisons for file in comparison.to_read]
        progress = Progress(IndexPhase.READING, len(waiting), self._listener)
        while waiting:
            later = self._read(waiting, progress)
            # A pass that got nowhere met only files that are still being written: the next run
            # will read them.
            if len(later) == len(waiting):
                self._tally.being_written = [file.path for file in later]
                break
            waiting = later
        progress.finish()

    def _read(self, files: Sequence[FoundFile], progress: Progress) -> list[FoundFile]:
        """Returns those to be tried again."""
        later: list[FoundFile] = []
        self._cancel.raise_if_cancelled()
        with closing(self._worker.run(files)) as batches:
            for batch in batches:
                later += [result.found for result in batch if isinstance(result, TryLater)]
                no_photos = sum(isinstance(result, NotAPhotoAfterAll) for result in batch)
                self._tally.found -= no_photos
                read = [result for result in batch if isinstance(result, Readable)]
                self._record(read)
                progress.advance(len(read) + no_photos)
                self._cancel.raise_if_cancelled()
        return later

    def _record(self, batch: Sequence[Readable]) -> None:
        """Makes a batch durable at once."""
        if not batch:
            return
        new = [result for result in batch if isinstance(result, Embedded)]
        changed: set[PhotoId] = set()
        with self._database.writing() as connection:
            for root, results in self._by_root(batch):
                files = [_read_file(result) for result in results]
                photo_ids = photos.record_files(connection, root, files)
                for result, photo_id in zip(results, photo_ids, strict=True):
                    self._note(result, photo_id)
                    before = self._edited_from(result, photo_id)
                    if before is not None and photo_id is not None:
                        # What a person said of the photo stays true.
                        tags.carry_tags(connection, before, photo_id)
                changed.update(photo_id for photo_id in photo_ids if photo_id is not None)
            if new:
                ids = photos.photo_ids_of(connection, [item.photo.fingerprint for item in new])
                embeddings.add_embeddings(
                    connection,
                    self._space,
                    [ids[item.photo.fingerprint] for item in new],
                    np.stack([item.vector for item in new]),
                )
        self._tally.embedded += len(new)
        self._listener(PhotosChanged(tuple(sorted(changed))))

    def _edited_from(self, result: Readable, photo_id: PhotoId | None) -> PhotoId | None:
        """What a file held before it was edited in place; `None` where it was not."""
        before = self._known_paths.get(result.found.path)
        return before if isinstance(result, Embedded) and before != photo_id else None

    def _by_root(self, batch: Sequence[Readable]) -> Iterator[tuple[Root, list[Readable]]]:
        for root_path in {result.found.root for result in batch}:
            results = [result for result in batch if result.found.root == root_path]
            yield self._roots[root_path], results

    def _note(self, result: Readable, photo_id: PhotoId | None) -> None:
        if photo_id is None:
            return
        if self._known_paths.get(result.found.path) != photo_id:
            self._tally.arrived[photo_id] += 1
        elif isinstance(result, KnownContent):
            self._tally.unchanged += 1

    # Settling what is gone

    def _settle(self, root: Root, comparison: Comparison) -> None:
        moved: list[KnownFile] = []
        gone: list[KnownFile] = []
        for file in comparison.missing:
            (moved if self._has_arrived_elsewhere(file) else gone).append(file)
        self._tally.moved += len(moved)
        photos_left = any(file.photo_id is not None for file in gone)
        if comparison.offline and moved and not photos_left:
            # The root itself was renamed, and indexed under its new name.
            with self._database.writing() as connection:
                roots.remove_root(connection, root.id)
            return
        known = len(comparison.missing) + len(comparison.unchanged)
        most = self._settings.offline_missing_share * known
        offline = comparison.offline or (known >= FEWEST_TO_JUDGE and len(gone) > most)
        to_remove = moved if offline else [*moved, *gone]
        with self._database.writing() as connection:
            photos.remove_files(connection, [file.file_id for file in to_remove])
            roots.set_offline(connection, root.id, offline)
            if not offline:
                roots.set_last_indexed(connection, root.id, datetime.now(UTC))
        if offline:
            self._tally.offline.append(root.path)
        else:
            self._tally.removed += len(gone)

    def _has_arrived_elsewhere(self, file: KnownFile) -> bool:
        if file.photo_id is None or not self._tally.arrived[file.photo_id]:
            return False
        self._tally.arrived[file.photo_id] -= 1
        return True

    def _report(self, to_index: Sequence[Root], seconds: float) -> IndexFinished:
        healthy = [root for root in to_index if root.path not in self._tally.offline]
        with self._database.reading() as connection:
            duplicates = photos.counts(connection).duplicates
            failures = [
                failure for root in healthy for failure in photos.failures(connection, root.id)
            ]
        tally = self._tally
        return IndexFinished(
            roots=tuple(root.path for root in to_index),
            found=tally.found,
            embedded=tally.embedded,
            unchanged=tally.unchanged,
            moved=tally.moved,
            removed=tally.removed,
            duplicates=duplicates,
            offline=tuple(tally.offline),
            failures=(*tally.folder_failures, *failures),
            being_written=tuple(tally.being_written),
            seconds=seconds,
            checkpoint=self._worker.space.checkpoint,
        )


def _read_file(result: Readable) -> ReadFile:
    match result:
        case Embedded(found, read_at_ns, photo):
            return ReadFile(found, read_at_ns, photo=photo)
        case KnownContent(found, read_at_ns, content):
            return ReadFile(found, read_at_ns, fingerprint=content)
        case Unreadable(found, read_at_ns, reason):
            return ReadFile(found, read_at_ns, failure=reason)
