"""The representation of paths in the catalogue.

A path is the bytes the file system gave, so that names in any encoding, and names that differ only
in how an accent is composed, stay different files. Beside it goes text for look-up and display.
"""

import os
import unicodedata
from pathlib import Path, PurePath


def prefix_of(root: PurePath) -> bytes:
    """Return the prefix that the bytes of every path below `root` have."""
    return os.path.join(os.fsencode(root), b"")  # noqa: PTH118 (bytes)


def prefix_below(root: Path, folder: Path) -> bytes:
    """Return the prefix of relative paths below `folder`; empty for the root itself."""
    return prefix_of(folder)[len(prefix_of(root)) :]


def absolute_path(root: bytes, relative: bytes) -> Path:
    """Join a stored root and a stored relative path."""
    return Path(os.fsdecode(os.path.join(root, relative)))  # noqa: PTH118 (bytes)


def relative_bytes(root: Path, path: Path) -> bytes:
    prefix = prefix_of(root)
    raw = os.fsencode(path)
    if not raw.startswith(prefix):
        raise ValueError(f"{path} is not below {root}")
    return raw[len(prefix) :]


def look_up_text(relative: bytes) -> str:
    """Decode a path for look-up: NFC, bytes that are not UTF-8 become U+FFFD."""
    return unicodedata.normalize("NFC", relative.decode("utf-8", "replace"))
