"""The geometry of the region tool's box."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, QSizeF

from photofind.domain import Box
from photofind.gui.region.box import LEAST_PX, Grip, PhotoFrame
from photofind.gui.region.placement import GAP_PX, MARGIN_PX, Side, place_card

CLOSE = 1e-6
frames = st.builds(PhotoFrame, st.integers(1, 60_000), st.integers(1, 60_000))
places = st.tuples(st.floats(-1e5, 1e5), st.floats(-1e5, 1e5))
ways = st.floats(-1e5, 1e5)
shares = st.floats(0, 1)
ALL_SIDES = (Side.RIGHT, Side.LEFT, Side.BELOW, Side.ABOVE)


@st.composite
def boxed(draw: st.DrawFn) -> tuple[PhotoFrame, Box]:
    frame = draw(frames)
    ends = [
        (draw(shares) * frame.width, draw(shares) * frame.height),
        (draw(shares) * frame.width, draw(shares) * frame.height),
    ]
    return frame, frame.spanned(*ends)


def assert_lies_well(frame: PhotoFrame, box: Box) -> None:
    x0, y0, x1, y1 = box
    assert 0 <= x0 < x1 <= frame.width
    assert 0 <= y0 < y1 <= frame.height
    least_across, least_down = frame.least
    assert x1 - x0 >= least_across - CLOSE
    assert y1 - y0 >= least_down - CLOSE


@given(frames, places, places)
def test_that_a_drawn_box_stays_in_the_photo_and_is_never_too_small(
    frame: PhotoFrame, begin: tuple[float, float], end: tuple[float, float]
) -> None:
    assert_lies_well(frame, frame.spanned(begin, end))


@given(boxed(), st.sampled_from(Grip), ways, ways)
def test_that_a_pulled_box_stays_in_the_photo_and_is_never_too_small(
    given_box: tuple[PhotoFrame, Box], grip: Grip, across: float, down: float
) -> None:
    frame, box = given_box
    assert_lies_well(frame, frame.pulled(box, grip, across, down))


@given(boxed(), ways, ways)
def test_that_a_nudged_or_grown_box_stays_in_the_photo_and_is_never_too_small(
    given_box: tuple[PhotoFrame, Box], across: float, down: float
) -> None:
    frame, box = given_box
    assert_lies_well(frame, frame.moved(box, across, down))
    assert_lies_well(frame, frame.grown(box, across, down))


@given(frames, st.floats(0, 1))
def test_that_a_box_in_the_middle_stays_in_the_photo_and_is_never_too_small(
    frame: PhotoFrame, share: float
) -> None:
    assert_lies_well(frame, frame.centred(share))


@given(boxed(), ways, ways)
def test_that_moving_keeps_the_size(
    given_box: tuple[PhotoFrame, Box], across: float, down: float
) -> None:
    frame, (x0, y0, x1, y1) = given_box
    left, top, right, bottom = frame.moved((x0, y0, x1, y1), across, down)
    assert right - left == pytest.approx(x1 - x0, abs=CLOSE)
    assert bottom - top == pytest.approx(y1 - y0, abs=CLOSE)


@given(boxed(), st.sampled_from(Grip))
def test_that_a_pull_that_comes_back_leaves_the_box_as_it_was(
    given_box: tuple[PhotoFrame, Box], grip: Grip
) -> None:
    frame, box = given_box
    assert frame.pulled(box, grip, 0, 0) == pytest.approx(box, abs=CLOSE)


@given(boxed(), shares, shares, shares, shares)
def test_that_moving_there_and_back_restores_the_box(
    given_box: tuple[PhotoFrame, Box], a: float, b: float, c: float, d: float
) -> None:
    frame, box = given_box
    x0, y0, x1, y1 = box
    # Any way that the edges do not cut short.
    across = a * (frame.width - x1) - b * x0
    down = c * (frame.height - y1) - d * y0
    there = frame.moved(box, across, down)
    assert frame.moved(there, -across, -down) == pytest.approx(box, abs=CLOSE)


@given(boxed(), shares, shares)
def test_that_growing_and_shrinking_restores_the_box(
    given_box: tuple[PhotoFrame, Box], a: float, b: float
) -> None:
    frame, box = given_box
    across, down = a * (frame.width - box[2]), b * (frame.height - box[3])
    there = frame.grown(box, across, down)
    assert frame.grown(there, -across, -down) == pytest.approx(box, abs=CLOSE)


@given(boxed(), st.sampled_from([Grip.LEFT, Grip.RIGHT]), ways, ways)
def test_that_an_edge_of_the_side_leaves_top_and_bottom_alone(
    given_box: tuple[PhotoFrame, Box], grip: Grip, across: float, down: float
) -> None:
    frame, box = given_box
    pulled = frame.pulled(box, grip, across, down)
    assert (pulled[1], pulled[3]) == (box[1], box[3])


def test_that_a_box_pulled_across_itself_turns_over() -> None:
    frame = PhotoFrame(1000, 1000)
    assert frame.pulled((400, 400, 500, 500), Grip.TOP_LEFT, 300, 300) == (500, 500, 700, 700)
    assert frame.pulled((400, 400, 500, 500), Grip.RIGHT, -300, 0) == (200, 400, 400, 500)


def test_that_a_box_drawn_in_any_direction_is_the_same() -> None:
    frame = PhotoFrame(1000, 800)
    corners = [(100.0, 200.0), (600.0, 700.0)]
    assert frame.spanned(*corners) == frame.spanned(*reversed(corners)) == (100, 200, 600, 700)


def test_that_the_smallest_box_is_eight_pixels_or_a_hundredth() -> None:
    assert PhotoFrame(400, 300).least == (LEAST_PX, LEAST_PX)
    assert PhotoFrame(6000, 4000).least == (40, 40)
    assert PhotoFrame(5, 300).least == (5, LEAST_PX)


def test_that_a_key_goes_a_hundredth_of_the_shorter_side_and_with_shift_five() -> None:
    frame = PhotoFrame(6000, 4000)
    assert (frame.step(), frame.step(long=True)) == (40, 200)


def test_that_a_keyboard_box_has_half_the_size_of_the_photo() -> None:
    assert PhotoFrame(1000, 600).centred() == (250, 150, 750, 450)


# Where the card floats

rooms = st.tuples(st.floats(100, 3000), st.floats(100, 2000))


@given(rooms, rooms, shares, shares, shares, shares)
def test_that_the_card_is_in_the_view_and_beside_the_box_where_it_says_so(
    view_size: tuple[float, float],
    card_size: tuple[float, float],
    a: float,
    b: float,
    c: float,
    d: float,
) -> None:
    view = QRectF(0, 0, *view_size)
    left, right = sorted((a * view.width(), b * view.width()))
    top, bottom = sorted((c * view.height(), d * view.height()))
    box = QRectF(left, top, right - left, bottom - top)

    side, card = place_card(QSizeF(*card_size), box, view, ALL_SIDES)

    assert view.adjusted(0, 0, CLOSE, CLOSE).contains(card)
    if side is not Side.OVER:
        assert not card.intersects(box)


def test_that_the_card_stays_on_its_side_while_there_is_room() -> None:
    view, card, box = QRectF(0, 0, 1000, 800), QSizeF(200, 200), QRectF(400, 300, 100, 100)

    first, at = place_card(card, box, view, ALL_SIDES)
    kept, _ = place_card(card, box, view, (Side.LEFT, *ALL_SIDES))

    assert (first, at.left()) == (Side.RIGHT, box.right() + GAP_PX)
    assert kept is Side.LEFT


def test_that_a_card_without_room_covers_as_little_as_it_can() -> None:
    view, card = QRectF(0, 0, 1000, 800), QSizeF(300, 300)
    box = QRectF(100, 200, 890, 590)

    side, at = place_card(card, box, view, ALL_SIDES)

    assert side is Side.OVER
    assert at.topLeft() == view.adjusted(MARGIN_PX, MARGIN_PX, 0, 0).topLeft()


def test_that_the_card_of_a_box_out_of_view_stays_in_view() -> None:
    view = QRectF(0, 0, 1000, 800)
    _, at = place_card(QSizeF(300, 300), QRectF(3000, 100, 50, 50), view, ALL_SIDES)
    assert view.contains(at)
