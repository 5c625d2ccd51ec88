import csv
import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.errors import BadInputError
from photofind.evaluation.retrieval import average_precision
from photofind.search.calibration import Calibration, calibrate
from photofind.search.composition import (
    NEGATIVE,
    PICTURE,
    Modality,
    WeightedVector,
    compose,
    shares,
)
from tests.support.vectors import DIM, normalised, unit_vectors

PHOTOS = 300
CLOSE = 1e-5


@dataclass(frozen=True)
class Drawn:
    """Photos and texts in two cones apart, as CLIP has them; scores of texts spread less."""

    photos: Embeddings
    texts: Embeddings
    calibration: Calibration


def _drawn() -> Drawn:
    chance = np.random.default_rng(5)
    centres = unit_vectors(2, seed=6)
    photos = normalised(centres[0] + 0.25 * chance.standard_normal((PHOTOS, DIM)))
    texts = normalised(centres[1] + 0.1 * chance.standard_normal((60, DIM)))
    return Drawn(photos, texts, calibrate(texts[20:], photos))


DRAWN = _drawn()


def word(number: int, weight: float = 1) -> WeightedVector:
    return WeightedVector(weight, DRAWN.texts[number], Modality.TEXT)


def picture(number: int, weight: float = 1) -> WeightedVector:
    return WeightedVector(weight, DRAWN.photos[number], Modality.PICTURE)


weights = st.floats(0.05, 20) | st.floats(-20, -0.05)
terms = st.builds(word, st.integers(0, 19), weights) | st.builds(
    picture, st.integers(0, PHOTOS - 1), weights
)
queries = st.lists(terms, min_size=1, max_size=5)


def composed(query: list[WeightedVector]) -> Embeddings:
    """Scores (PHOTOS,) of a query on the drawn photos."""
    return DRAWN.photos @ compose(query, DRAWN.calibration)


def test_that_a_text_alone_ranks_as_it_does_without_composition() -> None:
    vector = compose([word(3, 2.5)], DRAWN.calibration)

    np.testing.assert_allclose(vector, DRAWN.calibration.centred(DRAWN.texts[3]), atol=1e-6)


def test_that_a_picture_alone_is_scored_by_cosine() -> None:
    np.testing.assert_allclose(composed([picture(7, 2.5)])[7], 1, atol=1e-6)
    np.testing.assert_allclose(
        compose([picture(7, 2.5)], DRAWN.calibration), DRAWN.photos[7], atol=1e-6
    )


def test_that_a_term_not_wanted_alone_ranks_backwards() -> None:
    np.testing.assert_allclose(composed([word(3, -2)]), -composed([word(3)]), atol=1e-6)


# A deadline would fail under load.
@settings(deadline=None)
@given(queries, st.floats(0.01, 100))
def test_that_a_factor_common_to_all_weights_does_not_matter(
    query: list[WeightedVector], factor: float
) -> None:
    scaled = [WeightedVector(t.weight * factor, t.vector, t.modality) for t in query]

    np.testing.assert_allclose(
        shares(scaled, DRAWN.calibration), shares(query, DRAWN.calibration), rtol=1e-9
    )


@settings(deadline=None)
@given(queries, st.randoms(use_true_random=False))
def test_that_the_order_of_terms_does_not_matter(
    query: list[WeightedVector], chance: Random
) -> None:
    paired = list(zip(query, shares(query, DRAWN.calibration), strict=True))
    chance.shuffle(paired)

    np.testing.assert_allclose(
        shares([term for term, _ in paired], DRAWN.calibration),
        [share for _, share in paired],
        rtol=1e-9,
    )


@settings(deadline=None)
@given(queries.filter(lambda query: any(t.weight > 0 for t in query)))
def test_that_a_query_is_its_centred_terms_by_their_shares(query: list[WeightedVector]) -> None:
    centres = {
        Modality.TEXT: DRAWN.calibration.text_centre,
        Modality.PICTURE: DRAWN.calibration.photo_mean if len(query) > 1 else np.zeros(DIM),
    }
    parts = [
        share * (term.vector - centres[term.modality])
        for term, share in zip(query, shares(query, DRAWN.calibration), strict=True)
    ]
    try:
        vector = compose(query, DRAWN.calibration)
    except BadInputError:
        assert np.linalg.norm(np.sum(parts, axis=0)) < 1e-4 * np.linalg.norm(parts, axis=1).sum()
        return

    assert vector.dtype == np.float32
    assert np.isfinite(vector).all()
    tolerance = 1e-5 * float(np.linalg.norm(parts, axis=1).sum())
    np.testing.assert_allclose(vector, np.sum(parts, axis=0), atol=tolerance)


