"""Tags, and what was said about them on each photo.

Frozen: imports nothing from photofind, and is never edited once released.
"""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

STATEMENTS = (
    # `key` is the name without case; SQLite knows the case of ASCII letters only.
    """
    CREATE TABLE tags (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        name TEXT NOT NULL,
        key TEXT NOT NULL UNIQUE,
        created_at TEXT NOT NULL
    )
    """,
    # The source is not checked against a list: more ways to learn tags will come.
    """
    CREATE TABLE photo_tags (
        photo_id INTEGER NOT NULL REFERENCES photos (id),
        tag_id INTEGER NOT NULL REFERENCES tags (id),
        state TEXT NOT NULL CHECK (state IN ('suggested', 'confirmed', 'rejected')),
        source TEXT NOT NULL,
        score REAL,
        space_id INTEGER REFERENCES spaces (id),
        changed_at TEXT NOT NULL,
        PRIMARY KEY (photo_id, tag_id),
        CHECK ((state = 'suggested') = (source <> 'person')),
        CHECK ((score IS NULL) = (space_id IS NULL))
    ) WITHOUT ROWID
    """,
    "CREATE INDEX ix_photo_tags_tag_id ON photo_tags (tag_id, state)",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
