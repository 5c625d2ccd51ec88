from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL.PngImagePlugin import PngInfo
from PIL.TiffImagePlugin import IFDRational

from photofind.domain import PhotoMetadata
from photofind.photos.metadata import MAX_XMP_BYTES, read_metadata

from .conftest import Files
from .pictures import corners, encoded, exif_with, jpeg_with

MAKE, MODEL, DATE = 0x010F, 0x0110, 0x0132
ORIGINAL, DIGITIZED, OFFSET_ORIGINAL, LENS = 0x9003, 0x9004, 0x9011, 0xA434
DAY = "2021:04:11 15:47:53"


def place(latitude: Any, longitude: Any, north: str = "N", east: str = "E") -> dict[int, Any]:
    return {1: north, 2: latitude, 3: east, 4: longitude}


def test_that_all_fields_are_read() -> None:
    data = jpeg_with(
        {MAKE: "Canon", MODEL: "Canon EOS 5D"},
        {ORIGINAL: DAY, OFFSET_ORIGINAL: "-05:30", LENS: "EF50mm f/1.8"},
        place((39.0, 3.0, 4.84), (94.0, 17.0, 19.38), east="W"),
    )
    assert read_metadata(data) == PhotoMetadata(
        taken_at="2021-04-11T15:47:53",
        utc_offset_minutes=-330,
        camera="Canon EOS 5D",
        lens="EF50mm f/1.8",
        latitude=39.0513444,
        longitude=-94.2887167,
    )


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "TIFF", "AVIF"])
def test_that_other_formats_than_jpeg_have_metadata(kind: str) -> None:
    data = encoded(corners(), kind, exif=exif_with({MODEL: "X100", DATE: DAY}))
    metadata = read_metadata(data)
    assert (metadata.camera, metadata.taken_at) == ("X100", "2021-04-11T15:47:53")


def test_that_raw_files_laid_out_as_tiff_have_metadata() -> None:
    tiff = exif_with({MODEL: "X100", DATE: DAY})[6:]
    order = tiff[:2]
    assert read_metadata(tiff).camera == "X100"
    assert read_metadata((b"IIRO" if order == b"II" else b"MMOR") + tiff[4:]).camera == "X100"


def test_that_a_picture_without_exif_says_nothing() -> None:
    assert read_metadata(encoded(corners(), "JPEG")) == PhotoMetadata()


@pytest.mark.parametrize("data", [b"", b"text", b"\xff\xd8\xff", b"II*\0\xff\xff\xff\xff"])
def test_that_what_is_no_picture_says_nothing(data: bytes) -> None:
    assert read_metadata(data) == PhotoMetadata()


RATING, RATING_PERCENT = 0x4746, 0x4749


