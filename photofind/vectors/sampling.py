"""A stable sample of labels: it stays nearly the same while labels are added and deleted.

The labels with the smallest hashes (bottom-k sampling): membership depends on the label and the
number of labels alone, so adding one photo to a million changes the sample almost never.
"""

import numpy as np
from numpy.typing import NDArray

Labels = NDArray[np.int64]


def fixed_sample(labels: Labels, size: int) -> Labels:
    """Draw up to `size` labels (N,) int64, ascending, evenly from all of them."""
    if len(labels) <= size:
        return labels
    return np.sort(labels[np.argpartition(_hashes(labels), size)[:size]])


def is_sample_changed(sample: Labels, size: int, gone: Labels, came: Labels) -> bool:
    """Return whether a change affects a sample: its labels or their vectors.

    Args:
        sample: As drawn by `fixed_sample`.
        gone: Labels that were deleted.
        came: Labels that were added, or whose vectors changed.
    """
    if len(sample) < size:
        return bool(len(gone) or len(came))
    if np.isin(gone, sample).any() or np.isin(came, sample).any():
        return True
    return bool(np.any(_hashes(came) < _hashes(sample).max()))


def _hashes(labels: Labels) -> NDArray[np.uint64]:
    """Hash labels evenly, consecutive ones too (SplitMix64's finaliser, Steele et al. 2014)."""
    hashes = labels.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = hashes ^ (hashes >> np.uint64(31))
    return mixed
