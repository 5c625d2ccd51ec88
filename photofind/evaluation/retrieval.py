"""Retrieval metrics."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Recall:
    """Recall at K over queries that each have one right answer.

    Attributes:
        at: K → share of queries whose answer is among the first K, 0–1.
        median_rank: From 1.
        queries: Number of queries.
    """

    at: dict[int, float]
    median_rank: float
    queries: int


def ranks(scores: NDArray[np.float32], answers: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rank of each query's answer, from 1; ties count against it.

    Args:
        scores: (Q, N) of every query for every candidate.
        answers: (Q,) column of each query's right answer.
    """
    own = scores[np.arange(len(answers)), answers][:, np.newaxis]
    ranks_: NDArray[np.int64] = np.count_nonzero(scores >= own, axis=1)
    return ranks_


def recall(ranks_: NDArray[np.int64], ks: Sequence[int] = (1, 5, 10)) -> Recall:
    """Compute recall at K from the ranks of the right answers, from 1."""
    return Recall(
        at={k: float(np.mean(ranks_ <= k)) for k in ks},
        median_rank=float(np.median(ranks_)),
        queries=len(ranks_),
    )


def average_precision(scores: NDArray[np.float32], relevant: NDArray[np.bool_]) -> float:
    """Compute the mean of the precision at each relevant candidate; 0–1.

    Args:
        scores: (N,) of one query.
        relevant: (N,), at least one of them true.
    """
    ordered = relevant[np.argsort(-scores, kind="stable")]
    precisions = np.cumsum(ordered) / np.arange(1, len(ordered) + 1)
    return float(precisions[ordered].mean())
