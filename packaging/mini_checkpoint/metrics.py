"""The figures by which a checkpoint is judged, from embeddings alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def recall_figures(scores: np.ndarray, wanted: Sequence[int]) -> dict[str, float]:
    """Recall at 1, 5 and 10 in percent and the median rank (from 1).

    Args:
        scores: (queries, photos).
        wanted: For every query, the one photo it is a caption of.
    """
    own = scores[np.arange(len(scores)), np.asarray(wanted)][:, None]
    ranks = 1 + (scores > own).sum(axis=1)
    figures = {f"R@{k}": round(100 * float((ranks <= k).mean()), 2) for k in (1, 5, 10)}
    return {**figures, "median_rank": float(np.median(ranks))}


def top_k_figures(scores: np.ndarray, wanted: Sequence[int]) -> dict[str, float]:
    """Top-1 and top-5 accuracy in percent of (photos, labels) scores."""
    own = scores[np.arange(len(scores)), np.asarray(wanted)][:, None]
    ranks = 1 + (scores > own).sum(axis=1)
    return {f"top-{k}": round(100 * float((ranks <= k).mean()), 2) for k in (1, 5)}


def average_precision(scores: np.ndarray, relevant: np.ndarray) -> float:
    """Average precision of one query; `relevant` is bool, one per photo."""
    hits = relevant[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean()) if hits.any() else 0.0
