"""Approximate nearest neighbours with a graph, scores exact: the only file that knows hnswlib.

The graph is a hierarchical navigable small world (Malkov & Yashunin 2018, arXiv:1603.09320). It
proposes candidates; what is returned is scored and ranked anew against the float32 matrix, so an
approximate graph can miss a photo but never misjudge one.

[Note: nodes] A node of the graph is named by a 64-bit hash of its vector, not by a photo. Equal
vectors are one node, which keeps them from crowding each other's neighbour lists, and come apart
again when a query is answered. A graph also knows by itself which rows of any matrix it covers:
photos that came after it was built are scored beside it, nodes of photos that went are passed over,
and photos may be renumbered. Two different vectors of one hash (some 1e-8 for a million vectors)
cost one of them its node, not its score.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.vectors.exact import ExactIndex
from photofind.vectors.index import Neighbours

if TYPE_CHECKING:
    import hnswlib

Nodes = NDArray[np.uint64]
"""(K,) hashes of vectors, see [Note: nodes]."""

EF_SEARCH = 192
"""Candidates that the graph gathers for a query, at least."""

CANDIDATES_PER_HIT = 2
"""Candidates gathered for each place of the answer where it is long."""

ROWS_PER_CANDIDATE = 20
"""Rows that are scored exactly in the time one candidate costs, measured with 512 dimensions."""

_HASHED_ROWS = 1024


@dataclass(frozen=True, slots=True)
class GraphParameters:
    """How densely a graph is woven; chosen in docs/decisions/0007-when-hnsw.md.

    Attributes:
        m: Neighbours of a node in the upper layers, twice as many in the lowest (M in the paper).
        ef_construction: Candidates for them.
    """

    m: int = 16
    ef_construction: int = 200


def vector_hashes(vectors: Embeddings) -> Nodes:
    """(N, dim) float32 → (N,) uint64, equal for rows of equal bits (up to one in 2³² pairs)."""
    odd = np.random.default_rng(0).integers(0, 2**64, vectors.shape[1], np.uint64) | np.uint64(1)
    hashes = np.empty(len(vectors), np.uint64)
    for start in range(0, len(vectors), _HASHED_ROWS):
        block = np.ascontiguousarray(vectors[start : start + _HASHED_ROWS], np.float32)
        hashes[start : start + len(block)] = block.view(np.uint32).astype(np.uint64) @ odd
    return hashes


class Graph:
    """A finished graph; nothing is ever added to it, so queries may come from any thread."""

    def __init__(self, index: "hnswlib.Index", parameters: GraphParameters) -> None:
        # Not kept in a saved graph, so it is set for loaded ones too.
        index.set_ef(EF_SEARCH)
        self._index = index
        self.parameters = parameters
        self.nodes: Nodes = np.sort(np.array(index.get_ids_list(), np.uint64))

    @classmethod
    def build(
        cls,
        vectors: Embeddings,
        parameters: GraphParameters | None = None,
        *,
        threads: int = 1,
    ) -> "Graph":
        """Takes minutes for a million vectors; with one thread, the same graph every time.

        Args:
            vectors: (N, dim) float32, unit length; equal rows become one node.
        """
        import hnswlib

        parameters = parameters or GraphParameters()
        nodes, rows = np.unique(vector_hashes(vectors), return_index=True)
        index = hnswlib.Index("ip", vectors.shape[1])
        index.init_index(
            max(1, len(nodes)),
            M=parameters.m,
            ef_construction=parameters.ef_construction,
            random_seed=0,
        )
        # In the order of photos, not of hashes: what was taken together is found together.
        order = np.argsort(rows)
        for some in np.array_split(order, max(1, len(order) // _HASHED_ROWS)):
            index.add_items(vectors[rows[some]], nodes[some], num_threads=threads)
        return cls(index, parameters)

    @classmethod
    def load(cls, path: Path, dim: int, parameters: GraphParameters) -> "Graph":
        """Only for files whose checksum holds: hnswlib reads damaged ones without a word."""
        import hnswlib

        index = hnswlib.Index("ip", dim)
        index.load_index(str(path))
        return cls(index, parameters)

    def save(self, path: Path) -> int:
        """Writes the graph and says how many bytes it should have; does not notice a full disk.

        hnswlib holds the interpreter's lock meanwhile: some seconds for a million vectors.
        """
        self._index.save_index(str(path))
        return int(self._index.index_file_size())

    def __len__(self) -> int:
        return len(self.nodes)

    def nearest(self, vector: NDArray[np.float32], count: int) -> Nodes:
        """Up to `count` nodes near a (dim,) vector, in no order; fewer where the graph is torn."""
        # hnswlib widens its search to `count` by itself where that is more than `ef`.
        count = min(count, len(self))
        if not count:
            return np.empty(0, np.uint64)
        try:
            labels, _ = self._index.knn_query(vector, k=count, num_threads=1)
        except RuntimeError:
            # Fewer than `count` nodes can be reached from where the search begins.
            return np.empty(0, np.uint64)
        nodes: Nodes = labels[0].astype(np.uint64, copy=False)
        return nodes


class HnswIndex:
    """Labels and their vectors, with a graph that says where to look.

    Args:
        labels: (N,) int64, strictly ascending.
        vectors: (N, dim) float32; kept, not copied. The graph holds another copy.
        graph: Of these vectors, or of most of them.
    """

    def __init__(self, labels: NDArray[np.int64], vectors: Embeddings, graph: Graph) -> None:
        self._exact = ExactIndex(labels, vectors)
        self._labels = labels
        self._vectors = vectors
        self._graph = graph
        hashes = vector_hashes(vectors)
        self._by_hash = np.argsort(hashes, kind="stable")
        self._hashes = hashes[self._by_hash]
        self._beside = np.flatnonzero(~_is_among(hashes, graph.nodes))

    def __len__(self) -> int:
        return len(self._exact)

    @property
    def staleness(self) -> float:
        """Share of vectors without a node plus share of nodes without a vector; 0 when built."""
        gone = np.count_nonzero(~_is_among(self._graph.nodes, self._hashes))
        return float((gone + len(self._beside)) / max(1, len(self)))

    def query(self, vector: NDArray[np.float32], top_k: int) -> Neighbours:
        """The best the graph leads to; equal scores in the order of their labels."""
        top_k = min(top_k, len(self))
        wanted = max(EF_SEARCH, CANDIDATES_PER_HIT * top_k)
        if wanted * ROWS_PER_CANDIDATE >= len(self):
            return self._exact.query(vector, top_k)
        near = self._rows_of(self._graph.nearest(vector, wanted))
        rows = np.concatenate((near, self._beside))
        if len(rows) < top_k:
            return self._exact.query(vector, top_k)
        scores = self._vectors[rows] @ vector
        best = np.lexsort((rows, -scores))[:top_k]
        return Neighbours(self._labels[rows[best]], scores[best])

    def count_above(self, vector: NDArray[np.float32], score: float) -> int:
        """How many labels score higher than `score`, exactly: a pass over all vectors."""
        return self._exact.count_above(vector, score)

    def vectors_of(self, labels: NDArray[np.int64]) -> Embeddings:
        """(N, dim) of N labels, in their order."""
        return self._exact.vectors_of(labels)

    def _rows_of(self, nodes: Nodes) -> NDArray[np.intp]:
        """Every row of each node; none of nodes whose photos went."""
        first = np.searchsorted(self._hashes, nodes, "left")
        counts = np.searchsorted(self._hashes, nodes, "right") - first
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        rows: NDArray[np.intp] = self._by_hash[np.repeat(first, counts) + within]
        return rows


def _is_among(wanted: Nodes, ascending: Nodes) -> NDArray[np.bool_]:
    places = np.searchsorted(ascending, wanted)
    found = places < len(ascending)
    found[found] = ascending[places[found]] == wanted[found]
    return found
