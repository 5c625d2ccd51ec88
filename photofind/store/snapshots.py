"""Copies of the catalogue, taken before it is migrated."""

import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

KEPT = 5

_PATTERN = "catalogue-*.sqlite3"
_UNFINISHED = ".partial"


def take_snapshot(source: sqlite3.Connection, folder: Path, revision: str) -> Path:
    """Copies a catalogue that may be in use, then drops all but the newest `KEPT` copies."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    finished = folder / f"catalogue-{stamp}-{revision}.sqlite3"
    unfinished = finished.with_name(finished.name + _UNFINISHED)
    try:
        _copy(source, unfinished)
        unfinished.replace(finished)
    finally:
        unfinished.unlink(missing_ok=True)
    _drop_old(folder)
    return finished


def newest_snapshot(folder: Path) -> Path | None:
    return max(folder.glob(_PATTERN), default=None)


def _copy(source: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.backup(copy)
        # The copy inherits WAL; a snapshot is one file that can be put back by hand.
        copy.execute("PRAGMA journal_mode=DELETE")
    with target.open("rb+") as file:
        os.fsync(file.fileno())


def _drop_old(folder: Path) -> None:
    for leftover in folder.glob(_PATTERN + _UNFINISHED):
        leftover.unlink()
    for old in sorted(folder.glob(_PATTERN))[:-KEPT]:
        old.unlink()
