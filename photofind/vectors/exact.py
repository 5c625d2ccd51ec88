"""Exact nearest neighbours: every vector scored by one BLAS product, nothing to build."""

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.vectors.index import Neighbours
from photofind.vectors.slots import VectorStore, is_among

_GATHERED_SHARE = 0.2
"""Share of the vectors above which gathering them takes longer than one product with all."""


class ExactIndex:
    """Scores all or some vectors of a store.

    Args:
        labels: (N,) int64, strictly ascending.
        vectors: (N, dim) float32; referenced, not copied.
    """

    def __init__(self, labels: NDArray[np.int64], vectors: Embeddings) -> None:
        self._store = VectorStore(labels, vectors)

    @classmethod
    def over(cls, store: VectorStore) -> "ExactIndex":
        """Make an index over an existing store."""
        index = object.__new__(cls)
        index._store = store
        return index

    def updated(
        self, gone: NDArray[np.int64], labels: NDArray[np.int64], vectors: Embeddings
    ) -> "ExactIndex":
        """See `VectorIndex.updated`."""
        return ExactIndex.over(self.store.updated(gone, labels, vectors))

    @property
    def store(self) -> VectorStore:
        return self._store

    @property
    def labels(self) -> NDArray[np.int64]:
        """(N,) int64, strictly ascending."""
        return self.store.labels

    def __len__(self) -> int:
        return len(self.store)

    def query(
        self,
        vector: NDArray[np.float32],
        top_k: int,
        labels: NDArray[np.int64] | None = None,
        *,
        above: float = np.inf,
    ) -> Neighbours:
        """Find the best of all, or of `labels`, in one pass; ties in the order of labels."""
        if labels is None:
            scores = self.store.scores(vector)
            return _best(self.store.slot_labels, scores, len(self), top_k, above)
        scored = scores_among(self.store, vector, labels)
        return _best(*scored, len(scored[0]), top_k, above)

    def vectors_of(self, labels: NDArray[np.int64]) -> Embeddings:
        """Return the vectors (N, dim) of N labels, in their order."""
        return self.store.vectors_at(self.store.slots_of(labels))


def scores_among(
    store: VectorStore, vector: NDArray[np.float32], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Score some labels of a store.

    Args:
        vector: (dim,) float32, the query.
        wanted: (M,) int64, strictly ascending.

    Returns:
        (K,) int64, the wanted labels that the store holds, and (K,) float32, their scores.
    """
    held = wanted[is_among(wanted, store.labels)]
    slots = store.slots_of(held)
    if len(slots) > len(store) * _GATHERED_SHARE:
        return held, store.scores(vector)[slots]
    return held, store.scores_at(slots, vector)


def _best(
    labels: NDArray[np.int64],
    scores: NDArray[np.float32],
    searched: int,
    top_k: int,
    above: float,
) -> Neighbours:
    """Select the best of scores, of which all but `searched` are -inf, of dead slots."""
    wanted = min(top_k + int(np.count_nonzero(scores > above)), searched)
    if not wanted:
        return Neighbours(labels[:0], scores[:0], searched)
    # All ties with the last place are candidates; labels decide between them.
    least = np.partition(scores, len(scores) - wanted)[len(scores) - wanted]
    candidates = np.flatnonzero(scores >= least)
    best = candidates[np.lexsort((labels[candidates], -scores[candidates]))][:wanted]
    return Neighbours(labels[best], scores[best], searched)
