"""Foveal attention on small towers of random weights; with real weights: test_regions.py."""

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from open_clip.transformer import VisionTransformer
from PIL import Image
from torch import nn

from photofind.clip.checkpoints import Checkpoint
from photofind.clip.encoder import HARD_MASK, PAPER_STRENGTH, RegionEncoder
from photofind.clip.falip import (
    FOVEA_SIGMA,
    attention_bias,
    covered_patches,
    falip_applies,
    foveal_tower,
    foveal_values,
)
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.domain import Box, Embeddings
from photofind.errors import CheckpointError
from photofind.evaluation.drawn_scenes import draw_scene
from tests.support.checkpoints import TINY_VIT, make_checkpoint

RESNET: dict[str, Any] = {
    "image_size": 64, "layers": [1, 1, 1, 1], "width": 16, "head_width": 64, "patch_size": None
}  # fmt: skip
POOLED_VIT = {**TINY_VIT["vision_cfg"], "pool_type": "avg"}
SIX_BLOCKS = {**TINY_VIT["vision_cfg"], "layers": 6}
SIZE = (200, 150)
BOXES: list[Box] = [(0, 0, 100, 150), (120, 30, 160, 75), (7, 90, 31, 149), (0, 0, 200, 150)]


def _encoder(folder: Path, vision: dict[str, Any]) -> OpenClipEncoder:
    patched = {**TINY_VIT, "vision_cfg": vision}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.support.checkpoints.TINY_VIT", patched)
        return OpenClipEncoder(Checkpoint(folder.name, make_checkpoint(folder)))


@pytest.fixture(scope="module", params=["vit", "resnet"])
def encoder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    vision = {"vit": SIX_BLOCKS, "resnet": RESNET}[request.param]
    return _encoder(tmp_path_factory.mktemp("falip") / request.param, vision)


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return draw_scene(3, SIZE).image


def _regions(
    encoder: OpenClipEncoder, picture: Image.Image, boxes: list[Box], strength: float
) -> Embeddings:
    preprocess = encoder.region_preprocess
    regions = encoder.regions_of(preprocess.pixels(picture), preprocess.geometry(*SIZE))
    return regions.encode_regions(boxes, strength)


def test_that_a_strength_of_zero_equals_encode_image(
    encoder: OpenClipEncoder, picture: Image.Image
) -> None:
    plain = encoder.encode_images(encoder.region_preprocess.pixels(picture)[np.newaxis])

    found = _regions(encoder, picture, BOXES, 0.0)

    np.testing.assert_allclose(found, plain.repeat(len(BOXES), axis=0), atol=1e-5)


@pytest.mark.parametrize("strength", [PAPER_STRENGTH, 5.0, HARD_MASK])
def test_that_many_regions_in_one_batch_equal_one_by_one(
    encoder: OpenClipEncoder, picture: Image.Image, strength: float
) -> None:
    together = _regions(encoder, picture, BOXES, strength)
    alone = [_regions(encoder, picture, [box], strength) for box in BOXES]

    np.testing.assert_allclose(together, np.concatenate(alone), atol=1e-5)
    assert np.abs(together[0] - together[1]).max() > 1e-4


def test_that_a_picture_asked_again_answers_as_a_new_one(
    encoder: OpenClipEncoder, picture: Image.Image
) -> None:
    preprocess = encoder.region_preprocess
    kept = encoder.regions_of(preprocess.pixels(picture), preprocess.geometry(*SIZE))
    kept.encode_regions(BOXES, HARD_MASK)

    np.testing.assert_array_equal(
        kept.encode_regions(BOXES[:2]), _regions(encoder, picture, BOXES[:2], PAPER_STRENGTH)
    )


def test_that_what_comes_before_the_bias_runs_once_a_picture(
    encoder: OpenClipEncoder, picture: Image.Image
) -> None:
    visual = encoder._model.visual
    runs = {"first": 0, "last": 0}
    first, last = (
        (visual.transformer.resblocks[3], visual.transformer.resblocks[4])
        if isinstance(visual, VisionTransformer)
        else (visual.layer4, visual.attnpool.c_proj)
    )
    with (
        _counting(first, runs, "first"),
        _counting(last, runs, "last"),
    ):
        preprocess = encoder.region_preprocess
        kept = encoder.regions_of(preprocess.pixels(picture), preprocess.geometry(*SIZE))
        kept.encode_regions(BOXES)
        kept.encode_regions(BOXES)

    assert runs == {"first": 1, "last": 2}


def _counting(module: nn.Module, runs: dict[str, int], name: str) -> Any:
    def count(*_: object) -> None:
        runs[name] += 1

    return module.register_forward_hook(count)


