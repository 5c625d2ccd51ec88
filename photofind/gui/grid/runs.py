"""Rows that follow one another."""

import numpy as np
from numpy.typing import NDArray


def runs(rows: NDArray[np.intp] | NDArray[np.int64]) -> list[tuple[int, int]]:
    """Ascending rows as first and last of those that follow one another."""
    if not len(rows):
        return []
    ends = np.flatnonzero(np.diff(rows) > 1)
    firsts = rows[np.concatenate(([0], ends + 1))]
    lasts = rows[np.concatenate((ends, [len(rows) - 1]))]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
