"""What counts as clearly shown, on made geometry: photos in a cone, words in another."""

from collections.abc import Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.search.calibration import Calibration, calibrate

DIM = 64
PHOTOS = 1000
CONE = 1.0
"""Length of what all photos have in common; what is their own has length 1."""


def _unit(vectors: np.ndarray) -> Embeddings:
    unit: Embeddings = (vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)).astype(
        np.float32
    )
    return unit


def _drawn(count: int, seed: int) -> Embeddings:
    """(count, DIM - 1) unit vectors, in directions that the cone's axis is not among."""
    return _unit(np.random.default_rng(seed).normal(size=(count, DIM - 1)))


def _in_cone(own: np.ndarray, axis: float = CONE) -> Embeddings:
    return _unit(np.hstack([np.full((len(own), 1), axis), own]))


@pytest.fixture(scope="module")
def photos() -> Embeddings:
    return _in_cone(_drawn(PHOTOS, seed=1))


@pytest.fixture(scope="module")
def calibration(photos: Embeddings) -> Calibration:
    return calibrate(_in_cone(_drawn(224, seed=2), axis=0.5), photos)


def _sure(
    calibration: Calibration,
    texts: Embeddings,
    photos: Embeddings,
    weights: Sequence[float] = (1,),
) -> int:
    vector = np.asarray(weights, np.float32) @ (texts - calibration.text_centre)
    threshold = calibration.text_threshold(texts, weights, len(photos))
    return int(np.count_nonzero(photos @ vector > threshold))


def test_that_what_a_photo_shows_is_sure(calibration: Calibration, photos: Embeddings) -> None:
    word = _in_cone(photos[7:8, 1:], axis=0.5)

    assert _sure(calibration, word, photos) >= 1


def test_that_six_in_ten_unrelated_texts_have_no_sure_hit(
    calibration: Calibration, photos: Embeddings
) -> None:
    strangers = _in_cone(_drawn(400, seed=3), axis=0.5)

    share = np.mean([_sure(calibration, one[np.newaxis], photos) == 0 for one in strangers])

    # Three standard errors, of the 224 that the bound is from and of the 400; some few have
    # evidence enough and no photo that outscores what it must.
    assert 0.47 < share < 0.73


def test_that_a_text_far_from_all_photos_is_not_sure(
    calibration: Calibration, photos: Embeddings
) -> None:
    """What an encoder does not know lies anywhere; its noise may spread as that of known words."""
    unknown = _in_cone(_drawn(100, seed=4), axis=-0.3)

    assert np.mean([_sure(calibration, one[np.newaxis], photos) > 0 for one in unknown]) < 0.05


def test_that_what_all_photos_show_is_sure() -> None:
    subject = _drawn(1, seed=5)
    photos = _in_cone(1.5 * subject + 0.5 * _drawn(300, seed=6))
    calibration = calibrate(_in_cone(_drawn(224, seed=2), axis=0.5), photos)

    assert _sure(calibration, _in_cone(subject, axis=0.5), photos) > 250


def test_that_the_bound_of_a_sample_holds_for_more_photos(photos: Embeddings) -> None:
    background = _in_cone(_drawn(224, seed=2), axis=0.5)
    text = _in_cone(photos[7:8, 1:], axis=0.5)
    few, many = calibrate(background, photos[:250]), calibrate(background, photos)

    measured = many.text_threshold(text, [1], PHOTOS)

    assert few.text_threshold(text, [1], 250) < 0.95 * measured
    assert few.text_threshold(text, [1], PHOTOS) == pytest.approx(measured, rel=0.03)
    assert many.text_threshold(text, [1], 10) == measured


def test_that_six_in_ten_unrelated_mixtures_reach_the_bound_of_mixtures(
    calibration: Calibration, photos: Embeddings
) -> None:
    shown = _in_cone(photos[7:9, 1:], axis=0.5)
    bound = calibration.text_threshold(shown, [0.5, 0.5], PHOTOS)
    strangers = _in_cone(_drawn(800, seed=3), axis=0.5) - calibration.text_centre
    mixtures = (strangers[:400] + strangers[400:]) / 2

    assert 0.47 < np.mean((mixtures @ photos.T).max(axis=1) > bound) < 0.73


