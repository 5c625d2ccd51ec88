"""The ratings that photos' files hold, places by their latitude, what files and folders are called.

Frozen: imports nothing from photofind, and is never edited once released.

Files that may hold a rating count as read before all times, so that the next run reads them again.
Their photos are known, and nothing is made of them again.
"""

import os
import re
import unicodedata
from itertools import accumulate
from pathlib import PurePath

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

WITHOUT_RATING = "'bmp', 'gif', 'ppm', 'video'"
SHOWN = (
    *("format", "width", "height", "average_colour", "taken_at", "utc_offset_minutes"),
    *("camera", "lens", "latitude", "longitude", "rating"),
)
DIFFERS = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in SHOWN)

STATEMENTS = (
    "ALTER TABLE photos ADD COLUMN rating INTEGER",
    f"""
    UPDATE files SET read_at_ns = 0 WHERE photo_id IN (
        SELECT id FROM photos WHERE format NOT IN ({WITHOUT_RATING})
    )
    """,
    "CREATE INDEX ix_photos_place ON photos (latitude, longitude) WHERE latitude IS NOT NULL",
    # As in 0004, and of ratings too.
    "DROP TRIGGER photos_update",
    f"""
    CREATE TRIGGER photos_update AFTER UPDATE OF {", ".join(SHOWN)} ON photos WHEN {DIFFERS}
    BEGIN INSERT INTO changes (kind, photo_id, space_id) VALUES ('photo', NEW.id, NULL); END
    """,
    # The words of a file's name, less its extension; of two words and more.
    "ALTER TABLE files ADD COLUMN name_key TEXT",
    """
    CREATE TABLE folder_names (
        key TEXT NOT NULL,
        root_id INTEGER NOT NULL REFERENCES roots (id) ON DELETE CASCADE,
        folder TEXT NOT NULL,
        PRIMARY KEY (key, root_id, folder)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX ix_folder_names_root_id ON folder_names (root_id)",
)
WORD = re.compile(r"[^\W_]+")


def _words(text: str) -> list[str]:
    text = unicodedata.normalize("NFC", text).casefold()
    return WORD.findall(unicodedata.normalize("NFC", text))


def _folders(lowest: str) -> list[tuple[str, str]]:
    """Every folder on the way to one, with each of its keys."""
    found = []
    for folder in accumulate(PurePath(lowest).parts, lambda above, part: above + os.sep + part):
        words: list[str] = []
        for part in reversed(PurePath(folder).parts):
            words = _words(part) + words
            if len(words) > 1:
                found.append((" ".join(words), folder))
    return found


def _fill_names() -> None:
    connection = op.get_bind()
    keys = []
    folders = set()
    for id_, root_id, path in connection.execute(
        sa.text("SELECT id, root_id, path_text FROM files")
    ):
        words = _words(PurePath(path).stem)
        if len(words) > 1:
            keys.append({"id": id_, "key": " ".join(words)})
        folders.add((root_id, path.rpartition(os.sep)[0]))
    names = [
        {"key": key, "root_id": root_id, "folder": folder}
        for root_id, key, folder in {
            (root_id, *pair) for root_id, lowest in folders if lowest for pair in _folders(lowest)
        }
    ]
    if keys:
        connection.execute(sa.text("UPDATE files SET name_key = :key WHERE id = :id"), keys)
    if names:
        connection.execute(
            sa.text("INSERT INTO folder_names VALUES (:key, :root_id, :folder)"), names
        )
    op.execute("CREATE INDEX ix_files_name_key ON files (name_key) WHERE name_key IS NOT NULL")


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
    _fill_names()
