"""Approximate nearest neighbours by a graph (HNSW), re-ranked exactly.

The graph proposes candidates, which are re-ranked by their exact scores against the float32 matrix,
so an approximate graph can miss a photo but never misjudge one. Which rows of the matrix a graph
covers: [Note: nodes] and [Note: hidden nodes] in graph.py.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.vectors.exact import ExactIndex
from photofind.vectors.graph import Graph, Nodes, vector_hashes
from photofind.vectors.index import Neighbours
from photofind.vectors.slots import VectorStore, is_among

CANDIDATES_PER_HIT = 2
"""Candidates fetched for each of `top_k` results, where `ef_search` is less."""

WIDENING = 4
"""Factor by which more candidates are fetched while too many score above the threshold."""

ROWS_PER_CANDIDATE = 100
"""Rows that are scored exactly in the time one candidate costs; see decision 0007."""


class HnswIndex:
    """Labelled vectors with a graph over most of them.

    Args:
        labels: (N,) int64, strictly ascending.
        vectors: (N, dim) float32; referenced, not copied. The graph holds another copy.
        graph: Over most of these vectors; the others are unindexed and scored in every query.
    """

    def __init__(self, labels: NDArray[np.int64], vectors: Embeddings, graph: Graph) -> None:
        self._init(ExactIndex(labels, vectors), graph)

    @classmethod
    def over(cls, store: VectorStore, graph: Graph) -> "HnswIndex":
        """Make an index over an existing store."""
        index = object.__new__(cls)
        index._init(ExactIndex.over(store), graph)
        return index

    def _init(self, exact: ExactIndex, graph: Graph) -> None:
        self.exact = exact
        self.graph = graph
        self._known = _KnownSlots.of(exact.store, graph)

    def updated(
        self, gone: NDArray[np.int64], labels: NDArray[np.int64], vectors: Embeddings
    ) -> "HnswIndex":
        """See `VectorIndex.updated`; added vectors are unindexed."""
        index = object.__new__(HnswIndex)
        exact = self.exact.updated(gone, labels, vectors)
        if exact.store.shares_slots_with(self.exact.store):
            index.exact, index.graph, index._known = exact, self.graph, self._known
        else:
            index._init(exact, self.graph)
        return index

    def __len__(self) -> int:
        return len(self.exact)

    @property
    def labels(self) -> NDArray[np.int64]:
        """(N,) int64, strictly ascending."""
        return self.exact.labels

    @property
    def store(self) -> VectorStore:
        return self.exact.store

    @property
    def staleness(self) -> float:
        """Vectors without a node plus nodes without a vector, per vector; 0 when just built."""
        known = self._known
        new = np.count_nonzero(known.is_new & ~self._dead_before)
        new += np.count_nonzero(~self.exact.store.dead[known.count :])
        gone = known.nodes_gone + np.count_nonzero(self._dead_before & ~known.is_new)
        return float((gone + new) / max(1, len(self)))

    @property
    def unindexed(self) -> int:
        """Number of vectors outside the graph, which every query scores exactly."""
        return len(self._known.unindexed) + self.exact.store.slot_count - self._known.count

    def query(
        self,
        vector: NDArray[np.float32],
        top_k: int,
        labels: NDArray[np.int64] | None = None,
        *,
        above: float = np.inf,
    ) -> Neighbours:
        """Find the best by the graph, or exactly among `labels`; ties in the order of labels.

        The graph may miss some vectors, those above `above` included; where so many score higher
        that exact search is quicker, none is missed.
        """
        found = None
        if labels is None:
            found = self._query_graph(vector, min(top_k, len(self)), above)
        if found is None:
            return self.exact.query(vector, top_k, labels, above=above)
        return found

    def _query_graph(
        self, vector: NDArray[np.float32], top_k: int, above: float
    ) -> Neighbours | None:
        """Query the graph; `None` where exact search is quicker, or too little is reachable."""
        store, known = self.exact.store, self._known
        wanted, fetched = max(self.graph.parameters.ef_search, CANDIDATES_PER_HIT * top_k), 0
        while (fetched + wanted) * ROWS_PER_CANDIDATE < len(self):
            near = known.slots_of(self.graph.nearest(vector, wanted))
            # A hidden node may be found all the same, from another direction.
            near = near[~known.is_unindexed[near] & ~store.dead[near]]
            slots = np.concatenate(
                (near, known.unindexed, np.arange(known.count, store.slot_count))
            )
            scores = np.concatenate(
                (
                    store.scores_at(near, vector),
                    known.unindexed_vectors @ vector,
                    store.scores(vector, known.count),
                )
            )
            scores[store.dead[slots]] = -np.inf
            places = top_k + int(np.count_nonzero(scores > above))
            if not len(near):
                return None
            if places * CANDIDATES_PER_HIT <= wanted:
                if np.count_nonzero(scores > -np.inf) < places:
                    return None
                labels = store.slot_labels[slots]
                best = np.lexsort((labels, -scores))[:places]
                return Neighbours(labels[best], scores[best], len(self))
            fetched += wanted
            wanted *= WIDENING
        return None

    def vectors_of(self, labels: NDArray[np.int64]) -> Embeddings:
        """Return the vectors (N, dim) of N labels, in their order."""
        return self.exact.vectors_of(labels)

    @property
    def _dead_before(self) -> NDArray[np.bool_]:
        return self.exact.store.dead[: self._known.count]


@dataclass(frozen=True, slots=True)
class _KnownSlots:
    """The slots of a store when its graph was adopted, and their nodes.

    Attributes:
        count: Number of slots; all later ones are unindexed.
        hashes: (count,) ascending, of the slots' vectors.
        by_hash: (count,) the slot of each.
        is_new: (count,) whether the graph has no node for the slot.
        is_unindexed: (count,) whether it is new or its node hidden.
        unindexed: Slots that are scored in every query.
        unindexed_vectors: (K, dim) theirs.
        nodes_gone: Nodes of the graph without a vector.
    """

    count: int
    hashes: Nodes
    by_hash: NDArray[np.intp]
    is_new: NDArray[np.bool_]
    is_unindexed: NDArray[np.bool_]
    unindexed: NDArray[np.intp]
    unindexed_vectors: Embeddings
    nodes_gone: int

    @classmethod
    def of(cls, store: VectorStore, graph: Graph) -> "_KnownSlots":
        """Match a store with a graph; the vectors of dead slots have nodes like others."""
        none = np.empty(0, np.uint64)
        hashes = np.concatenate([none, *(vector_hashes(block) for _, block in store.blocks())])
        by_hash = np.argsort(hashes, kind="stable")
        is_new = ~is_among(hashes, graph.nodes)
        is_unindexed = is_new | is_among(hashes, graph.hidden)
        unindexed = np.flatnonzero(is_unindexed)
        in_order = hashes[by_hash]
        gone = int(np.count_nonzero(~is_among(graph.nodes, in_order)))
        return cls(
            store.slot_count,
            in_order,
            by_hash,
            is_new,
            is_unindexed,
            unindexed,
            store.vectors_at(unindexed),
            gone,
        )

    def slots_of(self, nodes: Nodes) -> NDArray[np.intp]:
        """Return all slots of each node; none for nodes whose photos were deleted."""
        first = np.searchsorted(self.hashes, nodes, "left")
        counts = np.searchsorted(self.hashes, nodes, "right") - first
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        slots: NDArray[np.intp] = self.by_hash[np.repeat(first, counts) + within]
        return slots
