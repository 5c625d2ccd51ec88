"""What parent and child send each other; see photofind.child.pipe for how.

Every request has a number, and its responses carry the same. A request that fails is answered with
`Failed` (for a reason a person can act on) or `Bug`. What the child says of itself, `Heartbeat` and
log records, has no number.
"""

import errno
import traceback
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from photofind.domain import Box, EmbeddingSpace, Fingerprint, FoundFile
from photofind.errors import PhotofindError, UserFacingError
from photofind.paths import LibraryPaths
from photofind.search.regions import RegionMethod
from photofind.settings import Settings
from photofind.store.derived import ProducerVersion

Model = str | EmbeddingSpace
"""A search model: by its name, as it is on the disk now; or what made embeddings of this space."""

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT} if hasattr(errno, "EDQUOT") else {errno.ENOSPC}


class ChildThread(StrEnum):
    """The threads of the child that handle requests, each its own."""

    ENCODER = "encoder"
    PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Start:
    """The first request, and again whenever the child goes over to other settings.

    Answered with `Started`.

    Attributes:
        log_level: Records of photofind below it are not sent.
    """

    paths: LibraryPaths
    settings: Settings
    checkpoint: str
    log_level: int


@dataclass(frozen=True, slots=True)
class Started:
    """The checkpoint is loaded."""

    space: EmbeddingSpace
    producers: tuple[ProducerVersion, ...]


@dataclass(frozen=True, slots=True)
class ReadFiles:
    """Answered with lists of results, then `Done`; see `Worker.run`."""

    files: tuple[FoundFile, ...]
    kinds: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class MeasureSpeed:
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
class ClassifyRegion:
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
class Cancel:
    """Ends the reading of this number; neither is answered any more."""

    number: int


PictureRequest = ReadPicture | MakeThumbnail
"""Needs no encoder; has a thread of its own, which pictures for a person are worth."""

OneFileRequest = EncodePicture | EncodeRegion | ClassifyRegion | PictureRequest
"""Opens one file, of which the child may die."""

EncoderRequest = MeasureSpeed | EncodeTexts | EncodePicture | EncodeRegion | ClassifyRegion
"""Needs an encoder; overtakes reading."""


def handled_by(request: object) -> ChildThread:
    """Name the thread of the child that handles a request."""
    return ChildThread.PICTURES if isinstance(request, PictureRequest) else ChildThread.ENCODER


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """A thread of the child reads a file, and more of it came."""

    thread: ChildThread


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
    """All files of a reading have their results."""


@dataclass(frozen=True, slots=True)
class Failed:
    """The request failed for a reason that is understood."""

    error: PhotofindError


@dataclass(frozen=True, slots=True)
class Bug:
    """The request failed for a reason that is not understood."""

    report: str


def failure(error: Exception) -> Failed | Bug:
    """Describe an error to the parent; call it where the error is handled."""
    if isinstance(error, PhotofindError):
        return Failed(error)
    if isinstance(error, OSError):
        message = f"Photofind had to stop: {error.strerror or error}."
        if error.errno in _NO_ROOM:
            hint = "Make room on the disk that photofind's library is on, and try again."
        else:
            hint = "See that photofind's library can be read and written, and try again."
        return Failed(UserFacingError(message, hint))
    # A bug here must not look like a damaged photo.
    return Bug(traceback.format_exc())
