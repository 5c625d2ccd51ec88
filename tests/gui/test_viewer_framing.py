"""Which part of a photo is in view."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.gui.viewer.framing import Framing, Point

_photo_sides = st.integers(1, 20_000).map(float)
_view_sides = st.integers(1, 5000).map(float)
_photos = st.tuples(_photo_sides, _photo_sides)
_views = st.tuples(_view_sides, _view_sides)
_densities = st.sampled_from([1.0, 1.25, 1.5, 2.0, 3.0])
_share = st.floats(0, 1)


@st.composite
def framings(draw: st.DrawFn) -> Framing:
    """Strategy: a fitted framing after some zooming and panning."""
    framing = Framing.fitted(draw(_photos), draw(_views), draw(_densities))
    for _ in range(draw(st.integers(0, 3))):
        framing = framing.zoomed(framing.scale * draw(st.floats(0.1, 10)), draw(_at(framing)))
        framing = framing.panned(draw(st.floats(-9999, 9999)), draw(st.floats(-9999, 9999)))
    return framing


def _at(framing: Framing) -> st.SearchStrategy[Point]:
    width, height = framing.view
    return st.tuples(_share.map(lambda x: x * width), _share.map(lambda y: y * height))


@given(framings(), st.tuples(_share, _share))
def test_that_a_point_comes_back_from_the_view(framing: Framing, share: Point) -> None:
    point = framing.photo[0] * share[0], framing.photo[1] * share[1]
    there_and_back = framing.to_photo(framing.to_view(point))
    assert there_and_back == pytest.approx(point, rel=1e-6, abs=1e-6 * max(framing.photo))


@given(framings())
def test_that_the_view_is_never_further_out_than_fit(framing: Framing) -> None:
    assert framing.fit <= framing.scale <= framing.most


@given(framings())
def test_that_the_view_never_passes_the_edges(framing: Framing) -> None:
    left, top, width, height = framing.rect
    spare = 1e-6 * max(width, height, *framing.view)
    for start, length, room in ((left, width, framing.view[0]), (top, height, framing.view[1])):
        if length <= room:
            assert start == pytest.approx((room - length) / 2, abs=spare)
        else:
            assert start <= spare
            assert start + length >= room - spare


@given(framings(), st.floats(1.0, 4.0), st.tuples(_share, _share))
def test_that_zooming_in_keeps_what_is_under_the_cursor(
    framing: Framing, factor: float, share: Point
) -> None:
    fills = max(framing.view[0] / framing.photo[0], framing.view[1] / framing.photo[1])
    framing = framing.zoomed(max(framing.scale, fills), framing.view)
    at = framing.view[0] * share[0], framing.view[1] * share[1]
    kept = framing.to_photo(at)
    zoomed = framing.zoomed(framing.scale * factor, at)
    # Where the photo fills the view already; elsewhere it comes in from the middle.
    if framing.scale >= fills:
        assert zoomed.to_photo(at) == pytest.approx(kept, rel=1e-6, abs=1e-6 * max(framing.photo))


def test_that_more_pixels_of_the_same_photo_move_nothing() -> None:
    framing = Framing.fitted((400.0, 300.0), (800.0, 600.0), 1.0).zoomed(4.0, (100.0, 50.0))
    assert framing.of_photo((4000.0, 3000.0)).rect == pytest.approx(framing.rect)


def test_that_a_small_picture_is_enlarged_twice_at_most_to_fit() -> None:
    framing = Framing.fitted((100.0, 100.0), (1000.0, 1000.0), 1.0)
    assert framing.rect == (400.0, 400.0, 200.0, 200.0)


def test_that_full_size_is_a_photo_pixel_on_a_screen_pixel() -> None:
    framing = Framing.fitted((4000.0, 3000.0), (800.0, 600.0), 2.0)
    assert framing.full * framing.density == 1.0


def test_that_a_fitted_photo_fits_after_the_view_has_changed() -> None:
    framing = Framing.fitted((4000.0, 3000.0), (800.0, 600.0), 1.0).resized((400.0, 600.0), 1.0)
    assert framing.rect == (0.0, 150.0, 400.0, 300.0)


def test_that_a_zoomed_photo_keeps_its_middle_when_the_view_changes() -> None:
    framing = Framing.fitted((4000.0, 3000.0), (800.0, 600.0), 1.0).zoomed(1.0, (300.0, 200.0))
    assert framing.resized((600.0, 400.0), 1.0).centre == framing.centre
