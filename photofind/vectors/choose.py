"""Which index answers: exact below a measured size, a graph above it; see decision 0007.

[Note: renewal] A graph takes minutes to build, and exact search is never wrong. So in `auto` a
search uses a graph where a fresh one lies ready, and every photo otherwise; `checked` makes one
where a person expects to wait, `renew` behind a window that goes on meanwhile. Photos that came
since are scored beside the graph, so it is built anew only when a tenth of the library has changed.
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
from photofind.vectors.hnsw import Graph, GraphParameters, HnswIndex
from photofind.vectors.index import VectorIndex
from photofind.vectors.recall import RECALL_FLOOR, recall_at_k, sample_queries

Kind = Literal["exact", "hnsw"]

AUTO_HNSW_PHOTOS = 2_000_000
"""From here on `auto` wants a graph; see decision 0007."""

_log = logging.getLogger(__name__)

STALENESS_LIMIT = 0.1
BESIDE_LIMIT = 0.25
"""Share of a library scored beside a graph above which it is no longer worth its memory."""


@dataclass(frozen=True, slots=True)
class IndexHealth:
    """What answers searches, and how much of the truth it finds.

    Attributes:
        recall: recall@10 against exact search, 0-1.
        checked: Whether it was measured just now; otherwise it is what was measured when the
            index was made.
    """

    kind: Kind
    recall: float
    checked: bool


EXACT_UNCHECKED = IndexHealth("exact", 1.0, False)
EXACT_CHECKED = IndexHealth("exact", 1.0, True)
"""What scores every photo misses none: there is nothing to compare it with but itself."""


class IndexChoice:
    """Chooses an index for the embeddings of one space, and keeps the graph that it uses.

    One thread may ask for indexes while another renews the graph.

    Args:
        folder: Where graphs are kept between runs.
        wish: The setting `vector_index`.
        threads: For building; 0 is all.
        auto_from: Photos from which on `auto` wants a graph.
    """

    def __init__(
        self,
        folder: Path,
        space: EmbeddingSpace,
        wish: str,
        threads: int = 0,
        parameters: GraphParameters | None = None,
        auto_from: int = AUTO_HNSW_PHOTOS,
    ) -> None:
        self._generations = Generations(folder)
        self._space = space
        self._wish = wish
        self._threads = threads or os.cpu_count() or 1
        self._parameters = parameters or GraphParameters()
        self._auto_from = auto_from
        self._given: VectorIndex | None = None
        self._graph: Graph | None = None
        self._looked_at: Manifest | None = None
        self._no_use_for: int | None = None
        self._turn = threading.Lock()

    def kind(self, count: int) -> Kind:
        """What a library of `count` photos should have."""
        if self._wish == "auto":
            return "hnsw" if count >= self._auto_from else "exact"
        return "hnsw" if self._wish == "hnsw" and count else "exact"

    def index(self, labels: NDArray[np.int64], vectors: Embeddings) -> VectorIndex:
        """For searches: in `auto` without a wait, see [Note: renewal]; forced, in minutes.

        Args:
            labels: (N,) int64, strictly ascending.
            vectors: (N, dim) float32, unit length.
        """
        index = self.ready_index(labels, vectors)
        if self._wish == "hnsw" and self.wants_graph():
            return self._renewed(labels, vectors)
        return index

    def ready_index(self, labels: NDArray[np.int64], vectors: Embeddings) -> VectorIndex:
        """As `index`, never with a wait: forced or not, a graph only where one lies ready."""
        kept = None
        if self.kind(len(labels)) == "hnsw":
            kept = self._kept(labels, vectors)
        self._given = ExactIndex(labels, vectors) if kept is None else kept
        return self._given

    def follow(
        self, gone: NDArray[np.int64], labels: NDArray[np.int64], vectors: Embeddings
    ) -> VectorIndex:
        """The index given last, after a change; takes up a graph that was made meanwhile.

        Args:
            gone: See `VectorIndex.changed`, and for the others.
        """
        assert self._given is not None
        given = self._given.changed(gone, labels, vectors)
        if isinstance(given, HnswIndex) and not _serves(given):
            self._let_go(given.graph)
            given = given.exact
        elif isinstance(given, ExactIndex) and self._has_another_graph(len(given)):
            given = self._kept(given.labels, given.store.matrix()) or given
        self._given = given
        return given

    def _has_another_graph(self, count: int) -> bool:
        if self.kind(count) == "exact":
            return False
        with self._turn:
            return self._graph is not None

    def wants_graph(self) -> bool:
        """Whether the index given last should have a graph, and has none."""
        given = self._given
        if not isinstance(given, ExactIndex) or self.kind(len(given)) == "exact":
            return False
        tried = self._no_use_for
        return tried is None or abs(len(given) - tried) > STALENESS_LIMIT * tried

    def renew(self, cancel: CancelToken) -> bool:
        """Makes a graph for the index given last, in minutes, in what time others leave.

        Returns:
            Whether `ready_index` has a graph now that it had not.

        Raises:
            CancelledError: Asked to stop; nothing was changed.
        """
        given = self._given
        if not isinstance(given, ExactIndex) or not self.wants_graph():
            return False
        try:
            vectors = given.store.matrix()
            return isinstance(self._renewed(given.labels, vectors, cancel), HnswIndex)
        except MemoryError as error:
            _log.warning("A graph of %d photos was given up: %s", len(given), error)
            self._no_use_for = len(given)
            return False

    def _renewed(
        self,
        labels: NDArray[np.int64],
        vectors: Embeddings,
        in_background: CancelToken | None = None,
    ) -> VectorIndex:
        """Builds a graph and keeps it; the exact index where the graph finds too little."""
        exact = ExactIndex(labels, vectors)
        graph = Graph.build(
            vectors,
            self._parameters,
            threads=self._threads if in_background is None else 1,
            in_background=in_background is not None,
            cancel=in_background,
        )
        index = HnswIndex(labels, vectors, graph)
        recall = recall_at_k(index, exact, sample_queries(vectors), cancel=in_background)
        if recall < RECALL_FLOOR or not _pays(index):
            _log.warning("A graph of %d photos finds too little (%.3f).", len(index), recall)
            self._no_use_for = len(index)
            self._discard()
            return exact
        self._generations.save(index.graph, self._space, recall)
        self._keep(index.graph)
        return index

    def checked(self, labels: NDArray[np.int64], vectors: Embeddings) -> IndexHealth:
        """Measures what answers searches; makes a graph where one is wanted and none is sound."""
        if self.kind(len(labels)) == "exact":
            return EXACT_CHECKED
        exact = ExactIndex(labels, vectors)
        queries = sample_queries(vectors)
        kept = self._kept(labels, vectors)
        if kept is not None:
            recall = recall_at_k(kept, exact, queries)
            if recall >= RECALL_FLOOR:
                return IndexHealth("hnsw", recall, True)
            # At once: what replaces it may not fit on the disk.
            self._discard()
        index = self._renewed(labels, vectors)
        if not isinstance(index, HnswIndex):
            return EXACT_CHECKED
        return IndexHealth("hnsw", recall_at_k(index, exact, queries), True)

    def health(self, count: int) -> IndexHealth:
        """What `index` would choose for `count` photos, as far as can be told without reading."""
        promised = self._generations.promised(self._space)
        if self.kind(count) == "exact" or promised is None:
            return EXACT_UNCHECKED
        return IndexHealth("hnsw", promised.recall, False)

    def _kept(self, labels: NDArray[np.int64], vectors: Embeddings) -> HnswIndex | None:
        """With the graph of before, of an earlier run too, where it is whole and fresh enough."""
        graph = self._latest_graph()
        if graph is None:
            return None
        index = HnswIndex(labels, vectors, graph)
        if _serves(index):
            return index
        self._let_go(graph)
        return None

    def _let_go(self, graph: Graph) -> None:
        """It takes as much memory as the photos' embeddings, and only a new one can follow it."""
        with self._turn:
            if self._graph is graph:
                self._graph = None

    def _latest_graph(self) -> Graph | None:
        """Read from the disk where another one lies there than when it was last looked at."""
        with self._turn:
            promised = self._generations.promised(self._space)
            if promised is not None and promised != self._looked_at:
                self._graph = self._generations.load(self._space) or self._graph
                self._looked_at = promised
            return self._graph

    def _keep(self, graph: Graph) -> None:
        """Whether or not it could be saved."""
        with self._turn:
            self._looked_at = self._generations.promised(self._space)
            self._graph = graph

    def _discard(self) -> None:
        with self._turn:
            self._generations.discard()
            self._graph = self._looked_at = None


def _serves(index: HnswIndex) -> bool:
    """Whether a graph is fresh enough for the photos there are."""
    return index.staleness <= STALENESS_LIMIT and _pays(index)


def _pays(index: HnswIndex) -> bool:
    return index.beside <= BESIDE_LIMIT * len(index)
