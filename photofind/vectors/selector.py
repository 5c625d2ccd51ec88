"""Selects the index for a library: exact below a measured size, HNSW above it; see decision 0007.

[Note: background build] A graph takes minutes to build, and exact search is never wrong. So in
`auto` a search uses a graph if a fresh one is available, and scores every photo otherwise; `check`
builds one where a person expects to wait, `build_graph` in the background of a window. Photos added
since are scored exactly as well, so a graph is rebuilt only when a tenth of the library changed.
"""

import logging
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from photofind.cancel import CancelToken
from photofind.domain import Embeddings, EmbeddingSpace
from photofind.vectors.exact import ExactIndex
from photofind.vectors.generations import Generations, Manifest
from photofind.vectors.graph import Graph, GraphParameters
from photofind.vectors.hnsw import HnswIndex
from photofind.vectors.index import VectorIndex
from photofind.vectors.recall import RECALL_FLOOR, recall_at_k, sample_queries
from photofind.vectors.slots import VectorStore

Kind = Literal["exact", "hnsw"]

AUTO_HNSW_PHOTOS = 2_000_000
"""Photos from which on `auto` uses a graph; see decision 0007."""

_log = logging.getLogger(__name__)

STALENESS_LIMIT = 0.1
"""Share of a library that may change before its graph is rebuilt."""

UNINDEXED_LIMIT = 0.25
"""Share of a library outside its graph above which the graph is no longer worth its memory."""


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """The kind of the index that serves searches, and its recall.

    Attributes:
        recall: recall@10 against exact search, 0-1.
        checked: Whether recall was measured just now; otherwise when the index was built.
    """

    kind: Kind
    recall: float
    checked: bool


EXACT_UNCHECKED = IndexHealth("exact", 1.0, False)
EXACT_CHECKED = IndexHealth("exact", 1.0, True)
"""Exact search is its own reference: there is nothing to compare it with."""


