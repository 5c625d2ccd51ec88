"""All filters of the query language; a new one is a `FilterKind` in `KINDS`.

The parser, the command line's help, the window's completion and chips, and the SQL all follow it.
"""

import operator
import os
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa

from photofind.photos.formats import FORMATS, VIDEO, videos_are_read
from photofind.store import gallery, schema, tags
from photofind.store.filter_values import (
    PIXELS,
    SIZES,
    FileType,
    PartialDate,
    Rating,
    Size,
    Surroundings,
    read_date,
    read_folder,
    read_one_of,
    read_rating,
    read_size,
    read_surroundings,
    read_type,
    spaced,
)
from photofind.store.filters import Clause, FilterKind, Statement
from photofind.store.great_circle import box_around, distance_m
from photofind.store.name_keys import folded
from photofind.store.names import FILE
from photofind.store.roots import list_roots
from photofind.store.stored_paths import look_up_text
from photofind.store.tag_names import tag_key

_files = schema.files
_photos = schema.photos
_photo_tags = schema.photo_tags
_tags = schema.tags

_COMPARED: dict[str, Callable[[Any, Any], sa.ColumnElement[bool]]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
}

_HAS: dict[str, sa.ColumnElement[bool]] = {
    # Not the latitude, whose index is slower than all rows where most have one.
    "gps": _photos.c.longitude.is_not(None),
    "tag": _photos.c.id.in_(
        sa.select(_photo_tags.c.photo_id).where(_photo_tags.c.state.in_(tags.VISIBLE))
    ),
    "date": _photos.c.taken_at.is_not(None),
    "camera": _photos.c.camera.is_not(None),
    "lens": _photos.c.lens.is_not(None),
    "rating": sa.func.coalesce(_photos.c.rating, 0) != 0,
}

_ORIENTATIONS: dict[str, sa.ColumnElement[bool]] = {
    "landscape": _photos.c.width > _photos.c.height,
    "portrait": _photos.c.width < _photos.c.height,
    "square": _photos.c.width == _photos.c.height,
}


def _taken_from(date: PartialDate, _: Statement) -> Clause:
    return Clause(_photos.c.taken_at >= str(date))


def _taken_until(date: PartialDate, _: Statement) -> Clause:
    # Every moment of a date begins with it and goes on with what precedes a tilde.
    return Clause(_photos.c.taken_at < f"{date}~")


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


def _holds(column: sa.ColumnElement[str | None]) -> Callable[[str, Statement], Clause]:
    """Make the condition that a column, of few different values, holds a text."""

    def clause(part: str, statement: Statement) -> Clause:
        wanted = folded(part)

        @cache
        def is_wanted(value: str | None) -> bool:
            return value is not None and wanted in folded(value)

        return Clause(statement.call(is_wanted, column))

    return clause


def _of_type(wanted: FileType, _: Statement) -> Clause:
    if wanted.extension is None:
        return Clause(_photos.c.format == wanted.format)
    ending = _files.c.path_text.endswith(f".{wanted.extension}", autoescape=True)
    return Clause(ending, of_file=True)


def _types(_connection: sa.Connection, _labels: Sequence[str]) -> list[str]:
    return [known.name for known in FORMATS if known is not VIDEO or videos_are_read()]


def _has(what: str, _: Statement) -> Clause:
    return Clause(_HAS[what])


def _rated(rating: Rating, _: Statement) -> Clause:
    return Clause(_COMPARED[rating.sign](sa.func.coalesce(_photos.c.rating, 0), rating.stars))


def _near(around: Surroundings, statement: Statement) -> Clause:
    latitude, longitude = _photos.c.latitude, _photos.c.longitude
    box = box_around(around.latitude, around.longitude, around.distance_m)

    def is_within(other_latitude: float | None, other_longitude: float | None) -> bool:
        if other_latitude is None or other_longitude is None:
            return False
        distance = distance_m(around.latitude, around.longitude, other_latitude, other_longitude)
        return distance <= around.distance_m

    return Clause(
        sa.and_(
            latitude.between(box.south, box.north),
            sa.or_(*(longitude.between(west, east) for west, east in box.longitudes)),
            statement.call(is_within, latitude, longitude),
        )
    )


