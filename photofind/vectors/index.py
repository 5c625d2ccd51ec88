"""The interface of vector indexes."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.vectors.slots import VectorStore


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The best matches of one query, best first.

    Attributes:
        labels: (K,) int64, as given when the index was built.
        scores: (K,) float32, inner products with the query.
        searched: Number of labels that were searched.
    """

    labels: NDArray[np.int64]
    scores: NDArray[np.float32]
    searched: int


class VectorIndex(Protocol):
    """Labelled vectors and their nearest neighbours by inner product; immutable."""

    def __len__(self) -> int: ...

    @property
    def labels(self) -> NDArray[np.int64]:
        """(N,) int64, strictly ascending."""
        ...

    @property
    def store(self) -> VectorStore: ...

    def query(
        self,
        vector: NDArray[np.float32],
        top_k: int,
        labels: NDArray[np.int64] | None = None,
        *,
        above: float = np.inf,
    ) -> Neighbours:
        """Find the labels of highest inner product with a (dim,) float32 vector of any length.

        Args:
            top_k: Number of results beyond those that score higher than `above`.
            labels: (M,) int64, strictly ascending: restricts the results to those of them that
                the index holds. Results are exact then, whatever the index.
            above: Every label that scores higher is a result.
        """
        ...

    def updated(
        self, gone: NDArray[np.int64], labels: NDArray[np.int64], vectors: Embeddings
    ) -> "VectorIndex":
        """Return the index after a change; this one stays as it is.

        Args:
            gone: (M,) int64, labels to delete; absent ones are ignored.
            labels: (K,) int64, strictly ascending: labels to add or replace.
            vectors: (K, dim) float32, unit length, of `labels`.
        """
        ...

    def vectors_of(self, labels: NDArray[np.int64]) -> Embeddings:
        """Return the vectors (N, dim) of N labels, in their order; `KeyError` for absent ones."""
        ...
