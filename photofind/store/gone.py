"""Deletes photos whose last file has been gone for long."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from photofind.domain import Fingerprint, PhotoId
from photofind.store import schema
from photofind.store.tags import PERSON

_photos = schema.photos


def delete_gone(
    connection: sa.Connection,
    before: datetime,
    limit: int,
    drop: Callable[[Fingerprint], None],
) -> int:
    """Delete photos without a file since before a moment, and everything derived from them.

    Photos with a person's tags stay, and all do while a root is offline: their files may be there.

    Args:
        connection: In a writing transaction.
        before: UTC.
        limit: Photos in this transaction.
        drop: Called for each; deletes what is kept of it outside the catalogue.

    Returns:
        How many were deleted.
    """
    gone = _gone_before(connection, before, limit)
    # First: what is kept of a photo nobody knows would stay for ever.
    for fingerprint in gone.values():
        drop(fingerprint)
    _delete(connection, list(gone))
    return len(gone)


def _gone_before(
    connection: sa.Connection, moment: datetime, limit: int
) -> dict[PhotoId, Fingerprint]:
    offline = sa.select(schema.roots.c.id).where(schema.roots.c.offline != 0).exists()
    tags = schema.photo_tags
    tagged = sa.select(tags.c.tag_id).where(
        tags.c.photo_id == _photos.c.id, tags.c.source == PERSON
    )
    rows = connection.execute(
        sa.select(_photos.c.id, _photos.c.fingerprint)
        .where(
            _photos.c.gone_at < moment.isoformat(timespec="milliseconds"),
            _photos.c.file_count == 0,
            ~offline,
            ~tagged.exists(),
        )
        .order_by(_photos.c.gone_at)
        .limit(limit)
    )
    return {PhotoId(photo_id): Fingerprint(fingerprint) for photo_id, fingerprint in rows}


def _delete(connection: sa.Connection, photo_ids: list[PhotoId]) -> None:
    for table in schema.metadata.sorted_tables:
        for column in table.columns:
            if column.references(_photos.c.id) and table is not schema.files:
                connection.execute(sa.delete(table).where(column.in_(photo_ids)))
    connection.execute(sa.delete(_photos).where(_photos.c.id.in_(photo_ids)))
