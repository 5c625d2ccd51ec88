"""The two architectures, a text tower with a compact vocabulary, and encoding at any resolution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import open_clip
import torch
from open_clip.tokenizer import SimpleTokenizer
from torch import nn

from .batches import OPENAI_MEAN, OPENAI_STD

IMAGE_SIZE = 128
CONTEXT_LENGTH = 32
OPEN_CLIP_VOCABULARY = 49408
_PAD, _START, _END = 0, 49406, 49407

_TEXT_CFG: dict[str, Any] = {
    "context_length": CONTEXT_LENGTH,
    "vocab_size": OPEN_CLIP_VOCABULARY,
    "width": 192,
    "heads": 6,
    "layers": 3,
}
_VISION_CFGS: dict[str, dict[str, Any]] = {
    "vit": {
        "image_size": IMAGE_SIZE,
        "layers": 6,
        "width": 192,
        "head_width": 32,
        "patch_size": 16,
    },
    "resnet": {
        "image_size": IMAGE_SIZE,
        "layers": [1, 2, 2, 1],
        "width": 32,
        "head_width": 64,
        "patch_size": None,
    },
    "resnet-deep": {
        "image_size": IMAGE_SIZE,
        "layers": [2, 2, 3, 2],
        "width": 32,
        "head_width": 64,
        "patch_size": None,
    },
}
ARCHITECTURES = tuple(_VISION_CFGS)


def model_config(architecture: str) -> dict[str, Any]:
    """The `model_cfg` of an architecture, as open_clip reads it."""
    return {
        "embed_dim": 256,
        "vision_cfg": dict(_VISION_CFGS[architecture]),
        "text_cfg": dict(_TEXT_CFG),
    }


def preprocess_config(resize_mode: str) -> dict[str, Any]:
    """The `preprocess_cfg`, as open_clip reads it."""
    return {
        "mean": list(OPENAI_MEAN),
        "std": list(OPENAI_STD),
        "interpolation": "bicubic",
        "resize_mode": resize_mode,
    }


class CompactTokenizer:
    """open_clip's tokenizer with the tokens never trained folded into one unknown token.

    A table of 49,408 rows would cost more per step than the layers above it, and most of its rows
    would keep their random start; the exported table gives those rows the unknown token's value.
    """

    def __init__(self, used: Sequence[int]) -> None:
        self.used = sorted(set(used) - {_PAD, _START, _END})
        self.size = len(self.used) + 4
        unknown = self.size - 3
        self.compact_of = np.full(OPEN_CLIP_VOCABULARY, unknown, dtype=np.int64)
        self.compact_of[_PAD] = 0
        self.compact_of[self.used] = np.arange(1, len(self.used) + 1)
        self.compact_of[[_START, _END]] = self.size - 2, self.size - 1
        self._tokenizer = SimpleTokenizer(context_length=CONTEXT_LENGTH)

    @classmethod
    def for_texts(cls, texts: Iterable[str], least_uses: int = 2) -> CompactTokenizer:
        """Keep the tokens used at least `least_uses` times."""
        tokens = SimpleTokenizer(context_length=CONTEXT_LENGTH)(list(texts)).numpy()
        uses = np.bincount(tokens.ravel(), minlength=OPEN_CLIP_VOCABULARY)
        return cls(np.flatnonzero(uses >= least_uses).tolist())

    def __call__(self, texts: Sequence[str]) -> torch.Tensor:
        """Tokenize to (N, longest), which holds no column of padding alone."""
        tokens = self.compact_of[self._tokenizer(list(texts)).numpy()]
        longest = int((tokens != 0).sum(axis=1).max())
        return torch.from_numpy(tokens[:, :longest])


def make_model(architecture: str, vocabulary: int) -> open_clip.CLIP:
    """Build an untrained model whose token table has `vocabulary` rows."""
    config = model_config(architecture)
    config["text_cfg"]["vocab_size"] = vocabulary
    model = open_clip.CLIP(**config)
    if architecture == "vit":
        _start_vit(model.visual)
    return model.to(memory_format=torch.channels_last)


def _start_vit(visual: Any) -> None:
    """Sine positions, and attention started close to what training finds.

    The second is mimetic initialisation (Trockman & Kolter 2023, section 4): query-key products
    near a multiple of the identity, value-output products near a negative one.
    """
    from open_clip.pos_embed import get_2d_sincos_pos_embed

    width = visual.positional_embedding.shape[1]
    grid = get_2d_sincos_pos_embed(width, visual.grid_size[0], cls_token=True)
    with torch.no_grad():
        visual.positional_embedding.copy_(torch.from_numpy(grid) * 0.3)
        for block in visual.transformer.resblocks:
            _start_attention(block.attn)


def _start_attention(attention: nn.MultiheadAttention) -> None:
    width, heads = attention.embed_dim, attention.num_heads
    size = width // heads
    queries, keys, values = attention.in_proj_weight.data.view(3, width, width)
    for head in range(heads):
        rows = slice(head * size, (head + 1) * size)
        noise = torch.randn(width, width) / width**0.5
        u, s, v = torch.linalg.svd(0.7 * noise + 0.7 * torch.eye(width))
        root = s[:size].sqrt()
        queries[rows] = (u[:, :size] * root).T
        keys[rows] = v[:size] * root[:, None]
    noise = torch.randn(width, width) / width**0.5
    u, s, v = torch.linalg.svd(0.4 * noise - 0.4 * torch.eye(width))
    attention.out_proj.weight.data.copy_(u * s.sqrt())
    values.copy_(v * s.sqrt()[:, None])


def _positions_name(visual: nn.Module) -> str:
    names = dict(visual.named_parameters())
    name = "positional_embedding"
    return name if name in names else f"attnpool.{name}"


def _as_tensor(value: Any) -> torch.Tensor:
    """Name the type of what untyped modules return."""
    assert isinstance(value, torch.Tensor)
    return value


def encode_pixels(model: open_clip.CLIP, pixels: torch.Tensor) -> torch.Tensor:
    """Embed (N, 3, side, side) floats, not normalised; `side` is a multiple of 32.

    The grid of positions is interpolated where `side` is not the model's own.
    """
    visual = model.visual
    if pixels.shape[-1] == IMAGE_SIZE:
        return _as_tensor(visual(pixels))
    name = _positions_name(visual)
    table = dict(visual.named_parameters())[name]
    own = round((len(table) - 1) ** 0.5)
    side = own * pixels.shape[-1] // IMAGE_SIZE
    grid = table[1:].T.reshape(1, -1, own, own)
    grid = nn.functional.interpolate(grid, (side, side), mode="bicubic", align_corners=False)
    resized = torch.cat([table[:1], grid.flatten(2)[0].T])
    return _as_tensor(torch.func.functional_call(visual, {name: resized}, pixels))


def encode_tokens(model: open_clip.CLIP, tokens: torch.Tensor) -> torch.Tensor:
    """Embed (N, length) tokens, not normalised; `length` may fall short of the context.

    The mask is causal, so cutting the padding off changes nothing but the cost.
    """
    length = tokens.shape[1]
    states = model.token_embedding(tokens) + model.positional_embedding[:length]
    states = model.transformer(states, attn_mask=model.attn_mask[:length, :length])
    states = model.ln_final(states)
    ends = tokens.argmax(dim=1)
    last = states[torch.arange(len(tokens), device=tokens.device), ends]
    return _as_tensor(last @ model.text_projection)


def encode_texts(
    model: open_clip.CLIP, tokenizer: CompactTokenizer, texts: Sequence[str]
) -> torch.Tensor:
    """Embed texts, not normalised; short and long ones apart, so that few tokens are padding."""
    device = model.logit_scale.device
    tokens = tokenizer(texts).to(device)
    lengths = (tokens != 0).sum(dim=1)
    order = lengths.argsort(stable=True)
    parts = [
        encode_tokens(model, tokens[rows, : int(lengths[rows].max())])
        for rows in order.tensor_split(3)
        if len(rows)
    ]
    return torch.cat(parts)[order.argsort()]
