"""Values of filters: what a person types, and what that means."""

import os
import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass

from photofind.photos.formats import FORMATS, RAW
from photofind.store.filters import FilterValueError

LONGEST_SHOWN = 40
"""Characters of what was typed, in a message."""

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN = {**_FULL_WIDTH, **dict.fromkeys(map(ord, "–—−"), ord("-"))}

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_DATE_HINT = "A date is a year, a month or a day: from:2019, from:2019-06, from:2019-06-21"
_SIGN = r"\s*(>=|<=|≥|≤|>|<|=)?\s*"
_SIGNS = {"≥": ">=", "≤": "<="}
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,9})?"
_RATING = re.compile(_SIGN + r"(-1|[0-5])\s*")
_SIZE = re.compile(_SIGN + rf"({_NUMBER})\s*(kb|mb|gb|mp)\s*")
_PLACE = re.compile(rf"\s*([+-]?{_NUMBER})\s*,\s*([+-]?{_NUMBER})\s*,\s*({_NUMBER})\s*(km|mi|m)\s*")
_PLACE_HINT = "Latitude, longitude and distance in m, km or mi: near:48.85,2.35,10km"

METRES = {"m": 1.0, "km": 1000.0, "mi": 1609.344}
"""Of the units of a distance."""

SIZES = {"KB": 1e3, "MB": 1e6, "GB": 1e9, "MP": 1e6}
"""Bytes, or pixels, of the units of a size; file managers and cameras count in thousands too."""

PIXELS = "MP"
"""The unit of a size that counts pixels, not bytes."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month of it, or a day of that."""

    year: int
    month: int | None = None
    day: int | None = None

    def __str__(self) -> str:
        """ISO 8601, so far as it is known: what every moment in it begins with."""
        parts = (f"{part:02}" for part in (self.month, self.day) if part is not None)
        return "-".join((f"{self.year:04}", *parts))


@dataclass(frozen=True, slots=True)
class FileType:
    """A format of pictures, or one extension of it.

    Attributes:
        format: `PhotoFormat.name`.
        extension: Only files of this extension: camera raw is one format of many cameras.
    """

    format: str
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class Rating:
    """A number of stars, or a range of them.

    Attributes:
        sign: ">=", "<=", ">", "<" or "=".
        stars: 0 to 5, 0 for unrated; −1 for rejected.
    """

    sign: str
    stars: int

    def __str__(self) -> str:
        if self.sign == "=":
            return str(self.stars) if self.stars else "unrated"
        return f"{self.sign}{self.stars}"


@dataclass(frozen=True, slots=True)
class Size:
    """A size that files, or pictures, reach or stay below.

    Attributes:
        sign: ">=", "<=", ">" or "<".
        number: Of units.
        unit: A key of `SIZES`.
    """

    sign: str
    number: float
    unit: str

    def __str__(self) -> str:
        return f"{self.sign}{_written(self.number)}{self.unit}"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Places within a distance from one.

    Attributes:
        latitude: Degrees, north positive, −90 to 90.
        longitude: Degrees, east positive, −180 to 180.
        distance: Of units.
        unit: A key of `METRES`.
    """

    latitude: float
    longitude: float
    distance: float
    unit: str

    @property
    def distance_m(self) -> float:
        return self.distance * METRES[self.unit]

    def __str__(self) -> str:
        numbers = map(_written, (self.latitude, self.longitude, self.distance))
        return f"{','.join(numbers)}{self.unit}"


def plain(text: str) -> str:
    """Replace characters by those they look like: dashes by "-", full-width forms by ASCII."""
    return text.translate(_PLAIN)


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def spaced(text: str) -> str:
    return " ".join(text.split())


def read_date(text: str) -> PartialDate:
    found = _DATE.fullmatch(plain(text))
    if found is None:
        raise FilterValueError(f"expected a date, not '{shortened(text)}'.", _DATE_HINT)
    year, month, day = (None if part is None else int(part) for part in found.groups())
    if not year:
        raise FilterValueError("expected a year from 0001.", _DATE_HINT)
    if month is not None and not 1 <= month <= 12:
        problem = f"expected a month from 01 to 12, not {found[2]}."
        raise FilterValueError(problem, _DATE_HINT, found.start(2))
    if month is not None and day is not None and not 1 <= day <= monthrange(year, month)[1]:
        last = monthrange(year, month)[1]
        problem = f"expected a day from 01 to {last}, not {found[3]}."
        raise FilterValueError(problem, _DATE_HINT, found.start(3))
    return PartialDate(year, month, day)


def read_folder(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.replace(os.sep, "/").split("/") if name.strip())
    if not names:
        raise FilterValueError("expected the name of a folder.", "For example folder:Italy/Rome")
    return names


def read_type(text: str) -> FileType:
    wanted = text.strip().removeprefix(".").casefold()
    for known in FORMATS:
        if wanted == known.name:
            return FileType(known.name)
        if wanted in known.extensions:
            return FileType(known.name, wanted if known is RAW else None)
    names = ", ".join(known.name for known in FORMATS)
    raise FilterValueError(
        f"there is no type '{shortened(text)}'; expected {names}, or an extension of theirs.",
        "For example type:jpg, type:heic or type:nef",
    )


def read_rating(text: str) -> Rating:
    typed = plain(text)
    if typed.strip().casefold() == "unrated":
        return Rating("=", 0)
    found = _RATING.fullmatch(typed)
    if found is None:
        raise FilterValueError(
            f"expected stars from 0 to 5, not '{shortened(text)}'.",
            "For example rating:>=4, rating:3 or rating:unrated",
        )
    return Rating(_sign(found[1], "="), int(found[2]))


def read_size(text: str) -> Size:
    found = _SIZE.fullmatch(plain(text).casefold())
    if found is None or found[1] == "=":
        raise FilterValueError(
            f"expected a size, not '{shortened(text)}'.",
            "For example size:>5MB of the file (KB, MB, GB), or size:>12MP of the picture",
        )
    return Size(_sign(found[1], ">="), float(found[2]), found[3].upper())


def read_surroundings(text: str) -> Surroundings:
    found = _PLACE.fullmatch(plain(text).casefold())
    if found is None:
        problem = f"expected a place and a distance, not '{shortened(text)}'."
        raise FilterValueError(problem, _PLACE_HINT)
    latitude, longitude, distance = (round(float(found[part]), 7) for part in (1, 2, 3))
    if abs(latitude) > 90:
        problem = f"expected a latitude from -90 to 90, not {found[1]}."
        raise FilterValueError(problem, _PLACE_HINT, found.start(1))
    if abs(longitude) > 180:
        problem = f"expected a longitude from -180 to 180, not {found[2]}."
        raise FilterValueError(problem, _PLACE_HINT, found.start(2))
    return Surroundings(latitude, longitude, distance, found[4])


def read_one_of(text: str, known: Sequence[str]) -> str:
    """Read one of some words in any case; raises `FilterValueError` for others."""
    word = plain(text).strip().casefold()
    if word in known:
        return word
    names = f"{', '.join(known[:-1])} or {known[-1]}"
    raise FilterValueError(
        f"expected {names}, not '{shortened(text)}'.", f"One of them is {known[0]}"
    )


def _sign(found: str | None, default: str) -> str:
    return default if found is None else _SIGNS.get(found, found)


def _written(number: float) -> str:
    """Write a number without an exponent, so that it reads the same."""
    return f"{number:.9f}".rstrip("0").rstrip(".")
