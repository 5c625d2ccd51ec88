"""The change log, and what is counted as rows are written.

Frozen: imports nothing from photofind, and is never edited once released.

Triggers write the log and the counts, so that no writer can forget to, and both are true in the
same transaction as the rows they speak of.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TABLES = (
    # AUTOINCREMENT: a number is never given twice, however much of the log was dropped.
    """
    CREATE TABLE changes (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        kind TEXT NOT NULL,
        photo_id INTEGER,
        space_id INTEGER
    )
    """,
    # What a follower keeps elsewhere is true up to `seq`.
    """
    CREATE TABLE followers (
        name TEXT PRIMARY KEY NOT NULL,
        seq INTEGER NOT NULL,
        seen_at TEXT NOT NULL
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE counts (
        subject TEXT NOT NULL,
        key INTEGER NOT NULL,
        n INTEGER NOT NULL,
        PRIMARY KEY (subject, key)
    ) WITHOUT ROWID
    """,
    "ALTER TABLE photos ADD COLUMN file_count INTEGER NOT NULL DEFAULT 0",
    # When the last file of a photo went; NULL while it has any.
    "ALTER TABLE photos ADD COLUMN gone_at TEXT",
    "CREATE INDEX ix_photos_gone_at ON photos (gone_at) WHERE gone_at IS NOT NULL",
)

NOW = "strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"

FILLED = (
    """
    UPDATE photos SET file_count = (SELECT count(*) FROM files WHERE files.photo_id = photos.id)
    """,
    f"UPDATE photos SET gone_at = {NOW} WHERE file_count = 0",
    "INSERT INTO counts SELECT 'photos', 0, count(*) FROM photos WHERE file_count > 0",
    """
    INSERT INTO counts
    SELECT 'year', CAST(substr(taken_at, 1, 4) AS INTEGER) AS year, count(*)
    FROM photos WHERE file_count > 0 AND taken_at IS NOT NULL GROUP BY year
    """,
    "INSERT INTO counts SELECT 'files', root_id, count(*) FROM files GROUP BY root_id",
    """
    INSERT INTO counts
    SELECT 'failures', root_id, count(*) FROM files WHERE failure IS NOT NULL GROUP BY root_id
    """,
    """
    INSERT INTO counts
    SELECT 'root', root_id, count(DISTINCT photo_id) FROM files
    WHERE photo_id IS NOT NULL GROUP BY root_id
    """,
    "INSERT INTO counts SELECT 'waiting', root_id, count(*) FROM waiting GROUP BY root_id",
    """
    INSERT INTO counts
    SELECT 'embedded', space_id, count(*) FROM embeddings JOIN photos ON photos.id = photo_id
    WHERE region_kind = 'whole' AND file_count > 0 GROUP BY space_id
    """,
    """
    INSERT INTO counts
    SELECT state, tag_id, count(*) FROM photo_tags JOIN photos ON photos.id = photo_id
    WHERE file_count > 0 GROUP BY state, tag_id
    """,
)


def _add(subject: str, key: str, delta: str, where: str = "true") -> str:
    """A statement of a trigger that adds to a count."""
    return (
        f"INSERT INTO counts SELECT {subject}, {key}, {delta} WHERE {where} "
        "ON CONFLICT (subject, key) DO UPDATE SET n = n + excluded.n;"
    )


def _log(kind: str, photo: str = "NULL", space: str = "NULL") -> str:
    return f"INSERT INTO changes (kind, photo_id, space_id) VALUES ('{kind}', {photo}, {space});"


def _present(photo: str) -> str:
    return f"EXISTS (SELECT 1 FROM photos WHERE id = {photo} AND file_count > 0)"


def _file(row: str, delta: str) -> str:
    """What a file that comes (1) or goes (-1) changes."""
    other = (
        f"SELECT 1 FROM files WHERE photo_id = {row}.photo_id AND root_id = {row}.root_id "
        f"AND id <> {row}.id"
    )
    return (
        _add("'files'", f"{row}.root_id", delta)
        + _add("'failures'", f"{row}.root_id", delta, f"{row}.failure IS NOT NULL")
        + _add(
            "'root'", f"{row}.root_id", delta, f"{row}.photo_id NOT NULL AND NOT EXISTS ({other})"
        )
        + f"UPDATE photos SET file_count = file_count + {delta} WHERE id = {row}.photo_id;"
        + f"INSERT INTO changes (kind, photo_id) SELECT 'files', {row}.photo_id "
        + f"WHERE {row}.photo_id IS NOT NULL;"
    )


COMES_OR_GOES = "CASE WHEN NEW.file_count = 0 THEN -1 ELSE 1 END"
YEAR = "CAST(substr({row}.taken_at, 1, 4) AS INTEGER)"
SHOWN = (
    *("format", "width", "height", "average_colour", "taken_at", "utc_offset_minutes"),
    *("camera", "lens", "latitude", "longitude"),
)

TRIGGERS = {
    "files_insert AFTER INSERT ON files": _file("NEW", "1"),
    "files_delete AFTER DELETE ON files": _file("OLD", "-1"),
    "files_update AFTER UPDATE OF photo_id, failure, root_id, path ON files "
    "WHEN OLD.photo_id IS NOT NEW.photo_id OR (OLD.failure IS NULL) <> (NEW.failure IS NULL) "
    "OR OLD.root_id <> NEW.root_id OR OLD.path <> NEW.path": _file("OLD", "-1") + _file("NEW", "1"),
    "photos_presence AFTER UPDATE OF file_count ON photos "
    "WHEN (OLD.file_count = 0) <> (NEW.file_count = 0)": (
        f"UPDATE photos SET gone_at = CASE WHEN NEW.file_count = 0 THEN {NOW} END "
        "WHERE id = NEW.id;"
        + _add("'photos'", "0", COMES_OR_GOES)
        + _add("'year'", YEAR.format(row="NEW"), COMES_OR_GOES, "NEW.taken_at IS NOT NULL")
        + f"INSERT INTO counts SELECT state, tag_id, {COMES_OR_GOES} FROM photo_tags "
        "WHERE photo_id = NEW.id "
        "ON CONFLICT (subject, key) DO UPDATE SET n = n + excluded.n;"
        # CROSS: or SQLite goes through all embeddings of a space to find those of one photo.
        f"INSERT INTO counts SELECT 'embedded', spaces.id, {COMES_OR_GOES} FROM spaces "
        "CROSS JOIN embeddings ON space_id = spaces.id AND region_kind = 'whole' "
        "AND photo_id = NEW.id WHERE true "
        "ON CONFLICT (subject, key) DO UPDATE SET n = n + excluded.n;"
    ),
    "photos_year AFTER UPDATE OF taken_at ON photos "
    "WHEN NEW.file_count > 0 AND OLD.taken_at IS NOT NEW.taken_at": (
        _add("'year'", YEAR.format(row="OLD"), "-1", "OLD.taken_at IS NOT NULL")
        + _add("'year'", YEAR.format(row="NEW"), "1", "NEW.taken_at IS NOT NULL")
    ),
    f"photos_update AFTER UPDATE OF {', '.join(SHOWN)} ON photos "
    f"WHEN {' OR '.join(f'OLD.{name} IS NOT NEW.{name}' for name in SHOWN)}": _log(
        "photo", "NEW.id"
    ),
    "photos_delete AFTER DELETE ON photos": _log("photo", "OLD.id"),
    "embeddings_insert AFTER INSERT ON embeddings WHEN NEW.region_kind = 'whole'": (
        _add("'embedded'", "NEW.space_id", "1", _present("NEW.photo_id"))
        + _log("embedding", "NEW.photo_id", "NEW.space_id")
    ),
    "embeddings_update AFTER UPDATE OF vector, checksum ON embeddings "
    "WHEN NEW.region_kind = 'whole'": _log("embedding", "NEW.photo_id", "NEW.space_id"),
    "embeddings_delete AFTER DELETE ON embeddings WHEN OLD.region_kind = 'whole'": (
        _add("'embedded'", "OLD.space_id", "-1", _present("OLD.photo_id"))
        + _log("embedding", "OLD.photo_id", "OLD.space_id")
    ),
    "photo_tags_insert AFTER INSERT ON photo_tags": (
        _add("NEW.state", "NEW.tag_id", "1", _present("NEW.photo_id"))
        + _log("tags", "NEW.photo_id")
    ),
    "photo_tags_update AFTER UPDATE OF state ON photo_tags WHEN OLD.state <> NEW.state": (
        _add("OLD.state", "OLD.tag_id", "-1", _present("OLD.photo_id"))
        + _add("NEW.state", "NEW.tag_id", "1", _present("NEW.photo_id"))
        + _log("tags", "NEW.photo_id")
    ),
    "photo_tags_delete AFTER DELETE ON photo_tags": (
        _add("OLD.state", "OLD.tag_id", "-1", _present("OLD.photo_id"))
        + _log("tags", "OLD.photo_id")
    ),
    "waiting_insert AFTER INSERT ON waiting": _add("'waiting'", "NEW.root_id", "1"),
    "waiting_delete AFTER DELETE ON waiting": _add("'waiting'", "OLD.root_id", "-1"),
    "roots_insert AFTER INSERT ON roots": _log("roots"),
    "roots_update AFTER UPDATE OF offline ON roots WHEN OLD.offline <> NEW.offline": _log("roots"),
    "roots_delete AFTER DELETE ON roots": _log("roots")
    + "DELETE FROM counts WHERE subject IN ('files', 'failures', 'root', 'waiting') "
    "AND key = OLD.id;",
    "state_insert AFTER INSERT ON state WHEN NEW.key = 'serving_space_id'": _log("serving"),
    "state_update AFTER UPDATE OF value ON state "
    "WHEN NEW.key = 'serving_space_id' AND OLD.value <> NEW.value": _log("serving"),
}


def upgrade() -> None:
    for statement in (*TABLES, *FILLED):
        op.execute(statement)
    for event, body in TRIGGERS.items():
        op.execute(f"CREATE TRIGGER {event} BEGIN {body} END")
