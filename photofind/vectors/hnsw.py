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

[Note: hidden nodes] In a tight burst every photo's nearest neighbours lie in the burst, the paper's
heuristic drops most of them for one another, and some nodes end with no link that leads to them:
6 % where half lie in bursts of 200 of cosine 0.9999. So a finished graph is asked for each of its
nodes. Those it does not find are written down, and scored beside the graph in every query.

[Note: background threads] Linux has a niceness for each thread, other systems only for a process.
What hnswlib does without the interpreter's lock is done by a thread of the least priority, all else
by the one that called: a thread that waits for its turn while it holds the lock would make the
whole process wait.
"""

import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from photofind.cancel import CancelToken
from photofind.domain import Embeddings
from photofind.vectors.exact import ExactIndex
from photofind.vectors.index import Neighbours
from photofind.vectors.slots import VectorStore

if TYPE_CHECKING:
    import hnswlib

T = TypeVar("T")

Nodes = NDArray[np.uint64]
"""(K,) hashes of vectors, see [Note: nodes]."""

CANDIDATES_PER_HIT = 2
"""Candidates gathered for each place of the answer where it is long."""

WIDER = 4
"""How many times as many are gathered where too many score higher than was asked for."""

ROWS_PER_CANDIDATE = 100
"""Rows that are scored exactly in the time one candidate costs; see decision 0007."""

_BLOCK = 1024

_ADDED_AT_ONCE = 128
"""By each thread, between two looks at whether to go on: some tenths of a second."""

_EF_QUICK = 32
_TIED = 8
_LEAST_PRIORITY = 19


@dataclass(frozen=True, slots=True)
class GraphParameters:
    """How densely a graph is woven and searched; chosen in docs/decisions/0007-when-hnsw.md.

    Attributes:
        m: Neighbours of a node in the upper layers, twice as many in the lowest (M in the paper).
        ef_construction: Candidates for them.
        ef_search: Candidates gathered for a query, at least. A search that meets a burst of more
            near-duplicates does not find the way out of it.
    """

    m: int = 32
    ef_construction: int = 200
    ef_search: int = 512


def vector_hashes(vectors: Embeddings) -> Nodes:
    """(N, dim) float32 → (N,) uint64, equal for rows of equal bits (up to one in 2³² pairs)."""
    odd = np.random.default_rng(0).integers(0, 2**64, vectors.shape[1], np.uint64) | np.uint64(1)
    hashes = np.empty(len(vectors), np.uint64)
    for start in range(0, len(vectors), _BLOCK):
        block = np.ascontiguousarray(vectors[start : start + _BLOCK], np.float32)
        hashes[start : start + len(block)] = block.view(np.uint32).astype(np.uint64) @ odd
    return hashes


class Graph:
    """A finished graph; nothing is ever added to it, so queries may come from any thread.

    Attributes:
        nodes: Of the whole graph, ascending.
        hidden: Those it does not lead to, ascending; see [Note: hidden nodes].
    """

    def __init__(self, index: "hnswlib.Index", parameters: GraphParameters, hidden: Nodes) -> None:
        # Not kept in a saved graph, so it is set for loaded ones too.
        index.set_ef(parameters.ef_search)
        self._index = index
        self.parameters = parameters
        self.nodes: Nodes = np.sort(np.array(index.get_ids_list(), np.uint64))
        self.hidden = hidden

    @classmethod
    def build(
        cls,
        vectors: Embeddings,
        parameters: GraphParameters | None = None,
        *,
        threads: int = 1,
        in_background: bool = False,
        cancel: CancelToken | None = None,
    ) -> "Graph":
        """Takes minutes for a million vectors; with one thread, the same graph every time.

        Args:
            vectors: (N, dim) float32, unit length; equal rows become one node.
            in_background: See [Note: background threads].

        Raises:
            CancelledError: Asked to stop; within a second.
            MemoryError: It has no room beside the vectors.
        """
        import hnswlib

        parameters = parameters or GraphParameters()
        nodes, rows = np.unique(vector_hashes(vectors), return_index=True)
        index = hnswlib.Index("ip", vectors.shape[1])
        try:
            index.init_index(
                max(1, len(nodes)),
                M=parameters.m,
                ef_construction=parameters.ef_construction,
                random_seed=0,
            )
        except RuntimeError as error:
            raise MemoryError(f"no room for a graph of {len(nodes):,} nodes") from error
        with ThreadPoolExecutor(1, "graph", _give_way if in_background else None) as pool:
            effort = _Effort(pool, threads, cancel or CancelToken())
            # In the order of photos, not of hashes: what was taken together is found together.
            order = np.argsort(rows)
            for some in np.array_split(order, max(1, len(order) // (_ADDED_AT_ONCE * threads))):
                effort.run(index.add_items, vectors[rows[some]], nodes[some])
            # Nearly all are found by a quick look; the others are looked for as a query would.
            hidden = np.arange(len(nodes))
            for ef in (min(_EF_QUICK, parameters.ef_search), parameters.ef_search):
                index.set_ef(min(ef, len(nodes)))
                count = min(_TIED, ef, len(nodes))
                found = [np.zeros(0, np.bool_)]
                for start in range(0, len(hidden), _BLOCK):
                    some = hidden[start : start + _BLOCK]
                    asked = vectors[rows[some]], nodes[some]
                    found.append(effort.run(_finds, index, *asked, count))
                hidden = hidden[~np.concatenate(found)]
        return cls(index, parameters, nodes[hidden])

    @classmethod
    def load(cls, path: Path, dim: int, parameters: GraphParameters, hidden: Nodes) -> "Graph":
        """Only for files whose checksum holds: hnswlib reads damaged ones without a word."""
        import hnswlib

        index = hnswlib.Index("ip", dim)
        index.load_index(str(path))
        return cls(index, parameters, hidden)

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
        graph: Of these vectors, or of most of them; the others are scored beside it.
    """

    def __init__(self, labels: NDArray[np.int64], vectors: Embeddings, graph: Graph) -> None:
        self._begin(ExactIndex(labels, vectors), graph)

    def _begin(self, exact: ExactIndex, graph: Graph) -> None:
        self.exact = exact
        self.graph = graph
        self._known = _KnownSlots.of(exact.store, graph)

    def changed(
        self, gone: NDArray[np.int64], labels: NDArray[np.int64], vectors: Embeddings
    ) -> "HnswIndex":
        """See `VectorIndex.changed`; what comes is scored beside the graph."""
        index = object.__new__(HnswIndex)
        exact = self.exact.changed(gone, labels, vectors)
        if exact.store.shares_slots_with(self.exact.store):
            index.exact, index.graph, index._known = exact, self.graph, self._known
        else:
            index._begin(exact, self.graph)
        return index

    def __len__(self) -> int:
        return len(self.exact)

    @property
    def labels(self) -> NDArray[np.int64]:
        """(N,) int64, strictly ascending."""
        return self.exact.labels

    @property
    def staleness(self) -> float:
        """Vectors without a node and nodes without a vector, per vector; 0 when just built."""
        known = self._known
        new = np.count_nonzero(known.is_new & ~self._dead_before)
        new += np.count_nonzero(~self.exact.store.dead[known.count :])
        gone = known.nodes_gone + np.count_nonzero(self._dead_before & ~known.is_new)
        return float((gone + new) / max(1, len(self)))

    @property
    def beside(self) -> int:
        """How many vectors every query scores because the graph does not lead to them."""
        return len(self._known.beside) + self.exact.store.slot_count - self._known.count

    def query(
        self,
        vector: NDArray[np.float32],
        top_k: int,
        labels: NDArray[np.int64] | None = None,
        *,
        above: float = np.inf,
    ) -> Neighbours:
        """The best the graph leads to, or exactly the best of `labels`; ties in their order.

        Of those that score higher than `above` the graph may miss some, as it may of the best;
        where they are so many that scoring all is quicker, it misses none.
        """
        found = None
        if labels is None:
            found = self._along_the_graph(vector, min(top_k, len(self)), above)
        if found is None:
            return self.exact.query(vector, top_k, labels, above=above)
        return found

    def _along_the_graph(
        self, vector: NDArray[np.float32], top_k: int, above: float
    ) -> Neighbours | None:
        """`None` where scoring all vectors is quicker, or the graph is torn."""
        store, known = self.exact.store, self._known
        wanted, gathered = max(self.graph.parameters.ef_search, CANDIDATES_PER_HIT * top_k), 0
        while (gathered + wanted) * ROWS_PER_CANDIDATE < len(self):
            near = known.slots_of(self.graph.nearest(vector, wanted))
            # A hidden node may turn up all the same, by another way.
            near = near[~known.is_beside[near] & ~store.dead[near]]
            slots = np.concatenate((near, known.beside, np.arange(known.count, store.slot_count)))
            scores = np.concatenate(
                (
                    store.scores_at(near, vector),
                    known.beside_vectors @ vector,
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
            gathered += wanted
            wanted *= WIDER
        return None

    def vectors_of(self, labels: NDArray[np.int64]) -> Embeddings:
        """(N, dim) of N labels, in their order."""
        return self.exact.vectors_of(labels)

    @property
    def _dead_before(self) -> NDArray[np.bool_]:
        return self.exact.store.dead[: self._known.count]


@dataclass(frozen=True, slots=True)
class _KnownSlots:
    """How the slots that were there when a graph was taken up relate to its nodes.

    Attributes:
        count: Slots; those that came later are all scored beside the graph.
        hashes: (count,) ascending, of the slots' vectors.
        by_hash: (count,) the slot of each.
        is_new: (count,) whether the graph has no node for the slot.
        is_beside: (count,) those and the hidden ones.
        beside: Slots that are scored in every query.
        beside_vectors: (K, dim) theirs.
        nodes_gone: Nodes of the graph without a vector.
    """

    count: int
    hashes: Nodes
    by_hash: NDArray[np.intp]
    is_new: NDArray[np.bool_]
    is_beside: NDArray[np.bool_]
    beside: NDArray[np.intp]
    beside_vectors: Embeddings
    nodes_gone: int

    @classmethod
    def of(cls, store: VectorStore, graph: Graph) -> "_KnownSlots":
        """Look at a store none of whose slots is dead."""
        vectors = store.matrix()
        hashes = vector_hashes(vectors)
        by_hash = np.argsort(hashes, kind="stable")
        is_new = ~_is_among(hashes, graph.nodes)
        is_beside = is_new | _is_among(hashes, graph.hidden)
        beside = np.flatnonzero(is_beside)
        in_order = hashes[by_hash]
        gone = int(np.count_nonzero(~_is_among(graph.nodes, in_order)))
        return cls(len(store), in_order, by_hash, is_new, is_beside, beside, vectors[beside], gone)

    def slots_of(self, nodes: Nodes) -> NDArray[np.intp]:
        """Every slot of each node; none of nodes whose photos went."""
        first = np.searchsorted(self.hashes, nodes, "left")
        counts = np.searchsorted(self.hashes, nodes, "right") - first
        within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        slots: NDArray[np.intp] = self.by_hash[np.repeat(first, counts) + within]
        return slots


@dataclass(frozen=True, slots=True)
class _Effort:
    """How much of the machine building may take."""

    pool: Executor
    threads: int
    cancel: CancelToken

    def run(self, step: Callable[..., T], *arguments: object) -> T:
        """What a step of `hnswlib` comes to; raises `CancelledError` instead of beginning it."""
        self.cancel.raise_if_cancelled()
        return self.pool.submit(step, *arguments, num_threads=self.threads).result()


def _finds(
    index: "hnswlib.Index", vectors: Embeddings, nodes: Nodes, count: int, num_threads: int
) -> NDArray[np.bool_]:
    """Which nodes are among the first `count` when the graph is asked for their own vectors."""
    try:
        labels, _ = index.knn_query(vectors, k=count, num_threads=num_threads)
    except RuntimeError:
        return np.zeros(len(nodes), np.bool_)
    found: NDArray[np.bool_] = np.any(labels == nodes[:, np.newaxis], axis=1)
    return found


def _give_way() -> None:
    """From now on this thread gets what the others leave; on Linux, see the note."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST_PRIORITY)


def _is_among(wanted: Nodes, ascending: Nodes) -> NDArray[np.bool_]:
    places = np.searchsorted(ascending, wanted)
    found = places < len(ascending)
    found[found] = ascending[places[found]] == wanted[found]
    return found
