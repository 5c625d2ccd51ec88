from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageCms

from photofind.photos.decode import decode
from photofind.photos.pixels import shrunk, simplified, to_srgb

from .pictures import colour_at, corners, encoded, nearest_corner_colours


def decoded(image: Image.Image, kind: str, **options: Any) -> Image.Image:
    return decode(encoded(image, kind, **options), name="a").image


def gamma_profile(exponent: float) -> bytes:
    """A matrix profile with sRGB's primaries but another tone curve."""
    srgb = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    tags = int.from_bytes(srgb[128:132], "big")
    for entry in range(132, 132 + 12 * tags, 12):
        at = int.from_bytes(srgb[entry + 4 : entry + 8], "big")
        if srgb[entry + 1 : entry + 4] == b"TRC":
            # A parametric curve of the simplest kind: y = x ** exponent.
            srgb[at + 8 : at + 10] = (0).to_bytes(2, "big")
            srgb[at + 12 : at + 16] = round(exponent * 65536).to_bytes(4, "big")
        elif srgb[entry : entry + 4] == b"desc":
            length = int.from_bytes(srgb[entry + 8 : entry + 12], "big")
            srgb[at + 28 : at + length] = "Test".encode("utf-16-be").ljust(length - 28, b"\0")
    return bytes(srgb)


def test_that_transparency_lies_on_white() -> None:
    for mode in ("RGBA", "LA"):
        clear = Image.new(mode, (8, 8), (0, 0, 0, 0) if mode == "RGBA" else (0, 0))
        assert colour_at(decoded(clear, "PNG"), 0.5, 0.5) == (255, 255, 255)
        half = Image.new(mode, (8, 8), (0, 0, 0, 128) if mode == "RGBA" else (0, 128))
        assert colour_at(decoded(half, "PNG"), 0.5, 0.5) == (127, 127, 127)


def test_that_a_transparent_palette_colour_lies_on_white() -> None:
    palette = corners().quantize(4)
    for kind in ("GIF", "PNG"):
        red = palette.getpixel((5, 5))
        image = decoded(palette, kind, transparency=red)
        assert colour_at(image, 0.2, 0.2) == (255, 255, 255)
        assert colour_at(image, 0.8, 0.2) == (0, 255, 0)


def test_that_a_transparent_rgb_colour_lies_on_white() -> None:
    image = decoded(corners(), "PNG", transparency=(255, 0, 0))
    assert colour_at(image, 0.2, 0.2) == (255, 255, 255)
    assert colour_at(image, 0.2, 0.8) == (0, 0, 255)


def test_that_shrinking_mixes_no_colour_of_transparent_pixels_in() -> None:
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[::2, :, 1] = 255  # transparent green
    pixels[1::2] = (255, 0, 0, 255)
    data = encoded(Image.fromarray(pixels), "PNG")
    small = decode(data, name="a", shorter_side=16).image
    assert small.size == (16, 16)
    assert np.abs(np.subtract(colour_at(small, 0.5, 0.5), (255, 127, 127))).max() <= 2


def test_that_palettes_and_bilevel_become_rgb() -> None:
    assert nearest_corner_colours(decoded(corners().quantize(8), "PNG"))[0] == "red"
    bilevel = Image.new("1", (8, 8), 1)
    bilevel.paste(0, (0, 0, 4, 8))
    image = decoded(bilevel, "PNG")
    assert (colour_at(image, 0.1, 0.5), colour_at(image, 0.9, 0.5)) == ((0, 0, 0), (255, 255, 255))


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "JPEG2000", "PPM"])
def test_that_sixteen_bit_grey_is_scaled_to_eight(kind: str) -> None:
    ramp = np.linspace(0, 65535, 256 * 4, dtype=np.uint16).reshape(4, 256)
    image = np.asarray(decoded(Image.fromarray(ramp), kind)).astype(int)
    assert np.abs(image[..., 0] - ramp // 257).max() <= 1
    assert (image[..., 0] == image[..., 2]).all()


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.0, 1.0, 127), (0.0, 255.0, 127), (0.0, 65535.0, 127), (-5.0, 5.0, 127), (0.0, 1e9, 127)],
)
def test_that_floating_point_grey_is_scaled(low: float, high: float, expected: int) -> None:
    values = np.array([[low, (low + high) / 2, high, np.nan]], dtype=np.float32)
    image = np.asarray(decoded(Image.fromarray(values), "TIFF"))[0, :, 0].astype(int)
    assert np.abs(image[:3] - [0, expected, 255]).max() <= 1
    assert image[3] == 0


def test_that_flat_or_empty_floating_point_is_no_error() -> None:
    for value in (0.0, np.nan, np.inf, -3.0):
        picture = Image.fromarray(np.full((4, 4), value, dtype=np.float32))
        assert simplified(picture).mode == "L"


def test_that_cmyk_becomes_rgb() -> None:
    image = decoded(corners().convert("CMYK"), "JPEG", quality=95)
    assert nearest_corner_colours(image) == ["red", "lime", "blue", "yellow"]


def test_that_an_embedded_profile_is_applied() -> None:
    grey = Image.new("RGB", (8, 8), (128, 128, 128))
    image = decoded(grey, "PNG", icc_profile=gamma_profile(1.0))
    # Half the light is 188 in sRGB.
    assert np.abs(np.subtract(colour_at(image, 0.5, 0.5), 188)).max() <= 2
    assert "icc_profile" not in image.info


def test_that_a_profile_applies_below_transparency_too() -> None:
    grey = Image.new("RGBA", (8, 8), (128, 128, 128, 255))
    image = decoded(grey, "PNG", icc_profile=gamma_profile(1.0))
    assert np.abs(np.subtract(colour_at(image, 0.5, 0.5), 188)).max() <= 2


def test_that_an_srgb_profile_changes_nothing() -> None:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain = decoded(corners(), "PNG")
    assert decoded(corners(), "PNG", icc_profile=srgb).tobytes() == plain.tobytes()


@pytest.mark.parametrize("profile", [b"nonsense", b"", gamma_profile(1.0)[:200]])
def test_that_a_broken_profile_is_ignored(profile: bytes) -> None:
    for kind in ("PNG", "JPEG", "WEBP"):
        image = decoded(corners(), kind, icc_profile=profile)
        assert nearest_corner_colours(image) == ["red", "lime", "blue", "yellow"]


def test_that_a_profile_for_another_mode_is_ignored() -> None:
    image = decoded(Image.new("L", (8, 8), 128), "PNG", icc_profile=gamma_profile(1.0))
    assert colour_at(image, 0.5, 0.5) == (128, 128, 128)


def test_that_a_picture_is_shrunk_only_to_twice_the_size_needed() -> None:
    image = Image.new("RGB", (100, 59))
    assert shrunk(image, None).size == (100, 59)
    assert shrunk(image, 30).size == (100, 59)
    assert shrunk(image, 29).size == (50, 30)
    assert shrunk(image, 10).size == (20, 12)


def test_that_a_returned_picture_shares_nothing_with_its_file() -> None:
    plain = Image.new("RGB", (4, 4))
    assert to_srgb(plain, None) is not plain
    assert type(decoded(corners(), "JPEG")) is Image.Image
