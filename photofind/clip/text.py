"""The text tower without its padding.

open_clip embeds every text at the full context length: 77 tokens for the ten that a query has. In
a causal text tower no token looks at those after it, so what comes after the longest text of a
batch can be left out and nothing changes; a large text encoder becomes several times faster.
"""

from typing import Any

import torch
from open_clip import CLIP
from open_clip.transformer import text_global_pool


def encode_text(model: Any, tokens: torch.Tensor) -> torch.Tensor:
    """Embed tokens as open_clip's `model.encode_text(tokens)`, with equal results.

    Args:
        model: Any open_clip model; those with a causal text tower of open_clip's own are sped up.
        tokens: (N, context length) as the checkpoint's tokenizer gives them.
    """
    if not is_causal(model):
        embeddings: torch.Tensor = model.encode_text(tokens)
        return embeddings
    # The end-of-text token has the highest number and is the last that counts.
    length = int(tokens.argmax(dim=-1).max()) + 1
    return encode_short(model, tokens[:, :length])


def is_causal(model: Any) -> bool:
    """Tell whether what follows the end of a text changes nothing."""
    causal = isinstance(model, CLIP) and model.attn_mask is not None
    return causal and model.text_pool_type == "argmax"


def encode_short(model: CLIP, tokens: torch.Tensor) -> torch.Tensor:
    """Embed tokens cut behind the longest text, (N, L), with a causal text tower."""
    length = tokens.shape[1]
    hidden = model.token_embedding(tokens) + model.positional_embedding[:length]
    mask: Any = model.attn_mask
    hidden = model.transformer(hidden, attn_mask=mask[:length, :length])
    pooled: torch.Tensor = text_global_pool(model.ln_final(hidden), tokens, model.text_pool_type)
    projection: Any = model.text_projection
    if projection is None:
        return pooled
    linear = isinstance(projection, torch.nn.Linear)
    projected: torch.Tensor = projection(pooled) if linear else pooled @ projection
    return projected
