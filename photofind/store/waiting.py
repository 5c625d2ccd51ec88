"""Files that were found and not read yet: how much there is, before anything is known of it.

A file waits until `photos.record_files` records what reading it came to. One that was read before
and has changed since does not: it counts as the photo that it was.
"""

from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from photofind.store import schema
from photofind.store.folders import in_folder
from photofind.store.roots import Root
from photofind.store.stored_paths import relative_bytes

_waiting = schema.waiting


def add_waiting(connection: sa.Connection, root: Root, paths: Iterable[Path]) -> None:
    """Files below `root`; those that wait already go on waiting."""
    # Not through SQLAlchemy's rows of names and values, which take three times as long.
    rows = sorted((root.id, relative_bytes(root.path, path)) for path in paths)
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO waiting (root_id, path) VALUES (?, ?) ON CONFLICT DO NOTHING", rows
        )


def remove_waiting(connection: sa.Connection, root: Root, paths: Iterable[Path]) -> None:
    rows = [(root.id, relative_bytes(root.path, path)) for path in paths]
    if rows:
        connection.exec_driver_sql("DELETE FROM waiting WHERE root_id = ? AND path = ?", rows)


def clear_waiting(
    connection: sa.Connection, root: Root, folder: Path | None = None, *, deep: bool = True
) -> None:
    """Of a root, or of one of its folders alone; `deep`: and of all folders in it."""
    where = in_folder(_waiting.c.path, root, folder or root.path, deep=deep)
    connection.execute(sa.delete(_waiting).where(_waiting.c.root_id == root.id, *where))
