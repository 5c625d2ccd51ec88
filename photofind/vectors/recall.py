"""Recall of an index against exact search."""

import numpy as np
from numpy.typing import NDArray

from photofind.cancel import CancelToken
from photofind.domain import Embeddings
from photofind.vectors.exact import ExactIndex
from photofind.vectors.index import VectorIndex

RECALL_FLOOR = 0.97
"""recall@10 below which an approximate index is rebuilt."""

SAMPLE_QUERIES = 200

_TIE = 1e-6
_THEMES = 3


def sample_queries(vectors: Embeddings, count: int = SAMPLE_QUERIES, seed: int = 0) -> Embeddings:
    """Make queries (count, dim) float32 like those of people.

    Half are vectors of the library, as in "more like this". The other half resemble centred text
    queries: between a few photos, mostly in a direction of their own, less the library's mean, not
    of unit length.
    """
    random = np.random.default_rng(seed)
    if not len(vectors):
        return vectors[:0]
    own = vectors[random.integers(len(vectors), size=count // 2)]
    text_count = count - len(own)
    themes = vectors[random.integers(len(vectors), size=(text_count, _THEMES))].mean(axis=1)
    noise = random.standard_normal((text_count, vectors.shape[1]), dtype=np.float32)
    noise /= np.linalg.norm(noise, axis=1, keepdims=True)
    some = vectors[random.integers(len(vectors), size=min(len(vectors), 1000))]
    texts = themes + noise - 0.75 * some.mean(axis=0)
    return np.concatenate((own, texts)).astype(np.float32, copy=False)


def recall_at_k(
    index: VectorIndex,
    exact: ExactIndex,
    queries: Embeddings,
    top_k: int = 10,
    cancel: CancelToken | None = None,
) -> float:
    """Measure recall@top_k of an index, the mean over all queries; 0-1.

    A photo counts as found if its exact score reaches that of the last of the exact results, so of
    duplicates any will do. The index's own scores are not used.

    Args:
        queries: (Q, dim) float32.

    Raises:
        CancelledError: `cancel` was cancelled, between two queries.
    """
    cancel = cancel or CancelToken()
    top_k = min(top_k, len(exact))
    if not top_k or not len(queries):
        return 1.0
    shares = []
    for query in queries:
        cancel.raise_if_cancelled()
        shares.append(_found(index, exact, query, top_k))
    return float(np.mean(shares))


def _found(index: VectorIndex, exact: ExactIndex, query: NDArray[np.float32], top_k: int) -> float:
    least = exact.query(query, top_k).scores[-1]
    labels = np.unique(index.query(query, top_k).labels)
    try:
        scores = exact.vectors_of(labels) @ query
    except KeyError:
        return 0.0
    return float(np.count_nonzero(scores >= least - _TIE) / top_k)
