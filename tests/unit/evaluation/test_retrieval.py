import numpy as np
import pytest

from photofind.evaluation.retrieval import average_precision, ranks, recall


def test_that_ranks_count_from_one_and_ties_count_against() -> None:
    scores = np.array([[0.9, 0.1, 0.5], [0.5, 0.5, 0.1], [0.2, 0.3, 0.1]], np.float32)

    assert ranks(scores, np.array([0, 0, 2])).tolist() == [1, 2, 3]


def test_that_recall_is_the_share_within_the_first_k() -> None:
    found = recall(np.array([1, 1, 3, 7, 60]))

    assert found.at == {1: 0.4, 5: 0.6, 10: 0.8}
    assert (found.median_rank, found.queries) == (3, 5)


def test_that_average_precision_is_that_of_the_textbook() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5], np.float32)
    relevant = np.array([True, False, True, False, True])

    assert average_precision(scores, relevant) == pytest.approx((1 + 2 / 3 + 3 / 5) / 3)
