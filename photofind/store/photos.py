"""Photos (contents) and the files they live in."""

import os
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from photofind.domain import (
    Failure,
    FileStat,
    Fingerprint,
    FoundFile,
    Photo,
    PhotoId,
    PhotoMetadata,
)
from photofind.store import identity, schema
from photofind.store.bulk import in_batches
from photofind.store.counts import count_by_key
from photofind.store.folders import in_folder
from photofind.store.identity import MetadataRead
from photofind.store.name_keys import name_key, record_folders
from photofind.store.roots import Root
from photofind.store.stored_paths import absolute_path, look_up_text, prefix_of, relative_bytes
from photofind.store.waiting import remove_waiting

_files = schema.files
_photos = schema.photos
_roots = schema.roots


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was last read.

    Attributes:
        raw_path: The bytes of its absolute path: a `Path` is made only of the few that differ.
        read_at_ns: Wall clock. A change within the same tick as the read leaves `stat` as it was.
        failure: Why it could not be read; exactly one of this and `photo_id` is set.
    """

    file_id: int
    raw_path: bytes
    stat: FileStat
    read_at_ns: int
    photo_id: PhotoId | None
    failure: str | None

    @property
    def path(self) -> Path:
        return Path(os.fsdecode(self.raw_path))


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What reading a file came to: a photo, the fingerprint of a known one, or a failure.

    Attributes:
        known_metadata: Of this file, where its photo is a known one.
        older: What the catalogue knows that photo by, see `photofind.store.identity`.
        before: The photo that was known at its path until now, if any.
        products: What was made of the photo, by kind.
        not_made: Why nothing could be made of it, by kind.
    """

    found: FoundFile
    read_at_ns: int
    photo: Photo | None = None
    fingerprint: Fingerprint | None = None
    failure: str | None = None
    known_metadata: PhotoMetadata | None = None
    older: Fingerprint | None = None
    before: PhotoId | None = None
    products: Mapping[str, Any] = field(default_factory=dict)
    not_made: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.content is None) == (self.failure is None):
            raise ValueError("a file that was read is either a photo or a failure")
        if self.photo is not None and self.fingerprint not in (None, self.photo.fingerprint):
            raise ValueError("two fingerprints for one file")

    @property
    def content(self) -> Fingerprint | None:
        return self.photo.fingerprint if self.photo is not None else self.fingerprint

    @property
    def names(self) -> list[Fingerprint]:
        """What the catalogue may know its photo by; none for a failure."""
        older = self.photo.older if self.photo is not None else self.older
        return [name for name in (self.content, older) if name is not None]

    @property
    def metadata(self) -> PhotoMetadata | None:
        return self.photo.metadata if self.photo is not None else self.known_metadata


def has_file(photo_id: sa.Column[int]) -> sa.ColumnElement[bool]:
    """Whether a row's photo lies anywhere, and so can be shown."""
    if photo_id.table is _photos:
        return _photos.c.file_count > 0
    shown = sa.select(sa.literal_column("1", sa.Integer)).where(
        _photos.c.id == photo_id, _photos.c.file_count > 0
    )
    return shown.correlate(photo_id.table).exists()


def known_files(connection: sa.Connection, root: Root) -> dict[Path, KnownFile]:
    """Every file of a root by its absolute path."""
    return _by_path(_known(connection, root, _files.c.root_id == root.id))


def known_files_after(
    connection: sa.Connection, root: Root, after: Path | None, limit: int
) -> list[KnownFile]:
    """List the next files of a root by the bytes of their paths; the first ones after `None`."""
    where = [_files.c.root_id == root.id]
    if after is not None:
        where.append(_files.c.path > relative_bytes(root.path, after))
    return _known(connection, root, *where, limit=limit)


def known_files_below(
    connection: sa.Connection, root: Root, folder: Path, *, deep: bool
) -> dict[Path, KnownFile]:
    """As `known_files`, of one folder of the root; `deep`: and of all folders in it."""
    where = in_folder(_files.c.path, root, folder, deep=deep)
    return _by_path(_known(connection, root, _files.c.root_id == root.id, *where))


def _by_path(files: list[KnownFile]) -> dict[Path, KnownFile]:
    return {file.path: file for file in files}


