"""A folder of JPEG photos of one size, made from real photos or from drawn scenes."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from PIL import Image, ImageOps

from photofind.evaluation.drawn_scenes import draw_scene
from photofind.photos.scan import UnreadableFolder, scan

QUALITY = 90


def make_photos(folder: Path, source: Path | None, count: int, size: tuple[int, int]) -> None:
    """Write `count` different photos, unless they are there already.

    Args:
        folder: Must hold nothing else.
        source: Real photos, taken in turn: with fewer than `count`, later rounds crop and mirror
            them in other ways, so that no two files have the same content. `None` draws scenes.
        size: Width and height.
    """
    if len(list(folder.glob("*.jpg"))) == count:
        return
    folder.mkdir(parents=True, exist_ok=True)
    pictures = _drawn(count, size) if source is None else _real(source, count, size)
    for number, picture in enumerate(pictures):
        picture.save(folder / f"{number:06}.jpg", quality=QUALITY)


def _drawn(count: int, size: tuple[int, int]) -> Iterator[Image.Image]:
    for seed in range(count):
        yield draw_scene(seed, size).image


def _real(source: Path, count: int, size: tuple[int, int]) -> Iterator[Image.Image]:
    found = sorted(item.path for item in scan(source) if not isinstance(item, UnreadableFolder))
    if not found:
        raise SystemExit(f"There are no photos in {source}.")
    random = Random(0)
    for number in range(count):
        with Image.open(found[number % len(found)]) as opened:
            picture = ImageOps.exif_transpose(opened).convert("RGB")
        yield _varied(picture, number // len(found), random, size)


def _varied(
    picture: Image.Image, round_number: int, random: Random, size: tuple[int, int]
) -> Image.Image:
    if round_number == 0:
        return ImageOps.fit(picture, size, Image.Resampling.BICUBIC)
    if round_number % 2:
        picture = ImageOps.mirror(picture)
    share = random.uniform(0.6, 0.95)
    width, height = round(picture.width * share), round(picture.height * share)
    left, top = random.randint(0, picture.width - width), random.randint(0, picture.height - height)
    part = picture.crop((left, top, left + width, top + height))
    return ImageOps.fit(part, size, Image.Resampling.BICUBIC)
