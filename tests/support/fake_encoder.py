"""An encoder that needs no torch: for tests of what happens around one."""

import zlib
from collections.abc import Sequence

import numpy as np

from photofind.clip.encoder import Pixels
from photofind.clip.preprocess import Preprocess
from photofind.domain import Embeddings, EmbeddingSpace

DIM = 32


class FakeEncoder:
    """Pictures and texts at random directions, the same ones every time."""

    def __init__(self, name: str) -> None:
        self.space = EmbeddingSpace(name, "f" * 64, 1, DIM)
        self.preprocess = Preprocess(16, (0, 0, 0), (1, 1, 1), "squash")

    def encode_images(self, pixels: Pixels) -> Embeddings:
        """(N, 16, 16, 3) uint8 → (N, dim)."""
        return np.stack([_direction(picture.tobytes()) for picture in pixels])

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """N texts → (N, dim)."""
        return np.stack([_direction(text.encode()) for text in texts])


def _direction(data: bytes) -> Embeddings:
    vector = np.random.default_rng(zlib.crc32(data)).normal(size=DIM)
    unit: Embeddings = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit
