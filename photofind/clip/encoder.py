"""The seam between photofind and whatever turns pictures and text into embeddings."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.clip.preprocess import Preprocess
from photofind.domain import Embeddings, EmbeddingSpace

Pixels = NDArray[np.uint8]
"""(N, size, size, 3) uint8, as `Preprocess.pixels` makes them."""


class Encoder(Protocol):
    """Embeds pictures and text into one space; safe to call from one thread at a time."""

    @property
    def space(self) -> EmbeddingSpace: ...

    @property
    def preprocess(self) -> Preprocess: ...

    def encode_images(self, pixels: Pixels) -> Embeddings:
        """(N, size, size, 3) uint8 → (N, dim)."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """N texts → (N, dim), each embedded as it stands."""
        ...
