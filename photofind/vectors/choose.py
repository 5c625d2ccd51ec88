"""Which index answers: exact below a measured size, a graph above it; see decision 0007.

[Note: renewal] A graph takes minutes to build, and exact search is never wrong. So in `auto` a
search uses a graph where a fresh one lies ready, and every photo otherwise; `renewed_index` makes
one, where a person expects to wait. Photos that came since are scored beside the graph, so it is
built anew only when a tenth of the library has changed.
"""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings, EmbeddingSpace
from photofind.vectors.exact import ExactIndex
from photofind.vectors.generations import Generations
from photofind.vectors.hnsw import Graph, GraphParameters, HnswIndex
from photofind.vectors.index import VectorIndex
from photofind.vectors.recall import RECALL_FLOOR, recall_at_k, sample_queries

Kind = Literal["exact", "hnsw"]

AUTO_HNSW_PHOTOS = 300_000
"""From here on `auto` wants a graph; see decision 0007."""

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
    """Chooses an index for the embeddings of one space.

    Args:
        folder: Where graphs are kept between runs.
        wish: The setting `vector_index`.
        threads: For building; 0 is all.
    """

    def __init__(
        self,
        folder: Path,
        space: EmbeddingSpace,
        wish: str,
        threads: int = 0,
        parameters: GraphParameters | None = None,
    ) -> None:
        self._generations = Generations(folder)
        self._space = space
        self._wish = wish
        self._threads = threads or os.cpu_count() or 1
        self._parameters = parameters or GraphParameters()

    def kind(self, count: int) -> Kind:
        """What a library of `count` photos should have."""
        if self._wish == "auto":
            return "hnsw" if count >= AUTO_HNSW_PHOTOS else "exact"
        return "hnsw" if self._wish == "hnsw" and count else "exact"

    def index(self, labels: NDArray[np.int64], vectors: Embeddings) -> VectorIndex:
        """For searches: in `auto` without a wait, see [Note: renewal]; forced, in minutes.

        Args:
            labels: (N,) int64, strictly ascending.
            vectors: (N, dim) float32, unit length.
        """
        if self.kind(len(labels)) == "exact":
            return ExactIndex(labels, vectors)
        kept = self._kept(labels, vectors)
        if kept is not None:
            return kept
        if self._wish == "hnsw":
            return self.renewed_index(labels, vectors)
        return ExactIndex(labels, vectors)

    def renewed_index(self, labels: NDArray[np.int64], vectors: Embeddings) -> VectorIndex:
        """Builds a graph and keeps it; the exact index where the graph finds too little."""
        exact = ExactIndex(labels, vectors)
        graph = Graph.build(vectors, self._parameters, threads=self._threads)
        index = HnswIndex(labels, vectors, graph)
        recall = recall_at_k(index, exact, sample_queries(vectors))
        if recall < RECALL_FLOOR or not _pays(index):
            self._generations.discard()
            return exact
        self._generations.save(index.graph, self._space, recall)
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
            self._generations.discard()
        index = self.renewed_index(labels, vectors)
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
        """With the graph of an earlier run, where that is whole and fresh enough."""
        graph = self._generations.load(self._space)
        if graph is None:
            return None
        index = HnswIndex(labels, vectors, graph)
        return index if index.staleness <= STALENESS_LIMIT and _pays(index) else None


def _pays(index: HnswIndex) -> bool:
    return index.beside <= BESIDE_LIMIT * len(index)
