"""An encoder that needs no torch: for tests of what happens around one."""

import time
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.random import default_rng
from typing_extensions import override

from photofind.clip.encoder import Pixels
from photofind.clip.preprocess import Preprocess
from photofind.domain import Embeddings, EmbeddingSpace

DIM = 32


class FakeEncoder:
    """Pictures and texts at random directions, the same ones every time."""

    def __init__(self, name: str) -> None:
        self.space = EmbeddingSpace(name, "f" * 64, 1, DIM)
        self.preprocess = Preprocess(16, (0, 0, 0), (1, 1, 1), "squash")

    @property
    def encodes_per_s(self) -> float:
        return 10_000.0

    def encode_images(self, pixels: Pixels) -> Embeddings:
        """(N, 16, 16, 3) uint8 → (N, dim)."""
        return np.stack([_direction(picture.tobytes()) for picture in pixels])

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """N texts → (N, dim)."""
        return np.stack([_direction(text.encode()) for text in texts])


class SeeingEncoder(FakeEncoder):
    """Pictures that look alike are near each other: what counts is where it is light and dark."""

    def __init__(self, name: str = "seeing") -> None:
        super().__init__(name)
        self.space = EmbeddingSpace(
            name, zlib.crc32(name.encode()).to_bytes(32, "big").hex(), 1, 48
        )
        self.embedded = 0

    @override
    def encode_images(self, pixels: Pixels) -> Embeddings:
        self.embedded += len(pixels)
        blocks = pixels.astype(np.float32).reshape(-1, 4, 4, 4, 4, 3).mean((2, 4))
        flat = blocks.reshape(len(pixels), -1)
        centred = flat - flat.mean(1, keepdims=True) + 0.01
        unit: Embeddings = centred / np.linalg.norm(centred, axis=1, keepdims=True)
        return unit


class SlowEncoder(FakeEncoder):
    """Says how slow it is, whatever time it takes.

    Args:
        batch_s: What each batch takes.
    """

    def __init__(self, encodes_per_s: float, batch_s: float = 0.0) -> None:
        super().__init__("slow")
        self._encodes_per_s = encodes_per_s
        self._batch_s = batch_s
        self.encoded = 0

    @property
    @override
    def encodes_per_s(self) -> float:
        return self._encodes_per_s

    @override
    def encode_images(self, pixels: Pixels) -> Embeddings:
        time.sleep(self._batch_s)
        self.encoded += len(pixels)
        return super().encode_images(pixels)


def _direction(data: bytes) -> Embeddings:
    vector = default_rng(zlib.crc32(data)).normal(size=DIM)
    unit: Embeddings = (vector / np.linalg.norm(vector)).astype(np.float32)
    return unit
