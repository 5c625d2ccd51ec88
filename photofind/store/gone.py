"""Photos whose last file went, and their end."""

from datetime import datetime

import sqlalchemy as sa

from photofind.domain import Fingerprint, PhotoId
from photofind.store import schema
from photofind.store.tags import PERSON

_photos = schema.photos


def gone_before(
    connection: sa.Connection, moment: datetime, limit: int
) -> dict[PhotoId, Fingerprint]:
    """Find photos that have no file since before a moment, and nothing a person said.

    Args:
        moment: UTC.

    Returns:
        At most `limit`; none while any root is offline, where their files may be.
    """
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


def delete_photos(connection: sa.Connection, photo_ids: list[PhotoId]) -> None:
    """Delete photos without files, with everything that was derived from them."""
    for table in schema.metadata.sorted_tables:
        for column in table.columns:
            if column.references(_photos.c.id) and table is not schema.files:
                connection.execute(sa.delete(table).where(column.in_(photo_ids)))
    connection.execute(sa.delete(_photos).where(_photos.c.id.in_(photo_ids)))