class IndexSelector:
    """Selects an index for the embeddings of one space, and caches its graph in memory.

    One thread may select indexes while another builds a graph.

    Args:
        folder: Of the graphs saved between runs.
        setting: The setting `vector_index`.
        threads: For building; 0 is all.
        auto_from: Photos from which on `auto` uses a graph.
    """

    def __init__(
        self,
        folder: Path,
        space: EmbeddingSpace,
        setting: str,
        threads: int = 0,
        parameters: GraphParameters | None = None,
        auto_from: int = AUTO_HNSW_PHOTOS,
    ) -> None:
        self._generations = Generations(folder)
        self._space = space
        self._setting = setting
        self._threads = threads or os.cpu_count() or 1
        self._parameters = parameters or GraphParameters()
        self._auto_from = auto_from
        self._current: VectorIndex | None = None
        self._graph: Graph | None = None
        self._loaded: Manifest | None = None
        self._rejected_count: int | None = None
        self._lock = threading.Lock()

    def kind(self, count: int) -> Kind:
        """Return the kind of index that a library of `count` photos should have."""
        if self._setting == "auto":
            return "hnsw" if count >= self._auto_from else "exact"
        return "hnsw" if self._setting == "hnsw" and count else "exact"

    def index(self, store: VectorStore) -> VectorIndex:
        """Select an index; where the setting forces a graph, build it first, which takes minutes.

        Args:
            store: Of vectors of unit length.
        """
        index = self.available_index(store)
        if self._setting == "hnsw" and self.wants_graph():
            return self._build(store)
        return index

    def available_index(self, store: VectorStore) -> VectorIndex:
        """Select an index at once, with a graph only if one is available; arguments as `index`."""
        cached = None
        if self.kind(len(store)) == "hnsw":
            cached = self._cached_index(store)
        self._current = ExactIndex.over(store) if cached is None else cached
        return self._current

    def update(
        self, gone: NDArray[np.int64], labels: NDArray[np.int64], vectors: Embeddings
    ) -> VectorIndex:
        """Apply a change to the index selected last, and adopt a graph built since.

        Args:
            gone: As in `VectorIndex.updated`, like the other arguments.
        """
        assert self._current is not None
        index = self._current.updated(gone, labels, vectors)
        if isinstance(index, HnswIndex) and not _is_fresh(index):
            self._drop(index.graph)
            index = index.exact
        elif isinstance(index, ExactIndex) and self._has_graph(len(index)):
            index = self._cached_index(index.store) or index
        self._current = index
        return index

    def _has_graph(self, count: int) -> bool:
        if self.kind(count) == "exact":
            return False
        with self._lock:
            return self._graph is not None

    def wants_graph(self) -> bool:
        """Return whether the index selected last should have a graph, and has none."""
        current = self._current
        if not isinstance(current, ExactIndex) or self.kind(len(current)) == "exact":
            return False
        rejected = self._rejected_count
        return rejected is None or abs(len(current) - rejected) > STALENESS_LIMIT * rejected

    def build_graph(self, cancel: CancelToken) -> bool:
        """Build a graph for the index selected last, in minutes, at the lowest priority.

        Returns:
            Whether `available_index` has a graph now that it did not have.

        Raises:
            CancelledError: The token was cancelled; nothing was changed.
        """
        current = self._current
        if not isinstance(current, ExactIndex) or not self.wants_graph():
            return False
        try:
            return isinstance(self._build(current.store, cancel), HnswIndex)
        except MemoryError as error:
            _log.warning("A graph of %d photos was given up: %s", len(current), error)
            self._rejected_count = len(current)
            return False

    def _build(self, store: VectorStore, in_background: CancelToken | None = None) -> VectorIndex:
        """Build, measure, save and cache a graph; return the exact index if its recall is low."""
        exact, vectors = ExactIndex.over(store), store.matrix()
        graph = Graph.build(
            vectors,
            self._parameters,
            threads=self._threads if in_background is None else 1,
            in_background=in_background is not None,
            cancel=in_background,
        )
        index = HnswIndex.over(store, graph)
        recall = recall_at_k(index, exact, sample_queries(vectors), cancel=in_background)
        if recall < RECALL_FLOOR or not _is_worthwhile(index):
            _log.warning("A graph of %d photos finds too little (%.3f).", len(index), recall)
            self._rejected_count = len(index)
            self._discard()
            return exact
        self._generations.save(index.graph, self._space, recall)
        self._cache(index.graph)
        return index

    def check(self, store: VectorStore) -> IndexHealth:
        """Measure recall; rebuild a graph that is wanted and missing, or below `RECALL_FLOOR`.

        Args:
            store: Of vectors of unit length.
        """
        if self.kind(len(store)) == "exact":
            return EXACT_CHECKED
        exact = ExactIndex.over(store)
        queries = sample_queries(store.matrix())
        cached = self._cached_index(store)
        if cached is not None:
            recall = recall_at_k(cached, exact, queries)
            if recall >= RECALL_FLOOR:
                return IndexHealth("hnsw", recall, True)
            # Before the build: its replacement may not fit on the disk.
            self._discard()
        index = self._build(store)
        if not isinstance(index, HnswIndex):
            return EXACT_CHECKED
        return IndexHealth("hnsw", recall_at_k(index, exact, queries), True)

    def health(self, count: int) -> IndexHealth:
        """Return the recorded health of the index for `count` photos, without loading a graph."""
        manifest = self._generations.latest_manifest(self._space)
        if self.kind(count) == "exact" or manifest is None:
            return EXACT_UNCHECKED
        return IndexHealth("hnsw", manifest.recall, False)

    def _cached_index(self, store: VectorStore) -> HnswIndex | None:
        """Make an index over the cached or saved graph, if that is undamaged and fresh."""
        graph = self._latest_graph()
        if graph is None:
            return None
        index = HnswIndex.over(store, graph)
        if _is_fresh(index):
            return index
        self._drop(graph)
        return None

    def _drop(self, graph: Graph) -> None:
        """Free a stale graph: it takes as much memory as the embeddings, and stays stale."""
        with self._lock:
            if self._graph is graph:
                self._graph = None

    def _latest_graph(self) -> Graph | None:
        """Return the cached graph, reloaded if the disk holds another than the last loaded."""
        with self._lock:
            manifest = self._generations.latest_manifest(self._space)
            if manifest is not None and manifest != self._loaded:
                self._graph = self._generations.load(self._space) or self._graph
                self._loaded = manifest
            return self._graph

    def _cache(self, graph: Graph) -> None:
        """Cache a graph, whether or not it could be saved."""
        with self._lock:
            self._loaded = self._generations.latest_manifest(self._space)
            self._graph = graph

    def _discard(self) -> None:
        with self._lock:
            self._generations.discard()
            self._graph = self._loaded = None


def _is_fresh(index: HnswIndex) -> bool:
    """Return whether a graph is fresh enough for its library."""
    return index.staleness <= STALENESS_LIMIT and _is_worthwhile(index)


def _is_worthwhile(index: HnswIndex) -> bool:
    return index.unindexed <= UNINDEXED_LIMIT * len(index)
