"""Whether two paths lead to one folder, as the file system that holds it sees it.

macOS and Windows take `Pictures` and `pictures` for one name, and macOS also the two ways to write
an accent; some of their volumes, and Linux, do not. Where both folders are there, the file system
is asked; where one is not connected, its platform's habit decides.
"""

import os
import sys
import unicodedata
from pathlib import Path, PurePath


def part_below(path: PurePath, folder: PurePath) -> PurePath | None:
    """The rest of a path below a folder, an empty one for the folder itself; `None` outside it."""
    depth = len(folder.parts)
    if len(path.parts) < depth:
        return None
    if not is_same_folder(type(path)(*path.parts[:depth]), folder):
        return None
    return type(path)(*path.parts[depth:])


def is_same_folder(one: PurePath, other: PurePath) -> bool:
    """Args: one, other: Absolute and resolved."""
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
    """Equal for all names that any file system takes for one."""
    folded = unicodedata.normalize("NFD", os.fspath(path)).casefold()
    return unicodedata.normalize("NFC", folded)


def _identity(path: PurePath) -> tuple[int, int] | None:
    """`None` where the folder is away, or on a file system that numbers nothing."""
    try:
        found = Path(path).stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if found.st_ino else None
