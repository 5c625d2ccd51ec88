"""What the catalogue knows below one folder."""

import os
from pathlib import Path

import sqlalchemy as sa

from photofind.store.roots import Root
from photofind.store.stored_paths import prefix_below


def in_folder(
    path: sa.Column[bytes], root: Root, folder: Path, *, deep: bool
) -> list[sa.ColumnElement[bool]]:
    """What holds for the stored paths of a folder's files; `deep`: and of all folders in it.

    Args:
        path: A column of paths below the root, in a unique index after `root_id`.
        root: Whose rows are asked for; that is the caller's to say.
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
