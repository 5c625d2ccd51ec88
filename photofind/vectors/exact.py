"""Every vector scored, with one BLAS product: no approximation, nothing to build."""

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.vectors.index import Neighbours

_GATHERED_SHARE = 0.2
"""Of the vectors; to score more of them singly takes longer than one product with all."""

_GATHERED_ROWS = 1024
"""Copied at once: 2 MB of 512-d vectors stay in the processor's cache until they are scored."""


class ExactIndex:
    """Labels and their vectors as they lie in memory.

    Args:
        labels: (N,) int64, strictly ascending.
        vectors: (N, dim) float32; kept, not copied.
    """

    def __init__(self, labels: NDArray[np.int64], vectors: Embeddings) -> None:
        if len(labels) != len(vectors):
            raise ValueError(f"{len(labels)} labels for {len(vectors)} vectors")
        if np.any(labels[1:] <= labels[:-1]):
            raise ValueError("labels must be strictly ascending")
        self._labels = labels
        self._vectors = vectors

    @property
    def labels(self) -> NDArray[np.int64]:
        """(N,) int64, strictly ascending."""
        return self._labels

    @property
    def vectors(self) -> Embeddings:
        """(N, dim), theirs."""
        return self._vectors

    def __len__(self) -> int:
        return len(self._labels)

    def query(
        self,
        vector: NDArray[np.float32],
        top_k: int,
        labels: NDArray[np.int64] | None = None,
        *,
        above: float = np.inf,
    ) -> Neighbours:
        """The best of all, or of `labels`, in one pass; equal scores in the order of labels."""
        if labels is None:
            return _best(self._labels, self._vectors @ vector, top_k, above)
        scored = scores_among(self._labels, self._vectors, vector, labels)
        return _best(*scored, top_k, above)

    def vectors_of(self, labels: NDArray[np.int64]) -> Embeddings:
        """(N, dim) of N labels, in their order."""
        places = np.searchsorted(self._labels, labels)
        found = places < len(self._labels)
        if not np.all(found) or np.any(self._labels[places] != labels):
            missing = [int(label) for label in labels if label not in self._labels]
            raise KeyError(f"labels not in the index: {missing[:5]}")
        return self._vectors[places]


def scores_among(
    labels: NDArray[np.int64],
    vectors: Embeddings,
    vector: NDArray[np.float32],
    wanted: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The wanted labels that are there, and their scores, both as long.

    Args:
        labels: (N,) int64, strictly ascending.
        vectors: (N, dim), theirs.
        vector: (dim,) the query.
        wanted: (M,) int64, strictly ascending.
    """
    places = np.searchsorted(labels, wanted)
    there = places < len(labels)
    there[there] = labels[places[there]] == wanted[there]
    return wanted[there], _scores_at(places[there], vectors, vector)


def _scores_at(
    places: NDArray[np.intp], vectors: Embeddings, vector: NDArray[np.float32]
) -> NDArray[np.float32]:
    if len(places) > len(vectors) * _GATHERED_SHARE:
        of_all: NDArray[np.float32] = vectors @ vector
        return of_all[places]
    scores = np.empty(len(places), np.float32)
    for start in range(0, len(places), _GATHERED_ROWS):
        some = places[start : start + _GATHERED_ROWS]
        scores[start : start + len(some)] = vectors[some] @ vector
    return scores


def _best(
    labels: NDArray[np.int64], scores: NDArray[np.float32], top_k: int, above: float
) -> Neighbours:
    wanted = min(top_k + int(np.count_nonzero(scores > above)), len(scores))
    if not wanted:
        return Neighbours(labels[:0], scores[:0], len(scores))
    # Everything that ties with the last place stays in until labels decide.
    least = np.partition(scores, len(scores) - wanted)[len(scores) - wanted]
    candidates = np.flatnonzero(scores >= least)
    best = candidates[np.argsort(-scores[candidates], kind="stable")][:wanted]
    return Neighbours(labels[best], scores[best], len(scores))
