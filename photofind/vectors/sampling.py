"""A sample of labels that stays nearly the same while labels come and go.

The labels with the smallest hashes: whether one belongs to the sample depends on it alone and on
how many others there are, so a million photos and one more have the same sample, nearly always.
"""

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]


def fixed_sample(labels: Labels, size: int) -> Labels:
    """Up to `size` labels, ascending, spread evenly over all of them."""
    if len(labels) <= size:
        return labels
    return np.sort(labels[np.argpartition(_hashes(labels), size)[:size]])


def is_sample_changed(sample: Labels, size: int, gone: Labels, came: Labels) -> bool:
    """Whether a sample of labels is another one, or holds other vectors, after a change.

    Args:
        sample: As `fixed_sample` drew it.
        gone: Labels that went.
        came: Labels that came, or whose vectors changed.
    """
    if len(sample) < size:
        return bool(len(gone) or len(came))
    if np.isin(gone, sample).any() or np.isin(came, sample).any():
        return True
    return bool(np.any(_hashes(came) < _hashes(sample).max()))


def _hashes(labels: Labels) -> NDArray[np.uint64]:
    """Even for labels in a row (the finaliser of SplitMix64, Steele et al. 2014)."""
    hashes = labels.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = hashes ^ (hashes >> np.uint64(31))
    return mixed