def _known(
    connection: sa.Connection,
    root: Root,
    *where: sa.ColumnElement[bool],
    limit: int | None = None,
) -> list[KnownFile]:
    columns = sa.select(
        _files.c.id,
        _files.c.path,
        _files.c.size,
        _files.c.mtime_ns,
        _files.c.ctime_ns,
        _files.c.inode,
        _files.c.read_at_ns,
        _files.c.photo_id,
        _files.c.failure,
    )
    statement = columns.where(*where).order_by(_files.c.path).limit(limit)
    prefix = prefix_of(root.path)
    return [
        KnownFile(
            id_, prefix + raw, FileStat(size, mtime, ctime, inode), read_at, photo_id, failure
        )
        for id_, raw, size, mtime, ctime, inode, read_at, photo_id, failure in connection.execute(
            statement
        )
    ]


def photo_ids_of(
    connection: sa.Connection, fingerprints: Sequence[Fingerprint]
) -> dict[Fingerprint, PhotoId]:
    """Only of contents the catalogue knows."""
    ids: dict[Fingerprint, PhotoId] = {}
    columns = sa.select(_photos.c.fingerprint, _photos.c.id)
    for batch in in_batches(fingerprints):
        rows = connection.execute(columns.where(_photos.c.fingerprint.in_(batch)))
        ids.update((Fingerprint(fingerprint), PhotoId(id_)) for fingerprint, id_ in rows)
    return ids


def fingerprints_of(
    connection: sa.Connection, photo_ids: Sequence[PhotoId]
) -> dict[PhotoId, Fingerprint]:
    """Return what the photos are, whatever becomes of their rows."""
    columns = sa.select(_photos.c.id, _photos.c.fingerprint)
    return {
        PhotoId(id_): Fingerprint(fingerprint)
        for batch in in_batches(photo_ids)
        for id_, fingerprint in connection.execute(columns.where(_photos.c.id.in_(batch)))
    }


def record_files(
    connection: sa.Connection, root: Root, files: Sequence[ReadFile]
) -> list[PhotoId | None]:
    """Store what reading files below `root` came to, replacing what was known of them.

    They wait no more, see `photofind.store.waiting`.

    Returns:
        The photo of each file, `None` for a failure; in the order of `files`.

    Raises:
        ValueError: A file names a fingerprint without its photo, and the catalogue lacks it.
    """
    identity.rename_older(connection, _older_names(files))
    _record_photos(connection, [file.photo for file in files if file.photo is not None])
    contents = [file.content for file in files]
    ids = photo_ids_of(connection, list({content for content in contents if content is not None}))
    missing = [content for content in contents if content is not None and content not in ids]
    if missing:
        raise ValueError(f"no photo with fingerprint {missing[0].hex()}")
    photo_ids = [None if content is None else ids[content] for content in contents]
    identity.merge_metadata(connection, _metadata_reads(connection, root, files, photo_ids))
    _record_rows(connection, root, files, photo_ids)
    remove_waiting(connection, root, [file.found.path for file in files])
    return photo_ids


def count_files(connection: sa.Connection, root: Root) -> int:
    """How many files of a root are known, failures among them."""
    return count_by_key(connection, "files").get(root.id, 0)


def remove_files(connection: sa.Connection, file_ids: Iterable[int]) -> None:
    """Forget files; their photos stay, so that what comes back is not embedded again."""
    rows = [{"file_id": file_id} for file_id in file_ids]
    if rows:
        connection.execute(sa.delete(_files).where(_files.c.id == sa.bindparam("file_id")), rows)


def remove_paths(connection: sa.Connection, root: Root, paths: Sequence[Path]) -> None:
    """Forget files of a root that are no photos, whether they were known or waited."""
    relative = [relative_bytes(root.path, path) for path in paths]
    for batch in in_batches(relative):
        here = _files.c.root_id == root.id, _files.c.path.in_(batch)
        connection.execute(sa.delete(_files).where(*here))
    remove_waiting(connection, root, paths)


def paths_of(connection: sa.Connection, photo_ids: Sequence[PhotoId]) -> dict[PhotoId, list[Path]]:
    """List the files of each photo, sorted; photos without a file are left out."""
    columns = sa.select(_files.c.photo_id, _roots.c.path, _files.c.path).join_from(_files, _roots)
    found: defaultdict[PhotoId, list[Path]] = defaultdict(list)
    for batch in in_batches(photo_ids):
        for photo_id, root, path in connection.execute(columns.where(_files.c.photo_id.in_(batch))):
            found[photo_id].append(absolute_path(root, path))
    return {photo_id: sorted(found[photo_id]) for photo_id in photo_ids if photo_id in found}


def photo(connection: sa.Connection, photo_id: PhotoId) -> Photo | None:
    row = connection.execute(sa.select(_photos).where(_photos.c.id == photo_id)).one_or_none()
    if row is None:
        return None
    return Photo(
        fingerprint=Fingerprint(row.fingerprint),
        format=row.format,
        width=row.width,
        height=row.height,
        average_colour=_unpacked(row.average_colour),
        metadata=identity.metadata_of(row),
    )


