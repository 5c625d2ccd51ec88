from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photofind.clip.encoder import Pixels
from photofind.clip.preprocess import Preprocess
from photofind.clip.prompts import encode_wordings
from photofind.domain import Box, Embeddings, EmbeddingSpace
from photofind.errors import BadInputError, CheckpointError
from photofind.search.regions import (
    PictureView,
    RegionMethod,
    RegionScorer,
    RegionScores,
    average_scores,
    box_within,
    context_box,
    generic_captions,
    region_embedding,
)

COLOURS = {"red": (255, 0, 0), "green": (0, 255, 0), "blue": (0, 0, 255)}


class ColourEncoder:
    """Embeds a picture as its mean colour and the name of a colour as that colour."""

    space = EmbeddingSpace("colours", "0" * 64, 1, 3)
    preprocess = Preprocess(8, (0, 0, 0), (1, 1, 1))

    @property
    def encodes_per_s(self) -> float:
        return 1.0

    def encode_images(self, pixels: Pixels) -> Embeddings:
        return _unit(pixels.reshape(len(pixels), -1, 3).mean(axis=1) + 1)

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        named = [
            next((c for name, c in COLOURS.items() if name in text), (1, 1, 1)) for text in texts
        ]
        return _unit(np.array(named, np.float32))


def _unit(vectors: np.ndarray) -> Embeddings:
    unit: Embeddings = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32)


@pytest.fixture
def flag() -> Image.Image:
    """Red, green and blue stripes of 20 × 30 pixels."""
    picture = Image.new("RGB", (60, 30))
    for column, colour in enumerate(COLOURS.values()):
        picture.paste(colour, (20 * column, 0, 20 * column + 20, 30))
    return picture


@pytest.fixture
def scorer() -> RegionScorer:
    encoder = ColourEncoder()
    return RegionScorer(encoder, encoder.encode_texts(["a red thing", "a green thing", "a thing"]))


def _box(low: float, high: float) -> st.SearchStrategy[tuple[float, float]]:
    edge = st.floats(low, high, allow_nan=False)
    return st.tuples(edge, edge).map(lambda pair: (min(pair), max(pair)))


@given(x=_box(0, 400), y=_box(0, 300), context=st.floats(1, 2))
def test_that_a_crop_holds_its_box_and_lies_in_the_picture(
    x: tuple[float, float], y: tuple[float, float], context: float
) -> None:
    left, top, right, bottom = context_box((x[0], y[0], x[1], y[1]), 400, 300, context)

    nearly = 1e-6
    assert 0 <= left <= x[0] + nearly
    assert x[1] - nearly <= right <= 400 + nearly
    assert 0 <= top <= y[0] + nearly
    assert y[1] - nearly <= bottom <= 300 + nearly


@pytest.mark.parametrize(
    ("box", "expected"),
    [
        ((100, 100, 140, 120), (95, 85, 145, 135)),
        ((0, 100, 40, 120), (0, 85, 50, 135)),
        ((360, 280, 400, 300), (350, 250, 400, 300)),
        ((50, 0, 350, 300), (12.5, 0, 387.5, 300)),
    ],
)
def test_that_a_crop_is_square_and_shifted_inside(box: Box, expected: Box) -> None:
    assert context_box(box, 400, 300, 1.25) == expected


@pytest.mark.parametrize(
    "box", [(50, 50, 50, 60), (60, 50, 50, 60), (-9, 0, -1, 9), (400, 0, 500, 9)]
)
def test_that_a_box_with_nothing_of_the_picture_is_refused(box: Box) -> None:
    with pytest.raises(BadInputError, match="400 × 300"):
        box_within(box, 400, 300)


def test_that_the_part_in_the_picture_is_what_counts() -> None:
    assert box_within((-5, 10, 900, 20), 400, 300) == (0, 10, 400, 20)


