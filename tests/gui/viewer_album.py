"""Photos for the viewer's tests: drawn scenes, loaded as slowly as a test wants."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np

from photofind.child.messages import PixelPicture
from photofind.domain import Fingerprint, Photo, PhotoId, PhotoMetadata
from photofind.errors import UserFacingError
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.store.gallery import PhotoDetails, PhotoFile, PhotoRows
from photofind.store.tags import PERSON, ZERO_SHOT, PhotoTag, TagState

WIDTH, HEIGHT = 384, 288
ENLARGED = 8
"""Photos have so many times the pixels of what is drawn; loading returns the size requested."""

PHOTO = (WIDTH * ENLARGED, HEIGHT * ENLARGED)
BEACH = PhotoTag("beach", TagState.CONFIRMED, PERSON, None, None, "2024-01-01T00:00:00")
DOG = PhotoTag("dog", TagState.SUGGESTED, ZERO_SHOT, 0.3, 1, "2024-01-01T00:00:00")
ROOT = Path("/media/anna/Backup SSD")


def rows_of(count: int, offline: tuple[int, ...] = ()) -> PhotoRows:
    """Ids 1 to `count`; `offline` are ids."""
    ids = np.arange(1, count + 1, dtype=np.int64)
    return PhotoRows(
        ids,
        np.full(count, WIDTH / HEIGHT, np.float32),
        np.full(count, 0x4080C0, np.uint32),
        np.isin(ids, offline),
    )


def drawn_picture(seed: int, side: int) -> PixelPicture:
    """Draw a scene with the requested longest side, up to what the photo has."""
    width = min(side, PHOTO[0])
    size = (width, round(width * HEIGHT / WIDTH))
    image = draw_scene(seed % 4, (WIDTH, HEIGHT)).image.resize(size)
    return PixelPicture(image.tobytes(), *size, *PHOTO)


def path_of(photo_id: PhotoId) -> Path:
    return ROOT / "2019" / f"IMG_{photo_id:04}.jpg"


def details_of(
    photo_id: PhotoId,
    *,
    offline: bool = False,
    copies: int = 0,
    metadata: PhotoMetadata | None = None,
) -> PhotoDetails:
    about = metadata or PhotoMetadata(
        "2019-07-14T16:05:00", 120, "Nikon D750", "50mm f/1.8", -33.5, 151.25
    )
    photo = Photo(Fingerprint(bytes(16)), "jpeg", *PHOTO, (1, 2, 3), about)
    paths = [path_of(photo_id), *(ROOT / "copies" / f"{n}.jpg" for n in range(copies))]
    files = tuple(PhotoFile(path, 4_312_000, ROOT, offline) for path in paths)
    return PhotoDetails(photo_id, photo, files, (BEACH, DOG))


class Album:
    """Loads pictures and details, and records its requests in order.

    While it is `hold`ing, pictures wait until `let_go`.
    """

    def __init__(self) -> None:
        self.pictures: list[tuple[PhotoId, int]] = []
        self.errors: dict[PhotoId, UserFacingError] = {}
        self.offline: set[PhotoId] = set()
        self.describe: Callable[[PhotoId], PhotoDetails | None] = self._details
        self._open = threading.Event()
        self._open.set()

    @property
    def requested(self) -> list[PhotoId]:
        """Photos whose pictures were requested."""
        return [photo_id for photo_id, _ in self.pictures]

    def hold(self) -> None:
        self._open.clear()

    def let_go(self) -> None:
        self._open.set()

    def picture(self, photo_id: PhotoId, side: int) -> PixelPicture:
        self.pictures.append((photo_id, side))
        self._open.wait()
        if photo_id in self.errors:
            raise self.errors[photo_id]
        return drawn_picture(photo_id, side)

    def details(self, photo_id: PhotoId) -> PhotoDetails | None:
        return self.describe(photo_id)

    def _details(self, photo_id: PhotoId) -> PhotoDetails | None:
        return details_of(photo_id, offline=photo_id in self.offline)
