"""Every vector scored, with one BLAS product: no approximation, nothing to build."""

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.vectors.index import Neighbours


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

    def __len__(self) -> int:
        return len(self._labels)

    def query(self, vector: NDArray[np.float32], top_k: int) -> Neighbours:
        """The best of all; equal scores in the order of their labels."""
        scores = self._vectors @ vector
        top_k = min(top_k, len(scores))
        if top_k < len(scores):
            # Everything that ties with the last place stays in until labels decide.
            least = np.partition(scores, len(scores) - top_k)[len(scores) - top_k] if top_k else 0
            candidates = np.flatnonzero(scores >= least)
        else:
            candidates = np.arange(len(scores))
        best = candidates[np.argsort(-scores[candidates], kind="stable")][:top_k]
        return Neighbours(self._labels[best], scores[best])

    def count_above(self, vector: NDArray[np.float32], score: float) -> int:
        """How many labels score higher than `score`."""
        return int(np.count_nonzero(self._vectors @ vector > score))

    def vectors_of(self, labels: NDArray[np.int64]) -> Embeddings:
        """(N, dim) of N labels, in their order."""
        places = np.searchsorted(self._labels, labels)
        found = places < len(self._labels)
        if not np.all(found) or np.any(self._labels[places] != labels):
            missing = [int(label) for label in labels if label not in self._labels]
            raise KeyError(f"labels not in the index: {missing[:5]}")
        return self._vectors[places]