@settings(deadline=None)
@given(
    st.lists(terms.filter(lambda term: term.weight > 0), min_size=1, max_size=3),
    st.integers(0, 19),
    st.floats(0.05, 20),
)
def test_that_a_subtracted_word_never_raises_the_photo_closest_to_it(
    pictures_and_words: list[WeightedVector], unwanted: int, weight: float
) -> None:
    # Two terms at least: a picture among others is centred, and alone it is not.
    query = [word(0), *pictures_and_words]
    closest = int(np.argmax(composed([word(unwanted)])))
    before = composed(query)
    after = composed([*query, word(unwanted, -weight)])

    # Photos that were clearly above it still are.
    above = before > before[closest] + CLOSE
    assert (after[above] > after[closest]).all()


def test_that_more_weight_against_a_word_pushes_its_photo_further_down() -> None:
    closest = int(np.argmax(composed([word(1)])))
    places = [
        int(np.count_nonzero(scores > scores[closest]))
        for scores in (composed([word(0), word(1, -w)]) for w in (0.01, 1, 3, 9))
    ]

    assert places == sorted(places)
    assert places[0] < places[-1]


def test_that_words_and_pictures_have_a_say_in_the_same_query() -> None:
    calibration = DRAWN.calibration
    own = shares([word(0), picture(0)], calibration)

    # Without a scale of their own pictures would drown words.
    assert calibration.picture_spread > 2 * calibration.text_spread
    assert own[1] * calibration.picture_spread == pytest.approx(
        PICTURE * own[0] * calibration.text_spread
    )


def test_that_a_word_both_wanted_and_not_wanted_is_wanted_less() -> None:
    both = composed([word(2), word(2, -1)])

    np.testing.assert_allclose(both, (1 - NEGATIVE) * composed([word(2)]), atol=1e-6)


@pytest.mark.parametrize("make", [word, picture])
def test_that_terms_that_cancel_out_are_an_error(
    make: Callable[[int, float], WeightedVector],
) -> None:
    with pytest.raises(BadInputError, match="cancel each other out") as caught:
        compose([make(2, 1), make(2, -1 / NEGATIVE)], DRAWN.calibration)

    assert "Change a weight" in caught.value.hint


@pytest.mark.parametrize("library", [DRAWN.photos[:0], DRAWN.photos[:1], DRAWN.photos[[4] * 50]])
def test_that_libraries_without_differences_are_composed_for_too(library: Embeddings) -> None:
    calibration = calibrate(DRAWN.texts[20:], library)

    assert (calibration.text_spread, calibration.picture_spread) == (1, 1)
    assert np.isfinite(compose([word(0), picture(1), word(2, -1)], calibration)).all()


def test_that_on_real_embeddings_composition_ranks_better_than_a_plain_sum(
    shared: Callable[[str], Path],
) -> None:
    photos, texts, seen = _recorded(shared("recorded_clip"))
    calibration = calibrate(texts[len(seen) :], photos)
    gains: dict[str, list[float]] = {"A + B": [], "A − B": [], "picture + B": []}
    for a, b in permutations(range(len(seen)), 2):
        both, only = seen[a] & seen[b], seen[a] & ~seen[b]
        if min(both.sum(), only.sum()) < 3:
            continue
        example = int(np.flatnonzero(only)[0])
        first = WeightedVector(1, texts[a], Modality.TEXT)
        like = WeightedVector(1, photos[example], Modality.PICTURE)
        for kind, term, weight, relevant in (
            ("A + B", first, 1, both),
            ("A − B", first, -1, only),
            ("picture + B", like, 1, both),
        ):
            second = WeightedVector(weight, texts[b], Modality.TEXT)
            good = average_precision(photos @ compose([term, second], calibration), relevant)
            plain = average_precision(photos @ (term.vector + weight * second.vector), relevant)
            gains[kind].append(good - plain)

    assert len(gains["A − B"]) > 30
    # Measured: .07 and more (docs/decisions/0016-composing-queries.md).
    assert all(np.mean(gain) > 0.03 for gain in gains.values()), gains


def _recorded(folder: Path) -> tuple[Embeddings, Embeddings, NDArray[np.bool_]]:
    """Photos; embeddings of some names, then of others; where a caption has one of the first."""
    captions: defaultdict[int, str] = defaultdict(str)
    with (folder / "captions.csv").open(encoding="utf-8") as file:
        for line in csv.DictReader(file):
            captions[int(line["row"])] += " " + line["caption"].lower()
    photos = np.load(folder / "flickr8k_1000_image_vitb32_f16.npy")[list(captions)]
    names = json.loads((folder / "text_names.json").read_text("utf-8"))["lvis"]
    some = [
        "dog",
        "shirt",
        "ball",
        "jacket",
        "hat",
        "toy",
        "bicycle",
        "skateboard",
        "helmet",
        "dress",
        "sunglasses",
        "bench",
    ]
    order = [*some, *(name for name in names[::5] if name not in some)]
    texts = np.load(folder / "text_vitb32.npz")["lvis"][[names.index(name) for name in order]]
    patterns = [re.compile(rf"\b{name}(s|es)?\b") for name in some]
    seen = np.array([[bool(one.search(text)) for text in captions.values()] for one in patterns])
    return normalised(photos.astype(np.float32)), normalised(texts.astype(np.float32)), seen
