import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from photofind.errors import MissingExtraError, UnreadablePhotoError
from photofind.photos.decode import decode
from photofind.photos.formats import NotAPhoto

from .conftest import Files
from .pictures import (
    corners,
    encoded,
    exif_with,
    jpeg_claiming,
    nearest_corner_colours,
    png_claiming,
    scene,
)


@cache
def scene_as(kind: str, **options: Any) -> bytes:
    return encoded(scene(), kind, **options)


UPRIGHT = ["red", "lime", "blue", "yellow"]
# What must be done to an upright picture so that this orientation makes it upright again.
STORED_AS = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
ENCODINGS: list[tuple[str, str, dict[str, Any]]] = [
    ("jpeg", "JPEG", {}),
    ("jpeg", "JPEG", {"progressive": True}),
    ("png", "PNG", {}),
    ("webp", "WEBP", {}),
    ("webp", "WEBP", {"lossless": True}),
    ("tiff", "TIFF", {}),
    ("tiff", "TIFF", {"compression": "tiff_lzw"}),
    ("bmp", "BMP", {}),
    ("gif", "GIF", {}),
    ("avif", "AVIF", {}),
    ("jpeg2000", "JPEG2000", {}),
    ("ppm", "PPM", {}),
]


@pytest.mark.parametrize(("name", "kind", "options"), ENCODINGS)
def test_that_every_format_is_decoded(name: str, kind: str, options: dict[str, Any]) -> None:
    picture = decode(encoded(corners(), kind, **options), name="any")
    assert (picture.format, picture.width, picture.height) == (name, 80, 48)
    assert (picture.image.mode, picture.image.size) == ("RGB", (80, 48))
    assert nearest_corner_colours(picture.image) == UPRIGHT


@pytest.mark.parametrize("orientation", STORED_AS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("shorter_side", [None, 12])
def test_that_orientation_is_applied_once(
    kind: str, orientation: int, shorter_side: int | None
) -> None:
    method = STORED_AS[orientation]
    stored = corners() if method is None else corners().transpose(method)
    data = encoded(stored, kind, exif=exif_with({0x0112: orientation}))
    picture = decode(data, name="a", shorter_side=shorter_side)
    assert nearest_corner_colours(picture.image) == UPRIGHT
    assert (picture.width, picture.height) == (80, 48)
    assert picture.image.width > picture.image.height


def test_that_a_saved_picture_is_not_turned_again() -> None:
    data = encoded(corners().transpose(Image.Transpose.ROTATE_90), "JPEG",
                   exif=exif_with({0x0112: 6}))  # fmt: skip
    once = decode(data, name="a.jpg").image
    again = decode(encoded(once, "PNG"), name="b.png").image
    assert nearest_corner_colours(again) == UPRIGHT


@pytest.mark.parametrize("nonsense", [0, 9, 65535])
def test_that_an_impossible_orientation_counts_as_none(nonsense: int) -> None:
    data = encoded(corners(), "JPEG", exif=exif_with({0x0112: nonsense}))
    assert nearest_corner_colours(decode(data, name="a").image) == UPRIGHT


@pytest.mark.parametrize("folder", ["Landscape", "Portrait"])
def test_that_the_known_orientation_pictures_all_look_alike(
    shared_files: Files, folder: str
) -> None:
    files = [path for path in shared_files("orientation") if path.name.startswith(folder)]
    pictures = [decode(path.read_bytes(), name=path.name, shorter_side=128) for path in files]
    assert {(p.width > p.height) for p in pictures} == {folder == "Landscape"}
    first, *others = [np.asarray(p.image.resize((32, 32)), dtype=float) for p in pictures]
    # Each of these pictures shows its number; all else is the same.
    assert max(np.abs(first - other).mean() for other in others) < 12
    assert np.abs(first - first[::-1]).mean() > 30


@pytest.mark.parametrize(("name", "kind", "options"), ENCODINGS)
@pytest.mark.parametrize("wanted", [37, 100, 240, 480, 700])
def test_that_the_shorter_side_is_enough_but_not_twice_that(
    name: str, kind: str, options: dict[str, Any], wanted: int
) -> None:
    picture = decode(scene_as(kind, **options), name="a", shorter_side=wanted)
    assert (picture.width, picture.height) == (640, 480)
    assert min(wanted, 480) <= min(picture.image.size) < 2 * wanted


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_that_a_reduced_picture_embeds_as_the_full_one(kind: str) -> None:
    data = encoded(scene(2000, 1500), kind)

    def as_embedded(shorter_side: int | None) -> Any:
        image = decode(data, name="a", shorter_side=shorter_side).image
        pixels = np.asarray(image.resize((224, 224), Image.Resampling.BICUBIC), dtype=float)
        return pixels.ravel() - pixels.mean()

    full, small = as_embedded(None), as_embedded(512)
    cosine = full @ small / np.linalg.norm(full) / np.linalg.norm(small)
    assert cosine > 0.9999


@pytest.mark.parametrize(("name", "kind", "options"), ENCODINGS)
@pytest.mark.parametrize("shorter_side", [None, 60])
def test_that_a_truncated_file_is_refused(
    name: str, kind: str, options: dict[str, Any], shorter_side: int | None
) -> None:
    whole = scene_as(kind, **options)
    for kept in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.97, 0.999):
        with pytest.raises(UnreadablePhotoError):
            decode(whole[: int(len(whole) * kept)], name="a.jpg", shorter_side=shorter_side)


