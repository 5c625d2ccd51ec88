"""Queries on the files below one folder."""

import os
from collections.abc import Iterable
from pathlib import Path

import sqlalchemy as sa

from photofind.store import schema
from photofind.store.roots import Root
from photofind.store.stored_paths import absolute_path, prefix_below

_files = schema.files


def in_folder(
    path: sa.Column[bytes], root: Root, folder: Path, *, deep: bool
) -> list[sa.ColumnElement[bool]]:
    """Build a condition on stored paths: files of a folder; `deep`: of its subfolders too.

    Args:
        path: A column of paths below the root, in a unique index after `root_id`.
        root: Of the rows; the caller adds that condition.
        folder: The root itself, or a folder below it.
    """
    prefix = prefix_below(root.path, folder)
    clauses: list[sa.ColumnElement[bool]] = []
    if prefix:
        # Paths that begin with `folder/` sort from there to `folder0`: an index finds them.
        end = prefix[:-1] + bytes([prefix[-1] + 1])
        clauses += [path >= prefix, path < end]
    if not deep:
        name = sa.func.substr(path, len(prefix) + 1)
        clauses.append(sa.func.instr(name, os.fsencode(os.sep)) == 0)
    return clauses


def files_outside(
    connection: sa.Connection,
    root: Root,
    folders: Iterable[Path],
    trees: Iterable[Path],
    limit: int,
) -> list[tuple[Path, int]]:
    """Return files of a root with their sizes that are in none of the folders or trees."""
    inside = [
        sa.and_(sa.true(), *in_folder(_files.c.path, root, place, deep=deep))
        for places, deep in ((folders, False), (trees, True))
        for place in places
    ]
    statement = (
        sa.select(_files.c.path, _files.c.size)
        .where(_files.c.root_id == root.id, *(sa.not_(place) for place in inside))
        .order_by(_files.c.path)
        .limit(limit)
    )
    raw_root = os.fsencode(root.path)
    return [(absolute_path(raw_root, path), size) for path, size in connection.execute(statement)]
