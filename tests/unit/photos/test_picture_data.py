"""What a photo is does not depend on what is written beside its picture."""

import io
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from photofind.photos.decode import decode
from photofind.photos.fingerprint import file_fingerprint, fingerprint
from photofind.photos.picture_data import MOST_PARTS, picture_parts
from tests.unit.photos.conftest import Files
from tests.unit.photos.pictures import corners, encoded, exif_with, scene

RATING, ORIENTATION, DESCRIPTION = 0x4746, 0x0112, 0x010E


def _with_segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    segment = b"\xff" + bytes([marker]) + (len(content) + 2).to_bytes(2, "big") + content
    return jpeg[:2] + segment + jpeg[2:]


def _with_chunk(png: bytes, kind: bytes, content: bytes) -> bytes:
    at = png.index(b"IDAT") - 4
    checksum = zlib.crc32(kind + content).to_bytes(4, "big")
    return png[:at] + len(content).to_bytes(4, "big") + kind + content + checksum + png[at:]


def _with_riff(webp: bytes, kind: bytes, content: bytes) -> bytes:
    body = webp[8:] + kind + len(content).to_bytes(4, "little") + content
    return b"RIFF" + len(body).to_bytes(4, "little") + body


def _rated(tags: dict[int, object]) -> bytes:
    return exif_with(tags)


JPEG, PNG, WEBP = (encoded(scene(120, 90), kind) for kind in ("JPEG", "PNG", "WEBP"))


def _tiff(exif: dict[int, object], **options: object) -> bytes:
    tags = Image.Exif()
    tags.update(exif)
    return encoded(scene(120, 90), "TIFF", exif=tags, **options)


