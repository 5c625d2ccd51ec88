"""Brings the catalogue up to date with the folders on disk.

    scan → compare → read, embed, record (see reading.py) → removals → what followed what

Killed at any point, the catalogue holds whole batches and the next run goes on from there.
Nothing is removed before everything new was read: a file that seems gone may have moved.
"""

import logging
import os
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

from photofind.cancel import CancelToken
from photofind.domain import Failure, FoundFile, PhotoId
from photofind.events import IndexFinished, IndexPhase, Listener, PhaseProgress, ignore_events
from photofind.indexing.compare import Comparison, compare
from photofind.indexing.partial import PartialScan, WholeRootError, are_there, scan_places
from photofind.indexing.places import EVERYWHERE, Changes, Places
from photofind.indexing.reading import Reading
from photofind.indexing.recording import Recorder
from photofind.indexing.succession import SuccessionJudge
from photofind.indexing.tally import Tally
from photofind.indexing.worker import Worker
from photofind.photos.ignore import IgnoreRules
from photofind.photos.scan import UnreadableFolder, scan
from photofind.photos.scanner import RootAwayError, RootScanner
from photofind.settings import Settings
from photofind.store.catalogue import Catalogue
from photofind.store.embeddings import producer_of
from photofind.store.photos import KnownFile
from photofind.store.roots import Root

_log = logging.getLogger(__name__)

FEWEST_TO_JUDGE = 10
"""Known photos a folder must have before losing most of them makes it look disconnected."""

WITNESSES = 8
"""Files looked at to tell whether a root is there of which some folders are empty."""

PAGE = 2_000
"""Known files fetched at once."""

WAITING_AT_ONCE = 20_000
"""Files noted in one transaction: a person's tag need not wait for a million of them."""


