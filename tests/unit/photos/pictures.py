"""Pictures made on the spot."""

import io
import struct
import zlib
from functools import cache
from typing import Any

import numpy as np
from PIL import Image

CORNERS = {"red": (0, 0), "lime": (1, 0), "blue": (0, 1), "yellow": (1, 1)}


def corners(width: int = 80, height: int = 48) -> Image.Image:
    """Red and green above, blue and yellow below."""
    picture = Image.new("RGB", (width, height))
    half = width // 2, height // 2
    for colour, (column, row) in CORNERS.items():
        at = column * half[0], row * half[1]
        picture.paste(colour, (*at, width if column else half[0], height if row else half[1]))
    return picture


@cache
def scene(width: int = 640, height: int = 480) -> Image.Image:
    """Something a photo's encoder has work with, the same every time."""
    noise = np.random.default_rng(7).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return Image.fromarray(noise).resize((width, height), Image.Resampling.BICUBIC)


def encoded(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def exif_with(tags: dict[int, Any], directory: int | None = None) -> bytes:
    exif = Image.Exif()
    (exif if directory is None else exif.get_ifd(directory)).update(tags)
    return exif.tobytes()


def jpeg_with(
    main: dict[int, Any] | None = None,
    details: dict[int, Any] | None = None,
    gps: dict[int, Any] | None = None,
) -> bytes:
    exif = Image.Exif()
    exif.update(main or {})
    exif.get_ifd(0x8769).update(details or {})
    exif.get_ifd(0x8825).update(gps or {})
    return encoded(corners(), "JPEG", exif=exif.tobytes())


def colour_at(image: Image.Image, across: float, down: float) -> tuple[int, int, int]:
    """The colour at a fraction of the width and height."""
    pixel = image.getpixel((int(image.width * across), int(image.height * down)))
    assert isinstance(pixel, tuple)
    red, green, blue = pixel
    return int(red), int(green), int(blue)


def nearest_corner_colours(image: Image.Image) -> list[str]:
    """Names of the colours at top left, top right, bottom left, bottom right."""
    names = {"red": (255, 0, 0), "lime": (0, 255, 0), "blue": (0, 0, 255), "yellow": (255, 255, 0)}
    found = []
    for down in (0.2, 0.8):
        for across in (0.2, 0.8):
            colour = np.array(colour_at(image, across, down))
            found.append(min(names, key=lambda n: float(np.abs(colour - names[n]).sum())))
    return found


def png_claiming(width: int, height: int) -> bytes:
    """A few bytes that claim to be a picture of any size."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        checksum = zlib.crc32(kind + content)
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def jpeg_claiming(width: int, height: int) -> bytes:
    whole = bytearray(encoded(corners(), "JPEG"))
    at = whole.index(b"\xff\xc0")
    whole[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(whole)