def _oriented(orientation: str, _: Statement) -> Clause:
    return Clause(_ORIENTATIONS[orientation])


def _sized(size: Size, _: Statement) -> Clause:
    compared, limit = _COMPARED[size.sign], size.number * SIZES[size.unit]
    if size.unit == PIXELS:
        return Clause(compared(_photos.c.width * _photos.c.height, limit))
    return Clause(compared(_files.c.size, limit), of_file=True)


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
    read=read_date,
    write=str,
    clause=_taken_from,
)
TO = FilterKind(
    "to",
    expected="a date",
    finds="taken then or earlier, the whole of it included",
    examples=("2021", "2021-06", "2021-06-21"),
    icon="calendar",
    read=read_date,
    write=str,
    clause=_taken_until,
)
FOLDER = FilterKind(
    "folder",
    expected="the name of a folder",
    finds="inside a folder of that name, at any depth",
    examples=("Italy", "Italy/Rome", "My Photos"),
    icon="folder",
    read=read_folder,
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
    read=spaced,
    write=str,
    clause=_holds(_photos.c.camera),
    suggestions=lambda connection, _: gallery.cameras(connection),
)
LENS = FilterKind(
    "lens",
    expected="a part of a lens's name",
    finds="whose lens's name holds this",
    examples=("50mm",),
    icon="camera",
    read=spaced,
    write=str,
    clause=_holds(_photos.c.lens),
    suggestions=lambda connection, _: gallery.lenses(connection),
)
TYPE = FilterKind(
    "type",
    expected="a format or an extension",
    finds="of a format, or of a camera raw extension",
    examples=("jpg", "heic", "raw", "nef"),
    icon="picture",
    read=read_type,
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
    read=spaced,
    write=str,
    clause=_tagged,
    suggestions=_tag_names,
)
RATING = FilterKind(
    "rating",
    expected="a number of stars",
    finds="with so many stars (0 to 5), or with more or fewer; unrated ones have 0",
    examples=(">=4", "<3", "5", "unrated"),
    icon="star",
    read=read_rating,
    write=str,
    clause=_rated,
    suggestions=lambda *_: (">=4", ">=3", "5", "unrated"),
)
HAS = FilterKind(
    "has",
    expected="what a photo may have",
    finds="that have a place, tags, a date, a camera's or a lens's name, a rating",
    examples=tuple(_HAS),
    icon="check",
    read=lambda text: read_one_of(text, tuple(_HAS)),
    write=str,
    clause=_has,
    suggestions=lambda *_: tuple(_HAS),
)
NEAR = FilterKind(
    "near",
    expected="a place and a distance",
    finds="taken within a distance (m, km, mi) from a latitude and a longitude",
    examples=("48.85,2.35,10km", "-33.86,151.21,500m"),
    icon="place",
    read=read_surroundings,
    write=str,
    clause=_near,
)
ORIENTATION = FilterKind(
    "orientation",
    expected="portrait, landscape or square",
    finds="higher than wide, wider than high, or as wide as high",
    examples=("portrait", "landscape", "square"),
    icon="rows",
    read=lambda text: read_one_of(text, ("portrait", "landscape", "square")),
    write=str,
    clause=_oriented,
    suggestions=lambda *_: ("portrait", "landscape", "square"),
)
SIZE = FilterKind(
    "size",
    expected="a size",
    finds="whose file (KB, MB, GB) or picture (MP, megapixels) is larger, smaller or at least",
    examples=(">5MB", "<500KB", "12MP"),
    icon="squares",
    read=read_size,
    write=str,
    clause=_sized,
)

KINDS: dict[str, FilterKind[Any]] = {
    kind.name: kind
    for kind in (
        FROM, TO, FOLDER, FILE, CAMERA, LENS, TYPE, TAG, RATING, HAS, NEAR, ORIENTATION, SIZE,
    )
}  # fmt: skip
"""By name, in the order in which they are listed to people."""
