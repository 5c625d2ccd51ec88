"""What stores of vectors do with labels."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from photofind.vectors.slots import is_among

_LABELS = st.lists(st.integers(-5, 40), max_size=20)


@given(_LABELS, _LABELS.map(lambda labels: sorted(set(labels))))
def test_that_labels_are_found_among_ascending_ones(labels: list[int], known: list[int]) -> None:
    found = is_among(np.array(labels, np.int64), np.array(known, np.int64))

    assert found.tolist() == [label in known for label in labels]
