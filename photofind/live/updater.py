"""Keeps a library, its search and its tags up to date in the background.

A second thread builds a graph once everything is read, where searches would be quicker with one.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from photofind.cancel import CancelToken
from photofind.child.client import ChildClient
from photofind.clip.encoder import TextEncoder
from photofind.clip.loading import load_text_encoder
from photofind.domain import Embeddings, EmbeddingSpace
from photofind.errors import CancelledError, CheckpointError, UserFacingError
from photofind.events import (
    CatalogueChanged,
    Event,
    IndexFinished,
    LibraryStopped,
    LibraryUpToDate,
    Listener,
    PhotosChanged,
    SearchableChanged,
)
from photofind.library import Library
from photofind.search.engine import SearchEngine
from photofind.search.follower import SearchFollower
from photofind.store.changes import ChangeKind
from photofind.store.indexed import ChangeRepository
from photofind.vectors.graph_builder import GraphBuilder

_PUBLISHED = (ChangeKind.FILES, ChangeKind.PHOTO, ChangeKind.ROOTS)

REFRESH_SHARE = 0.05
"""Share of the updater's time, 0-1, that may go into refreshing the search during a run."""

MIN_REFRESH_INTERVAL_S = 2.0

STOP_S = 10.0
"""How long a child process may take for what is under way when the updater stops: a batch takes
seconds, one that hangs its 300."""

_SLOW_REFRESH_S = 1.0
_log = logging.getLogger(__name__)

_STOPPED_BY_A_BUG = (
    "Photofind made a mistake and stopped looking through your folders.",
    "Your photos and tags are safe. Try again; if it happens again, start photofind anew.",
)


