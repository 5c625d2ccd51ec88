"""Replaces a damaged catalogue by a copy, and carries over a person's later changes.

The copy is completed in a folder of its own and replaces the catalogue in one rename, so a crash
leaves the damaged catalogue or the restored one, never half of either.
"""

import logging
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from photofind.atomic_files import rename_into_place
from photofind.errors import CatalogueDamagedError, UserFacingError
from photofind.paths import LibraryPaths
from photofind.store.database import Database
from photofind.store.rescue import Rescued, rescue
from photofind.store.snapshots import Snapshot, verify
from photofind.store.writer_lock import WriterLock

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """The outcome of a restore.

    Attributes:
        set_aside: The folder that holds the damaged one.
        rescued: What was carried over from it.
    """

    snapshot: Snapshot
    set_aside: Path
    rescued: Rescued


def restore(paths: LibraryPaths, snapshot: Snapshot) -> Restored:
    """Replace the catalogue by one of its copies.

    Raises:
        LibraryBusyError: Another process writes to the library.
        CatalogueDamagedError: The copy is damaged, too.
        UserFacingError: The disk is full, or files cannot be moved.
    """
    with WriterLock(paths.writer_lock), _disk_errors(paths):
        work = LibraryPaths(paths.folder / "restoring")
        shutil.rmtree(work.folder, ignore_errors=True)
        work.folder.mkdir(mode=0o700)
        try:
            shutil.copyfile(snapshot.path, work.catalogue)
            _verify(work.catalogue, paths)
            with Database.open(work, write=True) as database, database.writing() as connection:
                rescued = rescue(paths.catalogue, snapshot.taken_at, connection)
            set_aside = _set_aside(paths)
            _remove_write_ahead_log(paths.catalogue)
            rename_into_place(work.catalogue, paths.catalogue, durable=True)
        finally:
            shutil.rmtree(work.folder, ignore_errors=True)
        # They count on ids that the next photos get again.
        shutil.rmtree(paths.vectors, ignore_errors=True)
        paths.suspect.unlink(missing_ok=True)
    _log.warning(
        "Put back the catalogue of %s; saved %d tags and %d folders from after it.",
        snapshot.taken_at,
        rescued.tags,
        rescued.folders,
    )
    return Restored(snapshot, set_aside, rescued)


def _verify(copy: Path, paths: LibraryPaths) -> None:
    try:
        verify(copy)
    except sqlite3.DatabaseError as error:
        raise CatalogueDamagedError(
            f"The copy is damaged, too: {error}.",
            f"Try an older one, or move {paths.catalogue} elsewhere and index your folders again.",
        ) from error


def _remove_write_ahead_log(catalogue: Path) -> None:
    """Delete the damaged catalogue's WAL, or SQLite would apply it to the restored one."""
    for suffix in ("-wal", "-shm"):
        catalogue.with_name(catalogue.name + suffix).unlink(missing_ok=True)


def _set_aside(paths: LibraryPaths) -> Path:
    folder = paths.set_aside / f"{datetime.now(UTC):%Y%m%dT%H%M%S.%fZ}"
    folder.mkdir(mode=0o700, parents=True)
    for path in (paths.catalogue, paths.catalogue.with_name(paths.catalogue.name + "-wal")):
        if path.exists():
            _link_or_copy(path, folder / path.name)
    return folder


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except OSError:
        # FAT and some network disks have no links.
        shutil.copyfile(source, target)


@contextmanager
def _disk_errors(paths: LibraryPaths) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserFacingError(
            f"The copy could not be put back in {paths.folder}: {error.strerror or error}.",
            "Close other programs that use the library, make room on its disk, and try again.",
        ) from error
