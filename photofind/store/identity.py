"""Identity of photos in the catalogue: a photo is its picture.

See docs/decisions/0010-what-a-photo-is.md.

[Note: older photos] Before revision 0005 a photo was known by the bytes of its file. Such a photo
gets its new fingerprint when a file of it is next read; until then it is known as before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import sqlalchemy as sa

from photofind.domain import Fingerprint, PhotoId, PhotoMetadata
from photofind.store import schema
from photofind.store.bulk import in_batches

_photos = schema.photos
_state = schema.state

_NAMES = tuple(PhotoMetadata.__slots__)
# Each is one fact: a latitude of one file and a longitude of another are no place.
_FACTS = (
    ("taken_at", "utc_offset_minutes"),
    ("camera",),
    ("lens",),
    ("latitude", "longitude"),
    ("rating",),
)


def has_older_photos(connection: sa.Connection) -> bool:
    """Return whether photos may be known by file bytes, see [Note: older photos]."""
    statement = sa.select(_state.c.value).where(_state.c.key == "photos_known_by_bytes")
    return connection.execute(statement).scalar_one_or_none() is not None


def rename_older(
    connection: sa.Connection, fingerprints: Mapping[Fingerprint, Fingerprint]
) -> None:
    """Replace the fingerprints of older photos, see [Note: older photos].

    Where a photo of the new fingerprint is there already, the older one stays what it is, and its
    file becomes a file of the other.

    Args:
        connection: In a writing transaction.
        fingerprints: The new ones by the old ones.
    """
    for older, content in fingerprints.items():
        there = sa.select(_photos.c.id).where(_photos.c.fingerprint == content)
        if connection.execute(there).first() is None:
            connection.execute(
                sa.update(_photos).where(_photos.c.fingerprint == older).values(fingerprint=content)
            )


def metadata_columns() -> list[sa.Column[Any]]:
    """Return the columns of photos that `metadata_of` needs."""
    return [_photos.c[name] for name in _NAMES]


def metadata_of(row: sa.Row[Any]) -> PhotoMetadata:
    """Build the metadata of a row of photos."""
    return PhotoMetadata(**{name: getattr(row, name) for name in _NAMES})


@dataclass(frozen=True, slots=True)
class MetadataRead:
    """Metadata as read from one file of a photo.

    Attributes:
        same_file: Whether it was a file of this photo before.
        changed: Whether it was written since.
    """

    photo_id: PhotoId
    metadata: PhotoMetadata
    same_file: bool
    changed: bool


def merge_metadata(connection: sa.Connection, reads: Sequence[MetadataRead]) -> None:
    """Merge metadata read from files into photos that may have other files.

    The only file of a photo is believed in everything. Of several, one that is new fills what was
    not known, and one that changed replaces what it speaks of.

    Args:
        connection: In a writing transaction; the files are still to be recorded.
        reads: In the order they were read.
    """
    columns = [_photos.c.id, _photos.c.file_count, *metadata_columns()]
    rows: dict[int, sa.Row[Any]] = {}
    for batch in in_batches([read.photo_id for read in reads]):
        found = connection.execute(sa.select(*columns).where(_photos.c.id.in_(batch)))
        rows |= {row.id: row for row in found}
    known = {photo_id: metadata_of(row) for photo_id, row in rows.items()}
    files = {photo_id: row.file_count for photo_id, row in rows.items()}
    merged = dict(known)
    for read in reads:
        before = merged[read.photo_id]
        others = files[read.photo_id] - read.same_file
        files[read.photo_id] = others + 1
        if others == 0:
            merged[read.photo_id] = read.metadata
        elif read.same_file and read.changed:
            merged[read.photo_id] = _filled(read.metadata, before)
        else:
            merged[read.photo_id] = _filled(before, read.metadata)
    for photo_id, metadata in merged.items():
        if metadata != known[photo_id]:
            connection.execute(
                sa.update(_photos).where(_photos.c.id == photo_id).values(asdict(metadata))
            )


def _filled(first: PhotoMetadata, second: PhotoMetadata) -> PhotoMetadata:
    """Fill the missing fields of `first` from `second`."""
    changes = {
        name: getattr(second, name)
        for fact in _FACTS
        if getattr(first, fact[0]) is None
        for name in fact
    }
    return replace(first, **changes)