EDITS: dict[str, tuple[bytes, bytes]] = {
    "a comment in a JPEG": (JPEG, _with_segment(JPEG, 0xFE, b"a comment")),
    "EXIF in a JPEG": (JPEG, _with_segment(JPEG, 0xE1, b"Exif\0\0" + _rated({RATING: 5})[6:])),
    "XMP in a JPEG": (JPEG, _with_segment(JPEG, 0xE1, b"http://ns.adobe.com/xap/1.0/\0<x/>")),
    "IPTC in a JPEG": (JPEG, _with_segment(JPEG, 0xED, b"Photoshop 3.0\0" + bytes(20))),
    "what follows a JPEG": (JPEG, JPEG + b"a film"),
    "text in a PNG": (PNG, _with_chunk(PNG, b"tEXt", b"Title\0beach")),
    "EXIF in a PNG": (PNG, _with_chunk(PNG, b"eXIf", _rated({RATING: 5})[6:])),
    "XMP in a WebP": (WEBP, _with_riff(WEBP, b"XMP ", b"<x/>")),
    "EXIF in a TIFF": (_tiff({}), _tiff({DESCRIPTION: "a longer text" * 9})),
    "EXIF in a packed TIFF": (
        _tiff({}, compression="tiff_lzw"),
        _tiff({RATING: 5}, compression="tiff_lzw"),
    ),
    "EXIF in an AVIF": (
        encoded(scene(120, 90), "AVIF", exif=_rated({RATING: 1})),
        encoded(scene(120, 90), "AVIF", exif=_rated({RATING: 5, DESCRIPTION: "text" * 50})),
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_that_an_edit_of_the_metadata_alone_leaves_the_photo_what_it_is(edit: str) -> None:
    before, after = EDITS[edit]

    assert before != after
    assert picture_parts(after) is not None
    assert fingerprint(after) == fingerprint(before)


def _pixel_changed(kind: str, **options: object) -> bytes:
    image = scene(120, 90).copy()
    image.putpixel((60, 45), (255, 0, 255))
    return encoded(image, kind, **options)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF", "BMP", "GIF"])
def test_that_other_pixels_are_another_photo(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    before = encoded(scene(120, 90), kind, **options)
    assert fingerprint(_pixel_changed(kind, **options)) != fingerprint(before)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_that_a_photo_turned_by_its_metadata_is_another_one(kind: str) -> None:
    turned, other = (encoded(corners(), kind, exif=exif_with({ORIENTATION: way})) for way in (6, 8))
    plain = encoded(corners(), kind)
    upright = encoded(corners(), kind, exif=exif_with({ORIENTATION: 1, DESCRIPTION: "text"}))

    assert len({fingerprint(data) for data in (plain, turned, other)}) == 3
    assert fingerprint(upright) == fingerprint(plain) or kind == "TIFF"


def test_that_a_jpeg_turned_by_xmp_alone_is_another_photo() -> None:
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x tiff:Orientation="6"/>'
    turned = _with_segment(JPEG, 0xE1, xmp)

    assert decode(turned, name="a.jpg").image.size == (90, 120)
    assert fingerprint(turned) != fingerprint(JPEG)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_that_another_colour_profile_is_another_photo(kind: str) -> None:
    lab, srgb = (
        ImageCms.ImageCmsProfile(ImageCms.createProfile(name)).tobytes() for name in ("XYZ", "sRGB")
    )
    one = encoded(scene(120, 90), kind, icc_profile=srgb)
    assert fingerprint(encoded(scene(120, 90), kind, icc_profile=lab)) != fingerprint(one)


def test_that_pixels_spread_over_other_chunks_are_the_same_photo() -> None:
    at = PNG.index(b"IDAT") - 4
    size = int.from_bytes(PNG[at : at + 4], "big")
    pixels, rest = PNG[at + 8 : at + 8 + size], PNG[at + 12 + size :]
    split = PNG[:at] + rest
    for part in (pixels[100:], pixels[:100]):
        chunk = len(part).to_bytes(4, "big") + b"IDAT" + part
        split = split[:at] + chunk + zlib.crc32(b"IDAT" + part).to_bytes(4, "big") + split[at:]

    assert fingerprint(split) == fingerprint(PNG)
    assert decode(split, name="a.png").image.tobytes() == decode(PNG, name="a.png").image.tobytes()


@pytest.mark.parametrize("whole", [JPEG, PNG, WEBP, _tiff({})])
def test_that_a_file_cut_off_is_another_photo(whole: bytes) -> None:
    for part in (0.3, 0.6, 0.95):
        assert fingerprint(whole[: int(part * len(whole))]) != fingerprint(whole)


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"II*\0", b"no photo", JPEG[:200]])
def test_that_a_file_without_a_picture_is_known_by_all_its_bytes(data: bytes) -> None:
    assert picture_parts(data) is None
    assert fingerprint(data) == file_fingerprint(data)


def _claims(sizes: Callable[[int], bytes]) -> bytes:
    return b"".join(sizes(number) for number in range(MOST_PARTS + 5))


def test_that_what_is_made_to_take_long_is_known_by_its_bytes() -> None:
    chunks = _claims(lambda _: b"\0\0\0\0tEXt\0\0\0\0")
    loop = b"II*\0\x08\0\0\0" + b"\0\0" + (8).to_bytes(4, "little")
    strips = b"II*\0\x08\0\0\0\x02\0"
    count = (5000).to_bytes(4, "little")
    strips += b"\x11\x01\x04\0" + count + (40).to_bytes(4, "little")
    strips += b"\x17\x01\x04\0" + count + (20040).to_bytes(4, "little") + bytes(6)
    strips += bytes(20000) + (40_000).to_bytes(4, "little") * 5000

    for data in (b"\x89PNG\r\n\x1a\n" + chunks, loop, strips):
        assert picture_parts(data) is None


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_that_no_bytes_whatever_raise_or_make_much_work(data: st.DataObject) -> None:
    whole = bytearray(data.draw(st.sampled_from([before for before, _ in EDITS.values()])))
    for _ in range(data.draw(st.integers(1, 8))):
        at = data.draw(st.integers(0, min(len(whole), 600) - 1))
        whole[at] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])

    assert len(fingerprint(cut)) == 16
    assert sum(len(part) for _, part in picture_parts(cut) or []) <= 2 * len(cut)


def test_that_damaged_pictures_have_a_fingerprint(shared_files: Files) -> None:
    for path in shared_files("broken"):
        assert len(fingerprint(path.read_bytes())) == 16


def test_that_each_way_a_photo_is_turned_is_a_photo(shared_files: Files) -> None:
    data = [path.read_bytes() for path in shared_files("orientation") if path.suffix == ".jpg"]
    assert len({fingerprint(one) for one in data}) == len(data)


def test_that_photos_of_one_fingerprint_show_the_same_picture(shared_files: Files) -> None:
    kept: dict[bytes, Path] = {}
    for path in shared_files("exif"):
        data = path.read_bytes()
        other = kept.setdefault(fingerprint(data), path)
        if other != path:
            pictures = [Image.open(io.BytesIO(one)) for one in (data, other.read_bytes())]
            assert pictures[0].tobytes() == pictures[1].tobytes()
