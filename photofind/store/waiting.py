"""The queue of files that were found and not read yet.

A file stays queued until `photos.record_files` records its result. A file that was read before and
has changed since is not queued here: it counts as the photo that it was.
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
    """Queue files below `root`; those already queued stay queued."""
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
    """Clear the queue of a root or of one folder; `deep`: of its subfolders too."""
    where = in_folder(_waiting.c.path, root, folder or root.path, deep=deep)
    connection.execute(sa.delete(_waiting).where(_waiting.c.root_id == root.id, *where))
