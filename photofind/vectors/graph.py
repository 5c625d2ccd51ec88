"""A graph over vectors; the only file that imports hnswlib.

The graph is a hierarchical navigable small world (Malkov & Yashunin 2018, arXiv:1603.09320).

[Note: nodes] The label of a node is a 64-bit hash of its vector, not a photo id. Equal vectors
share one node, so duplicates do not crowd each other's neighbour lists; a query expands a node to
all its photos. The hashes also tell which rows of any matrix a graph covers: photos added after the
build are unindexed and scored exactly, nodes of deleted photos are skipped, and photos may be
renumbered. A hash collision (some 1e-8 for a million vectors) costs one vector its node, not its
score.

[Note: hidden nodes] In a tight burst every photo's nearest neighbours lie in the burst, the paper's
heuristic prunes most of them in favour of one another, and some nodes end without an incoming link:
6 % where half lie in bursts of 200 of cosine 0.9999. So a finished graph is queried for each of its
nodes. Those it does not find are recorded, and scored exactly in every query.

[Note: background threads] Linux has a niceness for each thread, other systems only for a process.
What hnswlib does without the GIL runs on a thread of the lowest priority, all else on the calling
thread: a thread that waits for the processor while it holds the GIL would block the whole process.
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

if TYPE_CHECKING:
    import hnswlib

T = TypeVar("T")

Nodes = NDArray[np.uint64]
"""(K,) hashes of vectors, see [Note: nodes]."""

_BLOCK = 1024

_BATCH_PER_THREAD = 128
"""Vectors added by each thread between two checks for cancellation: some tenths of a second."""

_EF_QUICK = 32
_TIED = 8
_LEAST_PRIORITY = 19


@dataclass(frozen=True, slots=True)
class GraphParameters:
    """Parameters of HNSW; chosen in docs/decisions/0007-when-hnsw.md.

    Attributes:
        m: Links of a node in the upper layers, twice as many in the lowest (M in the paper).
        ef_construction: Candidates for the links of a new node.
        ef_search: Minimal number of candidates for a query. A search that enters a burst of more
            near-duplicates does not leave it.
    """

    m: int = 32
    ef_construction: int = 200
    ef_search: int = 512


def vector_hashes(vectors: Embeddings) -> Nodes:
    """Hash rows (N, dim) float32 → (N,) uint64; equal bits hash equally.

    Different rows collide with a probability of at most 2⁻³² a pair.
    """
    odd = np.random.default_rng(0).integers(0, 2**64, vectors.shape[1], np.uint64) | np.uint64(1)
    hashes = np.empty(len(vectors), np.uint64)
    for start in range(0, len(vectors), _BLOCK):
        block = np.ascontiguousarray(vectors[start : start + _BLOCK], np.float32)
        hashes[start : start + len(block)] = block.view(np.uint32).astype(np.uint64) @ odd
    return hashes


class Graph:
    """An immutable graph, which any thread may query.

    Attributes:
        nodes: Hashes of all nodes, ascending.
        hidden: Hashes of unreachable nodes, ascending; see [Note: hidden nodes].
    """

    def __init__(self, index: "hnswlib.Index", parameters: GraphParameters, hidden: Nodes) -> None:
        # Not part of a saved graph, so it is set for loaded ones too.
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
        """Build a graph, in minutes for a million vectors; deterministic with one thread.

        Args:
            vectors: (N, dim) float32, unit length; equal rows become one node.
            threads: For adding and finding nodes.
            in_background: At the lowest priority, see [Note: background threads].

        Raises:
            CancelledError: Within a second of cancellation.
            MemoryError: The graph does not fit into memory.
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
        with ThreadPoolExecutor(1, "graph", _lower_priority if in_background else None) as pool:
            steps = _BuildSteps(pool, threads, cancel or CancelToken())
            # In the order of photos, not of hashes: photos of one moment are near in the graph.
            order = np.argsort(rows)
            for some in np.array_split(order, max(1, len(order) // (_BATCH_PER_THREAD * threads))):
                steps.run(index.add_items, vectors[rows[some]], nodes[some])
            # A small ef finds nearly all nodes; the rest is searched with the ef of a query.
            hidden = np.arange(len(nodes))
            for ef in (min(_EF_QUICK, parameters.ef_search), parameters.ef_search):
                index.set_ef(min(ef, len(nodes)))
                count = min(_TIED, ef, len(nodes))
                found = [np.zeros(0, np.bool_)]
                for start in range(0, len(hidden), _BLOCK):
                    some = hidden[start : start + _BLOCK]
                    found.append(steps.run(_finds, index, vectors[rows[some]], nodes[some], count))
                hidden = hidden[~np.concatenate(found)]
        return cls(index, parameters, nodes[hidden])

    @classmethod
    def load(cls, path: Path, dim: int, parameters: GraphParameters, hidden: Nodes) -> "Graph":
        """Load a file whose checksum was verified: hnswlib loads damaged ones without an error."""
        import hnswlib

        index = hnswlib.Index("ip", dim)
        index.load_index(str(path))
        return cls(index, parameters, hidden)

    def save(self, path: Path) -> int:
        """Write the graph and return its expected size in bytes; hnswlib ignores a full disk.

        Holds the GIL, for some seconds with a million vectors.
        """
        self._index.save_index(str(path))
        return int(self._index.index_file_size())

    def __len__(self) -> int:
        return len(self.nodes)

    def nearest(self, vector: NDArray[np.float32], count: int) -> Nodes:
        """Find up to `count` nodes near a (dim,) vector, unordered; none if the graph is torn."""
        # hnswlib raises ef to `count` by itself where that is more.
        count = min(count, len(self))
        if not count:
            return np.empty(0, np.uint64)
        try:
            labels, _ = self._index.knn_query(vector, k=count, num_threads=1)
        except RuntimeError:
            # Fewer than `count` nodes are reachable from the entry point.
            return np.empty(0, np.uint64)
        nodes: Nodes = labels[0].astype(np.uint64, copy=False)
        return nodes


@dataclass(frozen=True, slots=True)
class _BuildSteps:
    """Runs the steps of a build on its thread."""

    pool: Executor
    threads: int
    cancel: CancelToken

    def run(self, step: Callable[..., T], *arguments: object) -> T:
        """Run a function of hnswlib; raises `CancelledError` before it if cancelled."""
        self.cancel.raise_if_cancelled()
        return self.pool.submit(step, *arguments, num_threads=self.threads).result()


def _finds(
    index: "hnswlib.Index", vectors: Embeddings, nodes: Nodes, count: int, num_threads: int
) -> NDArray[np.bool_]:
    """Return which nodes are among the nearest `count` of their own vectors, (K,) bool."""
    try:
        labels, _ = index.knn_query(vectors, k=count, num_threads=num_threads)
    except RuntimeError:
        return np.zeros(len(nodes), np.bool_)
    found: NDArray[np.bool_] = np.any(labels == nodes[:, np.newaxis], axis=1)
    return found


def _lower_priority() -> None:
    """Give the current thread the lowest priority; on Linux, see [Note: background threads]."""
    if sys.platform == "linux":
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _LEAST_PRIORITY)
