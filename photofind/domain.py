"""The nouns of photofind: plain, frozen, and free of any library but numpy."""

from dataclasses import dataclass
from pathlib import Path
from typing import NewType

import numpy as np
from numpy.typing import NDArray

PhotoId = NewType("PhotoId", int)
"""Row number of a photo's content in the catalogue; stable for the catalogue's life."""

Fingerprint = NewType("Fingerprint", bytes)
"""Hash of what a picture shows: what a photo is, wherever it lives and whatever it is called."""

Embeddings = NDArray[np.float32]
"""(N, dim) float32, every row of length one."""

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels of the upright picture."""


@dataclass(frozen=True, slots=True)
class FileStat:
    """What tells, without reading a file, whether it may have changed."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file that may be a photo, as a scan met it below `root`.

    Attributes:
        placeholder: Only its name and size are on this computer; opening it would download it.
    """

    root: Path
    path: Path
    stat: FileStat
    placeholder: bool = False


@dataclass(frozen=True, slots=True)
class PhotoMetadata:
    """What a photo's file says about itself; kept as written, `None` where it says nothing.

    Attributes:
        taken_at: Local date and time as written by the camera, ISO 8601 without a zone.
        utc_offset_minutes: The zone written beside it.
        latitude: Degrees, north positive, −90 to 90.
        longitude: Degrees, east positive, −180 to 180.
        rating: Stars, 0 to 5; −1 for rejected. Many cameras write 0 where nobody rated.
    """

    taken_at: str | None = None
    utc_offset_minutes: int | None = None
    camera: str | None = None
    lens: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    rating: int | None = None


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo's content: independent of its path.

    Attributes:
        width: Pixels of the upright picture.
        height: Pixels of the upright picture.
        average_colour: Red, green, blue, 0–255: what stands in its place until it is drawn.
        older: What an older catalogue knows the photo by, see `photofind.store.identity`.
    """

    fingerprint: Fingerprint
    format: str
    width: int
    height: int
    average_colour: tuple[int, int, int]
    metadata: PhotoMetadata
    older: Fingerprint | None = None


@dataclass(frozen=True, slots=True)
class EmbeddingSpace:
    """Where embeddings can be compared: one checkpoint's weights and one way of preprocessing."""

    checkpoint: str
    sha256: str
    preprocess_version: int
    dim: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why, in words for the person who owns it."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Hit:
    """One photo among the results.

    Attributes:
        rank: From 1.
        score: What the hits are ranked by, see `photofind.search.engine`.
        confident: Whether the score stands out from what unrelated queries reach.
        box: Where in the photo, or `None` for the whole of it.
        named: Whether it comes first because its file or folder is called what was searched for,
            see [Note: names] in `photofind.store.names`.
    """

    rank: int
    photo_id: PhotoId
    path: Path
    score: float
    confident: bool
    box: Box | None = None
    named: bool = False
