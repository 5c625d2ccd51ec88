"""A folder of drawn scenes that looks like somebody's photos: shapes, years and trips differ."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from PIL import ExifTags, Image

from photofind.atomic_files import replacing
from photofind.errors import UserFacingError
from photofind.evaluation.drawn_scenes import DrawnScene, draw_scene, held_out_seeds

SHAPES = ((640, 427), (427, 640), (640, 480), (480, 640), (720, 405), (560, 560))
FOLDERS = ("Summer at the lake", "Weekend trips", "Winter", "City", "Garden")
CAMERAS = (("Canon", "Canon EOS R6"), ("Apple", "iPhone 14"), ("FUJIFILM", "X-T4"))
FIRST, LAST = datetime(2014, 4, 5, 9, 30), datetime(2025, 10, 12, 18, 0)


def draw_album(
    folder: Path, count: int, progress: Callable[[int], None] = lambda _done: None
) -> Path:
    """Draw `count` pictures below `folder`, always the same ones; those there are kept.

    Raises:
        UserFacingError: The folder cannot be written, or the disk is full.
    """
    for number, seed in enumerate(held_out_seeds[:count]):
        path = folder / FOLDERS[number % len(FOLDERS)] / f"picture-{number + 1:04}.jpg"
        if not path.exists():
            try:
                _draw(path, seed)
            except OSError as error:
                raise UserFacingError(
                    f"The demo pictures cannot be drawn: {error.strerror or error}.",
                    f"See that the disk of {folder} has room and can be written, and try again.",
                ) from error
        progress(number + 1)
    return folder


def scene_of(picture: Path) -> DrawnScene:
    """Return the scene of a picture of an album, by its file's name."""
    seed = held_out_seeds[int(picture.stem.removeprefix("picture-")) - 1]
    return draw_scene(seed, Random(seed).choice(SHAPES))


def _draw(path: Path, seed: int) -> None:
    chance = Random(seed)
    image = draw_scene(seed, chance.choice(SHAPES)).image
    with replacing(path, durable=False) as partial:
        image.save(partial, "JPEG", quality=90, exif=_exif(chance))


def _exif(chance: Random) -> Image.Exif:
    # More photos in later years, as in real collections.
    taken = FIRST + timedelta(seconds=(LAST - FIRST).total_seconds() * chance.random() ** 0.6)
    make, model = chance.choice(CAMERAS)
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = make
    exif[ExifTags.Base.Model] = model
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = f"{taken:%Y:%m:%d %H:%M:%S}"
    return exif
