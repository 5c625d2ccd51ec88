from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from open_clip.transform import PreprocessCfg, image_transform_v2
from PIL import Image

from photofind.clip.preprocess import Preprocess

MEAN, STD = (0.48, 0.46, 0.41), (0.27, 0.26, 0.28)
MODES: list[Any] = ["shortest", "longest", "squash"]


def _picture(width: int, height: int) -> Image.Image:
    noise = np.random.default_rng(width * 1000 + height).integers(0, 256, (height, width, 3))
    return Image.fromarray(noise.astype(np.uint8))


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    "size", [(64, 64), (200, 150), (150, 201), (333, 97), (31, 64), (20, 17), (640, 65)]
)
def test_that_pixels_equal_those_of_open_clip(mode: Any, size: tuple[int, int]) -> None:
    picture = _picture(*size)
    config = PreprocessCfg(size=64, mean=MEAN, std=STD, resize_mode=mode, fill_color=7)
    expected = image_transform_v2(config, is_train=False)(picture)

    ours = Preprocess(64, MEAN, STD, mode, fill=7).pixels(picture)
    scaled = (ours / 255 - np.array(MEAN)) / np.array(STD)

    torch.testing.assert_close(
        torch.from_numpy(scaled.transpose(2, 0, 1)).float(), expected, atol=1e-5, rtol=0
    )


@pytest.mark.parametrize("mode", MODES)
def test_that_a_box_maps_to_where_its_pixels_went(mode: Any) -> None:
    picture = Image.new("RGB", (300, 200))
    box = (120.0, 60.0, 180.0, 140.0)
    picture.paste((255, 255, 255), (120, 60, 180, 140))
    preprocess = Preprocess(100, MEAN, STD, mode)

    white = preprocess.pixels(picture)[:, :, 0] > 127
    columns, rows = np.flatnonzero(white.any(axis=0)), np.flatnonzero(white.any(axis=1))
    x0, y0, x1, y1 = preprocess.geometry(300, 200).to_input(box)

    assert [columns[0], rows[0]] == pytest.approx([x0, y0], abs=1)
    assert [columns[-1] + 1, rows[-1] + 1] == pytest.approx([x1, y1], abs=1)


_lengths = st.integers(1, 5000)
_corners = st.floats(0, 5000, allow_nan=False)


@given(st.sampled_from(MODES), _lengths, _lengths, st.tuples(*[_corners] * 4))
def test_that_mapping_a_box_back_gives_the_box(
    mode: Any, width: int, height: int, box: tuple[float, float, float, float]
) -> None:
    geometry = Preprocess(224, MEAN, STD, mode).geometry(width, height)

    assert geometry.to_picture(geometry.to_input(box)) == pytest.approx(box, abs=1e-6 * 5000)


def test_that_a_box_the_crop_loses_is_reported() -> None:
    geometry = Preprocess(100, MEAN, STD, "shortest").geometry(400, 100)

    assert geometry.visible_share((0, 0, 50, 100)) == 0
    assert geometry.visible_share((100, 0, 200, 100)) == pytest.approx(0.5)
    assert geometry.visible_share((150, 0, 250, 100)) == 1


def test_that_squashing_loses_nothing() -> None:
    geometry = Preprocess(100, MEAN, STD, "squash").geometry(400, 100)

    assert geometry.visible_share((0, 0, 50, 100)) == pytest.approx(1)
