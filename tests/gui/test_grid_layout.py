import time
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.gui.grid.flow import Rect
from photofind.gui.grid.layout import (
    ARRANGEMENTS,
    GAP,
    MARGIN,
    Arrangement,
    Direction,
    GridLayout,
)
from photofind.gui.grid.lines import BLOCK, MAX_ASPECT, MIN_ASPECT, Measure, lay_lines

WIDTH, CELL = 1000, 200


def shapes(count: int, seed: int = 1) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    chance = np.random.default_rng(seed)
    return chance.choice(np.array([0.67, 0.75, 1.0, 1.33, 1.5, 1.78], np.float32), count)


def laid(
    count: int, sure: int | None = None, arrangement: Arrangement = "justified", width: int = WIDTH
) -> GridLayout:
    layout = GridLayout()
    layout.set_frame(width, CELL, arrangement)
    layout.show(shapes(count), sure)
    return layout


def rects(layout: GridLayout) -> list[Rect]:
    """Return the rectangles of all rows, none of them an estimate."""
    layout.settle(0, layout.height * 2)
    return [layout.rect_of(row) for row in range(layout.count)]


def overlap(one: Rect, other: Rect) -> bool:
    across = one.x < other.right and other.x < one.right
    return across and one.y < other.bottom and other.y < one.bottom


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
@pytest.mark.parametrize("sure", [None, 0, 7, 40])
def test_that_no_two_photos_overlap_and_all_lie_within_the_margins(
    arrangement: Arrangement, sure: int | None
) -> None:
    layout = laid(40, sure, arrangement)
    found = rects(layout)
    for number, one in enumerate(found):
        assert one.x >= MARGIN
        assert one.right <= WIDTH - MARGIN
        assert one.bottom <= layout.height - MARGIN
        assert not any(overlap(one, other) for other in found[number + 1 :])


