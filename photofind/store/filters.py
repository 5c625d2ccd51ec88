"""Which photos are what a person asks for, and where those lie.

[Note: a photo's files] A filter chooses among files: each has its photo's date, camera and format,
and a folder and a name of its own. A photo is found where one of its files passes the whole filter,
and that file is the one shown: `-folder:Backup` leaves the copy out and not the photo.

What a person typed is compared in Python, as Unicode says letters compare; SQLite knows ASCII only.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import normalize

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from photofind.domain import PhotoId
from photofind.store import schema
from photofind.store.batches import in_batches
from photofind.store.columns import number_columns
from photofind.store.database import Database
from photofind.store.roots import list_roots
from photofind.store.stored_paths import absolute_path, look_up_text
from photofind.store.tag_names import tag_key
from photofind.store.tags import VISIBLE

_files = schema.files
_photos = schema.photos
_photo_tags = schema.photo_tags
_roots = schema.roots
_tags = schema.tags

NEWEST_FIRST = (_photos.c.taken_at.desc().nulls_last(), _photos.c.id)
"""The order of rows of photos by date; those without one come last."""


@dataclass(frozen=True, slots=True)
class TakenFrom:
    """Taken in `start` or later; a photo without a date is not.

    Attributes:
        start: The beginning of an ISO 8601 date: 2019, 2019-06, 2019-06-21.
    """

    start: str


@dataclass(frozen=True, slots=True)
class TakenUntil:
    """Taken in `end` or earlier; a photo without a date is not."""

    end: str


@dataclass(frozen=True, slots=True)
class InFolder:
    """Inside a folder of this name, or of these names one inside the other.

    At any depth of a root, whose own name counts; whole names, in any case and any normal form.
    """

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TakenWith:
    """The camera's name holds `text`, in any case."""

    text: str


@dataclass(frozen=True, slots=True)
class OfFormat:
    """Of a format, as the catalogue calls it."""

    format: str


@dataclass(frozen=True, slots=True)
class WithExtension:
    """The file's name ends in a dot and this, in any case."""

    extension: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """It has the tag, suggested or confirmed; a rejected one it has not."""

    name: str


Condition = TakenFrom | TakenUntil | InFolder | TakenWith | OfFormat | WithExtension | Tagged


@dataclass(frozen=True, slots=True)
class PhotoFilter:
    """What a file must be, all of it, and what it must not be, any of it."""

    required: tuple[Condition, ...] = ()
    excluded: tuple[Condition, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.required or self.excluded)


EVERYTHING = PhotoFilter()


