"""HEIC and camera raw, where the extras that read them are installed, and where they are not."""

import io
import struct
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
from PIL import Image

from photofind.errors import MissingExtraError, UnreadablePhotoError
from photofind.photos.decode import decode
from photofind.photos.metadata import read_metadata

from .conftest import Files
from .pictures import corners, exif_with, nearest_corner_colours, scene

HAS_HEIF = find_spec("pillow_heif") is not None
needs_heif = pytest.mark.skipif(not HAS_HEIF, reason="needs pillow-heif: photofind[heic]")
needs_rawpy = pytest.mark.skipif(find_spec("rawpy") is None, reason="needs rawpy: photofind[raw]")

UPRIGHT = ["red", "lime", "blue", "yellow"]
STORED_AS = {
    1: None,
    3: Image.Transpose.ROTATE_180,
    6: Image.Transpose.ROTATE_90,
    8: Image.Transpose.ROTATE_270,
}


def heic_of(image: Image.Image, **options: Any) -> bytes:
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(image).save(file, **options)
    return file.getvalue()


def dng_of(image: Image.Image, orientation: int = 1) -> bytes:
    """An uncompressed raw file: of each pixel one colour, in rows of RG and GB."""
    pixels = np.asarray(image).astype("<u2") << 8
    mosaic = pixels[..., 1].copy()
    mosaic[0::2, 0::2] = pixels[0::2, 0::2, 0]
    mosaic[1::2, 1::2] = pixels[1::2, 1::2, 2]
    entries = [
        (254, "I", [0]),
        (256, "I", [image.width]),
        (257, "I", [image.height]),
        (258, "H", [16]),
        (259, "H", [1]),
        (262, "H", [32803]),
        (271, "s", b"Maker\0"),
        (272, "s", b"Model\0"),
        (273, "I", [0]),
        (274, "H", [orientation]),
        (277, "H", [1]),
        (278, "I", [image.height]),
        (279, "I", [mosaic.nbytes]),
        (33421, "H", [2, 2]),
        (33422, "B", [0, 1, 1, 2]),
        (50706, "B", [1, 4, 0, 0]),
        (50708, "s", b"Maker Model\0"),
        (50717, "I", [65535]),
    ]
    end = 8 + 2 + 12 * len(entries) + 4
    head, beyond = struct.pack("<2sHIH", b"II", 42, 8, len(entries)), b""
    for tag, kind, values in entries:
        number = {"B": 1, "s": 2, "H": 3, "I": 4}[kind]
        value = bytes(values) if kind in "Bs" else struct.pack(f"<{len(values)}{kind}", *values)
        if tag == 273:
            value = struct.pack("<I", end + 64)
        if len(value) > 4:
            value, beyond = struct.pack("<I", end + len(beyond)), beyond + value
        head += struct.pack("<HHI", tag, number, len(values)) + value.ljust(4, b"\0")
    return head + bytes(4) + beyond.ljust(64, b"\0") + mosaic.tobytes()


@pytest.mark.skipif(HAS_HEIF, reason="pillow-heif is installed")
def test_that_a_heic_file_asks_for_its_extra(shared_files: Files) -> None:
    for path in shared_files("exif/heic"):
        with pytest.raises(MissingExtraError, match=r"photofind\[heic\]"):
            decode(path.read_bytes(), name=path.name)


@needs_heif
def test_that_a_telephones_heic_file_is_decoded(shared_files: Files) -> None:
    for path in shared_files("exif/heic"):
        picture = decode(path.read_bytes(), name=path.name, shorter_side=256)
        assert (picture.format, picture.image.mode) == ("heif", "RGB")
        assert 256 <= min(picture.image.size) < 512
        assert (picture.width > picture.height) == (picture.image.width > picture.image.height)


@needs_heif
@pytest.mark.parametrize("orientation", STORED_AS)
def test_that_a_heic_file_is_turned_once(orientation: int) -> None:
    method = STORED_AS[orientation]
    stored = corners() if method is None else corners().transpose(method)
    data = heic_of(stored, exif=exif_with({0x0112: orientation, 0x0110: "X100"}))
    picture = decode(data, name="a.heic")
    assert read_metadata(data).camera == "X100"
    assert (picture.width, picture.height) == picture.image.size == (80, 48)
    assert nearest_corner_colours(picture.image) == UPRIGHT


@needs_heif
def test_that_a_truncated_heic_file_is_refused() -> None:
    whole = heic_of(scene())
    for kept in (0.05, 0.3, 0.6, 0.95):
        with pytest.raises(UnreadablePhotoError):
            decode(whole[: int(len(whole) * kept)], name="a.heic")


@needs_rawpy
@pytest.mark.parametrize("orientation", STORED_AS)
def test_that_a_raw_file_is_developed_upright(orientation: int) -> None:
    method = STORED_AS[orientation]
    stored = corners(320, 192) if method is None else corners(320, 192).transpose(method)
    picture = decode(dng_of(stored, orientation), name="a.dng", shorter_side=64)
    assert (picture.format, picture.width, picture.height) == ("raw", 320, 192)
    assert 64 <= min(picture.image.size) < 128
    assert nearest_corner_colours(picture.image) == UPRIGHT


@needs_rawpy
def test_that_a_truncated_raw_file_is_refused() -> None:
    whole = dng_of(scene(320, 192))
    for kept in (0.001, 0.3, 0.6):
        with pytest.raises(UnreadablePhotoError):
            decode(whole[: int(len(whole) * kept)], name="a.dng")
