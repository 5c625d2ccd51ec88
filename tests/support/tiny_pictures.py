"""Thousands of pictures in a second, each with a content of its own."""

import io
from pathlib import Path

from PIL import Image


def tiny_png(number: int) -> bytes:
    """16 × 12 pixels that spell a number."""
    picture = Image.new("RGB", (16, 12), (number % 251, number % 241, number % 239))
    for place in range(4):
        picture.putpixel((place, 0), (number >> 8 * place & 255, place, 128))
    file = io.BytesIO()
    picture.save(file, "PNG", compress_level=1)
    return file.getvalue()


def write_tiny_pictures(folder: Path, count: int, *, first: int = 0, folders: int = 20) -> None:
    """Numbered files, spread over as many folders."""
    for number in range(first, first + count):
        place = folder / f"{number % folders:02}"
        place.mkdir(parents=True, exist_ok=True)
        (place / f"{number:06}.png").write_bytes(tiny_png(number))