def xmp(inner: str, attributes: str = "") -> bytes:
    return (
        '<?xpacket begin="\ufeff"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><rdf:Description '
        f'xmlns:xmp="http://ns.adobe.com/xap/1.0/" {attributes}>{inner}</rdf:Description>'
        '</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


@pytest.mark.parametrize(
    ("main", "rating"),
    [
        ({RATING: 4}, 4),
        ({RATING: 0}, 0),
        ({RATING: 9}, None),
        ({RATING: "5"}, None),
        ({RATING_PERCENT: 75}, 4),
        ({RATING_PERCENT: 99}, 5),
        ({RATING_PERCENT: 60}, None),
        ({RATING: 2, RATING_PERCENT: 99}, 2),
        ({}, None),
    ],
)
def test_that_exif_has_ratings(main: dict[int, Any], rating: int | None) -> None:
    assert read_metadata(jpeg_with(main)).rating == rating


@pytest.mark.parametrize(
    ("packet", "rating"),
    [
        (xmp("", 'xmp:Rating="3"'), 3),
        (xmp("", "dc:x='1'\n  xmp:Rating = '-1' "), -1),
        (xmp("<xmp:Rating>5</xmp:Rating>"), 5),
        (xmp("<xap:Rating> 2.0 </xap:Rating>"), 2),
        (xmp("", 'xmp:Rating="0"'), 0),
        (xmp("", 'MicrosoftPhoto:Rating="50"'), 1),
        (xmp("<MicrosoftPhoto:Rating>5</MicrosoftPhoto:Rating>"), 1),
        (xmp("", 'xmp:RatingPercent="4" xmp:Rating="12"'), 1),
        (xmp('<!ENTITY a "&b;&b;&b;">&a;<xmp:Rating>&a;</xmp:Rating>'), 1),
        (b"\xff\xfe\0<<<<xmp:Rating", 1),
    ],
)
def test_that_xmp_comes_before_exif(packet: bytes, rating: int) -> None:
    exif = exif_with({RATING: 1})
    assert read_metadata(encoded(corners(), "JPEG", exif=exif, xmp=packet)).rating == rating


@pytest.mark.parametrize("kind", ["WEBP", "AVIF", "TIFF"])
def test_that_other_formats_than_jpeg_have_ratings(kind: str) -> None:
    packet = xmp("", 'xmp:Rating="3"')
    options = {"tiffinfo": {700: packet}} if kind == "TIFF" else {"xmp": packet}
    assert read_metadata(encoded(corners(), kind, **options)).rating == 3
    assert read_metadata(encoded(corners(), kind, exif=exif_with({RATING: 2}))).rating == 2


def test_that_a_png_has_a_rating() -> None:
    info = PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp("", 'xmp:Rating="3"').decode())
    assert read_metadata(encoded(corners(), "PNG", pnginfo=info)).rating == 3


def test_that_a_packet_too_large_is_passed_over() -> None:
    packet = xmp("", 'xmp:Rating="3"')
    small, large = packet.ljust(MAX_XMP_BYTES), packet.ljust(MAX_XMP_BYTES + 1)
    assert read_metadata(encoded(corners(), "WEBP", xmp=small)).rating == 3
    assert read_metadata(encoded(corners(), "WEBP", xmp=large)).rating is None


@pytest.mark.parametrize(
    ("main", "details", "expected"),
    [
        ({DATE: "2003:03:03 03:03:03"}, {ORIGINAL: DAY}, "2021-04-11T15:47:53"),
        ({DATE: "2003:03:03 03:03:03"}, {DIGITIZED: DAY}, "2021-04-11T15:47:53"),
        ({DATE: DAY}, {}, "2021-04-11T15:47:53"),
        ({DATE: DAY}, {ORIGINAL: "0000:00:00 00:00:00"}, "2021-04-11T15:47:53"),
        ({}, {ORIGINAL: "2099:12:31 23:59:59"}, "2099-12-31T23:59:59"),
        ({}, {ORIGINAL: "2021-04-11 15:47:53"}, "2021-04-11T15:47:53"),
        ({}, {ORIGINAL: "2021-04-11T15:47"}, "2021-04-11T15:47:00"),
    ],
)
def test_that_the_most_telling_valid_date_is_taken(
    main: dict[int, Any], details: dict[int, Any], expected: str
) -> None:
    assert read_metadata(jpeg_with(main, details)).taken_at == expected


@pytest.mark.parametrize(
    "date",
    ["0000:00:00 00:00:00", "    :  :     :  :  ", "", "2021:02:30 10:00:00", "yesterday",
     "2021:04:11", "2021:04:11 25:00:00", "20210:04:11 15:47:53", "2021:04:11 15:47:530"],
)  # fmt: skip
def test_that_an_impossible_date_is_none(date: str) -> None:
    assert read_metadata(jpeg_with({}, {ORIGINAL: date})).taken_at is None


@pytest.mark.parametrize(
    ("offset", "minutes"),
    [("+09:00", 540), ("-05:30", -330), ("+0200", 120), ("Z", 0), ("+14:00", 840), ("+15:00", None),
     ("+02:75", None), ("Berlin", None), ("   :  ", None), ("", None)],
)  # fmt: skip
def test_that_a_zone_is_read_or_none(offset: str, minutes: int | None) -> None:
    metadata = read_metadata(jpeg_with({}, {ORIGINAL: DAY, OFFSET_ORIGINAL: offset}))
    assert metadata.utc_offset_minutes == minutes
    assert metadata.taken_at == "2021-04-11T15:47:53"


