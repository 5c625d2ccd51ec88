"""Embed words: several wordings of one thing, averaged.

Prompt ensembles are from Radford et al. 2021, section 3.1.4: each wording is embedded and
normalised, then the mean is normalised.
"""

from collections.abc import Sequence

import numpy as np

from photofind.clip.encoder import TextEncoder
from photofind.domain import Embeddings
from photofind.paths import resource

LABEL_TEMPLATES = ("a photo of a {}.", "a photo of the {}.", "a picture of {}.", "{}")
QUERY_TEMPLATES = ("{}", "a photo of {}.")


def encode_labels(
    encoder: TextEncoder, labels: Sequence[str], templates: Sequence[str] = LABEL_TEMPLATES
) -> Embeddings:
    """Make a zero-shot classifier: N labels → (N, dim), each the mean over its prompt templates."""
    return encode_wordings(
        encoder, [[template.format(label) for template in templates] for label in labels]
    )


def encode_wordings(encoder: TextEncoder, wordings: Sequence[Sequence[str]]) -> Embeddings:
    """Embed N things, each in one or more wordings → (N, dim), each the mean over its wordings."""
    embeddings = encode_prompts(encoder, [prompt for own in wordings for prompt in own])
    starts = np.cumsum([0, *(len(own) for own in wordings[:-1])])
    sums = np.add.reduceat(embeddings, starts, axis=0)
    result: Embeddings = sums / np.linalg.norm(sums, axis=1, keepdims=True)
    return result.astype(np.float32)


def encode_queries(encoder: TextEncoder, texts: Sequence[str]) -> Embeddings:
    """Embed texts as a person types them: N texts → (N, dim)."""
    return encode_labels(encoder, texts, QUERY_TEMPLATES)


def background_queries() -> list[str]:
    """Read words for everything and nothing in particular, see photofind.search.calibration."""
    lines = resource("background_things.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def encode_prompts(
    encoder: TextEncoder, prompts: Sequence[str], batch_size: int = 256
) -> Embeddings:
    """Embed any number of prompts as they stand: → (N, dim)."""
    starts = range(0, len(prompts), batch_size)
    return np.concatenate(
        [encoder.encode_texts(prompts[start : start + batch_size]) for start in starts]
    )
