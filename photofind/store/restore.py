"""Replaces a damaged catalogue by a copy, and carries over a person's later changes.

The copy is completed in a folder of its own and replaces the catalogue in one rename, so a crash
leaves the damaged catalogue or the restored one, never half of either.
"""

import logging
import os
import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from photofind.atomic_files import rename_into_place
from photofind.domain import Fingerprint, PhotoId
from photofind.errors import CatalogueDamagedError, UserFacingError
from photofind.paths import LibraryPaths
from photofind.store import roots, schema, tags
from photofind.store.database import Database
from photofind.store.photos import photo_ids_of
from photofind.store.snapshots import Snapshot, verify
from photofind.store.tags import TagState
from photofind.store.writer_lock import WriterLock

_KEPT_BY_TRIGGERS = {"id", "file_count", "gone_at"}
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Restored:
    """The outcome of a restore.

    Attributes:
        set_aside: The folder that holds the damaged one.
        tags: Tags a person set or rejected since the copy was taken, and which were saved.
        folders: Folders that were added since, and which were saved.
        photos: Photos that were added since; the next run reads them again.
        complete: Whether all that was added since could be read from the damaged one.
    """

    snapshot: Snapshot
    set_aside: Path
    tags: int
    folders: int
    photos: int
    complete: bool


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
            since = _read_since(paths.catalogue, snapshot.taken_at)
            with Database.open(work, write=True) as database, database.writing() as connection:
                _save(connection, since)
            set_aside = _set_aside(paths)
            _remove_write_ahead_log(paths.catalogue)
            rename_into_place(work.catalogue, paths.catalogue, durable=True)
        finally:
            shutil.rmtree(work.folder, ignore_errors=True)
        # They count on ids that the next photos get again.
        shutil.rmtree(paths.vectors, ignore_errors=True)
        paths.suspect.unlink(missing_ok=True)
    restored = Restored(
        snapshot, set_aside, len(since.tagged), len(since.roots), since.photos, since.complete
    )
    _log.warning(
        "Put back the catalogue of %s; saved %d tags and %d folders from after it.",
        snapshot.taken_at,
        restored.tags,
        restored.folders,
    )
    return restored


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


_TAGGED = """
    SELECT photos.*, tags.name AS tag_name, photo_tags.state AS tag_state
    FROM photo_tags JOIN photos ON photos.id = photo_id JOIN tags ON tags.id = tag_id
    WHERE photo_tags.source = 'person' AND photo_tags.changed_at > ?
"""
_ADDED_PHOTOS = "SELECT count(*) FROM photos WHERE added_at > ?"
_ADDED_ROOTS = "SELECT path FROM roots WHERE added_at > ?"


@dataclass(frozen=True, slots=True)
class _Since:
    """Changes in the damaged catalogue since the copy was taken, as far as readable.

    Attributes:
        tagged: Columns of a photo with the name and state of a tag.
    """

    roots: Sequence[Path]
    tagged: Sequence[sqlite3.Row]
    photos: int
    complete: bool


def _read_since(damaged: Path, since: datetime) -> _Since:
    if not damaged.exists():
        return _Since((), (), 0, complete=False)
    # Read-only: what is set aside stays as it was met.
    with closing(sqlite3.connect(f"{damaged.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        connection.row_factory = sqlite3.Row
        read = [_rows(connection, query, since) for query in (_ADDED_ROOTS, _TAGGED, _ADDED_PHOTOS)]
    (added, _), (tagged, _), (photos, _) = read
    return _Since(
        [Path(os.fsdecode(row["path"])) for row in added],
        tagged,
        photos[0][0] if photos else 0,
        all(complete for _, complete in read),
    )


def _rows(
    connection: sqlite3.Connection, query: str, since: datetime
) -> tuple[list[sqlite3.Row], bool]:
    """Fetch rows up to the first damaged one; return whether all were readable."""
    rows: list[sqlite3.Row] = []
    try:
        for row in connection.execute(query, (since.isoformat(),)):
            rows.append(row)
    except sqlite3.Error as error:
        _log.warning("Not all of the damaged catalogue can be read: %s", error)
        return rows, False
    return rows, True


def _save(connection: sa.Connection, since: _Since) -> None:
    for path in since.roots:
        roots.add_root(connection, path)
    for row in since.tagged:
        fingerprint = Fingerprint(row["fingerprint"])
        photo_id = photo_ids_of(connection, [fingerprint]).get(fingerprint)
        if photo_id is None:
            photo_id = _add_photo(connection, row)
        decide = tags.reject if row["tag_state"] == TagState.REJECTED else tags.add
        decide(connection, [photo_id], row["tag_name"])


def _add_photo(connection: sa.Connection, row: sqlite3.Row) -> PhotoId:
    """Add a photo without its files, which the next run finds."""
    known = {column.name for column in schema.photos.columns} - _KEPT_BY_TRIGGERS
    values = {name: row[name] for name in row.keys() if name in known}  # noqa: SIM118 - no mapping
    inserted = connection.execute(sa.insert(schema.photos).values(values)).inserted_primary_key
    assert inserted is not None
    return PhotoId(inserted[0])


@contextmanager
def _disk_errors(paths: LibraryPaths) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise UserFacingError(
            f"The copy could not be put back in {paths.folder}: {error.strerror or error}.",
            "Close other programs that use the library, make room on its disk, and try again.",
        ) from error