def test_that_a_zone_belongs_to_its_own_date() -> None:
    metadata = read_metadata(jpeg_with({}, {DIGITIZED: DAY, OFFSET_ORIGINAL: "+01:00"}))
    assert metadata.utc_offset_minutes is None


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "Canon EOS 5D", "Canon EOS 5D"),
        ("NIKON CORPORATION", "NIKON D70", "NIKON D70"),
        ("EASTMAN KODAK COMPANY", "KODAK CX7530", "KODAK CX7530"),
        ("SONY", "ILCE-7M3", "SONY ILCE-7M3"),
        ("Apple", "iPhone 11", "Apple iPhone 11"),
        ("Jolla", "Jolla", "Jolla"),
        ("Canon", None, "Canon"),
        (None, "X100", "X100"),
        ("  ", " \0", None),
        ("Canon\0junk", "EOS\0", "Canon EOS"),
        ("小米".encode(), "12", "小米 12"),
        ("a\nb\x1b[2J", "c", "a b [2J c"),
        (None, "x" * 5000, "x" * 200),
    ],
)
def test_that_make_and_model_name_the_camera_once(
    make: str | bytes | None, model: str | None, camera: str | None
) -> None:
    main = {tag: value for tag, value in ((MAKE, make), (MODEL, model)) if value is not None}
    assert read_metadata(jpeg_with(main)).camera == camera


@pytest.mark.parametrize(
    ("latitude", "north", "expected"),
    [
        ((10.0, 30.0, 36.0), "N", 10.51),
        ((10.0, 30.0, 36.0), "S", -10.51),
        ((10.51,), "s", -10.51),
        ((90.0, 0.0, 0.0), "N", 90.0),
        ((90.0, 0.0, 1.0), "N", None),
        ((200.0, 0.0, 0.0), "N", None),
        ((IFDRational(1, 0), 0.0, 0.0), "N", None),
        ((IFDRational(0, 0), IFDRational(0, 0), IFDRational(0, 0)), "N", None),
        ((10.0, 30.0, 36.0), "", None),
        ((10.0, 30.0, 36.0), "E", None),
        ((1.0, 1.0, 1.0, 1.0), "N", None),
    ],
)
def test_that_an_impossible_latitude_is_none_and_the_longitude_stays(
    latitude: tuple[Any, ...], north: str, expected: float | None
) -> None:
    data = jpeg_with(gps=place(latitude, (11.0, 0.0, 0.0), north=north))
    metadata = read_metadata(data)
    assert metadata.latitude == pytest.approx(expected)
    assert metadata.longitude == 11.0


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_that_damaged_exif_never_raises(data: st.DataObject) -> None:
    whole = jpeg_with({MAKE: "Canon"}, {ORIGINAL: DAY}, place((1.0, 2.0, 3.0), (4.0, 5.0, 6.0)))
    mutated = bytearray(whole)
    exif = st.integers(20, whole.index(b"\xff\xdb"))
    for at in data.draw(st.lists(exif, min_size=1, max_size=8)):
        mutated[at] = data.draw(st.integers(0, 255))
    metadata = read_metadata(bytes(mutated))
    assert metadata.latitude is None or -90 <= metadata.latitude <= 90


def test_that_odd_files_never_raise_and_known_ones_say_what_they_should(
    shared_files: Files,
) -> None:
    found = {path.name: read_metadata(path.read_bytes()) for path in shared_files("exif")}
    nikon = found["DSCN0010.jpg"]
    assert (nikon.taken_at, nikon.camera) == ("2008-10-22T16:28:39", "NIKON COOLPIX P6000")
    assert (nikon.latitude, nikon.longitude) == (43.4674483, 11.8851267)
    assert found["Kodak_CX7530.jpg"].latitude == -0.3713
    assert found["87_OSError.jpg"].lens == "18.0-70.0 mm f/3.5-4.5"
    assert found["45-gps_ifd.jpg"].latitude is None
    assert sum(metadata.taken_at is not None for metadata in found.values()) >= 58
