"""Metadata of a photo's file, field by field; implausible values count as absent."""

import math
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from PIL.ExifTags import GPS, IFD, Base
from PIL.Image import Exif

from photofind.domain import PhotoMetadata
from photofind.photos import video
from photofind.photos.formats import HEAD_BYTES, RAW, TIFF, VIDEO, sniff
from photofind.photos.opening import open_header

_Tags = Mapping[int, Any]

MAX_TEXT = 200
# Tags of the date and of its zone, in order of preference.
_DATES = (
    (Base.DateTimeOriginal, Base.OffsetTimeOriginal),
    (Base.DateTimeDigitized, Base.OffsetTimeDigitized),
    (Base.DateTime, Base.OffsetTime),
)
_DATE = re.compile(r"(\d{4})[:/.-](\d\d?)[:/.-](\d\d?)[ T]+(\d\d?):(\d\d?)(?::(\d\d?))?(?![\d:])")
_OFFSET = re.compile(r"([+-])(\d\d):?(\d\d)")

MAX_XMP_BYTES = 4_000_000
"""What a program has been seen to write of edits, many times over."""

_XMP = 700
_EXIF_RATING, _EXIF_RATING_PERCENT = 0x4746, 0x4749
_STARS_BY_PERCENT = {0: 0, 1: 1, 25: 2, 50: 3, 75: 4, 99: 5}
# XMP specification, part 1, section 8.4, table 9; "xap" is what early programs call the namespace.
_XMP_RATING = re.compile(
    rb"(?:\s(?:xmp|xap):Rating\s*=\s*[\"'](-1|[0-5])(?:\.0*)?[\"'])"
    rb"|<(?:xmp|xap):Rating>\s*(-1|[0-5])(?:\.0*)?\s*</"
)

# As for EXIF, the most telling first: Apple's date is local and has its zone, the other is in UTC.
_VIDEO_DATES = ("com.apple.quicktime.creationdate", "creation_time", "date")
_VIDEO_PLACES = ("com.apple.quicktime.location.iso6709", "location", "location-eng")
_VIDEO_MAKES = ("com.apple.quicktime.make", "com.android.manufacturer", "make")
_VIDEO_MODELS = ("com.apple.quicktime.model", "com.android.model", "model")
_VIDEO_ZONE = re.compile(r"T[\d:.]+(Z|[+-]\d\d:?\d\d)$")
# ISO 6709: +DD.D, +DDMM.M or +DDMMSS.S, and the same with one more digit for the longitude.
_PLACE = re.compile(r"([+-])((?:\d\d){1,3})(\.\d+)?([+-])(\d(?:\d\d){1,3})(\.\d+)?(?![\d.])")


def read_metadata(data: bytes) -> PhotoMetadata:
    """Read EXIF from a file's bytes, or a video's tags; never raises."""
    if sniff(data[:HEAD_BYTES]) is VIDEO:
        return _of_video(data)
    exif, details, gps, xmp = _exif(data)
    taken_at, offset = _taken(details, exif)
    return PhotoMetadata(
        taken_at=taken_at,
        utc_offset_minutes=offset,
        camera=_camera(_text(exif.get(Base.Make)), _text(exif.get(Base.Model))),
        lens=_text(details.get(Base.LensModel)),
        latitude=_degrees(gps, GPS.GPSLatitude, GPS.GPSLatitudeRef, "NS", 90),
        longitude=_degrees(gps, GPS.GPSLongitude, GPS.GPSLongitudeRef, "EW", 180),
        rating=_rating(xmp, exif),
    )


def _exif(data: bytes) -> tuple[_Tags, _Tags, _Tags, bytes]:
    """Read the main, Exif and GPS directories and the XMP packet; empty where unreadable."""
    try:
        exif, packet = _open_exif(data)
        main = dict(exif)
    except Exception:  # noqa: BLE001 - EXIF in the wild breaks Pillow in as many ways as pixels do
        return {}, {}, {}, b""
    xmp = packet or main.get(_XMP)
    directories = main, _directory(exif, IFD.Exif), _directory(exif, IFD.GPSInfo)
    return *directories, xmp if isinstance(xmp, bytes) else b""


def _open_exif(data: bytes) -> tuple[Exif, bytes]:
    """Open EXIF, and the XMP packet where that lies beside it."""
    known = sniff(data[:HEAD_BYTES])
    if known is None:
        return Exif(), b""
    if known not in (RAW, TIFF):
        picture = open_header(data, known)
        packet = picture.info.get("xmp") or picture.info.get("XML:com.adobe.xmp") or b""
        return picture.getexif(), packet.encode() if isinstance(packet, str) else packet
    # A TIFF file is laid out as EXIF is; so is most camera raw (ORF and RW2 but for their first
    # four bytes), which Pillow's own TIFF reader often refuses.
    exif = Exif()
    exif.load((b"II*\x00" if data[:2] == b"II" else b"MM\x00*") + data[4:])
    return exif, b""


def _directory(exif: Exif, which: IFD) -> _Tags:
    try:
        return dict(exif.get_ifd(which))
    except Exception:  # noqa: BLE001 - as above; the other directories may be whole
        return {}


