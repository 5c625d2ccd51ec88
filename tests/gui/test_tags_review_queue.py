from collections.abc import Callable

import numpy as np
import pytest

from photofind.domain import PhotoId
from photofind.gui.tags.review_queue import ReviewQueue
from photofind.store.gallery import NO_ROWS, PhotoRows
from photofind.store.tags import Suggestion, TagCount

Rows = Callable[[int], PhotoRows]


def suggestions(name: str, *scores: float) -> list[Suggestion]:
    """For photos 1, 2 and so on."""
    return [Suggestion(PhotoId(n), name, score) for n, score in enumerate(scores, 1)]


def ids(rows: PhotoRows) -> list[int]:
    found: list[int] = rows.photo_ids.tolist()
    return found


@pytest.fixture
def queue(rows: Rows) -> ReviewQueue:
    made = ReviewQueue()
    made.show_tags([TagCount("dog", 9, 4, 0), TagCount("sea", 0, 8, 0), TagCount("cat", 3, 0, 2)])
    made.choose("dog")
    made.show_suggestions(suggestions("dog", 2, 8, 4, 6), rows(4))
    return made


def test_that_tags_with_suggestions_wait_and_those_with_most_come_first(
    queue: ReviewQueue,
) -> None:
    assert queue.waiting == [("sea", 8), ("dog", 4)]


def test_that_the_most_certain_come_first_with_their_own_values(
    queue: ReviewQueue, rows: Rows
) -> None:
    assert ids(queue.shown) == [2, 4, 3, 1]
    np.testing.assert_array_equal(queue.shown.colours, rows(4).colours[[1, 3, 2, 0]])


@pytest.mark.parametrize(("certainty", "shown"), [(0, 4), (0.3, 3), (0.5, 2), (1, 1)])
def test_that_a_higher_certainty_shows_fewer_by_score(
    queue: ReviewQueue, certainty: float, shown: int
) -> None:
    queue.cut(certainty)
    assert ids(queue.shown) == [2, 4, 3, 1][:shown]


def test_that_equal_scores_are_all_the_most_certain(queue: ReviewQueue, rows: Rows) -> None:
    queue.show_suggestions(suggestions("dog", 3, 3, 3), rows(3))
    queue.cut(1)
    assert len(queue.shown) == 3


def test_that_a_suggestion_without_a_row_is_left_out(queue: ReviewQueue, rows: Rows) -> None:
    queue.show_suggestions(suggestions("dog", 2, 8, 4, 6), rows(2))
    assert ids(queue.shown) == [2, 1]
    queue.show_suggestions(suggestions("dog", 2), NO_ROWS)
    assert queue.total == 0


def test_that_what_is_decided_leaves_and_is_counted(queue: ReviewQueue) -> None:
    queue.decide([PhotoId(2), PhotoId(1)])
    assert ids(queue.shown) == [4, 3]
    assert queue.waiting == [("sea", 8), ("dog", 2)]


def test_that_what_is_decided_does_not_come_back_before_the_library_has_it(
    queue: ReviewQueue, rows: Rows
) -> None:
    queue.decide([PhotoId(2)])
    queue.show_suggestions(suggestions("dog", 2, 8, 4, 6), rows(4))
    assert ids(queue.shown) == [4, 3, 1]

    queue.show_tags([TagCount("dog", 9, 4, 0)])
    queue.show_suggestions(suggestions("dog", 2, 8, 4, 6), rows(4))
    assert ids(queue.shown) == [2, 4, 3, 1]


def test_that_it_knows_of_suggestions_that_were_not_handed_over(queue: ReviewQueue) -> None:
    known = [queue.is_more]
    queue.show_tags([TagCount("dog", 9, 5, 0)])
    known.append(queue.is_more)
    queue.decide([PhotoId(2)])
    known.append(queue.is_more)
    assert known == [False, True, True]


def test_that_the_next_tag_is_the_one_below_and_then_the_first() -> None:
    queue = ReviewQueue()
    queue.show_tags([TagCount(name, 0, count, 0) for name, count in (("a", 3), ("b", 2), ("c", 1))])
    queue.choose("b")
    assert queue.finish() == "c"
    queue.choose("c")
    assert queue.finish() == "a"
    queue.choose("a")
    assert queue.finish() is None
    assert queue.waiting == []
