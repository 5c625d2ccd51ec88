"""Copies of the catalogue, taken before it is migrated."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from photofind.atomic_files import PARTIAL_SUFFIX, replacing

KEPT = 5

_PATTERN = "catalogue-*.sqlite3"


def take_snapshot(source: sqlite3.Connection, folder: Path, revision: str) -> Path:
    """Copies a catalogue that may be in use, then drops all but the newest `KEPT` copies."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    finished = folder / f"catalogue-{stamp}-{revision}.sqlite3"
    with replacing(finished, durable=True) as partial:
        _copy(source, partial)
    _drop_old(folder)
    return finished


def newest_snapshot(folder: Path) -> Path | None:
    return max(folder.glob(_PATTERN), default=None)


def _copy(source: sqlite3.Connection, target: Path) -> None:
    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        source.backup(copy)
        # The copy inherits WAL; a snapshot is one file that can be put back by hand.
        copy.execute("PRAGMA journal_mode=DELETE")


def _drop_old(folder: Path) -> None:
    for leftover in folder.glob(_PATTERN + "*" + PARTIAL_SUFFIX):
        leftover.unlink()
    for old in sorted(folder.glob(_PATTERN))[:-KEPT]:
        old.unlink()
