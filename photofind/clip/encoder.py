"""The seam between photofind and whatever turns pictures and text into embeddings."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from photofind.clip.preprocess import Geometry, Preprocess
from photofind.domain import Box, Embeddings, EmbeddingSpace

if TYPE_CHECKING:
    from PIL import Image

Pixels = NDArray[np.uint8]
"""(N, size, size, 3) uint8, as `Preprocess.pixels` makes them."""

PAPER_STRENGTH: Final = 0.2
"""How strongly FALIP draws the attention to a region; see [Note: strength] in clip/falip.py."""

HARD_MASK: Final = math.inf
"""The strength at which nothing outside a region is attended to."""


class TextEncoder(Protocol):
    """Embeds text into a space."""

    @property
    def space(self) -> EmbeddingSpace: ...

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed each text as it stands: N texts → (N, dim)."""
        ...


class Encoder(TextEncoder, Protocol):
    """Embeds pictures and text into one space; safe to call from one thread at a time."""

    @property
    def preprocess(self) -> Preprocess: ...

    @property
    def encodes_per_s(self) -> float:
        """Tell about how many pictures `encode_images` takes a second."""
        ...

    def encode_images(self, pixels: Pixels) -> Embeddings:
        """Embed pictures: (N, size, size, 3) uint8 → (N, dim)."""
        ...


class PictureRegions(Protocol):
    """One picture, of which any number of regions can be embedded."""

    def encode_regions(self, boxes: Sequence[Box], strength: float = PAPER_STRENGTH) -> Embeddings:
        """Embed regions: N boxes in pixels of the upright picture → (N, dim)."""
        ...


@runtime_checkable
class RegionEncoder(Encoder, Protocol):
    """An encoder that may be able to embed a region without cutting it out."""

    @property
    def falip_applies(self) -> bool:
        """Tell whether this checkpoint's architecture allows `regions_of`."""
        ...

    @property
    def region_preprocess(self) -> Preprocess:
        """Return the checkpoint's preprocessing without a crop, so that no region is lost."""
        ...

    def regions_of(self, pixels: Pixels, geometry: Geometry) -> PictureRegions:
        """Do once what all regions of a picture share.

        Args:
            pixels: (size, size, 3) uint8, by `region_preprocess`.
            geometry: Of the upright picture, by `region_preprocess`.

        Raises:
            CheckpointError: FALIP is not for this checkpoint.
        """
        ...


def encode_picture(encoder: Encoder, picture: "Image.Image") -> NDArray[np.float32]:
    """Embed an upright RGB picture of any size: → (dim,)."""
    embedding: NDArray[np.float32] = encoder.encode_images(
        encoder.preprocess.pixels(picture)[np.newaxis]
    )[0]
    return embedding