@given(
    aspects=st.lists(st.floats(MIN_ASPECT, MAX_ASPECT), min_size=1, max_size=80),
    width=st.integers(60, 3000),
    height=st.integers(96, 400),
    filled=st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_that_every_line_fills_the_width_and_every_photo_is_in_one(
    aspects: list[float], width: int, height: int, filled: bool
) -> None:
    lines = lay_lines(aspects, Measure(width, height, GAP), filled=filled)
    assert lines.starts[0] == 0
    assert lines.starts[-1] == len(aspects)
    assert all(start < stop for start, stop in pairwise(lines.starts))
    full = lines.edges if filled else lines.edges[:-1]
    assert all(edges[-1] == width + GAP for edges in full)
    assert all(edges[-1] <= width + GAP + 1 for edges in lines.edges)


def test_that_the_last_line_is_not_stretched() -> None:
    layout = laid(3)
    found = rects(layout)
    assert {rect.height for rect in found} == {CELL}
    assert found[-1].right < WIDTH - MARGIN


def test_that_photos_of_one_shape_come_in_lines_of_one_height() -> None:
    lines = lay_lines([1.5] * BLOCK, Measure(1100, 200, GAP), filled=True)
    assert len({bottom - top for top, bottom in pairwise(lines.tops)}) == 1


def test_that_lines_keep_near_the_target_height() -> None:
    heights = [rect.height for rect in rects(laid(3 * BLOCK))]
    assert min(heights) > 0.7 * CELL
    assert max(heights) < 1.4 * CELL


def test_that_panoramas_and_towers_are_cut() -> None:
    layout = GridLayout()
    layout.set_frame(3000, CELL, "justified")
    layout.show(np.array([20.0, 0.01], np.float32), None)
    panorama, tower = rects(layout)
    assert panorama.width / panorama.height == pytest.approx(MAX_ASPECT, rel=0.02)
    assert tower.width / tower.height == pytest.approx(MIN_ASPECT, rel=0.02)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_that_a_point_in_a_photo_leads_to_its_row(arrangement: Arrangement) -> None:
    layout = laid(500, 100, arrangement)
    for row, rect in enumerate(rects(layout)):
        assert layout.row_at(rect.x, rect.y) == row
        assert layout.row_at(rect.right - 1, rect.bottom - 1) == row
        assert layout.row_at(rect.right, rect.y) != row


def test_that_a_point_in_a_gap_leads_nowhere() -> None:
    layout = laid(40)
    first = rects(layout)[0]
    assert layout.row_at(first.right + 1, first.y) is None
    assert layout.row_at(first.x, first.bottom + 1) is None
    assert layout.row_at(2, first.y) is None


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_that_a_rectangle_finds_the_photos_it_touches(arrangement: Arrangement) -> None:
    layout = laid(900, 100, arrangement)
    found = rects(layout)
    area = Rect(300, 700, 450, 900)
    touched = [row for row, rect in enumerate(found) if overlap(rect, area)]
    assert layout.rows_in(area).tolist() == touched


def test_that_guesses_lie_below_a_heading() -> None:
    layout = laid(40, 7)
    found = rects(layout)
    heading = layout.heading
    assert heading is not None
    assert max(rect.bottom for rect in found[:7]) <= heading.y
    assert min(rect.y for rect in found[7:]) >= heading.bottom


@pytest.mark.parametrize("sure", [None, 0, 40])
def test_that_there_is_no_heading_where_nothing_is_to_be_kept_apart(sure: int | None) -> None:
    assert laid(40, sure).heading is None


@pytest.mark.parametrize("sure", [None, 9])
@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
def test_that_up_and_down_go_to_the_nearest_photo_of_the_next_line(
    arrangement: Arrangement, sure: int | None
) -> None:
    layout = laid(60, sure, arrangement)
    found = rects(layout)
    tops = sorted({rect.y for rect in found})
    for row, rect in enumerate(found):
        below = layout.next_row(row, Direction.DOWN)
        if rect.y == tops[-1]:
            assert below == row
            continue
        line = [r for r, other in enumerate(found) if other.y == tops[tops.index(rect.y) + 1]]
        middle = rect.x + rect.width / 2
        away = {r: abs(found[r].x + found[r].width / 2 - middle) for r in line}
        assert below in line
        assert away[below] == min(away.values())


def test_that_up_at_the_top_and_on_at_the_end_stay() -> None:
    layout = laid(30)
    assert layout.next_row(1, Direction.UP) == 1
    assert layout.next_row(0, Direction.BACK) == 0
    assert layout.next_row(29, Direction.ON) == 29


@pytest.mark.parametrize("count", [5, BLOCK - 1, BLOCK, BLOCK + 17, 3 * BLOCK])
def test_that_photos_added_at_the_end_move_none_but_those_of_the_last_lines(count: int) -> None:
    aspects = shapes(count + 2 * BLOCK)
    layout = GridLayout()
    layout.set_frame(WIDTH, CELL, "justified")
    layout.show(aspects[:count], None)
    before = rects(layout)
    tops = sorted({rect.y for rect in before})
    for more in (1, 40, 2 * BLOCK):
        layout.change(aspects[: count + more], None, count)
        after = rects(layout)
        for row, rect in enumerate(before):
            if rect.y < tops[-4:][0]:
                assert after[row] == rect


def test_that_photos_taken_out_move_none_that_come_before() -> None:
    layout = laid(3 * BLOCK)
    before = rects(layout)
    gone = 2 * BLOCK + 50
    left = np.delete(shapes(3 * BLOCK), gone)
    layout.change(left, None, gone)
    after = rects(layout)
    line = before[gone].y
    assert [r for r in after if r.y < line][: gone - 20] == before[: gone - 20]


def test_that_what_is_known_can_be_kept_in_place_when_what_lies_above_is_laid_out() -> None:
    layout = laid(20 * BLOCK)
    middle = layout.height // 2
    layout.settle(middle, middle + 800)
    row = layout.rows_between(middle, middle + 800)[0]
    top = layout.rect_of(row).y
    moved = layout.settle(middle - 30_000, middle + 800)
    assert moved
    assert layout.rect_of(row).y == top + moved


def test_that_estimates_come_near_what_is_laid_out() -> None:
    layout = laid(50 * BLOCK)
    layout.settle(0, 800)
    estimated = layout.height
    rects(layout)
    assert layout.height == pytest.approx(estimated, rel=0.05)


def test_that_a_million_photos_are_laid_out_where_somebody_looks_only() -> None:
    layout = GridLayout()
    aspects = shapes(1_000_000)
    started = time.perf_counter()
    layout.set_frame(1200, CELL, "justified")
    layout.show(aspects, None)
    layout.settle(0, 800)
    middle = layout.height // 2
    layout.settle(middle, middle + 800)
    # About 20 ms; laying out all takes seconds.
    assert time.perf_counter() - started < 0.5


def test_that_an_empty_layout_answers() -> None:
    layout = laid(0)
    assert layout.height == 0
    assert layout.row_at(20, 20) is None
    assert layout.nearest(20, 20) is None
    assert layout.rows_between(0, 100) == range(0)
    assert layout.settle(0, 100) == 0
