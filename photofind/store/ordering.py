"""Orders photos by what is known of them, rather than by how well they match.

[Note: names in order] A photo has several names where it lies in several places; the first of those
that pass counts. Names are compared without case, extensions last, and numbers in them by value:
IMG_9 comes before IMG_10, and beach before beach 2.
"""

import os
import re
from enum import Enum
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from photofind.store import schema
from photofind.store.bulk import among_ids
from photofind.store.filters import NEWEST_FIRST, Filters, clauses, passing_clauses
from photofind.store.gallery import ROW, PhotoRows, read_rows
from photofind.store.name_keys import folded

_files = schema.files
_photos = schema.photos

_NUMBER = re.compile(r"[0-9]+")
_END = "\x01"
"""Sorts before whatever a name may go on with."""

_DIGITS = 20
"""Numbers of more digits are compared as text."""


class PhotoOrder(Enum):
    """What photos are sorted by; undated, unrated and equal ones follow, the newest first."""

    NEWEST = "newest"
    OLDEST = "oldest"
    NAME = "name"
    RATING = "rating"


def ordered_rows(
    connection: sa.Connection,
    order: PhotoOrder,
    filters: Filters = (),
    among: NDArray[np.int64] | None = None,
) -> PhotoRows:
    """Read the photos that have a file and pass, in an order.

    Args:
        among: (M,) int64, only these; by default all.
    """
    of_photo, of_file = clauses(connection, filters)
    rows = ROW.where(*passing_clauses(of_photo, of_file))
    if among is not None:
        rows = rows.where(_photos.c.id.in_(among_ids(among)))
    return read_rows(connection, rows.order_by(*_keys(connection, order, of_file)), among)


def _keys(
    connection: sa.Connection, order: PhotoOrder, of_file: list[sa.ColumnElement[bool]]
) -> tuple[sa.ColumnElement[Any], ...]:
    match order:
        case PhotoOrder.NEWEST:
            return NEWEST_FIRST
        case PhotoOrder.OLDEST:
            return (_photos.c.taken_at.asc().nulls_last(), _photos.c.id)
        case PhotoOrder.RATING:
            return (_photos.c.rating.desc().nulls_last(), *NEWEST_FIRST)
        case PhotoOrder.NAME:
            return (_first_name(connection, of_file), *NEWEST_FIRST)


def _first_name(
    connection: sa.Connection, of_file: list[sa.ColumnElement[bool]]
) -> sa.ColumnElement[str]:
    driver: Any = connection.connection.driver_connection
    driver.create_function("photofind_sort_key", 1, sort_key, deterministic=True)
    key = sa.Function("photofind_sort_key", _files.c.path_text, type_=sa.Text())
    own = sa.select(sa.func.min(key)).where(_files.c.photo_id == _photos.c.id, *of_file)
    return own.correlate(_photos).scalar_subquery()


def sort_key(path_text: str) -> str:
    """Make a key of a file's name, by which names sort as in [Note: names in order]."""
    stem, _, extension = folded(path_text.rpartition(os.sep)[2]).rpartition(".")
    by_value = _NUMBER.sub(lambda found: found[0].lstrip("0").rjust(_DIGITS, "0"), stem)
    return f"{by_value}{_END}{extension}"