class Indexer:
    """One run over some roots.

    Args:
        own_folder: Photofind's own; never indexed, wherever it lies.
        scanner: Walks roots; remembers those that do not answer from run to run.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        worker: Worker,
        settings: Settings,
        *,
        own_folder: Path | None = None,
        listener: Listener = ignore_events,
        cancel: CancelToken | None = None,
        scanner: RootScanner | None = None,
    ) -> None:
        self._catalogue = catalogue
        self._files = catalogue.files
        self._worker = worker
        self._settings = settings
        self._own_folder = own_folder
        self._listener = listener
        self._cancel = cancel or CancelToken()
        self._scanner = scanner or RootScanner()
        self._tally = Tally()
        self._known_paths: dict[Path, PhotoId | None] = {}
        self._known_counts: dict[Path, int] = {}
        self._pending: set[PhotoId] | None = None
        self._producers = worker.producers
        self._space = catalogue.embeddings.prepare(worker.space, self._producers)

    def run(self, to_index: Sequence[Root], changes: Changes | None = None) -> IndexFinished:
        """Bring roots up to date; raise `CancelledError` between two batches once cancelled.

        Args:
            changes: Where in each root to look; all of a root that it does not mention.
        """
        started = time.monotonic()
        compared = self._compare_all(to_index, changes or {})
        _log.info("Scanned %d files in %.1f s.", self._tally.found, time.monotonic() - started)
        judge = SuccessionJudge(self._catalogue.continuity, self._space)
        recorder = Recorder(
            self._files,
            self._producers,
            producer_of(self._worker.space),
            judge,
            {root.path: root for root in to_index},
            self._known_paths,
            self._tally,
            self._listener,
        )
        reading = Reading(self._worker, recorder, self._tally, self._listener, self._cancel)
        reading.run(
            [file for _, comparison in compared for file in comparison.to_read],
            self._incomplete([comparison for _, comparison in compared]),
        )
        for root, comparison in compared:
            self._settle(root, comparison)
        judge.judge_all()
        self._catalogue.embeddings.serve(self._space)
        report = self._report(to_index, time.monotonic() - started)
        self._listener(report)
        return report

    # Finding

    def _compare_all(
        self, to_index: Sequence[Root], changes: Changes
    ) -> list[tuple[Root, Comparison]]:
        progress = PhaseProgress(IndexPhase.FINDING, None, self._listener)
        compared = [
            (root, self._compare(root, changes.get(root.path, EVERYWHERE), progress))
            for root in to_index
        ]
        progress.finish()
        return compared

    def _compare(self, root: Root, places: Places, progress: PhaseProgress) -> Comparison:
        try:
            comparison = self._compare_places(root, places, progress)
            if comparison is None:
                comparison = self._compare_whole(root, progress)
        except RootAwayError:
            comparison = Comparison(offline=True)
        self._known_paths |= comparison.before
        self._tally.found += comparison.found
        self._tally.unchanged += comparison.unchanged
        self._tally.folder_failures += [
            Failure(folder.path, folder.reason) for folder in comparison.unreadable
        ]
        return comparison

    def _compare_whole(self, root: Root, progress: PhaseProgress) -> Comparison:
        known = self._known_counts[root.path] = self._files.count(root)
        if self._pending is None:
            self._pending = self._catalogue.derived.pending(self._producers)
        rules = IgnoreRules(root.path, self._settings.ignore)
        found = self._scanner.iterate(
            root.path,
            lambda step: scan(root.path, ignore=rules, exclude=self._own_folder, on_step=step),
            self._cancel,
        )
        comparison = compare(_counted(found, progress), self._known_in_order(root), self._pending)
        if known and not comparison.found:
            return Comparison(offline=True)
        self._files.clear_queue(root, (), [root.path])
        self._let_wait(root, comparison.new)
        return comparison

    def _known_in_order(self, root: Root) -> Iterator[KnownFile]:
        """Yield what is known of a root, a page at a time: only this thread changes it."""
        page: list[KnownFile] = []
        while not page or len(page) == PAGE:
            after = page[-1].path if page else None
            page = self._files.known_after(root, after, PAGE)
            if not page:
                return
            yield from page

    def _compare_places(
        self, root: Root, places: Places, progress: PhaseProgress
    ) -> Comparison | None:
        """`None` where a look at the whole root is needed: above all before much is removed."""
        settled = root.last_indexed_at is not None and not root.offline
        if places.everywhere or not settled:
            return None
        rules, own = IgnoreRules(root.path, self._settings.ignore), self._own_folder
        found = self._scanner.iterate(
            root.path,
            lambda step: scan_places(root.path, places, ignore=rules, own_folder=own, on_step=step),
            self._cancel,
        )
        try:
            looked = PartialScan.of(found)
        except WholeRootError:
            return None
        known = self._files.known_in(root, looked.seen.folders, looked.seen.trees)
        self._known_counts[root.path] = self._files.count(root)
        ids = {file.photo_id for file in known.values() if file.photo_id is not None}
        pending = self._catalogue.derived.pending_among(self._producers, ids)
        comparison = compare(
            [*sorted(looked.found, key=lambda file: os.fsencode(file.path)), *looked.unreadable],
            sorted(known.values(), key=lambda file: file.raw_path),
            pending,
        )
        if comparison.missing and not (
            (looked.found or self._is_there(root, looked.seen))
            and not self._looks_offline(root, len(comparison.missing))
        ):
            return None
        progress.advance(comparison.found)
        self._files.clear_queue(root, looked.seen.folders, looked.seen.trees)
        self._let_wait(root, comparison.new)
        return comparison

    def _is_there(self, root: Root, seen: Places) -> bool:
        """Whether a root holds what it held elsewhere, where nothing is left in some places."""
        others = self._files.outside(root, seen.folders, seen.trees, WITNESSES)
        return any(
            self._scanner.iterate(root.path, lambda step: are_there(others, step), self._cancel)
        )

    def _let_wait(self, root: Root, files: Sequence[FoundFile]) -> None:
        for start in range(0, len(files), WAITING_AT_ONCE):
            batch = files[start : start + WAITING_AT_ONCE]
            self._files.enqueue(root, [file.path for file in batch])

    def _incomplete(self, comparisons: Sequence[Comparison]) -> dict[PhotoId, FoundFile]:
        """One file of each photo that is known but misses something."""
        files: dict[PhotoId, FoundFile] = {}
        for comparison in comparisons:
            for photo_id, file in comparison.incomplete:
                if photo_id in files:
                    self._tally.unchanged += 1
                else:
                    files[photo_id] = file
        return files

    # Settling what is gone

    def _settle(self, root: Root, comparison: Comparison) -> None:
        moved: list[KnownFile] = []
        gone: list[KnownFile] = []
        for file in self._missing(root, comparison):
            (moved if self._has_arrived_elsewhere(file) else gone).append(file)
        self._tally.moved += len(moved)
        photos_left = any(file.photo_id is not None for file in gone)
        if comparison.offline and moved and not photos_left:
            # The root itself was renamed, and indexed under its new name.
            self._catalogue.roots.remove(root.id)
            return
        offline = comparison.offline or self._looks_offline(root, len(gone))
        to_remove = moved if offline else [*moved, *gone]
        self._files.settle(root, [file.file_id for file in to_remove], offline=offline)
        if offline:
            self._tally.offline.append(root.path)
        else:
            self._tally.removed += len(gone)

    def _missing(self, root: Root, comparison: Comparison) -> Collection[KnownFile]:
        """Of a root that is offline, everything, should it have come up under another name."""
        if not comparison.offline or not any(self._tally.arrived.values()):
            return comparison.missing
        return self._files.known(root)

    def _looks_offline(self, root: Root, gone: int) -> bool:
        known = self._known_counts[root.path]
        return known >= FEWEST_TO_JUDGE and gone > self._settings.offline_missing_share * known

    def _has_arrived_elsewhere(self, file: KnownFile) -> bool:
        if file.photo_id is None or not self._tally.arrived[file.photo_id]:
            return False
        self._tally.arrived[file.photo_id] -= 1
        return True

    def _report(self, to_index: Sequence[Root], seconds: float) -> IndexFinished:
        healthy = [root for root in to_index if root.path not in self._tally.offline]
        failures = [
            failure for root in healthy for failure in self._catalogue.roots.failures(root.id)
        ]
        tally = self._tally
        return IndexFinished(
            roots=tuple(root.path for root in to_index),
            found=tally.found,
            embedded=tally.embedded,
            unchanged=tally.unchanged,
            moved=tally.moved,
            removed=tally.removed,
            duplicates=self._catalogue.photos.counts().duplicates,
            offline=tuple(tally.offline),
            failures=(*tally.folder_failures, *failures),
            being_written=tuple(tally.being_written),
            seconds=seconds,
            checkpoint=self._worker.space.checkpoint,
        )


def _counted(
    found: Iterable[FoundFile | UnreadableFolder], progress: PhaseProgress
) -> Iterator[FoundFile | UnreadableFolder]:
    for item in found:
        if isinstance(item, FoundFile):
            progress.advance(1)
        yield item
