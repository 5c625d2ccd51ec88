"""Photos are known by their pictures; where photos with a person's tags last lay; what followed.

Frozen: imports nothing from photofind, and is never edited once released.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NOW = "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"

STATEMENTS = (
    # What photos there are were known by the bytes of their files.
    """
    INSERT INTO state
    SELECT 'photos_known_by_bytes', max(id) FROM photos HAVING count(*) > 0
    """,
    # `path` is absolute, so that it outlives roots.
    """
    CREATE TABLE former_paths (
        path BLOB NOT NULL CHECK (typeof(path) = 'blob'),
        photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
        left_at TEXT NOT NULL,
        PRIMARY KEY (path, photo_id)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX ix_former_paths_photo_id ON former_paths (photo_id)",
    # Photos with tags that were lost before: from where, nobody knows.
    f"""
    INSERT INTO former_paths
    SELECT x'', id, {NOW} FROM photos WHERE file_count = 0 AND EXISTS (
        SELECT 1 FROM photo_tags WHERE photo_tags.photo_id = photos.id AND state <> 'suggested'
    )
    """,
    """
    CREATE TABLE successions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        old_photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
        new_photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
        path BLOB NOT NULL CHECK (typeof(path) = 'blob'),
        verdict TEXT NOT NULL,
        known_before INTEGER NOT NULL CHECK (known_before IN (0, 1)),
        cosine REAL,
        happened_at TEXT NOT NULL,
        UNIQUE (old_photo_id, new_photo_id),
        CHECK (old_photo_id <> new_photo_id)
    )
    """,
    "CREATE INDEX ix_successions_new_photo_id ON successions (new_photo_id)",
    "CREATE INDEX ix_successions_verdict ON successions (verdict)",
)

DECIDED = (
    "OLD.photo_id IS NOT NULL AND EXISTS (SELECT 1 FROM photo_tags "
    "WHERE photo_tags.photo_id = OLD.photo_id AND state <> 'suggested')"
)
# Absolute paths of Windows begin with a letter or a backslash.
PATH = """
    CAST(path || CASE
        WHEN path = x'2F' THEN x''
        WHEN substr(path, 1, 1) = x'2F' THEN x'2F'
        WHEN substr(path, -1) = x'5C' THEN x''
        ELSE x'5C'
    END || OLD.path AS BLOB)
"""
LEFT = f"""
    INSERT INTO former_paths
    SELECT {PATH}, OLD.photo_id, {NOW} FROM roots WHERE roots.id = OLD.root_id
    ON CONFLICT (path, photo_id) DO UPDATE SET left_at = excluded.left_at;
"""
GONE = f"""
    INSERT INTO former_paths
    SELECT x'', NEW.photo_id, {NOW} FROM photos WHERE photos.id = NEW.photo_id AND file_count = 0
    AND NOT EXISTS (SELECT 1 FROM former_paths WHERE former_paths.photo_id = NEW.photo_id);
"""

TRIGGERS = {
    f"files_left_delete AFTER DELETE ON files WHEN {DECIDED}": LEFT,
    "files_left_update AFTER UPDATE OF photo_id ON files "
    f"WHEN OLD.photo_id IS NOT NEW.photo_id AND {DECIDED}": LEFT,
    # Said of a photo that is gone already: from where is not known.
    "photo_tags_gone_insert AFTER INSERT ON photo_tags WHEN NEW.state <> 'suggested'": GONE,
    "photo_tags_gone_update AFTER UPDATE OF state ON photo_tags "
    "WHEN NEW.state <> 'suggested'": GONE,
}


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    for event, body in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {event} BEGIN {body} END")
