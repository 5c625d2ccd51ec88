"""The catalogue's tables, for queries; `migrations/` creates them.

[Note: wide integers] Columns of type `WideInteger` hold what a file system reports. Inodes reach
2⁶⁴ and beyond, and a zeroed Windows date lies before what 64 bits of nanoseconds can say, so what
SQLite's integers cannot hold is kept as text. Such columns have no declared type.
"""

from collections.abc import Callable

import sqlalchemy as sa

REVISION = "0007"
"""The migration that makes what this module describes; fixed width, so that revisions sort."""

PAGE_BYTES = 16384
"""Fits seven 512-d vectors: 100k of them read in 0.17 s; 0.41 s from the default 4 KiB pages."""

WHOLE = "whole"
"""The region kind of an embedding of a whole photo."""


class WideInteger(sa.TypeDecorator[int]):
    """See [Note: wide integers]."""

    impl = sa.types.NullType
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[int | None], int | str | None]:
        return _narrowed

    def result_processor(
        self, dialect: sa.Dialect, coltype: object
    ) -> Callable[[int | str | None], int | None]:
        return _widened


def _narrowed(value: int | None) -> int | str | None:
    if value is None or -(2**63) <= value < 2**63:
        return value
    return str(value)


def _widened(value: int | str | None) -> int | None:
    return int(value) if isinstance(value, str) else value


metadata = sa.MetaData()

roots = sa.Table(
    "roots",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("path", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("added_at", sa.Text, nullable=False),
    sa.Column("offline", sa.Integer, nullable=False),
    sa.Column("last_indexed_at", sa.Text),
)

photos = sa.Table(
    "photos",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("fingerprint", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("format", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("average_colour", sa.Integer, nullable=False),
    sa.Column("taken_at", sa.Text),
    sa.Column("utc_offset_minutes", sa.Integer),
    sa.Column("camera", sa.Text),
    sa.Column("lens", sa.Text),
    sa.Column("latitude", sa.REAL),
    sa.Column("longitude", sa.REAL),
    sa.Column("rating", sa.Integer),
    sa.Column("added_at", sa.Text, nullable=False),
    # Both kept by triggers, see migration 0004.
    sa.Column("file_count", sa.Integer, nullable=False, server_default="0"),
    sa.Column("gone_at", sa.Text),
    sa.Index(
        "ix_photos_place", "latitude", "longitude", sqlite_where=sa.text("latitude IS NOT NULL")
    ),
)

files = sa.Table(
    "files",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("root_id", sa.Integer, sa.ForeignKey("roots.id"), nullable=False),
    sa.Column("path", sa.LargeBinary, nullable=False),
    sa.Column("path_text", sa.Text, nullable=False, index=True),
    sa.Column("photo_id", sa.Integer, sa.ForeignKey("photos.id"), index=True),
    sa.Column("size", sa.Integer, nullable=False),
    sa.Column("mtime_ns", WideInteger, nullable=False),
    sa.Column("ctime_ns", WideInteger, nullable=False),
    sa.Column("inode", WideInteger, nullable=False),
    sa.Column("read_at_ns", sa.Integer, nullable=False),
    sa.Column("failure", sa.Text),
    # See `name_keys`.
    sa.Column("name_key", sa.Text),
    sa.UniqueConstraint("root_id", "path"),
    sa.Index("ix_files_failure", "root_id", sqlite_where=sa.text("failure IS NOT NULL")),
    sa.Index("ix_files_name_key", "name_key", sqlite_where=sa.text("name_key IS NOT NULL")),
)

# What folders are called, see `name_keys`; they may hold no photos any more.
folder_names = sa.Table(
    "folder_names",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("root_id", sa.Integer, sa.ForeignKey("roots.id"), primary_key=True, index=True),
    sa.Column("folder", sa.Text, primary_key=True),
)

waiting = sa.Table(
    "waiting",
    metadata,
    sa.Column("root_id", sa.Integer, sa.ForeignKey("roots.id"), primary_key=True),
    sa.Column("path", sa.LargeBinary, primary_key=True),
)

spaces = sa.Table(
    "spaces",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("checkpoint", sa.Text, nullable=False),
    sa.Column("sha256", sa.Text, nullable=False),
    sa.Column("preprocess_version", sa.Integer, nullable=False),
    sa.Column("dim", sa.Integer, nullable=False),
    sa.UniqueConstraint("sha256", "preprocess_version"),
)

embeddings = sa.Table(
    "embeddings",
    metadata,
    sa.Column("photo_id", sa.Integer, sa.ForeignKey("photos.id"), primary_key=True),
    sa.Column("space_id", sa.Integer, sa.ForeignKey("spaces.id"), primary_key=True),
    sa.Column("region_kind", sa.Text, primary_key=True, server_default=WHOLE),
    sa.Column("vector", sa.LargeBinary, nullable=False),
    sa.Column("checksum", sa.Integer, nullable=False),
)

state = sa.Table(
    "state",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)

tags = sa.Table(
    "tags",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False, unique=True),
    sa.Column("created_at", sa.Text, nullable=False),
)

photo_tags = sa.Table(
    "photo_tags",
    metadata,
    sa.Column("photo_id", sa.Integer, sa.ForeignKey("photos.id"), primary_key=True),
    sa.Column("tag_id", sa.Integer, sa.ForeignKey("tags.id"), primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("score", sa.REAL),
    sa.Column("space_id", sa.Integer, sa.ForeignKey("spaces.id")),
    sa.Column("changed_at", sa.Text, nullable=False),
    sa.Index("ix_photo_tags_tag_id", "tag_id", "state"),
)

# Written by triggers, see migration 0004.
changes = sa.Table(
    "changes",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("photo_id", sa.Integer),
    sa.Column("space_id", sa.Integer),
)

followers = sa.Table(
    "followers",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("seen_at", sa.Text, nullable=False),
)

# Written by triggers, see migration 0004.
counts = sa.Table(
    "counts",
    metadata,
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("key", sa.Integer, primary_key=True),
    sa.Column("n", sa.Integer, nullable=False),
)

# Written by triggers, see migration 0005.
former_paths = sa.Table(
    "former_paths",
    metadata,
    sa.Column("path", sa.LargeBinary, primary_key=True),
    sa.Column("photo_id", sa.Integer, sa.ForeignKey("photos.id"), primary_key=True, index=True),
    sa.Column("left_at", sa.Text, nullable=False),
)

successions = sa.Table(
    "successions",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("old_photo_id", sa.Integer, sa.ForeignKey("photos.id"), nullable=False),
    sa.Column("new_photo_id", sa.Integer, sa.ForeignKey("photos.id"), nullable=False, index=True),
    sa.Column("path", sa.LargeBinary, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False, index=True),
    sa.Column("known_before", sa.Integer, nullable=False),
    sa.Column("cosine", sa.REAL),
    sa.Column("happened_at", sa.Text, nullable=False),
    sa.UniqueConstraint("old_photo_id", "new_photo_id"),
)

producers = sa.Table(
    "producers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("current", sa.Integer, nullable=False, server_default="0"),
    sa.UniqueConstraint("kind", "version"),
)

# Facts about embeddings are written by triggers, see migration 0006.
derived = sa.Table(
    "derived",
    metadata,
    sa.Column("producer_id", sa.Integer, sa.ForeignKey("producers.id"), primary_key=True),
    sa.Column("photo_id", sa.Integer, sa.ForeignKey("photos.id"), primary_key=True),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("why", sa.Text),
    sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    sa.Index(
        "ix_derived_not_done",
        "producer_id",
        "photo_id",
        sqlite_where=sa.text("status <> 'done'"),
    ),
)
