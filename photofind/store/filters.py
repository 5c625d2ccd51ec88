"""Evaluates the filters of a query, and locates the photos that pass.

[Note: a photo's files] Filters select files: each has its photo's date, camera and format, and its
own folder and name. A photo passes if one of its files passes all filters, and that file is the one
shown: `-folder:Backup` excludes the copy and not the photo. Of several that pass, [Note: the file
shown] in `shown_files` decides. In a group, too, one file must pass: `-(type:jpg folder:Backup)`
passes the original of a photo whose copy lies in a backup.

All filters are defined in `store.filter_kinds`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from photofind.domain import PhotoId
from photofind.store import schema
from photofind.store.bulk import number_columns
from photofind.store.database import Database
from photofind.store.shown_files import StoredFile, files_of

_files = schema.files
_photos = schema.photos

NEWEST_FIRST = (_photos.c.taken_at.desc().nulls_last(), _photos.c.id)
"""The order of rows of photos by date; those without one come last."""

V = TypeVar("V")


class FilterValueError(Exception):
    """A text is not a valid value of a filter.

    Attributes:
        problem: Completes "Column 7: …".
        at: Offset in the text, from 0.
    """

    def __init__(self, problem: str, hint: str, at: int = 0) -> None:
        super().__init__(problem)
        self.problem = problem
        self.hint = hint
        self.at = at


class Statement:
    """One SQL statement being built, whose clauses may call Python.

    Text is compared in Python, with Unicode case folding; SQLite folds ASCII only.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._functions = 0

    def call(
        self, test: Callable[..., bool], *columns: sa.ColumnElement[Any]
    ) -> sa.ColumnElement[bool]:
        """Make a clause that calls `test`; replaces the function of an earlier statement."""
        name = f"photofind_test_{self._functions}"
        self._functions += 1
        driver: Any = self.connection.connection.driver_connection
        driver.create_function(name, len(columns), test, deterministic=True)
        return sa.Function(name, *columns, type_=sa.Boolean())


@dataclass(frozen=True, slots=True, eq=False)
class Clause:
    """The SQL of a filter; see [Note: a photo's files].

    Attributes:
        of_file: Whether it is a condition on rows of files, not of photos.
    """

    sql: sa.ColumnElement[bool]
    of_file: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class FilterKind(Generic[V]):
    """The definition of one filter, `name:value`.

    Attributes:
        expected: Describes its value: "a date".
        finds: Describes the photos that pass; completes "photos …".
        examples: Values as typed, the simplest first.
        icon: Name of a drawing in `gui.icons`.
        read: Parses typed text, never blank, into a value; raises `FilterValueError`.
        write: The inverse of `read`.
        clause: Builds the condition for a value.
        suggestions: Values there are, the first ones first, for completion; `None` where they
            cannot be listed. Given the catalogue and the labels of the vocabulary.
    """

    name: str
    expected: str
    finds: str
    examples: tuple[str, ...]
    icon: str
    read: Callable[[str], V]
    write: Callable[[V], str]
    clause: Callable[[V, Statement], Clause]
    suggestions: Callable[[sa.Connection, Sequence[str]], Sequence[str]] | None = None

    def __repr__(self) -> str:
        return f"{self.name}:"


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on photos, or its negation.

    Attributes:
        value: As `kind.read` returns it.
    """

    kind: FilterKind[Any]
    value: Any
    negated: bool = False

    def clause(self, statement: Statement) -> Clause:
        plain = self.kind.clause(self.value, statement)
        return Clause(_negated(plain.sql), plain.of_file) if self.negated else plain


@dataclass(frozen=True, slots=True)
class Group:
    """Two or more conditions of which one must hold, or all must; or the negation of that.

    `any_of` and `all_of` make them, so that equal conditions are equal values.
    """

    members: tuple["Condition", ...]
    any: bool
    negated: bool = False

    def clause(self, statement: Statement) -> Clause:
        clauses = [one.clause(statement) for one in self.members]
        of_file = any(clause.of_file for clause in clauses)
        if of_file:
            clauses = [_on_files(clause) for clause in clauses]
        join = sa.or_ if self.any else sa.and_
        # Each is either true or false: a NULL in one decides nothing about the others.
        sql = join(*(sa.func.coalesce(clause.sql, sa.false()) for clause in clauses))
        return Clause(_negated(sql) if self.negated else sql, of_file)


Condition = Filter | Group
"""What a file of a photo passes or not."""

Filters = tuple[Condition, ...]
"""All of them must hold."""


def any_of(members: Iterable[Condition]) -> Condition:
    """Make the condition that at least one of some holds."""
    return _group(members, any_=True)


def all_of(members: Iterable[Condition]) -> Condition:
    """Make the condition that all of some hold."""
    return _group(members, any_=False)


def negation(condition: Condition) -> Condition:
    return replace(condition, negated=not condition.negated)


def _group(members: Iterable[Condition], *, any_: bool) -> Condition:
    """Make a group; members that are groups of the same sort are dissolved."""
    flat: list[Condition] = []
    for one in members:
        same = isinstance(one, Group) and one.any is any_ and not one.negated
        flat.extend(one.members if same and isinstance(one, Group) else (one,))
    return flat[0] if len(flat) == 1 else Group(tuple(flat), any_)


def _negated(sql: sa.ColumnElement[bool]) -> sa.ColumnElement[bool]:
    # True for NULL as well: a photo without a date was not taken from 2019 on.
    return sa.not_(sa.func.coalesce(sql, sa.false()))


def _on_files(clause: Clause) -> Clause:
    """Make of a condition on photos one on their files."""
    if clause.of_file:
        return clause
    photos = sa.select(_photos.c.id).where(clause.sql)
    return Clause(_files.c.photo_id.in_(photos), of_file=True)


class SqliteFilters:
    """Implements `catalogue.FilterRepository`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def select(self, filters: Filters) -> NDArray[np.int64]:
        with self._database.reading() as connection:
            return _select(connection, filters)

    def newest(self, filters: Filters, top_k: int) -> tuple[list[PhotoId], int]:
        with self._database.reading() as connection:
            return _newest(connection, filters, top_k)

    def locate(self, photo_ids: Sequence[PhotoId], filters: Filters) -> Mapping[PhotoId, Path]:
        with self._database.reading() as connection:
            found = shown_files(connection, photo_ids, filters)
        return {photo_id: files[0].path for photo_id, files in found.items() if files[0].passes}


