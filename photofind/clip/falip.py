"""Foveal attention: what an image encoder says of one region while it sees the whole picture.

FALIP (Zhuang et al. 2024, arXiv 2407.05578): the picture stays as it is, and a small bias on the
attention of the token that becomes the embedding draws it to the patches of a box. Nothing is
trained. Native open_clip transformers with a CLS token take the bias on its row in the last third
of their blocks; a ModifiedResNet on the one query of its attention pool. Both run in float32 on
the model's own tower: the faster arithmetics are for indexing whole libraries.

[Note: strength] The paper's α is 0.2: a patch weighs at most e^0.2 = 1.22 times as much. Zero is
the plain embedding. `HARD_MASK` is the other end: patches outside the box get −∞ and those within
no bias.
"""

import math
from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from open_clip.modified_resnet import AttentionPool2d, ModifiedResNet
from open_clip.transformer import (
    CustomResidualAttentionBlock,
    ResidualAttentionBlock,
    VisionTransformer,
)
from torch import nn

from photofind.clip.encoder import HARD_MASK, PAPER_STRENGTH
from photofind.clip.preprocess import Geometry
from photofind.domain import Box, Embeddings

FOVEA_SIGMA = 100.0
"""Spread of the foveal values, patches (the paper's σ)."""

_EPSILON = 1e-6
_SHARE_OF_BLOCKS = 3
"""One block in three, the last ones, takes the bias: four of twelve."""

Grid = tuple[int, int]
"""Rows and columns of patches."""


def covered_patches(box: Box, size: int, grid: Grid) -> tuple[slice, slice]:
    """Find the rows and columns of patches that a box touches, at least one of each.

    Args:
        box: In the encoder's pixels; what lies outside the square is left out.
        size: Side of the encoder's square, pixels.
    """
    x0, y0, x1, y1 = box
    rows, columns = grid
    return _covered(y0, y1, size / rows, rows), _covered(x0, x1, size / columns, columns)


def _covered(low: float, high: float, patch_px: float, count: int) -> slice:
    # Scaling leaves 64.00000000000001 where the box ends between two patches.
    first = math.floor(round(low / patch_px, 6))
    last = math.ceil(round(high / patch_px, 6)) - 1
    first = min(max(first, 0), count - 1)
    return slice(first, min(max(last, first), count - 1) + 1)


def foveal_values(rows: int, columns: int, strength: float) -> NDArray[np.float64]:
    """Compute the bias of a box's patches, (rows, columns), up to `strength` in its middle.

    R_ij = exp(−((i − (h−1)/2)² + (j − (w−1)/2)²) / 2σ²), stretched to nearly 0–α (the paper's
    foveal attention mask, with ε = 1e-6). Where all R are equal, as in 1 × 1, 1 × 2 and 2 × 2,
    every patch gets α.
    """
    i = np.arange(rows)[:, np.newaxis] - (rows - 1) / 2
    j = np.arange(columns)[np.newaxis, :] - (columns - 1) / 2
    values = np.exp(-(i**2 + j**2) / (2 * FOVEA_SIGMA**2))
    least, most = values.min(), values.max()
    stretched: NDArray[np.float64] = (values - least + _EPSILON) / (most - least + _EPSILON)
    return strength * stretched


def attention_bias(box: Box, strength: float, size: int, grid: Grid) -> NDArray[np.float32]:
    """Compute what each patch's attention gets, (rows · columns,); see [Note: strength]."""
    rows, columns = covered_patches(box, size, grid)
    if strength == HARD_MASK:
        bias = np.full(grid, -np.inf, np.float32)
        bias[rows, columns] = 0
    else:
        bias = np.zeros(grid, np.float32)
        height, width = rows.stop - rows.start, columns.stop - columns.start
        bias[rows, columns] = foveal_values(height, width, strength)
    return bias.reshape(-1)


