"""Keeps one library up to date on a thread of its own, and its search and tags with it.

Where searches would be quicker with a graph, one is made on a second thread once all is read.
"""

import logging
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np

from photofind.cancel import CancelToken
from photofind.child.client import ChildClient
from photofind.domain import Embeddings, EmbeddingSpace
from photofind.errors import CancelledError, CheckpointError, UserFacingError
from photofind.events import (
    CatalogueChanged,
    Event,
    IndexFinished,
    LibraryStopped,
    Listener,
    PhotosChanged,
    SearchableChanged,
)
from photofind.library import Library
from photofind.search.engine import SearchEngine
from photofind.search.follower import SearchFollower
from photofind.store.catalogue import ChangeRepository
from photofind.store.changes import ChangeKind
from photofind.vectors.making import GraphMaking

_TOLD = (ChangeKind.FILES, ChangeKind.PHOTO, ChangeKind.ROOTS)

REFRESH_SHARE = 0.05
"""Part of the time that may go into taking new photos into the search while more are read."""

REFRESH_AT_MOST_EVERY_S = 2.0

_SLOW_REFRESH_S = 1.0
_log = logging.getLogger(__name__)

_STOPPED_BY_A_BUG = (
    "Photofind made a mistake and stopped looking through your folders.",
    "Your photos and tags are safe. Try again; if it happens again, start photofind anew.",
)


