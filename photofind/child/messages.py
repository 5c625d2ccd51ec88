"""What parent and child say to each other, as pickles through the child's stdin and stdout.

Every ask has a number, and its answers the same. What an ask cannot have is answered with `Failed`
(for a reason a person can act on) or `Bug`.
"""

import pickle
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from photofind.domain import Box, EmbeddingSpace, Fingerprint, FoundFile
from photofind.errors import PhotofindError, UserFacingError
from photofind.paths import LibraryPaths
from photofind.search.regions import RegionMethod
from photofind.settings import Settings

Model = str | EmbeddingSpace
"""A search model: by its name, as it is on the disk now; or what made embeddings of this space."""


@dataclass(frozen=True, slots=True)
class Start:
    """The first ask, and again whenever the child is to work for others; answered `Started`."""

    paths: LibraryPaths
    settings: Settings
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Started:
    """The checkpoint is loaded."""

    space: EmbeddingSpace


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """Answered with lists of results, then `Done`."""

    files: tuple[FoundFile, ...]
    embed: bool = True


@dataclass(frozen=True, slots=True)
class TellSpeed:
    """Answered with `Encoder.encodes_per_s`, which may have to be measured."""

    checkpoint: str


@dataclass(frozen=True, slots=True)
class EncodeTexts:
    """Answered with (N, dim) float32."""

    texts: tuple[str, ...]
    model: Model


@dataclass(frozen=True, slots=True)
class EncodePicture:
    """Answered with (dim,) float32."""

    path: Path
    model: Model


@dataclass(frozen=True, slots=True)
class EncodeRegion:
    """Answered with (dim,) float32."""

    path: Path
    box: Box
    method: RegionMethod
    strength: float
    model: Model


@dataclass(frozen=True, slots=True)
class AnswerRegion:
    """Answered with a `RegionAnswer`; without labels, by the vocabulary."""

    path: Path
    box: Box
    labels: tuple[str, ...]
    method: RegionMethod
    strength: float
    model: Model


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """Answered with a `PixelPicture` whose longest side is `longest_side` pixels at most."""

    path: Path
    longest_side: int | None


@dataclass(frozen=True, slots=True)
class MakeThumbnail:
    """Answered with a JPEG, which is in the cache from then on."""

    path: Path
    fingerprint: Fingerprint


@dataclass(frozen=True, slots=True)
class Forget:
    """Not answered, and neither is the ask of this number any more; a reading is left."""

    number: int


PictureAsk = ReadPicture | MakeThumbnail
"""Needs no encoder; answered beside everything else."""

OneFile = EncodePicture | EncodeRegion | AnswerRegion | PictureAsk
"""Opens one file, of which the child may die."""

Question = TellSpeed | EncodeTexts | EncodePicture | EncodeRegion | AnswerRegion
"""Needs an encoder; overtakes reading."""


@dataclass(frozen=True, slots=True)
class PixelPicture:
    """A picture to be shown: upright RGB in sRGB.

    Attributes:
        rgb: width × height × 3 bytes, row by row.
        width: Of what is in `rgb`, pixels.
        height: Of what is in `rgb`, pixels.
        photo_width: Of the upright photo in full, pixels.
        photo_height: Of the upright photo in full, pixels.
    """

    rgb: bytes
    width: int
    height: int
    photo_width: int
    photo_height: int


@dataclass(frozen=True, slots=True)
class Done:
    """All files of a reading were answered."""


@dataclass(frozen=True, slots=True)
class Failed:
    """What was asked for could not be done, for a reason that is understood."""

    error: PhotofindError


@dataclass(frozen=True, slots=True)
class Bug:
    """What was asked for could not be done for a reason that is not."""

    report: str


def failure(error: Exception) -> Failed | Bug:
    """What an error is to the parent; call it where the error is handled."""
    if isinstance(error, PhotofindError):
        return Failed(error)
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        hint = "Make room on the disk that photofind's library is on, and try again."
        return Failed(UserFacingError(f"Photofind had to stop: {reason}.", hint))
    # A bug here must not look like a damaged photo.
    return Bug(traceback.format_exc())


def messages(pipe: BinaryIO) -> Iterator[tuple[int, Any]]:
    """Until the other end closes, or dies in the middle of a message."""
    while True:
        try:
            yield pickle.load(pipe)
        except (EOFError, pickle.UnpicklingError, OSError, ValueError):
            return
