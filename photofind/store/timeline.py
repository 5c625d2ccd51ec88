"""The timeline: rows of all photos, the newest first, updated incrementally.

See [Note: change feed] in changes.py. A step reads the rows of what changed and moves the others in
memory: some milliseconds for a million photos, which take a second to read.
"""

import threading
from collections.abc import Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from photofind.store import changes, schema
from photofind.store.bulk import among_ids, number_columns
from photofind.store.changes import ChangeKind
from photofind.store.database import Database
from photofind.store.gallery import NO_ROWS, ROW, PhotoRows, rows_from

_photos = schema.photos

_FOLLOWED = (ChangeKind.FILES, ChangeKind.PHOTO, ChangeKind.ROOTS)

# Dates are written as in 2019-07-01T12:00:00, so their digits are a number that sorts as they do.
_WHEN: sa.ColumnElement[Any] = _photos.c.taken_at
for _separator in ("-", ":", "T"):
    _WHEN = sa.func.replace(_WHEN, _separator, "")
_KEY = (-sa.func.coalesce(sa.cast(_WHEN, sa.Integer), 0)).label("key")
"""Ascending from the newest photo to the oldest, then those without a date."""


class Timeline:
    """A cache of the rows of all photos; thread-safe."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._seq: int | None = None
        self._rows = NO_ROWS
        self._keys = np.empty(0, np.int64)

    def rows(self) -> PhotoRows:
        """Return all photos that have a file, the last taken first, undated ones last."""
        with self._lock, self._database.reading() as connection:
            changed = None
            if self._seq is not None:
                changed = changes.changes_since(connection, self._seq, _FOLLOWED)
            if changed is None or changed.roots:
                self._load(connection)
            else:
                ids = changed.of(ChangeKind.FILES, ChangeKind.PHOTO)
                self._seq = changed.up_to
                if len(ids):
                    self._follow(connection, ids)
            return self._rows

    def _load(self, connection: sa.Connection) -> None:
        self._seq = changes.latest(connection)
        rows, keys = _read(connection, None)
        order = np.lexsort((rows.photo_ids, keys))
        self._rows, self._keys = rows.at(order), keys[order]

    def _follow(self, connection: sa.Connection, ids: NDArray[np.int64]) -> None:
        rows, keys = _read(connection, ids)
        is_old = np.isin(self._rows.photo_ids, ids, kind="table" if len(ids) < 1000 else None)
        if is_old.any():
            kept = ~is_old
            self._rows, self._keys = self._rows.at(kept), self._keys[kept]
        order = np.lexsort((rows.photo_ids, keys))
        rows, keys = rows.at(order), keys[order]
        places = self._places(rows.photo_ids, keys)
        self._keys = np.insert(self._keys, places, keys)
        self._rows = _inserted(self._rows, places, rows)

    def _places(self, photo_ids: NDArray[np.int64], keys: NDArray[np.int64]) -> list[int]:
        """Return the insertion index of each photo among the existing ones."""
        first = np.searchsorted(self._keys, keys, "left")
        stop = np.searchsorted(self._keys, keys, "right")
        return [
            int(begin + np.searchsorted(self._rows.photo_ids[begin:end], photo_id))
            for photo_id, begin, end in zip(photo_ids, first, stop, strict=True)
        ]


def _read(
    connection: sa.Connection, among: NDArray[np.int64] | None
) -> tuple[PhotoRows, NDArray[np.int64]]:
    """Read rows of photos that have a file, and their sort keys; unordered."""
    statement = ROW.add_columns(_KEY).where(_photos.c.file_count > 0)
    if among is not None:
        statement = statement.where(_photos.c.id.in_(among_ids(among)))
    *columns, keys = number_columns(connection, statement)
    return rows_from(connection, columns, among), keys


def _inserted(rows: PhotoRows, places: Sequence[int], new: PhotoRows) -> PhotoRows:
    def both(name: str) -> NDArray[Any]:
        return np.insert(getattr(rows, name), places, getattr(new, name))

    return PhotoRows(both("photo_ids"), both("aspects"), both("colours"), both("offline"))