def test_that_six_in_ten_unrelated_pictures_with_a_text_reach_their_bound(
    calibration: Calibration, photos: Embeddings
) -> None:
    shown = _in_cone(photos[7:8, 1:], axis=0.5)
    bound = calibration.text_threshold(shown, [0.4], PHOTOS, [0.6])
    strangers = _in_cone(_drawn(400, seed=3), axis=0.5) - calibration.text_centre
    pictures = _in_cone(_drawn(400, seed=9)) - calibration.photo_mean

    best = ((0.4 * strangers + 0.6 * pictures) @ photos.T).max(axis=1)

    assert 0.47 < np.mean(best > bound) < 0.73


def test_that_a_photo_of_both_is_sure_for_a_mixture(
    calibration: Calibration, photos: Embeddings
) -> None:
    both = _in_cone(photos[7:8, 1:] + photos[8:9, 1:])
    texts = _in_cone(photos[7:9, 1:], axis=0.5)
    album = np.concatenate([photos, both])
    calibration = calibrate(_in_cone(_drawn(224, seed=2), axis=0.5), album)
    vector = np.full(2, 0.5, np.float32) @ (texts - calibration.text_centre)

    assert both[0] @ vector > calibration.text_threshold(texts, [0.5, 0.5], len(album))


def test_that_a_mixture_with_a_text_that_nothing_shows_is_not_sure(
    calibration: Calibration, photos: Embeddings
) -> None:
    shown = _in_cone(photos[7:8, 1:], axis=0.5)
    absent = _in_cone(_drawn(1, seed=4), axis=-0.3)
    texts = np.concatenate([shown, absent])

    assert _sure(calibration, shown, photos) > 0
    assert _sure(calibration, texts, photos, [0.5, 0.5]) == 0
    assert calibration.text_threshold(texts, [0.5, 0.5], PHOTOS) > 1.1 * (
        calibration.text_threshold(np.concatenate([shown, shown]), [0.5, 0.5], PHOTOS)
    )


def test_that_what_is_subtracted_need_not_be_shown(
    calibration: Calibration, photos: Embeddings
) -> None:
    shown = _in_cone(photos[7:8, 1:], axis=0.5)
    texts = np.concatenate([shown, _in_cone(_drawn(1, seed=4), axis=-0.3)])

    assert _sure(calibration, texts, photos, [0.8, -0.2]) > 0


def test_that_a_text_subtracted_from_itself_is_not_sure(
    calibration: Calibration, photos: Embeddings
) -> None:
    shown = _in_cone(photos[7:8, 1:], axis=0.5)

    assert _sure(calibration, np.concatenate([shown, shown]), photos, [0.5, -0.5]) == 0


def test_that_nothing_is_sure_in_an_empty_library() -> None:
    background = _in_cone(_drawn(20, seed=2))
    calibration = calibrate(background, np.empty((0, DIM), np.float32))

    assert calibration.text_threshold(background[:1], [1], 0) == np.inf
    assert calibration.text_threshold(background[:2], [0.5, 0.5], 0) == np.inf


def test_that_one_photo_of_what_is_nowhere_else_is_sure(photos: Embeddings) -> None:
    """The best three tell of nothing; the one outscores the best that others reach."""
    needle = _in_cone(_drawn(1, seed=8), axis=0.1)
    album = np.concatenate([photos, needle])
    calibration = calibrate(_in_cone(_drawn(224, seed=2), axis=0.5), album)
    text = _in_cone(needle[:, 1:], axis=-0.3)
    confidence = calibration.text_confidence
    assert confidence is not None
    scores: NDArray[np.float32] = (text - calibration.text_centre) @ album.T
    assert confidence.null.evidence(scores)[0] < confidence.least_evidence

    assert _sure(calibration, text, album) == 1


def test_that_a_library_of_one_photo_is_calibrated_too(photos: Embeddings) -> None:
    background = _in_cone(_drawn(20, seed=2), axis=0.5)
    calibration = calibrate(background, photos[:1])

    assert np.isfinite(calibration.text_threshold(background[:1], [1], 1))


def test_that_there_is_less_evidence_of_six_in_ten_unrelated_texts_than_a_text_needs(
    calibration: Calibration, photos: Embeddings
) -> None:
    confidence = calibration.text_confidence
    assert confidence is not None
    strangers = _in_cone(_drawn(400, seed=3), axis=0.5) - calibration.text_centre

    evidence = confidence.null.evidence((strangers @ photos.T).astype(np.float32))

    assert 0.47 < np.mean(evidence < confidence.least_evidence) < 0.73