def _taken(details: _Tags, exif: _Tags) -> tuple[str | None, int | None]:
    for date_tag, offset_tag in _DATES:
        taken_at = _date(_text(details.get(date_tag, exif.get(date_tag))))
        if taken_at is not None:
            return taken_at, _offset(_text(details.get(offset_tag)))
    return None, None


def _date(text: str | None) -> str | None:
    found = _DATE.match(text or "")
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    try:
        return datetime(year, month, day, hour, minute, second).isoformat()
    except ValueError:
        return None


def _offset(text: str | None) -> int | None:
    if text == "Z":
        return 0
    found = _OFFSET.fullmatch(text or "")
    if found is None:
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    # Zones reach from -12:00 to +14:00.
    if minutes > 14 * 60 or int(found[3]) > 59:
        return None
    return -minutes if found[1] == "-" else minutes


def _camera(make: str | None, model: str | None) -> str | None:
    """Join make and model: `SONY`, `ILCE-7M3` → `SONY ILCE-7M3`; `Canon EOS 5D` stays."""
    if make is None or model is None:
        return model or make
    if model.split()[0].casefold() in make.casefold().split():
        return model
    return model if model.casefold().startswith(make.casefold()) else f"{make} {model}"


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    if not isinstance(value, str):
        return None
    # EXIF says ASCII and Pillow reads Latin-1; telephones write UTF-8.
    with suppress(UnicodeError):
        value = value.encode("latin-1").decode("utf-8")
    value = value.split("\0")[0]
    cleaned = " ".join("".join(c if c.isprintable() else " " for c in value).split())
    return cleaned[:MAX_TEXT] or None


def _rating(xmp: bytes, exif: _Tags) -> int | None:
    """Return the rating of the XMP packet, else of EXIF: programs keep the first up to date."""
    # A search of its bytes: what a hostile packet could make an XML parser do, it cannot.
    found = _XMP_RATING.search(xmp) if len(xmp) <= MAX_XMP_BYTES else None
    if found is not None:
        return int(next(part for part in found.groups() if part is not None))
    stars = exif.get(_EXIF_RATING)
    if isinstance(stars, int) and 0 <= stars <= 5:
        return stars
    percent = exif.get(_EXIF_RATING_PERCENT)
    return _STARS_BY_PERCENT.get(percent) if isinstance(percent, int) else None


def _degrees(gps: _Tags, tag: int, reference: int, signs: str, limit: int) -> float | None:
    """Convert degrees, minutes, seconds and a hemisphere; `None` without the hemisphere."""
    letter = (_text(gps.get(reference)) or "").upper()[:1]
    parts = gps.get(tag)
    if not letter or letter not in signs:
        return None
    try:
        # Pillow unpacks tuples of one.
        values = [float(part) for part in (parts if isinstance(parts, tuple) else (parts,))]
    except (TypeError, ValueError, ArithmeticError):
        return None
    if not 1 <= len(values) <= 3 or any(not math.isfinite(value) or value < 0 for value in values):
        return None
    degrees: float = sum(value / 60**place for place, value in enumerate(values))
    if degrees > limit:
        return None
    return round(-degrees if letter == signs[1] else degrees, 7)


def _of_video(data: bytes) -> PhotoMetadata:
    try:
        tags = video.read_tags(data)
    except Exception:  # noqa: BLE001 - as for EXIF
        return PhotoMetadata()
    taken_at, offset = _video_taken(tags)
    latitude, longitude = _video_place(_first(tags, _VIDEO_PLACES))
    return PhotoMetadata(
        taken_at=taken_at,
        utc_offset_minutes=offset,
        camera=_camera(_text(_first(tags, _VIDEO_MAKES)), _text(_first(tags, _VIDEO_MODELS))),
        latitude=latitude,
        longitude=longitude,
    )


def _first(tags: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((tags[name] for name in names if name in tags), "")


def _video_taken(tags: Mapping[str, str]) -> tuple[str | None, int | None]:
    for name in _VIDEO_DATES:
        text = tags.get(name, "").strip()
        taken_at = _date(text)
        # A clock that was never set: such files count from 1904 or 1970.
        if taken_at is not None and taken_at >= "1971":
            zone = _VIDEO_ZONE.search(text)
            return taken_at, _offset(zone[1]) if zone else None
    return None, None


def _video_place(text: str) -> tuple[float | None, float | None]:
    found = _PLACE.match(text)
    if found is None:
        return None, None
    latitude = _sexagesimal(found[1], found[2], found[3] or "", 2)
    longitude = _sexagesimal(found[4], found[5], found[6] or "", 3)
    # Nobody films at 0°, 0°; a camera that does not know its place does.
    if abs(latitude) > 90 or abs(longitude) > 180 or latitude == longitude == 0:
        return None, None
    return latitude, longitude


def _sexagesimal(sign: str, digits: str, fraction: str, width: int) -> float:
    """Parse degrees of `width` digits, then minutes and seconds of two, with a fraction."""
    parts = [digits[:width], *(digits[at : at + 2] for at in range(width, len(digits), 2))]
    parts[-1] += fraction
    degrees: float = sum(float(part) / 60**place for place, part in enumerate(parts))
    return round(-degrees if sign == "-" else degrees, 7)
