"""Roots: the folders that a person added.

[Note: roots do not overlap] A file belongs to exactly one root, so no root lies inside another:
a folder inside a root is already covered by it, and a folder around roots takes them over. Which
folder lies in which is for the file system to say, see `same_folder.py`.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath

import sqlalchemy as sa

from photofind.errors import BadInputError
from photofind.store import schema
from photofind.store.name_keys import record_folders
from photofind.store.same_folder import part_below
from photofind.store.stored_paths import look_up_text, prefix_of


@dataclass(frozen=True, slots=True)
class Root:
    """A folder that is searched.

    Attributes:
        offline: It could not be read by the last run; its rows are kept.
        last_indexed_at: UTC; `None` until all of it was indexed once.
    """

    id: int
    path: Path
    offline: bool
    last_indexed_at: datetime | None


def add_root(connection: sa.Connection, path: Path) -> Root:
    """Add a folder and return the root that covers it, see [Note: roots do not overlap].

    Args:
        connection: In a writing transaction.
        path: Absolute and resolved.

    Raises:
        BadInputError: A root inside `path` is offline; merged, its files would look deleted.
    """
    if not path.is_absolute() or ".." in path.parts:
        raise ValueError(f"a root's path must be absolute and resolved: {path}")
    existing = list_roots(connection)
    for root in existing:
        if part_below(path, root.path) is not None:
            return root
    inner = [(root, part_below(root.path, path)) for root in existing]
    _refuse_offline(path, [root for root, part in inner if part is not None])
    added = _insert(connection, path)
    for root, part in inner:
        if part is not None:
            _take_over(connection, root, added, part)
    return added


def list_roots(connection: sa.Connection) -> list[Root]:
    """List all roots, in the order they were added."""
    table = schema.roots
    rows = connection.execute(
        sa.select(table.c.id, table.c.path, table.c.offline, table.c.last_indexed_at).order_by(
            table.c.id
        )
    )
    return [
        Root(id_, Path(os.fsdecode(path)), bool(offline), _moment(indexed))
        for id_, path, offline, indexed in rows
    ]


def set_offline(connection: sa.Connection, root_id: int, offline: bool) -> None:
    _update(connection, root_id, offline=int(offline))


def set_last_indexed(connection: sa.Connection, root_id: int, at: datetime) -> None:
    """Record when a root was indexed as a whole; `at` has a time zone."""
    _update(connection, root_id, last_indexed_at=at.astimezone(UTC).isoformat())


def remove_root(connection: sa.Connection, root_id: int) -> None:
    """Delete a root and its files; photos and embeddings stay, for when they return."""
    files, table = schema.files, schema.roots
    connection.execute(sa.delete(files).where(files.c.root_id == root_id))
    connection.execute(sa.delete(table).where(table.c.id == root_id))


def _moment(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


def _update(connection: sa.Connection, root_id: int, **values: object) -> None:
    table = schema.roots
    done = connection.execute(sa.update(table).where(table.c.id == root_id).values(**values))
    if done.rowcount != 1:
        raise ValueError(f"no root {root_id}")


def _refuse_offline(path: Path, inner: list[Root]) -> None:
    for root in inner:
        if root.offline:
            raise BadInputError(
                f"{path} contains {root.path}, which is in the library but offline.",
                f"Connect {root.path} and index it, or remove it from the library first.",
            )


def _insert(connection: sa.Connection, path: Path) -> Root:
    row = {
        "path": os.fsencode(path),
        "added_at": datetime.now(UTC).isoformat(),
        "offline": 0,
    }
    (root_id,) = connection.execute(sa.insert(schema.roots), row).inserted_primary_key or (0,)
    return Root(root_id, path, offline=False, last_indexed_at=None)


def _take_over(connection: sa.Connection, inner: Root, outer: Root, part: PurePath) -> None:
    """Move the files of root `inner` to `outer`, with `part`, its path in it, as prefix."""
    files, table = schema.files, schema.roots
    prefix = prefix_of(part)
    rows = connection.execute(
        sa.select(files.c.id, files.c.path).where(files.c.root_id == inner.id)
    ).all()
    moved = [
        {
            "file_id": file_id,
            "root_id": outer.id,
            "path": prefix + path,
            "path_text": look_up_text(prefix + path),
        }
        for file_id, path in rows
    ]
    if moved:
        connection.execute(sa.update(files).where(files.c.id == sa.bindparam("file_id")), moved)
        record_folders(connection, outer.id, [str(file["path_text"]) for file in moved])
    connection.execute(sa.delete(table).where(table.c.id == inner.id))
