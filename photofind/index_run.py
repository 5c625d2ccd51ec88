"""Runs of the indexer over a library's roots, with the upkeep before and after each."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from photofind.cancel import CancelToken
from photofind.clip.prompt_cache import background_embeddings
from photofind.events import IndexFinished, Listener
from photofind.indexing.indexer import Indexer
from photofind.indexing.places import Changes
from photofind.indexing.producers import thumbnail_version
from photofind.indexing.purge import purge
from photofind.indexing.watch import keep_up
from photofind.indexing.watcher import FolderWatcher
from photofind.indexing.worker import Worker
from photofind.paths import LibraryPaths
from photofind.photos.scanner import RootScanner
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings
from photofind.store.catalogue import Catalogue
from photofind.store.roots import Root

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexRuns:
    """Indexes the roots of one library, once or for as long as they are watched.

    Attributes:
        settings: As they were when the worker was made.
        worker: Reads and embeds photos.
        listener: Called with every event.
        cancel: Ends a run between two batches.
    """

    paths: LibraryPaths
    catalogue: Catalogue
    settings: Settings
    worker: Worker
    listener: Listener
    cancel: CancelToken

    def watch(self) -> Iterator[IndexFinished]:
        """Index all roots, then what changes in them; yields a report for each run.

        Raises:
            CancelledError: `cancel` was cancelled; finished batches are kept.
        """
        folders = [root.path for root in self.catalogue.roots.all()]
        with FolderWatcher(folders, self.paths.folder, cancel=self.cancel) as watcher:
            scanner = RootScanner(on_answer=watcher.compare_whole)

            def index(changes: Changes | None) -> IndexFinished:
                roots = self.catalogue.roots.all()
                chosen = [r for r in roots if changes is None or r.path in changes]
                return self._index(chosen, changes, scanner)

            yield from keep_up(watcher, index, self.cancel, 60.0 * self.settings.reconcile_minutes)

    def index(self, roots: Sequence[Root]) -> IndexFinished:
        """Index roots and return the report.

        Raises:
            CancelledError: `cancel` was cancelled; finished batches are kept.
        """
        return self._index(roots, None, RootScanner())

    def _index(
        self, roots: Sequence[Root], changes: Changes | None, scanner: RootScanner
    ) -> IndexFinished:
        """Index roots, or only `changes`, parts of them; all of them with upkeep before."""
        if changes is None:
            self.catalogue.maintenance.maintain(self.cancel.raise_if_cancelled)
            self._requeue_lost_thumbnails()
        indexer = Indexer(
            self.catalogue,
            self.worker,
            self.settings,
            own_folder=self.paths.folder,
            listener=self.listener,
            cancel=self.cancel,
            scanner=scanner,
        )
        extent = "whole" if changes is None else "changed parts of"
        checkpoint = self.worker.space.checkpoint
        _log.info("Reading %s %d folders with %s.", extent, len(roots), checkpoint)
        report = indexer.run(roots, changes)
        _log_report(report)
        if changes is None:
            days = self.settings.forget_gone_days
            purge(self.catalogue.photos, self._thumbnails, days, self.cancel)
        # Warms the prompt cache for the first search.
        background_embeddings(self.paths.cache, self.worker)
        return report

    def _requeue_lost_thumbnails(self) -> None:
        """Queue all thumbnails again if the cache is empty; a single one is remade on demand."""
        if self._thumbnails.is_empty():
            producer = thumbnail_version(self.settings.thumbnail_px)
            lost = self.catalogue.derived.forget_all(producer)
            if lost:
                _log.warning("All thumbnails are lost; %d are made again.", lost)

    @property
    def _thumbnails(self) -> ThumbnailCache:
        return ThumbnailCache(self.paths.thumbnails, self.settings.thumbnail_px)


def _log_report(report: IndexFinished) -> None:
    counts = ("found", "embedded", "unchanged", "moved", "removed", "duplicates")
    _log.info(
        "Read: %s, %d unreadable, %d offline folders, in %.1f s.",
        ", ".join(f"{getattr(report, name)} {name}" for name in counts),
        len(report.failures),
        len(report.offline),
        report.seconds,
    )
