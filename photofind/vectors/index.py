"""The seam between search and whatever finds nearest neighbours."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The best matches of one query, best first.

    Attributes:
        labels: (K,) int64, as given when the index was built.
        scores: (K,) float32, inner products with the query.
        searched: Labels they are the best of.
    """

    labels: NDArray[np.int64]
    scores: NDArray[np.float32]
    searched: int


class VectorIndex(Protocol):
    def __len__(self) -> int: ...

    @property
    def labels(self) -> NDArray[np.int64]:
        """(N,) int64, strictly ascending."""
        ...

    def query(
        self,
        vector: NDArray[np.float32],
        top_k: int,
        labels: NDArray[np.int64] | None = None,
        *,
        above: float = np.inf,
    ) -> Neighbours:
        """The labels of highest inner product with a (dim,) vector of any length.

        Args:
            top_k: How many, beyond those that score higher than `above`.
            labels: (M,) int64, strictly ascending: only these are answers, and of these only what
                the index holds. Then the answer is exact, whatever the index.
            above: Every label that scores higher is part of the answer.
        """
        ...

    def updated(
        self, gone: NDArray[np.int64], labels: NDArray[np.int64], vectors: Embeddings
    ) -> "VectorIndex":
        """The index after a change; this one goes on answering as before.

        Args:
            gone: (M,) int64 labels that go; those that are not there do no harm.
            labels: (K,) int64, strictly ascending: labels that come, or whose vector changed.
            vectors: (K, dim) float32, unit length, theirs.
        """
        ...

    def vectors_of(self, labels: NDArray[np.int64]) -> Embeddings:
        """(N, dim) of N labels the index holds, in their order; raises `KeyError` otherwise."""
        ...