def test_that_a_truncated_jpeg_is_refused_in_words() -> None:
    whole = encoded(scene(), "JPEG")
    with pytest.raises(UnreadablePhotoError, match="ends too early") as caught:
        decode(whole[: len(whole) // 2], name="a.jpg")
    assert isinstance(caught.value.__cause__, OSError)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "GIF", "JPEG2000"])
def test_that_a_copy_that_broke_off_and_ends_in_zeros_is_refused(kind: str) -> None:
    whole = scene_as(kind)
    for kept in (0.3, 0.6, 0.9):
        cut = int(len(whole) * kept)
        with pytest.raises(UnreadablePhotoError):
            decode(whole[:cut] + bytes(len(whole) - cut), name="a.jpg")


@pytest.mark.parametrize(
    "data", [png_claiming(30_000, 30_000), jpeg_claiming(30_000, 30_000)], ids=["png", "jpeg"]
)
def test_that_too_many_pixels_are_refused_from_the_header(data: bytes) -> None:
    with pytest.raises(UnreadablePhotoError, match=r"has 900 megapixels; .* up to 400"):
        decode(data, name="a", shorter_side=512)


def test_that_the_pixel_limit_is_the_callers() -> None:
    data = encoded(corners(), "PNG")
    assert decode(data, name="a", max_pixels=80 * 48)
    with pytest.raises(UnreadablePhotoError, match="megapixels"):
        decode(data, name="a", max_pixels=80 * 48 - 1)


def test_that_what_cannot_be_decoded_smaller_has_a_lower_limit() -> None:
    with pytest.raises(UnreadablePhotoError, match="up to 128"):
        decode(png_claiming(20_000, 10_000), name="a", shorter_side=512)
    picture = decode(jpeg_claiming(20_000, 10_000), name="a", shorter_side=512)
    assert (picture.width, picture.image.width) == (20_000, 1250)


def test_that_a_format_that_takes_more_memory_has_a_lower_limit() -> None:
    flat = encoded(Image.new("RGB", (9000, 8000)), "WEBP", lossless=True, quality=0, method=0)
    assert len(flat) < 1000
    with pytest.raises(UnreadablePhotoError, match=r"has 72 megapixels; .* up to 64"):
        decode(flat, name="a", shorter_side=512)


def test_that_a_jpeg_of_endless_scans_is_refused() -> None:
    whole = encoded(scene(), "JPEG", progressive=True)
    last_scan = whole[whole.rindex(b"\xff\xda") : -2]
    endless = whole[:-2] + last_scan * 20_000 + b"\xff\xd9"
    assert decode(whole, name="a")
    with pytest.raises(UnreadablePhotoError, match="very long"):
        decode(endless, name="a")


def test_that_content_decides_and_not_the_name() -> None:
    assert decode(encoded(corners(), "PNG"), name="a.jpg").format == "png"


def test_that_a_forbidden_format_is_never_decoded() -> None:
    for kind in ("TGA", "PCX", "SGI", "ICO", "EPS", "PDF"):
        with pytest.raises(UnreadablePhotoError):
            decode(encoded(corners(), kind), name="a.jpg")