def failures(connection: sa.Connection, root_id: int | None = None) -> list[Failure]:
    """Files that could not be read, by path."""
    statement = (
        sa.select(_roots.c.path, _files.c.path, _files.c.failure)
        .join_from(_files, _roots)
        .where(_files.c.failure.is_not(None))
    )
    if root_id is not None:
        statement = statement.where(_files.c.root_id == root_id)
    found = [
        Failure(absolute_path(root, path), reason)
        for root, path, reason in connection.execute(statement)
    ]
    return sorted(found, key=lambda failure: failure.path)


def forget_failures(connection: sa.Connection) -> None:
    """Delete the files that could not be read, so that the next run reads them again."""
    connection.execute(sa.delete(_files).where(_files.c.failure.is_not(None)))


def _record_photos(connection: sa.Connection, photos: Sequence[Photo]) -> None:
    if not photos:
        return
    added_at = datetime.now(UTC).isoformat()
    rows = [{**_photo_columns(photo), "added_at": added_at} for photo in photos]
    statement = insert(_photos)
    # A later reading of the same picture replaces an earlier one: the program may have learned.
    # What its file says about it is for `identity.merge_metadata`.
    changed = {
        name: statement.excluded[name] for name in ("format", "width", "height", "average_colour")
    }
    connection.execute(
        statement.on_conflict_do_update(index_elements=["fingerprint"], set_=changed), rows
    )


def _record_rows(
    connection: sa.Connection,
    root: Root,
    files: Sequence[ReadFile],
    photo_ids: Sequence[PhotoId | None],
) -> None:
    if not files:
        return
    paths = [relative_bytes(root.path, file.found.path) for file in files]
    path_texts = [look_up_text(path) for path in paths]
    rows = [
        {
            "root_id": root.id,
            "path": path,
            "path_text": path_text,
            "photo_id": photo_id,
            "failure": file.failure,
            "name_key": name_key(path_text),
            **_stat_columns(file.found.stat, file.read_at_ns),
        }
        for file, photo_id, path, path_text in zip(files, photo_ids, paths, path_texts, strict=True)
    ]
    record_folders(connection, root.id, path_texts)
    statement = insert(_files)
    changed = {name: statement.excluded[name] for name in rows[0]}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["root_id", "path"], set_=changed), rows
    )


def _older_names(files: Sequence[ReadFile]) -> dict[Fingerprint, Fingerprint]:
    """Return the fingerprints of photos by what the catalogue has known them by until now."""
    return {names[1]: names[0] for file in files if len(names := file.names) == 2}


def _metadata_reads(
    connection: sa.Connection,
    root: Root,
    files: Sequence[ReadFile],
    photo_ids: Sequence[PhotoId | None],
) -> list[MetadataRead]:
    paths = [relative_bytes(root.path, file.found.path) for file in files]
    known: dict[bytes, tuple[int | None, int, int]] = {}
    columns = sa.select(_files.c.path, _files.c.photo_id, _files.c.size, _files.c.mtime_ns)
    for batch in in_batches(paths):
        here = _files.c.root_id == root.id, _files.c.path.in_(batch)
        known |= {path: (*before,) for path, *before in connection.execute(columns.where(*here))}
    reads: list[MetadataRead] = []
    for path, file, photo_id in zip(paths, files, photo_ids, strict=True):
        if photo_id is not None and file.metadata is not None:
            was, *stat = known.get(path, (None, 0, 0))
            changed = stat != [file.found.stat.size, file.found.stat.mtime_ns]
            reads.append(MetadataRead(photo_id, file.metadata, was == photo_id, changed))
    return reads


def _photo_columns(photo: Photo) -> dict[str, object]:
    return {
        "fingerprint": photo.fingerprint,
        "format": photo.format,
        "width": photo.width,
        "height": photo.height,
        "average_colour": _packed(photo.average_colour),
        **asdict(photo.metadata),
    }


def _stat_columns(stat: FileStat, read_at_ns: int) -> dict[str, int]:
    return {
        "size": stat.size,
        "mtime_ns": stat.mtime_ns,
        "ctime_ns": stat.ctime_ns,
        "inode": stat.inode,
        "read_at_ns": read_at_ns,
    }


def _packed(colour: tuple[int, int, int]) -> int:
    red, green, blue = colour
    return red << 16 | green << 8 | blue


def _unpacked(colour: int) -> tuple[int, int, int]:
    return colour >> 16, colour >> 8 & 255, colour & 255