class FovealTower(Protocol):
    """An image encoder that takes an attention bias, cut in two where the bias comes in."""

    grid: Grid

    def before(self, inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """Compute what does not depend on the region, of (1, 3, size, size) normalised float32."""
        ...

    def after(self, shared: tuple[torch.Tensor, ...], bias: torch.Tensor) -> torch.Tensor:
        """Embed with (N, rows · columns) of bias what `before` gave: → (N, dim), not normalised."""
        ...


def falip_applies(visual: nn.Module) -> bool:
    """Tell whether an image encoder has the attention that a region's bias goes on."""
    return foveal_tower(visual) is not None


def foveal_tower(visual: nn.Module) -> FovealTower | None:
    """Cut an image encoder in two; `None` where the architecture is not one for this."""
    if isinstance(visual, VisionTransformer) and _has_plain_cls(visual):
        return _Transformer(visual)
    if isinstance(visual, ModifiedResNet) and isinstance(visual.attnpool, AttentionPool2d):
        return _PooledResNet(visual)
    return None


def _has_plain_cls(visual: Any) -> bool:
    blocks_fit = all(
        isinstance(block, ResidualAttentionBlock)
        # open_clip's scaled cosine attention takes no mask of this shape.
        or (isinstance(block, CustomResidualAttentionBlock) and block.attn.logit_scale is None)
        for block in visual.transformer.resblocks
    )
    return visual.attn_pool is None and visual.pool_type == "tok" and blocks_fit


class _Transformer:
    """A VisionTransformer: the CLS row, in the last third of the blocks."""

    def __init__(self, visual: Any) -> None:
        self.grid: Grid = visual.grid_size
        self._visual = visual
        blocks = list(visual.transformer.resblocks)
        plain = len(blocks) - max(1, round(len(blocks) / _SHARE_OF_BLOCKS))
        self._first, self._last = blocks[:plain], blocks[plain:]

    def before(self, inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        tokens = self._visual._embeds(inputs)
        for block in self._first:
            tokens = block(tokens)
        return (tokens,)

    def after(self, shared: tuple[torch.Tensor, ...], bias: torch.Tensor) -> torch.Tensor:
        regions, patches = bias.shape
        tokens = shared[0].expand(regions, -1, -1)
        mask = torch.zeros(regions, patches + 1, patches + 1)
        mask[:, 0, 1:] = bias
        for block in self._last:
            heads = block.attn.num_heads
            tokens = block(tokens, attn_mask=mask.repeat_interleave(heads, 0))
        pooled: torch.Tensor = self._visual._pool(tokens)[0]
        return pooled if self._visual.proj is None else pooled @ self._visual.proj


class _PooledResNet:
    """A ModifiedResNet: the mean token's query in the attention pool, which is its only one.

    The mean token is also a key. It speaks of the whole picture, so a hard mask hides it.
    """

    def __init__(self, visual: Any) -> None:
        self._visual = visual
        self._pool = visual.attnpool
        side = visual.image_size // 32
        self.grid: Grid = (side, side)

    def before(self, inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        visual, pool = self._visual, self._pool
        maps = visual.layer4(visual.layer3(visual.layer2(visual.layer1(visual.stem(inputs)))))
        patches = maps.flatten(2).transpose(1, 2)
        tokens = torch.cat([patches.mean(1, keepdim=True), patches], 1) + pool.positional_embedding
        query = self._by_head(pool.q_proj(tokens[:, :1]))
        return query, self._by_head(pool.k_proj(tokens)), self._by_head(pool.v_proj(tokens))

    def after(self, shared: tuple[torch.Tensor, ...], bias: torch.Tensor) -> torch.Tensor:
        query, key, value = shared
        hard = torch.isneginf(bias).any(1, keepdim=True)
        of_mean = torch.zeros(len(bias), 1).masked_fill(hard, -math.inf)
        mask = torch.cat([of_mean, bias], 1)[:, None, None, :]
        scores = (query @ key.transpose(-1, -2)) / math.sqrt(query.shape[-1]) + mask
        attended = scores.softmax(-1) @ value
        pooled: torch.Tensor = self._pool.c_proj(attended.transpose(1, 2).flatten(1))
        return pooled

    def _by_head(self, tokens: torch.Tensor) -> torch.Tensor:
        """(1, L, width) → (1, heads, L, width / heads)."""
        heads: int = self._pool.num_heads
        return tokens.reshape(*tokens.shape[:2], heads, -1).transpose(1, 2)


class FovealPicture:
    """One picture, whose regions share all that does not depend on the region.

    Args:
        inputs: (1, 3, size, size) float32, squashed and normalised.
        geometry: How the picture was squashed into the square.
    """

    def __init__(self, tower: FovealTower, inputs: torch.Tensor, geometry: Geometry) -> None:
        self._tower = tower
        self._geometry = geometry
        with torch.inference_mode():
            self._shared = tower.before(inputs)

    @torch.inference_mode()
    def encode_regions(self, boxes: Sequence[Box], strength: float = PAPER_STRENGTH) -> Embeddings:
        """Embed regions in one batch: N boxes in pixels of the upright picture → (N, dim)."""
        size = self._geometry.size
        bias = [
            attention_bias(self._geometry.to_input(box), strength, size, self._tower.grid)
            for box in boxes
        ]
        raw = self._tower.after(self._shared, torch.from_numpy(np.stack(bias)))
        embeddings: Embeddings = nn.functional.normalize(raw, dim=-1).numpy()
        return embeddings
