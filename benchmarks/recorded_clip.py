"""Recorded CLIP vectors in the place of an encoder: nothing is computed, and the geometry is true.

A picture gets one of the recorded vectors, turned a little by what it shows; a text the recorded
vector of the name it ends in, or a mixture of two. The same one every time.

    python -m benchmarks.recorded_clip   is a child process that embeds with them

`RECORDED_CLIP` in the environment names the folder with the recorded files.
"""

import json
import os
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photofind.child import service
from photofind.clip.encoder import Pixels
from photofind.clip.preprocess import Preprocess
from photofind.domain import Embeddings, EmbeddingSpace
from photofind.paths import LibraryPaths
from photofind.settings import Settings

FOLDER = "RECORDED_CLIP"
CHILD = "benchmarks.recorded_clip"
OWN = 0.2
"""Part of a vector's squared length that is a photo's own."""


class RecordedEncoder:
    """Embeds at once.

    Args:
        folder: With `flickr8k_1000_image_vitb32_f16.npy`, `text_vitb32.npz`, `text_names.json`.
    """

    def __init__(self, folder: Path) -> None:
        images = np.load(folder / "flickr8k_1000_image_vitb32_f16.npy").astype(np.float32)
        self.images = _unit(images)
        with np.load(folder / "text_vitb32.npz") as texts:
            self._texts = _unit(np.concatenate([texts["coco"], texts["lvis"]]).astype(np.float32))
        names = json.loads((folder / "text_names.json").read_text("utf-8"))
        self._names = {
            name.replace("_", " "): row for row, name in enumerate(names["coco"] + names["lvis"])
        }
        self.space = EmbeddingSpace("recorded ViT-B-32", "0" * 64, 1, self.images.shape[1])
        self.preprocess = Preprocess(16, (0, 0, 0), (1, 1, 1), "squash")

    @property
    def encodes_per_s(self) -> float:
        return 10_000.0

    def encode_images(self, pixels: Pixels) -> Embeddings:
        """(N, 16, 16, 3) uint8 → (N, 512)."""
        seeds = [zlib.crc32(picture.tobytes()) for picture in pixels]
        return np.concatenate(
            [turned(self.images[[s % len(self.images)]], np.random.default_rng(s)) for s in seeds]
        )

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """N texts → (N, 512)."""
        return np.stack([self._text(text) for text in texts])

    def _text(self, text: str) -> NDArray[np.float32]:
        words = text.strip(" .").casefold().split()
        for start in range(len(words)):
            row = self._names.get(" ".join(words[start:]))
            if row is not None:
                found: NDArray[np.float32] = self._texts[row]
                return found
        chance = np.random.default_rng(zlib.crc32(text.encode()))
        mixed: NDArray[np.float32] = _unit(
            self._texts[chance.integers(len(self._texts), size=2)].sum(axis=0, keepdims=True)
        )[0]
        return mixed


def turned(vectors: Embeddings, chance: np.random.Generator) -> Embeddings:
    """Each (N, dim) vector turned at random, by the same angle."""
    own = _unit(chance.standard_normal(vectors.shape, dtype=np.float32))
    return _unit(np.sqrt(1 - OWN) * vectors + np.sqrt(OWN) * own)


def _unit(vectors: Embeddings) -> Embeddings:
    unit: Embeddings = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit.astype(np.float32, copy=False)


def _load(_paths: LibraryPaths, _settings: Settings, _checkpoint: str) -> RecordedEncoder:
    return RecordedEncoder(Path(os.environ[FOLDER]))


if __name__ == "__main__":
    service.serve(_load)
