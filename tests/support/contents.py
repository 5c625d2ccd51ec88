"""What a catalogue holds, to be compared with what it should hold."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from photofind.paths import LibraryPaths


@dataclass(frozen=True)
class Contents:
    """Independent of row numbers and times.

    Attributes:
        paths: Of all files that hold a photo, absolute.
        embeddings: Fingerprint → vector of the last space.
    """

    paths: set[bytes]
    failures: dict[bytes, str]
    embeddings: dict[bytes, bytes]


def catalogue_contents(library: Path) -> Contents:
    """Read the database with nothing of photofind in between; check its integrity first."""
    with closing(sqlite3.connect(LibraryPaths(library).catalogue)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        files = connection.execute(
            "SELECT CAST(roots.path || '/' || files.path AS BLOB), failure FROM files JOIN roots "
            "ON roots.id = files.root_id"
        ).fetchall()
        rows = connection.execute(
            "SELECT fingerprint, vector FROM embeddings JOIN photos ON photos.id = photo_id "
            "WHERE space_id = (SELECT max(id) FROM spaces)"
        ).fetchall()
    return Contents(
        paths={path for path, failure in files if failure is None},
        failures={path: failure for path, failure in files if failure is not None},
        embeddings=dict(rows),
    )
