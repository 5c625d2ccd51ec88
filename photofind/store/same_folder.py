"""Compares folders as the file system that holds them does.

macOS and Windows treat `Pictures` and `pictures` as one name, and macOS also both normal forms of
an accent; some of their volumes, and Linux, do not. Where both folders exist, their inodes are
compared; where one is not connected, its platform's default decides.
"""

import os
import sys
import unicodedata
from pathlib import Path, PurePath


def part_below(path: PurePath, folder: PurePath) -> PurePath | None:
    """Return a path relative to a folder, empty for the folder itself; `None` outside it."""
    depth = len(folder.parts)
    if len(path.parts) < depth:
        return None
    if not is_same_folder(type(path)(*path.parts[:depth]), folder):
        return None
    return type(path)(*path.parts[depth:])


def is_same_folder(one: PurePath, other: PurePath) -> bool:
    """Return whether two absolute, resolved paths lead to one folder."""
    if one == other:
        return True
    # Asked only of paths that differ in their spelling: a server that is away may never answer.
    if _spelling(one) != _spelling(other):
        return False
    identities = _identity(one), _identity(other)
    if None in identities:
        return sys.platform in ("darwin", "win32")
    return identities[0] == identities[1]


def _spelling(path: PurePath) -> str:
    """Normalise a name to what any file system may treat as equal."""
    return unicodedata.normalize("NFD", os.fspath(path)).casefold()


def _identity(path: PurePath) -> tuple[int, int] | None:
    """Return device and inode; `None` if absent, or if the file system has no inodes."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_ino else None