class Keeper:
    """Indexes and watches all roots of a library until it is stopped.

    Args:
        worker: What reads and embeds.
        listener: Told of every event, on the keeper's threads.
    """

    def __init__(self, library: Library, worker: ChildClient, listener: Listener) -> None:
        self._library = library
        self._worker = worker
        self._listener = listener
        self._cancel = CancelToken()
        self._paused = False
        self._thread: threading.Thread | None = None
        self._turn = threading.RLock()
        self._search: SearchFollower | None = None
        self._search_for: object = None
        self._engine_known = threading.Event()
        self._refreshed_at = 0.0
        self._refresh_took_s = 0.0
        self._refreshing = threading.Lock()
        self._changes = CatalogueNews(library.catalogue.changes)
        self._graph = GraphMaking(self._make_graph, self._take_graph)

    @property
    def engine(self) -> SearchEngine | None:
        """What answers queries now; `None` before there is anything to search."""
        return None if self._search is None else self._search.engine

    def engine_of_now(self) -> SearchEngine | None:
        """As `engine`, with what changed since; waits until there was a first look."""
        self._engine_known.wait()
        search = self._search
        return None if search is None else search.catch_up(settle=False)

    @property
    def paused(self) -> bool:
        return self._paused

    def pause(self) -> None:
        self._paused = True
        self._cancel.pause()
        self._graph.pause()

    def resume(self) -> None:
        self._paused = False
        self._cancel.resume()
        self._graph.resume()

    def start(self) -> None:
        with self._turn:
            self._cancel = CancelToken()
            if self._paused:
                self._cancel.pause()
            self._thread = threading.Thread(
                target=self._run, args=(self._cancel,), name="keeper", daemon=True
            )
            self._thread.start()

    def cancel(self) -> None:
        """Asks to stop, and does not wait for it."""
        self._cancel.cancel()
        self._graph.cancel()

    def stop_all(self) -> None:
        """Stop for good; a graph that is being made is given up."""
        with self._turn:
            self._stop()
        self._graph.stop()

    @contextmanager
    def stopped(self) -> Iterator[None]:
        """Hold still while roots or settings change; one change at a time.

        Waits for the batch under way; a graph that is being made goes on. However the block ends,
        the keeper starts again if it had been started: also when it had stopped by itself.
        """
        with self._turn:
            started = self._thread is not None
            self._stop()
            try:
                yield
            finally:
                if started:
                    self.start()

    def give_up_graph(self) -> None:
        """Stop making a graph; the next run makes one if it is still wanted."""
        self._graph.stop()

    def _stop(self) -> None:
        self._cancel.cancel()
        if self._thread is not None:
            self._thread.join()
        self._thread = None

    def _run(self, cancel: CancelToken) -> None:
        try:
            with self._telling_why_it_stops():
                self._tell_changes()
                self._refresh()
                if self._library.roots():
                    self._keep_up(cancel)
        finally:
            # Whoever waits to search must not wait for ever.
            self._engine_known.set()

    @contextmanager
    def _telling_why_it_stops(self) -> Iterator[None]:
        """Tell the listener whatever ends a thread, unless it was asked to end.

        What nobody expected is raised again: the thread's hook writes it down.
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

    def _keep_up(self, cancel: CancelToken) -> None:
        for report in self._library.watch_with(self._worker, listener=self._note, cancel=cancel):
            self._after(report, cancel)

    def _note(self, event: Event) -> None:
        self._listener(event)
        if isinstance(event, PhotosChanged):
            self._tell_changes()
        if isinstance(event, PhotosChanged) and event.searchable:
            since_s = time.monotonic() - self._refreshed_at
            if since_s > max(REFRESH_AT_MOST_EVERY_S, self._refresh_took_s / REFRESH_SHARE):
                self._refresh()

    def _after(self, report: IndexFinished, cancel: CancelToken) -> None:
        self._tell_changes()
        search = self._refresh(settle=True)
        if search is not None:
            tags = self._library.follow_tags(search.encoder)
            if tags.catch_up(search, cancel):
                self._tell_searchable()
        self._library.catalogue.changes.trim()
        if self._library.wants_graph():
            self._graph.begin()

    def _make_graph(self, cancel: CancelToken) -> bool:
        made = False
        with self._telling_why_it_stops():
            made = self._library.renew_graph(cancel)
        return made  # noqa: RET504 - false where it ended early

    def _take_graph(self) -> None:
        with self._telling_why_it_stops():
            if self._search is not None:
                self._search.take_graph()
                self._tell_searchable()

    def _refresh(self, *, settle: bool = False) -> SearchFollower | None:
        """Take what changed into the search; the same one as long as the search model is."""
        with self._refreshing:
            started = time.monotonic()
            self._search = self._followed()
            if self._search is not None:
                self._search.catch_up(settle=settle)
            self._engine_known.set()
            self._refreshed_at = time.monotonic()
            self._refresh_took_s = self._refreshed_at - started
        if settle or self._refresh_took_s > _SLOW_REFRESH_S:
            count = 0 if self.engine is None else len(self.engine)
            _log.info("Search follows %d photos, in %.2f s.", count, self._refresh_took_s)
        self._tell_searchable()
        return self._search

    def _followed(self) -> SearchFollower | None:
        space = self._library.catalogue.embeddings.serving_space()
        if space is None:
            return None
        settings = self._library.settings
        wanted = space, settings.vector_index, settings.threads
        if self._search is not None and self._search_for == wanted:
            return self._search
        try:
            search = self._library.follow_search(ChildTexts(self._worker, space), at_once=True)
        except CheckpointError:
            # Not the end: what the photos were read with is gone, and they are read again with
            # what the settings name. Where that is missing too, the reading says so.
            return None
        self._search_for = wanted
        return search

    def _tell_changes(self) -> None:
        """Whoever made them: this keeper's runs, a person, an earlier one that was stopped."""
        changed = self._changes.news()
        if changed is not None:
            self._listener(changed)

    def _tell_searchable(self) -> None:
        engine = self.engine
        self._listener(SearchableChanged(0 if engine is None else len(engine)))


class CatalogueNews:
    """Follows the change log for those who hold photos by their ids; one thread at a time."""

    def __init__(self, changes: ChangeRepository) -> None:
        self._changes = changes
        self._seq = changes.latest()

    def news(self) -> CatalogueChanged | None:
        """What happened since the last time; `None` where nothing did."""
        found = self._changes.since(self._seq, _TOLD)
        if found is None:
            self._seq = self._changes.latest()
            # So much that every holder has to look at everything, as after another root came.
            return CatalogueChanged((), (), roots=True)
        changed, there = found
        self._seq = changed.up_to
        if not changed:
            return None
        gone = np.setdiff1d(changed.of(*_TOLD), there)
        return CatalogueChanged(tuple(there.tolist()), tuple(gone.tolist()), changed.roots)


class ChildTexts:
    """Embeds text in the child; no search has to wait for it before it needs one.

    Args:
        space: That texts are embedded into: that of the photos that are searched.
    """

    def __init__(self, worker: ChildClient, space: EmbeddingSpace) -> None:
        self._worker = worker
        self._space = space

    @property
    def space(self) -> EmbeddingSpace:
        return self._space

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """N texts → (N, dim); raises `CheckpointError` where nothing makes such any more."""
        return self._worker.encode_texts(texts, self._space)
