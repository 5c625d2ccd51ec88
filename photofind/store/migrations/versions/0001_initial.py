"""Roots, photos, files, embeddings.

Frozen: imports nothing from photofind, and is never edited once released.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE roots (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL UNIQUE CHECK (typeof(path) = 'blob'),
        added_at TEXT NOT NULL,
        offline INTEGER NOT NULL DEFAULT 0 CHECK (offline IN (0, 1)),
        last_indexed_at TEXT
    )
    """,
    """
    CREATE TABLE photos (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        fingerprint BLOB NOT NULL UNIQUE
            CHECK (typeof(fingerprint) = 'blob' AND length(fingerprint) = 16),
        format TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        average_colour INTEGER NOT NULL CHECK (average_colour BETWEEN 0 AND 16777215),
        taken_at TEXT,
        utc_offset_minutes INTEGER,
        camera TEXT,
        lens TEXT,
        latitude REAL,
        longitude REAL,
        added_at TEXT NOT NULL
    )
    """,
    # mtime_ns, ctime_ns and inode have no type on purpose: values beyond 64 bits are kept as text.
    """
    CREATE TABLE files (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        root_id INTEGER NOT NULL REFERENCES roots (id),
        path BLOB NOT NULL CHECK (typeof(path) = 'blob'),
        path_text TEXT NOT NULL,
        photo_id INTEGER REFERENCES photos (id),
        size INTEGER NOT NULL,
        mtime_ns NOT NULL,
        ctime_ns NOT NULL,
        inode NOT NULL,
        read_at_ns INTEGER NOT NULL,
        failure TEXT,
        UNIQUE (root_id, path),
        CHECK ((photo_id IS NULL) <> (failure IS NULL))
    )
    """,
    "CREATE INDEX ix_files_photo_id ON files (photo_id)",
    "CREATE INDEX ix_files_path_text ON files (path_text)",
    """
    CREATE TABLE spaces (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        checkpoint TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        preprocess_version INTEGER NOT NULL,
        dim INTEGER NOT NULL CHECK (dim > 0),
        UNIQUE (sha256, preprocess_version)
    )
    """,
    # A rowid table: WITHOUT ROWID moves vectors of other widths to overflow pages.
    """
    CREATE TABLE embeddings (
        photo_id INTEGER NOT NULL REFERENCES photos (id),
        space_id INTEGER NOT NULL REFERENCES spaces (id),
        region_kind TEXT NOT NULL DEFAULT 'whole',
        vector BLOB NOT NULL CHECK (typeof(vector) = 'blob'),
        checksum INTEGER NOT NULL,
        PRIMARY KEY (space_id, region_kind, photo_id)
    )
    """,
    "CREATE TABLE state (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