def passing(connection: sa.Connection, filters: Filters) -> list[sa.ColumnElement[bool]]:
    """Build the condition on rows of photos that have a file and pass; for one statement."""
    return passing_clauses(*clauses(connection, filters))


def passing_clauses(
    of_photo: Sequence[sa.ColumnElement[bool]], of_file: Sequence[sa.ColumnElement[bool]]
) -> list[sa.ColumnElement[bool]]:
    """Build the condition of `passing` from `clauses`."""
    if not of_file:
        return [_photos.c.file_count > 0, *of_photo]
    # Not EXISTS, which looks for the files of each photo by themselves and calls Python each time.
    files = sa.select(_files.c.photo_id).where(_files.c.photo_id.is_not(None), *of_file)
    return [_photos.c.id.in_(files), *of_photo]


def clauses(
    connection: sa.Connection, filters: Filters
) -> tuple[list[sa.ColumnElement[bool]], list[sa.ColumnElement[bool]]]:
    """Build the conditions on rows of photos, and on rows of files."""
    statement = Statement(connection)
    clauses = [one.clause(statement) for one in filters]
    of_photo = [clause.sql for clause in clauses if not clause.of_file]
    return of_photo, [clause.sql for clause in clauses if clause.of_file]


def _select(connection: sa.Connection, filters: Filters) -> NDArray[np.int64]:
    ids = sa.select(_photos.c.id).where(*passing(connection, filters))
    return np.sort(number_columns(connection, ids)[0])


def _newest(connection: sa.Connection, filters: Filters, top_k: int) -> tuple[list[PhotoId], int]:
    newest = (
        sa.select(_photos.c.id, sa.func.count().over())
        .where(*passing(connection, filters))
        .order_by(*NEWEST_FIRST)
        .limit(top_k)
    )
    rows = connection.execute(newest).all()
    return [PhotoId(photo_id) for photo_id, _ in rows], rows[0][1] if rows else 0


def shown_files(
    connection: sa.Connection, photo_ids: Sequence[PhotoId], filters: Filters
) -> dict[PhotoId, list[StoredFile]]:
    """List the files of each photo, the one shown under some filters first."""
    _, of_file = clauses(connection, filters)
    passes = sa.func.coalesce(sa.and_(*of_file), sa.false()) if of_file else None
    return files_of(connection, photo_ids, passes)
