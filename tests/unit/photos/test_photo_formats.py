import pytest

from photofind.errors import UnreadablePhotoError
from photofind.photos.formats import (
    FORMATS,
    HEAD_BYTES,
    NotAPhoto,
    PhotoFormat,
    identify,
    may_be_photo,
    sniff,
)

from .pictures import corners, encoded

KINDS = {
    "jpeg": "JPEG",
    "png": "PNG",
    "webp": "WEBP",
    "tiff": "TIFF",
    "bmp": "BMP",
    "gif": "GIF",
    "avif": "AVIF",
    "jpeg2000": "JPEG2000",
    "ppm": "PPM",
}


@pytest.mark.parametrize(
    "name",
    ["a.jpg", "A.JPG", "b.JpEg", "c.heic", "d.NEF", "IMG_0001", "Mt. Everest", "e.psd", "ü.tif",
     "bad\udcff.jpg", "two.dots.png"],
)  # fmt: skip
def test_that_a_name_that_may_be_a_photo_is_taken(name: str) -> None:
    assert may_be_photo(name)


@pytest.mark.parametrize(
    "name", ["a.txt", "b.mp3", "c.jpg.part", "d.py", "e.xmp", "f.jpg~", "g.svg"]
)
def test_that_another_extension_is_no_photo(name: str) -> None:
    assert not may_be_photo(name)


def test_that_no_two_formats_share_an_extension() -> None:
    extensions = [extension for known in FORMATS for extension in known.extensions]
    assert len(extensions) == len(set(extensions))


@pytest.mark.parametrize(("name", "pillow"), KINDS.items())
def test_that_content_tells_the_format(name: str, pillow: str) -> None:
    head = encoded(corners(), pillow)[:HEAD_BYTES]
    found = sniff(head, "wrong.txt")
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"II*\x00\x08\x00\x00\x00", "a.tif", "tiff"),
        (b"II*\x00\x08\x00\x00\x00", "a", "tiff"),
        (b"II*\x00\x08\x00\x00\x00", "a.NEF", "raw"),
        (b"MM\x00*\x00\x00\x00\x08", "a.dng", "raw"),
        (b"MM\x00*\x00\x00\x00\x08", "a.jpg", "tiff"),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "a.tif", "raw"),
        (b"IIRO\x08\x00\x00\x00", "", "raw"),
        (b"IIU\x00\x18\x00\x00\x00", "", "raw"),
        (b"FUJIFILMCCD-RAW 0201", "", "raw"),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x01crx isom", "", "raw"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "", "heif"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1heic", "", "heif"),
        (b"\x00\x00\x00\x18ftypmif1\x00\x00\x00\x00mif1avif", "", "avif"),
    ],
)
def test_that_formats_alike_are_told_apart(head: bytes, name: str, expected: str) -> None:
    found = sniff(head, name)
    assert found is not None
    assert found.name == expected


@pytest.mark.parametrize(
    "head",
    [b"", b"BM is how this letter begins, and no bitmap", b"P1an of the house", b"P", b"hello",
     b"\x00\x00\x00\x18ftypM4A \x00\x00\x02\x00isomiso2", b"RIFF\x00\x00\x00\x00WAVE"],
)  # fmt: skip
def test_that_what_is_no_picture_is_not_taken_for_one(head: bytes) -> None:
    assert sniff(head) is None


@pytest.mark.parametrize(
    ("head", "name", "words"),
    [
        (b"8BPS\x00\x01", "a.psd", "cannot read Photoshop"),
        (b"8BPS\x00\x01", "no_extension", "cannot read Photoshop"),
        (b"8BPS\x00\x01", "wrong.jpg", "cannot read Photoshop"),
        (b"\x00\x00\x02\x00", "a.tga", "cannot read Targa"),
        (b"hello", "a.jpg", "ends in .jpg, but"),
        (b"", "a.jpg", "empty"),
        (b"", "a.psd", "empty"),
        (bytes(64), "a.jpg", "begins with zeros"),
    ],
)
def test_that_a_file_that_should_be_a_photo_is_refused_in_words(
    head: bytes, name: str, words: str
) -> None:
    with pytest.raises(UnreadablePhotoError, match=words) as caught:
        identify(head, name)
    assert not isinstance(caught.value, NotAPhoto)


@pytest.mark.parametrize("head", [b"#!/bin/sh\n", b"", b"\x7fELF"])
def test_that_a_file_without_extension_may_be_anything(head: bytes) -> None:
    with pytest.raises(NotAPhoto):
        identify(head, "README")


def test_that_identify_agrees_with_sniff() -> None:
    head = encoded(corners(), "PNG")[:HEAD_BYTES]
    assert isinstance(identify(head, "a.png"), PhotoFormat)
    assert identify(head, "a.png") is sniff(head, "a.png")
