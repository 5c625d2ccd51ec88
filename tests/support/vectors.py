"""Vectors to index, and graphs small enough to be built in an instant."""

import numpy as np

from photofind.domain import Embeddings, EmbeddingSpace
from photofind.vectors.graph import GraphParameters

SMALL = GraphParameters(m=8, ef_construction=60, ef_search=48)
"""Used instead of exact scoring from about a thousand vectors on."""

DIM = 16
SPACE = EmbeddingSpace("drawn", "ab" * 32, 1, DIM)


def unit_vectors(count: int, seed: int = 0, dim: int = DIM) -> Embeddings:
    """(count, dim) float32, evenly over the sphere."""
    return normalised(np.random.default_rng(seed).standard_normal((count, dim)))


def normalised(vectors: np.ndarray) -> Embeddings:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Embeddings = (vectors / lengths).astype(np.float32)
    return unit
