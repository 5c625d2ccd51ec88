"""Read models of the window: rows of the grid, one photo in detail, the outline.

Rows are arrays, a few bytes per photo: a million rows as objects would take a gigabyte.
"""

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from photofind.domain import Fingerprint, Photo, PhotoId
from photofind.store import photos, schema, tags
from photofind.store.bulk import among_ids, columns, number_columns
from photofind.store.continuity import Followed, followed
from photofind.store.counts import count_by_key
from photofind.store.filters import Filters, shown_files
from photofind.store.photos import has_file
from photofind.store.roots import Root, list_roots
from photofind.store.tags import PhotoTag

_files = schema.files
_photos = schema.photos
_roots = schema.roots

ROW = sa.select(_photos.c.id, _photos.c.width, _photos.c.height, _photos.c.average_colour)


@dataclass(frozen=True, slots=True, eq=False)
class PhotoRows:
    """N photos in display order.

    Attributes:
        photo_ids: (N,) int64.
        aspects: (N,) float32, width / height of the upright picture.
        colours: (N,) uint32, 0xRRGGBB, the average colour.
        offline: (N,) bool, whether all files of the photo are in disconnected roots.
    """

    photo_ids: NDArray[np.int64]
    aspects: NDArray[np.float32]
    colours: NDArray[np.uint32]
    offline: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.photo_ids)

    def at(self, places: slice | NDArray[np.bool_] | NDArray[np.intp]) -> "PhotoRows":
        """Select rows by a numpy index."""
        return PhotoRows(
            self.photo_ids[places], self.aspects[places], self.colours[places], self.offline[places]
        )


NO_ROWS = PhotoRows(
    np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.uint32), np.empty(0, np.bool_)
)


@dataclass(frozen=True, slots=True)
class PhotoFile:
    """One file of a photo.

    Attributes:
        offline: Whether its root is not connected.
    """

    path: Path
    size_bytes: int
    root: Path
    offline: bool


@dataclass(frozen=True, slots=True)
class PhotoDetails:
    """Everything known about one photo.

    Attributes:
        files: The one shown first, see [Note: the file shown] in `shown_files`.
        tags: A person's by name, then suggestions, best first.
        followed: What it is to the tagged photo that lay in the place of the file shown.
    """

    photo_id: PhotoId
    photo: Photo
    files: tuple[PhotoFile, ...]
    tags: tuple[PhotoTag, ...]
    followed: Followed | None = None


@dataclass(frozen=True, slots=True)
class FolderSummary:
    """One root and its counts."""

    root: Root
    photos: int
    failures: int


def rows_of(connection: sa.Connection, photo_ids: Sequence[int] | NDArray[np.int64]) -> PhotoRows:
    """Read the photos that have a file, in the order of the ids given."""
    ids = sa.literal(json.dumps([int(photo_id) for photo_id in photo_ids]))
    requested = sa.func.json_each(ids).table_valued("key", "value")
    source = requested.join(_photos, _photos.c.id == requested.c.value)
    # EXISTS and no join with files: a million photos would have to be grouped again.
    seen = ROW.select_from(source).where(has_file(_photos.c.id)).order_by(requested.c.key)
    return read_rows(connection, seen, np.array(photo_ids, np.int64))


def present(connection: sa.Connection, photo_ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ids (M,) int64 that have a file, ascending."""
    shown = sa.select(_photos.c.id).where(
        _photos.c.id.in_(among_ids(photo_ids)), _photos.c.file_count > 0
    )
    return np.sort(number_columns(connection, shown)[0])


def details(
    connection: sa.Connection, photo_id: PhotoId, filters: Filters = ()
) -> PhotoDetails | None:
    """Read everything about one photo.

    Args:
        filters: Of the search that found it; they choose the file shown.
    """
    photo = photos.photo(connection, photo_id)
    if photo is None:
        return None
    found = [
        PhotoFile(file.path, file.stat.size, file.root, file.offline)
        for file in shown_files(connection, [photo_id], filters).get(photo_id, [])
    ]
    own_tags = tags.tags_of(connection, [photo_id])[photo_id]
    before = followed(connection, photo_id, found[0].path) if found else None
    return PhotoDetails(photo_id, photo, tuple(found), tuple(own_tags), before)


def fingerprint_of(connection: sa.Connection, photo_id: PhotoId) -> Fingerprint | None:
    found = connection.scalar(sa.select(_photos.c.fingerprint).where(_photos.c.id == photo_id))
    return None if found is None else Fingerprint(found)


def folders(connection: sa.Connection) -> list[FolderSummary]:
    """List all roots with their counts, in the order they were added."""
    held, failed = count_by_key(connection, "root"), count_by_key(connection, "failures")
    return [
        FolderSummary(root, held.get(root.id, 0), failed.get(root.id, 0))
        for root in list_roots(connection)
    ]


def photos_by_year(connection: sa.Connection) -> dict[int, int]:
    """Count photos that have a file by year taken, ascending; undated ones are left out."""
    return dict(sorted(count_by_key(connection, "year").items()))


def cameras(connection: sa.Connection) -> list[str]:
    """List the names of all cameras, the most used first."""
    return _most_used(connection, _photos.c.camera)


def lenses(connection: sa.Connection) -> list[str]:
    """List the names of all lenses, the most used first."""
    return _most_used(connection, _photos.c.lens)


def _most_used(connection: sa.Connection, column: sa.ColumnElement[str | None]) -> list[str]:
    statement = (
        sa.select(column)
        .where(column.is_not(None))
        .group_by(column)
        .order_by(sa.func.count().desc(), column)
    )
    return [value for value in connection.scalars(statement) if value is not None]


def folder_names(connection: sa.Connection) -> list[str]:
    """List the names of roots and of the folders of photos, sorted."""
    names = {root.path.name for root in list_roots(connection)}
    paths = sa.select(_files.c.path_text).where(_files.c.photo_id.is_not(None))
    inside = {path.rpartition(os.sep)[0] for path in columns(connection, paths)[0]}
    names.update(Path(folder).name for folder in inside)
    return sorted(names - {""}, key=str.casefold)


def _reachable() -> sa.Select[tuple[int | None]]:
    """Select ids of photos that have a file in a connected root; may repeat ids."""
    return (
        sa.select(_files.c.photo_id)
        .join_from(_files, _roots)
        .where(_files.c.photo_id.is_not(None), _roots.c.offline == 0)
    )


def read_rows(
    connection: sa.Connection,
    seen: sa.Select[tuple[int, int, int, int]],
    among: NDArray[np.int64] | None = None,
) -> PhotoRows:
    """Read the rows of a selection of `ROW`, in its order; `among` as in `rows_from`."""
    return rows_from(connection, number_columns(connection, seen), among)


def rows_from(
    connection: sa.Connection,
    columns: Sequence[NDArray[np.int64]],
    among: NDArray[np.int64] | None = None,
) -> PhotoRows:
    """Build rows from the columns of `ROW`.

    Args:
        among: The ids requested, unless those are nearly all photos.
    """
    ids, widths, heights, colours = columns
    offline = np.zeros(len(ids), np.bool_)
    if connection.scalar(sa.select(sa.func.count()).where(_roots.c.offline != 0)):
        reachable = _reachable()
        if among is not None:
            reachable = reachable.where(_files.c.photo_id.in_(among_ids(among)))
        offline = ~np.isin(ids, number_columns(connection, reachable)[0])
    return PhotoRows(
        ids,
        (widths / np.maximum(heights, 1)).astype(np.float32),
        colours.astype(np.uint32),
        offline,
    )