class LibraryUpdater:
    """Indexes and watches all roots of a library until it is stopped.

    Args:
        worker: Reads and embeds photos.
        listener: Called with every event, on the updater's threads.
    """

    def __init__(self, library: Library, worker: ChildClient, listener: Listener) -> None:
        self._library = library
        self._worker = worker
        self._listener = listener
        self._cancel = CancelToken()
        self._paused = False
        self._thread: threading.Thread | None = None
        self._lifecycle_lock = threading.RLock()
        self._search: SearchFollower | None = None
        self._search_key: object = None
        self._engine_ready = threading.Event()
        self._refreshed_at = 0.0
        self._refresh_took_s = 0.0
        self._refresh_lock = threading.Lock()
        self._changes = ChangePoller(library.catalogue.changes)
        self._graph_builder = GraphBuilder(self._build_graph, self._adopt_graph)

    @property
    def engine(self) -> SearchEngine | None:
        """The current search engine; `None` before there is anything to search."""
        return None if self._search is None else self._search.engine

    def fresh_engine(self) -> SearchEngine | None:
        """Apply pending changes and return the engine; waits for the first refresh."""
        self._engine_ready.wait()
        search = self._search
        return None if search is None else search.catch_up(settle=False)

    @property
    def paused(self) -> bool:
        return self._paused

    def pause(self) -> None:
        self._paused = True
        self._cancel.pause()
        self._graph_builder.pause()

    def resume(self) -> None:
        self._paused = False
        self._cancel.resume()
        self._graph_builder.resume()

    def start(self) -> None:
        with self._lifecycle_lock:
            self._cancel = CancelToken()
            if self._paused:
                self._cancel.pause()
            self._thread = threading.Thread(
                target=self._run, args=(self._cancel,), name="library updater", daemon=True
            )
            self._thread.start()

    def cancel(self) -> None:
        """Cancel indexing and the graph build without waiting for their end."""
        self._cancel.cancel()
        self._graph_builder.cancel()

    def stop_all(self) -> None:
        """Stop for good, the graph build too; waits as `stopped`."""
        with self._lifecycle_lock:
            self._stop()
        self._graph_builder.stop()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop while roots or settings change; one change at a time.

        Waits for the current batch, but no more than `STOP_S` for the child process, which is
        ended then; a graph build goes on. However the block ends, the updater starts again if it
        had been started, also when it had stopped by itself.
        """
        with self._lifecycle_lock:
            started = self._thread is not None
            self._stop()
            try:
                yield
            finally:
                if started:
                    self.start()

    def cancel_graph(self) -> None:
        """Stop the graph build; the next run starts one if it is still wanted."""
        self._graph_builder.stop()

    def _stop(self) -> None:
        self._cancel.cancel()
        if self._thread is not None:
            self._thread.join(STOP_S)
            while self._thread.is_alive():
                self._worker.interrupt(self._thread)
                self._thread.join(STOP_S)
        self._thread = None

    def _run(self, cancel: CancelToken) -> None:
        try:
            with self._publishing_errors():
                self._publish_changes()
                self._refresh()
                if self._library.roots():
                    self._watch(cancel)
                else:
                    self._listener(LibraryUpToDate(None))
        finally:
            # Otherwise a search that waits for an engine would wait for ever.
            self._engine_ready.set()

    @contextmanager
    def _publishing_errors(self) -> Iterator[None]:
        """Publish `LibraryStopped` for any error that ends a thread, unless it was cancelled.

        An unexpected error is raised again, for the thread's hook to log.
        """
        try:
            yield
        except CancelledError:
            pass
        except UserFacingError as error:
            _log.exception("Keeping up to date has stopped.")
            self._listener(LibraryStopped(error))
        except BaseException:
            self._listener(LibraryStopped(UserFacingError(*_STOPPED_BY_A_BUG)))
            raise

    def _watch(self, cancel: CancelToken) -> None:
        runs = self._library.watch_with(self._worker, listener=self._on_event, cancel=cancel)
        for report in runs:
            self._finish_run(report, cancel)

    def _on_event(self, event: Event) -> None:
        self._listener(event)
        if isinstance(event, PhotosChanged):
            self._publish_changes()
        if isinstance(event, PhotosChanged) and event.searchable:
            since_s = time.monotonic() - self._refreshed_at
            if since_s > max(MIN_REFRESH_INTERVAL_S, self._refresh_took_s / REFRESH_SHARE):
                self._refresh()

    def _finish_run(self, report: IndexFinished, cancel: CancelToken) -> None:
        self._publish_changes()
        search = self._refresh(settle=True)
        if search is not None:
            tags = self._library.tag_follower(search.encoder)
            if tags.catch_up(search, cancel, self._listener):
                self._publish_searchable()
                # Suggestions are many changes: what was saved must stay within the log.
                search.catch_up()
                search.save_vectors()
        self._listener(LibraryUpToDate(report))
        self._library.catalogue.changes.trim()
        if self._library.wants_graph():
            self._graph_builder.start()

    def _build_graph(self, cancel: CancelToken) -> bool:
        built = False
        with self._publishing_errors():
            built = self._library.build_graph(cancel)
        return built  # noqa: RET504 - false where it ended early

    def _adopt_graph(self) -> None:
        with self._publishing_errors():
            if self._search is not None:
                self._search.adopt_graph()
                self._publish_searchable()

    def _refresh(self, *, settle: bool = False) -> SearchFollower | None:
        """Apply pending changes to the search, and publish how many photos it covers.

        Args:
            settle: As in `SearchFollower.catch_up`.
        """
        with self._refresh_lock:
            started = time.monotonic()
            self._search = self._current_follower()
            if self._search is not None:
                self._search.catch_up(settle=settle)
            self._engine_ready.set()
            self._refreshed_at = time.monotonic()
            self._refresh_took_s = self._refreshed_at - started
        if settle or self._refresh_took_s > _SLOW_REFRESH_S:
            count = 0 if self.engine is None else len(self.engine)
            _log.info("Search follows %d photos, in %.2f s.", count, self._refresh_took_s)
        self._publish_searchable()
        if self._search is not None:
            self._search.save_vectors()
        return self._search

    def _current_follower(self) -> SearchFollower | None:
        space = self._library.catalogue.embeddings.serving_space()
        if space is None:
            return None
        settings = self._library.settings
        key = space, settings.vector_index, settings.threads
        if self._search is not None and self._search_key == key:
            return self._search
        try:
            search = self._library.search_follower(self._text_encoder(space), defer_graph=True)
        except CheckpointError:
            # Not fatal: the checkpoint of the stored embeddings is gone, and the run embeds again
            # with the one in the settings. If that is missing too, the run raises.
            return None
        self._search_key = key
        return search

    def _text_encoder(self, space: EmbeddingSpace) -> TextEncoder:
        """Take the exported text tower, which needs no child process, or ask the child for texts.

        The child takes seconds to come up, and embeds typed text between two batches of photos.
        """
        try:
            here = load_text_encoder(self._library.paths, self._library.settings, space.checkpoint)
        except CheckpointError as error:
            # Whether anything is to be embedded yet, and what is to be said, the child finds out.
            _log.warning("Texts are embedded in the child process: %s", error)
            here = None
        if here is not None and here.space == space:
            return here
        return ChildTextEncoder(self._worker, space)

    def _publish_changes(self) -> None:
        """Publish changes from any writer: this updater's runs, a person, an earlier process."""
        changed = self._changes.poll()
        if changed is not None:
            self._listener(changed)

    def _publish_searchable(self) -> None:
        engine = self.engine
        self._listener(SearchableChanged(0 if engine is None else len(engine)))


class ChangePoller:
    """Turns the change log into events for subscribers; one thread at a time."""

    def __init__(self, changes: ChangeRepository) -> None:
        self._changes = changes
        self._seq = changes.latest()

    def poll(self) -> CatalogueChanged | None:
        """Return the changes since the last poll; `None` if there are none."""
        found = self._changes.since(self._seq, _PUBLISHED)
        if found is None:
            self._seq = self._changes.latest()
            # The log was trimmed past us: subscribers reload everything, as for a new root.
            return CatalogueChanged((), (), roots=True)
        changed, there = found
        self._seq = changed.up_to
        if not changed:
            return None
        gone = np.setdiff1d(changed.of(*_PUBLISHED), there)
        return CatalogueChanged(tuple(there.tolist()), tuple(gone.tolist()), changed.roots)


class ChildTextEncoder:
    """A text encoder in the child process, which need not be up before the first query.

    Args:
        space: To embed into: the serving space.
    """

    def __init__(self, worker: ChildClient, space: EmbeddingSpace) -> None:
        self._worker = worker
        self._space = space

    @property
    def space(self) -> EmbeddingSpace:
        return self._space

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed N texts → (N, dim); raises `CheckpointError` if the checkpoint is gone."""
        return self._worker.encode_texts(texts, self._space)