class FilteredPhotos:
    """The catalogue as search sees it: photos that have a file, and where."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def select(self, wanted: PhotoFilter) -> NDArray[np.int64]:
        """(N,) photo ids, ascending."""
        with self._database.reading() as connection:
            return _select(connection, wanted)

    def newest(self, wanted: PhotoFilter, top_k: int) -> tuple[list[PhotoId], int]:
        """The last `top_k` to be taken, newest first, and how many there are in all.

        Photos without a date come last.

        Args:
            top_k: At least 1.
        """
        with self._database.reading() as connection:
            return _newest(connection, wanted, top_k)

    def locate(self, photo_ids: Sequence[PhotoId], wanted: PhotoFilter) -> Mapping[PhotoId, Path]:
        """The first file that passes of each photo that does; photos without one are absent."""
        with self._database.reading() as connection:
            return _locate(connection, photo_ids, wanted)


def folded(text: str) -> str:
    """What texts have in common that a person takes for the same: NFC, in no case."""
    return normalize("NFC", normalize("NFC", text).casefold())


class _Clauses:
    """The SQL of a filter, for one statement of one connection.

    Attributes:
        of_photo: What holds for rows of photos.
        of_file: What holds for rows of files.
    """

    def __init__(self, connection: sa.Connection, wanted: PhotoFilter) -> None:
        self._connection = connection
        self._functions = 0
        self.of_photo: list[sa.ColumnElement[bool]] = []
        self.of_file: list[sa.ColumnElement[bool]] = []
        for condition in wanted.required:
            self._add(condition, lambda clause: clause)
        for condition in wanted.excluded:
            self._add(condition, _not)

    def _add(
        self,
        condition: Condition,
        turned: Callable[[sa.ColumnElement[bool]], sa.ColumnElement[bool]],
    ) -> None:
        match condition:
            case TakenFrom(start):
                self.of_photo.append(turned(_photos.c.taken_at >= start))
            case TakenUntil(end):
                # Every moment of a date begins with it and goes on with what precedes a tilde.
                self.of_photo.append(turned(_photos.c.taken_at < end + "~"))
            case TakenWith(text):
                clause = self._asked(_camera_test(text), _photos.c.camera)
                self.of_photo.append(turned(clause))
            case OfFormat(name):
                self.of_photo.append(turned(_photos.c.format == name))
            case Tagged(name):
                self.of_photo.append(turned(_photos.c.id.in_(_having(name))))
            case WithExtension(extension):
                clause = _files.c.path_text.endswith(f".{extension}", autoescape=True)
                self.of_file.append(turned(clause))
            case InFolder(names):
                test = _folder_test(names, _root_names(self._connection))
                clause = self._asked(test, _files.c.root_id, _files.c.path_text)
                self.of_file.append(turned(clause))

    def _asked(
        self, test: Callable[..., bool], *columns: sa.ColumnElement[Any]
    ) -> sa.ColumnElement[bool]:
        """A clause that asks Python; its function replaces that of an earlier statement."""
        name = f"photofind_test_{self._functions}"
        self._functions += 1
        driver: Any = self._connection.connection.driver_connection
        driver.create_function(name, len(columns), test, deterministic=True)
        return sa.Function(name, *columns, type_=sa.Boolean())


def passing(connection: sa.Connection, wanted: PhotoFilter) -> list[sa.ColumnElement[bool]]:
    """What holds for rows of photos that have a file and pass; good for the next statement."""
    clauses = _Clauses(connection, wanted)
    # Not EXISTS, which looks for the files of each photo by themselves and asks Python each time.
    files = sa.select(_files.c.photo_id).where(_files.c.photo_id.is_not(None), *clauses.of_file)
    return [_photos.c.id.in_(files), *clauses.of_photo]


def _select(connection: sa.Connection, wanted: PhotoFilter) -> NDArray[np.int64]:
    ids = sa.select(_photos.c.id).where(*passing(connection, wanted))
    return np.sort(number_columns(connection, ids)[0])


def _newest(
    connection: sa.Connection, wanted: PhotoFilter, top_k: int
) -> tuple[list[PhotoId], int]:
    newest = (
        sa.select(_photos.c.id, sa.func.count().over())
        .where(*passing(connection, wanted))
        .order_by(*NEWEST_FIRST)
        .limit(top_k)
    )
    rows = connection.execute(newest).all()
    return [PhotoId(photo_id) for photo_id, _ in rows], rows[0][1] if rows else 0


def _locate(
    connection: sa.Connection, photo_ids: Sequence[PhotoId], wanted: PhotoFilter
) -> dict[PhotoId, Path]:
    clauses = _Clauses(connection, wanted)
    columns = (
        sa.select(_files.c.photo_id, _roots.c.path, _files.c.path)
        .join_from(_files, _roots)
        .where(*clauses.of_file)
    )
    found: dict[PhotoId, Path] = {}
    for batch in in_batches(photo_ids):
        rows = connection.execute(columns.where(_files.c.photo_id.in_(batch)))
        for photo_id, root, relative in rows:
            path = absolute_path(root, relative)
            found[photo_id] = min(path, found.get(photo_id, path))
    return found


def _not(clause: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    """True also where SQL cannot tell: a photo without a date was not taken from 2019 on."""
    return sa.not_(sa.func.coalesce(clause, sa.false()))


def _having(tag: str) -> sa.Select[tuple[int]]:
    return (
        sa.select(_photo_tags.c.photo_id)
        .join_from(_photo_tags, _tags)
        .where(_tags.c.key == tag_key(tag), _photo_tags.c.state.in_(VISIBLE))
    )


def _root_names(connection: sa.Connection) -> dict[int, str]:
    return {root.id: look_up_text(os.fsencode(root.path.name)) for root in list_roots(connection)}


def _camera_test(text: str) -> Callable[[str | None], bool]:
    part = folded(text)

    @cache
    def is_wanted(camera: str | None) -> bool:
        return camera is not None and part in folded(camera)

    return is_wanted


def _folder_test(names: Sequence[str], roots: Mapping[int, str]) -> Callable[[int, str], bool]:
    part = "/" + folded("/".join(names)) + "/"

    @cache
    def is_wanted(root_id: int, folder: str) -> bool:
        return part in folded(f"/{roots[root_id]}/{folder}/".replace(os.sep, "/"))

    return lambda root_id, path_text: is_wanted(root_id, path_text.rpartition(os.sep)[0])
