"""What is derived from photos, by kind: what is done, what failed and why.

Frozen: imports nothing from photofind, and is never edited once released.

Triggers keep the counts of facts, and the facts about embeddings, which come and go with them.
"""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

TABLES = (
    # `current`: whether it is what is made now; what older versions made may still be there.
    """
    CREATE TABLE producers (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        version TEXT NOT NULL,
        current INTEGER NOT NULL DEFAULT 0 CHECK (current IN (0, 1)),
        UNIQUE (kind, version)
    )
    """,
    """
    CREATE TABLE derived (
        producer_id INTEGER NOT NULL REFERENCES producers (id),
        photo_id INTEGER NOT NULL REFERENCES photos (id),
        status TEXT NOT NULL CHECK (status IN ('done', 'retry', 'failed')),
        why TEXT,
        tries INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (producer_id, photo_id),
        CHECK ((status = 'done') = (why IS NULL))
    ) WITHOUT ROWID
    """,
    """
    CREATE INDEX ix_derived_not_done ON derived (producer_id, photo_id) WHERE status <> 'done'
    """,
)

EMBEDDING = "kind = 'embedding:' || sha256 AND version = CAST(preprocess_version AS TEXT)"
SERVING = "(SELECT value FROM state WHERE key = 'serving_space_id')"

FILLED = (
    f"""
    INSERT INTO producers (kind, version, current)
    SELECT 'embedding:' || sha256, CAST(preprocess_version AS TEXT),
        coalesce(id = CAST({SERVING} AS INTEGER), 0)
    FROM spaces
    """,
    f"""
    INSERT INTO derived (producer_id, photo_id, status)
    SELECT producers.id, photo_id, 'done'
    FROM embeddings JOIN spaces ON spaces.id = space_id JOIN producers ON {EMBEDDING}
    WHERE region_kind = 'whole' ORDER BY producers.id, photo_id
    """,
    # Every photo had its thumbnail made with it; nearly all have the size that nobody changed.
    """
    INSERT INTO producers (kind, version, current)
    SELECT 'thumbnail', '384', 1 WHERE EXISTS (SELECT 1 FROM photos)
    """,
    """
    INSERT INTO derived (producer_id, photo_id, status)
    SELECT producers.id, photos.id, 'done' FROM photos, producers
    WHERE kind = 'thumbnail' AND file_count > 0
    """,
    """
    INSERT INTO counts
    SELECT 'derived_' || status, producer_id, count(*)
    FROM derived JOIN photos ON photos.id = photo_id
    WHERE file_count > 0 GROUP BY status, producer_id
    """,
)


def _add(row: str, delta: str) -> str:
    """A statement of a trigger that adds to the count of a fact whose photo has a file."""
    return (
        f"INSERT INTO counts SELECT 'derived_' || {row}.status, {row}.producer_id, {delta} "
        f"WHERE EXISTS (SELECT 1 FROM photos WHERE id = {row}.photo_id AND file_count > 0) "
        "ON CONFLICT (subject, key) DO UPDATE SET n = n + excluded.n;"
    )


COMES_OR_GOES = "CASE WHEN NEW.file_count = 0 THEN -1 ELSE 1 END"

TRIGGERS = {
    "derived_insert AFTER INSERT ON derived": _add("NEW", "1"),
    "derived_update AFTER UPDATE OF status ON derived WHEN OLD.status <> NEW.status": (
        _add("OLD", "-1") + _add("NEW", "1")
    ),
    "derived_delete AFTER DELETE ON derived": _add("OLD", "-1"),
    "derived_presence AFTER UPDATE OF file_count ON photos "
    "WHEN (OLD.file_count = 0) <> (NEW.file_count = 0)": (
        f"INSERT INTO counts SELECT 'derived_' || status, producers.id, {COMES_OR_GOES} "
        "FROM producers CROSS JOIN derived ON producer_id = producers.id AND photo_id = NEW.id "
        "WHERE true ON CONFLICT (subject, key) DO UPDATE SET n = n + excluded.n;"
    ),
    "derived_space AFTER INSERT ON spaces": (
        "INSERT INTO producers (kind, version) "
        "VALUES ('embedding:' || NEW.sha256, CAST(NEW.preprocess_version AS TEXT)) "
        "ON CONFLICT (kind, version) DO NOTHING;"
    ),
    "derived_embedding_insert AFTER INSERT ON embeddings WHEN NEW.region_kind = 'whole'": (
        "INSERT INTO derived (producer_id, photo_id, status) "
        "SELECT producers.id, NEW.photo_id, 'done' "
        f"FROM spaces JOIN producers ON {EMBEDDING} WHERE spaces.id = NEW.space_id "
        "ON CONFLICT (producer_id, photo_id) DO UPDATE SET status = 'done', why = NULL;"
    ),
    "derived_embedding_delete AFTER DELETE ON embeddings WHEN OLD.region_kind = 'whole'": (
        "DELETE FROM derived WHERE photo_id = OLD.photo_id AND producer_id = "
        f"(SELECT producers.id FROM spaces JOIN producers ON {EMBEDDING} "
        "WHERE spaces.id = OLD.space_id);"
    ),
}


def upgrade() -> None:
    for statement in (*TABLES, *FILLED):
        op.execute(statement)
    for event, body in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {event} BEGIN {body} END")