def test_that_text_without_extension_is_no_photo() -> None:
    with pytest.raises(NotAPhoto):
        decode(b"Once upon a time", name="story")


@pytest.mark.parametrize(
    ("name", "head", "extra"),
    [
        ("a.heic", b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "heic"),
        ("a.nef", b"MM\x00*\x00\x00\x00\x08", "raw"),
    ],
)
def test_that_a_missing_extra_is_named(
    name: str, head: bytes, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in ("pillow_heif", "rawpy"):
        monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"photofind\[{extra}\]"):
        decode(head + bytes(100), name=name)


def test_that_the_first_frame_of_an_animation_is_taken() -> None:
    later = Image.new("RGB", (80, 48), "black")
    for kind in ("GIF", "WEBP", "PNG", "TIFF"):
        data = encoded(corners(), kind, save_all=True, append_images=[later, later])
        assert nearest_corner_colours(decode(data, name="a").image) == UPRIGHT


def test_that_the_main_picture_of_an_mpo_is_taken() -> None:
    data = encoded(corners(), "MPO", save_all=True, append_images=[Image.new("RGB", (8, 8))])
    picture = decode(data, name="a.mpo")
    assert (picture.format, picture.width) == ("jpeg", 80)
    assert nearest_corner_colours(picture.image) == UPRIGHT


def test_that_pillows_warnings_stay_inside_and_its_limits_untouched() -> None:
    limit = Image.MAX_IMAGE_PIXELS
    # Corrupt EXIF, which Pillow warns of.
    data = encoded(corners(), "JPEG", exif=b"Exif\0\0II*\0\x08\0\0\0\x09\0\x12\x01")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert nearest_corner_colours(decode(data, name="a").image) == UPRIGHT
        with pytest.raises(UserWarning, match="other people's"):
            warnings.warn("other people's warnings are still heard", stacklevel=1)
    assert limit == Image.MAX_IMAGE_PIXELS


def test_that_several_threads_decode_at_once() -> None:
    files = [encoded(scene(200 + i, 150), kind) for i in range(4) for kind in ("JPEG", "PNG")]
    alone = [decode(data, name="a", shorter_side=80).image.tobytes() for data in files]
    start = threading.Barrier(4)

    def all_of_them(_: int) -> list[bytes]:
        start.wait()
        return [decode(data, name="a", shorter_side=80).image.tobytes() for data in files]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(all_of_them, range(4))) == [alone] * 4


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_that_a_mutated_file_is_decoded_or_refused_but_never_crashes(data: st.DataObject) -> None:
    _, kind, options = data.draw(st.sampled_from(ENCODINGS))
    mutated = bytearray(encoded(corners(), kind, **options))
    at = st.integers(0, len(mutated) - 1)
    for place in data.draw(st.lists(at, min_size=1, max_size=12)):
        mutated[place] = data.draw(st.integers(0, 255))
    try:
        picture = decode(bytes(mutated), name="a.jpg", shorter_side=20, max_pixels=10**6)
    except UnreadablePhotoError:
        return
    assert picture.image.mode == "RGB"


def test_that_every_broken_file_is_decoded_or_refused_in_words(shared_files: Files) -> None:
    reasons = []
    for path in shared_files("broken"):
        try:
            decode(path.read_bytes(), name=path.name, shorter_side=512)
        except UnreadablePhotoError as error:
            reasons.append(str(error))
    assert len(reasons) > 50
    # Sentences, not the words of exceptions.
    assert all(reason[0].isupper() and reason.endswith(".") for reason in reasons)


def test_that_a_broken_file_named_truncated_image_is_refused(shared_files: Files) -> None:
    broken = {path.name: path.read_bytes() for path in shared_files("broken")}
    for name in ("truncated_image.png", "truncated_jpeg.jpg", "truncated_end_chunk.png"):
        with pytest.raises(UnreadablePhotoError, match="ends too early"):
            decode(broken[name], name=name)


def test_that_camera_originals_are_decoded_small(shared_files: Files) -> None:
    for path in shared_files("camera"):
        picture = decode(path.read_bytes(), name=path.name, shorter_side=512)
        assert (picture.width, picture.height) == (2832, 2128)
        assert picture.image.size == (708, 532)
