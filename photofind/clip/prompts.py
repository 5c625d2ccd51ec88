"""How words become embeddings: several wordings of one thing, averaged.

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
    """A zero-shot classifier: N labels → (N, dim), each the mean over its prompt templates."""
    prompts = [template.format(label) for label in labels for template in templates]
    embeddings = encode_prompts(encoder, prompts).reshape(len(labels), len(templates), -1)
    return _normalised(embeddings.mean(axis=1))


def encode_queries(encoder: TextEncoder, texts: Sequence[str]) -> Embeddings:
    """N texts as a person types them → (N, dim)."""
    return encode_labels(encoder, texts, QUERY_TEMPLATES)


def background_queries() -> list[str]:
    """Words for everything and nothing in particular, see photofind.search.calibration."""
    lines = resource("background_things.txt").read_text("utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def encode_prompts(
    encoder: TextEncoder, prompts: Sequence[str], batch_size: int = 256
) -> Embeddings:
    """Any number of prompts → (N, dim), as they stand."""
    starts = range(0, len(prompts), batch_size)
    return np.concatenate(
        [encoder.encode_texts(prompts[start : start + batch_size]) for start in starts]
    )


def _normalised(embeddings: Embeddings) -> Embeddings:
    lengths = np.linalg.norm(embeddings, axis=-1, keepdims=True)
    result: Embeddings = (embeddings / lengths).astype(np.float32)
    return result
