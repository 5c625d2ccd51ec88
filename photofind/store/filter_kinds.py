"""All filters of the query language; a new one is a `FilterKind` in `KINDS`.

The parser, the command line's help, the window's completion and chips, and the SQL all follow it.
"""

import os
import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from unicodedata import normalize

import sqlalchemy as sa

from photofind.photos.formats import FORMATS, RAW, VIDEO, videos_are_read
from photofind.store import gallery, schema, tags
from photofind.store.filters import Clause, FilterKind, FilterValueError, Statement
from photofind.store.roots import list_roots
from photofind.store.stored_paths import look_up_text
from photofind.store.tag_names import tag_key

_files = schema.files
_photos = schema.photos
_photo_tags = schema.photo_tags
_tags = schema.tags

LONGEST_SHOWN = 40
"""Characters of what was typed, in a message."""

_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{1,2})(?:-([0-9]{1,2}))?)?")
_DATE_HINT = "A date is a year, a month or a day: from:2019, from:2019-06, from:2019-06-21"


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


def folded(text: str) -> str:
    """Normalise a text for comparison: NFC, case-folded."""
    return normalize("NFC", normalize("NFC", text).casefold())


def shortened(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"


def _read_date(text: str) -> PartialDate:
    found = _DATE.fullmatch(text)
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


def _taken_from(date: PartialDate, _: Statement) -> Clause:
    return Clause(_photos.c.taken_at >= str(date))


def _taken_until(date: PartialDate, _: Statement) -> Clause:
    # Every moment of a date begins with it and goes on with what precedes a tilde.
    return Clause(_photos.c.taken_at < f"{date}~")


def _read_folder(text: str) -> tuple[str, ...]:
    names = tuple(name for name in text.replace(os.sep, "/").split("/") if name.strip())
    if not names:
        raise FilterValueError("expected the name of a folder.", "For example folder:Italy/Rome")
    return names


def _in_folder(names: tuple[str, ...], statement: Statement) -> Clause:
    test = _folder_test(names, _root_names(statement.connection))
    return Clause(statement.call(test, _files.c.root_id, _files.c.path_text), of_file=True)


def _root_names(connection: sa.Connection) -> dict[int, str]:
    return {root.id: look_up_text(os.fsencode(root.path.name)) for root in list_roots(connection)}


def _folder_test(names: Sequence[str], roots: Mapping[int, str]) -> Callable[[int, str], bool]:
    part = "/" + folded("/".join(names)) + "/"

    @cache
    def is_wanted(root_id: int, folder: str) -> bool:
        return part in folded(f"/{roots[root_id]}/{folder}/".replace(os.sep, "/"))

    return lambda root_id, path_text: is_wanted(root_id, path_text.rpartition(os.sep)[0])


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _taken_with(name: str, statement: Statement) -> Clause:
    part = folded(name)

    @cache
    def is_wanted(camera: str | None) -> bool:
        return camera is not None and part in folded(camera)

    return Clause(statement.call(is_wanted, _photos.c.camera))


def _read_type(text: str) -> FileType:
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


def _of_type(wanted: FileType, _: Statement) -> Clause:
    if wanted.extension is None:
        return Clause(_photos.c.format == wanted.format)
    ending = _files.c.path_text.endswith(f".{wanted.extension}", autoescape=True)
    return Clause(ending, of_file=True)


def _types(_connection: sa.Connection, _labels: Sequence[str]) -> list[str]:
    return [known.name for known in FORMATS if known is not VIDEO or videos_are_read()]


def _tagged(name: str, _: Statement) -> Clause:
    having = (
        sa.select(_photo_tags.c.photo_id)
        .join_from(_photo_tags, _tags)
        .where(_tags.c.key == tag_key(name), _photo_tags.c.state.in_(tags.VISIBLE))
    )
    return Clause(_photos.c.id.in_(having))


def _tag_names(connection: sa.Connection, labels: Sequence[str]) -> list[str]:
    """List the tags of the vocabulary and those in use, sorted."""
    used = [count.name for count in tags.counts_by_tag(connection)]
    return sorted({*labels, *used}, key=str.casefold)


FROM = FilterKind(
    "from",
    expected="a date",
    finds="taken then or later",
    examples=("2019", "2019-06", "2019-06-21"),
    icon="calendar",
    read=_read_date,
    write=str,
    clause=_taken_from,
)
TO = FilterKind(
    "to",
    expected="a date",
    finds="taken then or earlier, the whole of it included",
    examples=("2021", "2021-06", "2021-06-21"),
    icon="calendar",
    read=_read_date,
    write=str,
    clause=_taken_until,
)
FOLDER = FilterKind(
    "folder",
    expected="the name of a folder",
    finds="inside a folder of that name, at any depth",
    examples=("Italy", "Italy/Rome", "My Photos"),
    icon="folder",
    read=_read_folder,
    write="/".join,
    clause=_in_folder,
    suggestions=lambda connection, _: gallery.folder_names(connection),
)
CAMERA = FilterKind(
    "camera",
    expected="a part of a camera's name",
    finds="whose camera's name holds this",
    examples=("nikon",),
    icon="camera",
    read=_spaced,
    write=str,
    clause=_taken_with,
    suggestions=lambda connection, _: gallery.cameras(connection),
)
TYPE = FilterKind(
    "type",
    expected="a format or an extension",
    finds="of a format, or of a camera raw extension",
    examples=("jpg", "heic", "raw", "nef"),
    icon="picture",
    read=_read_type,
    write=lambda wanted: wanted.extension or wanted.format,
    clause=_of_type,
    suggestions=_types,
)
TAG = FilterKind(
    "tag",
    expected="the name of a tag",
    finds="that have the tag, suggested or confirmed",
    examples=("beach",),
    icon="tag",
    read=_spaced,
    write=str,
    clause=_tagged,
    suggestions=_tag_names,
)

KINDS: dict[str, FilterKind[Any]] = {
    kind.name: kind for kind in (FROM, TO, FOLDER, CAMERA, TYPE, TAG)
}
"""By name, in the order in which they are listed to people."""