def test_that_embeddings_are_float32_of_length_one(
    encoder: OpenClipEncoder, picture: Image.Image
) -> None:
    found = _regions(encoder, picture, BOXES, HARD_MASK)

    assert found.dtype == np.float32
    assert found.shape == (len(BOXES), encoder.space.dim)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)


def test_that_a_hard_mask_hides_what_is_outside_from_the_last_blocks(tmp_path: Path) -> None:
    """With one block, the bias is all that decides: pixels outside the box change nothing."""
    one_block = _encoder(tmp_path / "one", {**TINY_VIT["vision_cfg"], "layers": 1})
    pixels = one_block.region_preprocess.pixels(draw_scene(3, (64, 64)).image)
    changed = pixels.copy()
    changed[:, 32:] = 255 - changed[:, 32:]
    geometry = one_block.region_preprocess.geometry(64, 64)
    left: list[Box] = [(0, 0, 32, 64)]

    hard = [one_block.regions_of(p, geometry).encode_regions(left, HARD_MASK)
            for p in (pixels, changed)]  # fmt: skip
    soft = [one_block.regions_of(p, geometry).encode_regions(left) for p in (pixels, changed)]

    np.testing.assert_allclose(hard[0], hard[1], atol=1e-6)
    assert np.abs(soft[0] - soft[1]).max() > 1e-3


def test_that_the_bias_is_added_to_the_attention_of_the_cls_row(tmp_path: Path) -> None:
    """Against attention written out by hand: softmax(QKᵀ/√d + M)V in the last two of six blocks."""
    encoder = _encoder(tmp_path / "by_hand", SIX_BLOCKS)
    visual: Any = encoder._model.visual
    pixels = encoder.region_preprocess.pixels(draw_scene(5, (64, 64)).image)
    box: Box = (10, 0, 60, 40)
    bias = torch.from_numpy(attention_bias(box, 3.0, 64, (4, 4)))

    found = encoder.regions_of(pixels, encoder.region_preprocess.geometry(64, 64)).encode_regions(
        [box], 3.0
    )

    with torch.inference_mode():
        tokens = visual._embeds(encoder._inputs(pixels[None]))
        for number, block in enumerate(visual.transformer.resblocks):
            attended = _attention(block.attn, block.ln_1(tokens), bias if number >= 4 else None)
            tokens = tokens + attended
            tokens = tokens + block.mlp(block.ln_2(tokens))
        expected = nn.functional.normalize(visual.ln_post(tokens)[:, 0] @ visual.proj, dim=-1)
    np.testing.assert_allclose(found, expected.numpy(), atol=1e-5)


def _attention(attn: Any, tokens: torch.Tensor, bias: torch.Tensor | None) -> torch.Tensor:
    """Of one picture of 16 patches, with two heads of 32 dimensions."""
    together = nn.functional.linear(tokens, attn.in_proj_weight, attn.in_proj_bias)
    q, k, v = together.reshape(17, 3, 2, 32).permute(1, 2, 0, 3)
    scores = q @ k.transpose(1, 2) / math.sqrt(32)
    if bias is not None:
        scores[:, 0, 1:] += bias
    heads = (scores.softmax(-1) @ v).transpose(0, 1).reshape(1, 17, 64)
    result: torch.Tensor = attn.out_proj(heads)
    return result


def test_that_the_last_third_of_the_blocks_takes_the_bias() -> None:
    for layers, biased in ((1, 1), (2, 1), (6, 2), (12, 4), (24, 8)):
        visual = VisionTransformer(32, 16, 16, layers, 1, 1.0, output_dim=8)
        tower: Any = foveal_tower(visual)
        assert (len(tower._first), len(tower._last)) == (layers - biased, biased)


def test_that_towers_without_a_cls_row_are_refused_with_the_next_step(tmp_path: Path) -> None:
    encoder = _encoder(tmp_path / "pooled", POOLED_VIT)
    preprocess = encoder.region_preprocess

    assert isinstance(encoder, RegionEncoder)
    assert not encoder.falip_applies
    with pytest.raises(CheckpointError, match="not for this search model") as caught:
        encoder.regions_of(np.zeros((64, 64, 3), np.uint8), preprocess.geometry(64, 64))
    assert "--method crop" in caught.value.hint


def test_that_a_tower_of_another_kind_is_not_taken_for_one_of_ours() -> None:
    assert not falip_applies(nn.Sequential(nn.Linear(4, 4)))
    coca = open_clip.get_model_config("coca_ViT-B-32")["vision_cfg"]
    assert coca["attentional_pool"]
    assert not falip_applies(
        VisionTransformer(
            32, 16, 16, 2, 1, 1.0, attentional_pool=True, attn_pooler_heads=1, output_dim=8
        )
    )