def test_that_each_region_is_called_what_it_shows(scorer: RegionScorer, flag: Image.Image) -> None:
    boxes: list[Box] = [(4, 8, 16, 20), (24, 8, 36, 20), (44, 8, 56, 20)]
    labels = scorer.label_set(["blue", "green", "red"])

    answers = scorer.classify(scorer.view(flag, flag.size), boxes, labels, RegionMethod.CROP)

    assert [answer.labels[0].label for answer in answers] == ["red", "green", "blue"]
    assert [answer.box for answer in answers] == boxes
    assert all(
        [one.score for one in answer.labels]
        == sorted((one.score for one in answer.labels), reverse=True)
        for answer in answers
    )


def test_that_boxes_are_in_pixels_of_the_photo_not_of_its_smaller_picture(
    scorer: RegionScorer, flag: Image.Image
) -> None:
    view = scorer.view(flag, (6000, 3000))

    (answer,) = scorer.classify(view, [(4400, 800, 5600, 2000)], scorer.label_set(["red", "blue"]))

    assert answer.labels[0].label == "blue"


def test_that_a_score_is_the_cosine_less_the_mean_over_the_bank(
    scorer: RegionScorer, flag: Image.Image
) -> None:
    (answer,) = scorer.classify(
        scorer.view(flag, flag.size), [(4, 8, 16, 20)], scorer.label_set(["red"]), RegionMethod.CROP
    )

    red = ColourEncoder().encode_texts(["red"])
    bank = ColourEncoder().encode_texts(["a red thing", "a green thing", "a thing"])
    assert answer.labels[0].score == pytest.approx(1 - float((bank @ red[0]).mean()), abs=0.01)


@pytest.mark.parametrize("method", list(RegionMethod))
def test_that_an_encoder_without_falip_gets_crops_and_says_so(
    scorer: RegionScorer, flag: Image.Image, method: RegionMethod
) -> None:
    (answer,) = scorer.classify(
        scorer.view(flag, flag.size), [(4, 8, 16, 20)], scorer.label_set(["red"]), method
    )

    assert answer.method is RegionMethod.CROP


def test_that_asking_such_an_encoder_for_attention_is_an_error(flag: Image.Image) -> None:
    with pytest.raises(CheckpointError, match="not for this search model"):
        PictureView(ColourEncoder(), flag, flag.size).foveal([(0, 0, 9, 9)])


def test_that_a_region_is_embedded_as_what_it_shows(
    scorer: RegionScorer, flag: Image.Image
) -> None:
    found = region_embedding(scorer.view(flag, flag.size), (24, 8, 36, 20))

    assert found @ ColourEncoder().encode_texts(["green"])[0] > 0.99
    assert np.linalg.norm(found) == pytest.approx(1)


def test_that_a_tiny_box_still_has_a_pixel(scorer: RegionScorer, flag: Image.Image) -> None:
    view = scorer.view(flag, (60_000, 30_000))

    assert np.isfinite(view.crops([(59_999, 29_999, 60_000, 30_000)])).all()


def test_that_both_ways_count_alike_however_far_their_scores_spread() -> None:
    sure = RegionScores(np.array([[0.5, 0.1]], np.float32), np.array([[0.1]], np.float32))
    loud = RegionScores(np.array([[4.0, 6.0]], np.float32), np.array([[2.0]], np.float32))

    averaged = average_scores([sure, loud])

    assert averaged.argmax() == 0
    np.testing.assert_allclose(averaged, [[3.5 * 1.05, 2.0 * 1.05]], rtol=1e-5)


def test_that_one_way_alone_keeps_its_scores() -> None:
    alone = RegionScores(np.array([[0.5, 0.1]], np.float32), np.array([[0.3]], np.float32))

    np.testing.assert_allclose(average_scores([alone]), alone.scores, rtol=1e-6)


def test_that_prompts_of_a_label_are_averaged() -> None:
    labels = encode_wordings(ColourEncoder(), [["red", "green"], ["blue"]])

    np.testing.assert_allclose(labels, [[0.5**0.5, 0.5**0.5, 0], [0, 0, 1]], atol=1e-6)


def test_that_the_bank_is_large_and_says_nothing_twice() -> None:
    captions = generic_captions()

    assert 150 <= len(captions) <= 300
    assert len(set(captions)) == len(captions)
