"""The files of photos, the one shown first.

[Note: the file shown] A photo may lie in several places. The window shows one of them, and what is
done "with the photo" as a file (copy, drag, show in folder, trash) is done with that one. It is the
first by: it passes the filter of the search, its folder is connected, its path.
"""

import os
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from photofind.domain import FileStat, Fingerprint, FoundFile, PhotoId
from photofind.store import photos, schema
from photofind.store.bulk import in_batches
from photofind.store.photos import ReadFile
from photofind.store.roots import list_roots
from photofind.store.stored_paths import absolute_path

_files = schema.files
_photos = schema.photos
_roots = schema.roots


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a photo as the catalogue knows it.

    Attributes:
        fingerprint: Of the photo, and so of the file when it was read.
        stat: As it was when it was read.
        offline: Whether its root is not connected.
        passes: Whether it passes the filters of the request.
    """

    file_id: int
    photo_id: PhotoId
    fingerprint: Fingerprint
    root: Path
    path: Path
    stat: FileStat
    offline: bool
    passes: bool


def files_of(
    connection: sa.Connection,
    photo_ids: Sequence[PhotoId],
    passes: sa.ColumnElement[bool] | None = None,
) -> dict[PhotoId, list[StoredFile]]:
    """List the files of each photo, see [Note: the file shown]; others are absent.

    Args:
        passes: The filter's clause about a row of `files`; every file passes none.
    """
    columns = (
        sa.select(
            _files.c.id,
            _files.c.photo_id,
            _photos.c.fingerprint,
            _roots.c.path.label("root"),
            _files.c.path,
            _files.c.size,
            _files.c.mtime_ns,
            _files.c.ctime_ns,
            _files.c.inode,
            _roots.c.offline,
            (sa.true() if passes is None else passes).label("passes"),
        )
        .join_from(_files, _roots)
        .join(_photos, _photos.c.id == _files.c.photo_id)
    )
    found: defaultdict[PhotoId, list[StoredFile]] = defaultdict(list)
    for batch in in_batches(photo_ids):
        for row in connection.execute(columns.where(_files.c.photo_id.in_(batch))):
            file = StoredFile(
                row.id,
                PhotoId(row.photo_id),
                Fingerprint(row.fingerprint),
                Path(os.fsdecode(row.root)),
                absolute_path(row.root, row.path),
                FileStat(row.size, row.mtime_ns, row.ctime_ns, row.inode),
                bool(row.offline),
                bool(row.passes),
            )
            found[file.photo_id].append(file)
    ids = dict.fromkeys(photo_ids)
    return {one: sorted(found[one], key=_rank) for one in ids if one in found}


def take_out(
    connection: sa.Connection, files: Sequence[StoredFile]
) -> tuple[list[StoredFile], list[StoredFile]]:
    """Delete the rows of files that are about to be moved away.

    Returns:
        Those that were known as files of the same photo, and the others, which stay.
    """
    now = files_of(connection, list({file.photo_id for file in files}))
    ids = {(one.path, one.photo_id): one.file_id for own in now.values() for one in own}
    known = [file for file in files if (file.path, file.photo_id) in ids]
    photos.remove_files(connection, [ids[file.path, file.photo_id] for file in known])
    paths = {file.path for file in known}
    return known, [file for file in files if file.path not in paths]


def put_back(connection: sa.Connection, files: Sequence[tuple[StoredFile, FileStat]]) -> None:
    """Insert rows again for files that were moved back, with their current state.

    One whose folder is no longer a root, or whose photo was purged, is left to the next scan.
    """
    contents = photos.fingerprints_of(connection, [file.photo_id for file, _ in files])
    for root in list_roots(connection):
        inside = [
            (file, stat)
            for file, stat in files
            if root.path in file.path.parents and file.photo_id in contents
        ]
        read = [
            ReadFile(
                FoundFile(root.path, file.path, stat),
                time.time_ns(),
                fingerprint=contents[file.photo_id],
            )
            for file, stat in inside
        ]
        photos.record_files(connection, root, read)


def _rank(file: StoredFile) -> tuple[bool, bool, Path]:
    return not file.passes, file.offline, file.path