def test_that_regions_are_squashed_whatever_the_checkpoint_does(tmp_path: Path) -> None:
    encoder = OpenClipEncoder(
        Checkpoint("cropping", make_checkpoint(tmp_path / "cropping", resize_mode="shortest"))
    )

    assert encoder.region_preprocess == replace(encoder.preprocess, resize_mode="squash")
    assert encoder.region_preprocess.geometry(400, 100).visible_share((0, 0, 40, 100)) == 1


@pytest.mark.parametrize(("rows", "columns"), [(1, 1), (1, 2), (2, 1), (2, 2)])
def test_that_patches_equally_far_from_the_middle_all_get_the_full_strength(
    rows: int, columns: int
) -> None:
    np.testing.assert_allclose(foveal_values(rows, columns, 0.2), np.full((rows, columns), 0.2))


@pytest.mark.parametrize(("rows", "columns"), [(1, 3), (3, 3), (4, 7), (14, 14)])
def test_that_foveal_values_follow_the_papers_formula(rows: int, columns: int) -> None:
    written_out = [
        [
            math.exp(
                -((i - (rows - 1) / 2) ** 2 + (j - (columns - 1) / 2) ** 2) / (2 * FOVEA_SIGMA**2)
            )
            for j in range(columns)
        ]
        for i in range(rows)
    ]
    least, most = min(map(min, written_out)), max(map(max, written_out))
    expected = [
        [0.2 * (value - least + 1e-6) / (most - least + 1e-6) for value in row]
        for row in written_out
    ]

    found = foveal_values(rows, columns, 0.2)

    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found.max() == pytest.approx(0.2)
    assert found[rows // 2, columns // 2] == found.max()
    assert found[0, 0] == found.min() < 0.02


@pytest.mark.parametrize(
    ("box", "rows", "columns"),
    [
        ((0, 0, 64, 64), (0, 4), (0, 4)),
        ((0, 0, 16, 16), (0, 1), (0, 1)),
        ((16, 32, 32, 48), (2, 3), (1, 2)),
        ((15.9, 32, 32.1, 48), (2, 3), (0, 3)),
        ((20, 20, 21, 21), (1, 2), (1, 2)),
        ((16, 16, 16, 16), (1, 2), (1, 2)),
        ((60, 60, 80, 90), (3, 4), (3, 4)),
        ((-9, -9, 3, 3), (0, 1), (0, 1)),
        ((0, 0, 16.00000000001, 16), (0, 1), (0, 1)),
    ],
)
def test_that_every_patch_a_box_touches_is_covered(
    box: Box, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    assert covered_patches(box, 64, (4, 4)) == (slice(*rows), slice(*columns))


@st.composite
def _boxes(draw: st.DrawFn) -> Box:
    edge = st.floats(-10, 140, allow_nan=False)
    x0, x1 = sorted((draw(edge), draw(edge)))
    y0, y1 = sorted((draw(edge), draw(edge)))
    return x0, y0, x1, y1


@given(box=_boxes(), side=st.integers(1, 16), strength=st.floats(0.01, 10))
def test_that_a_bias_lies_on_the_covered_patches_only(box: Box, side: int, strength: float) -> None:
    rows, columns = covered_patches(box, 128, (side, side))
    soft = attention_bias(box, strength, 128, (side, side)).reshape(side, side)
    hard = attention_bias(box, HARD_MASK, 128, (side, side)).reshape(side, side)
    inside = np.zeros((side, side), bool)
    inside[rows, columns] = True

    assert inside.any()
    assert np.all(soft[~inside] == 0)
    assert np.all(soft[inside] > 0)
    assert soft.max() == pytest.approx(strength, rel=1e-6)
    assert np.all(hard[inside] == 0)
    assert np.all(np.isneginf(hard[~inside]))


@given(box=_boxes(), side=st.integers(1, 16))
def test_that_the_covered_patches_hold_the_box_and_no_more(box: Box, side: int) -> None:
    patch_px, nearly = 128 / side, 1e-3
    x0, y0, x1, y1 = (min(max(edge, 0.0), 128.0) for edge in box)
    rows, columns = covered_patches(box, 128, (side, side))
    for covered, low, high in ((rows, y0, y1), (columns, x0, x1)):
        assert covered.start * patch_px <= low + nearly
        assert covered.stop * patch_px >= high - nearly
        if high > low:
            assert (covered.start + 1) * patch_px >= low - nearly
            assert (covered.stop - 1) * patch_px <= high + nearly
