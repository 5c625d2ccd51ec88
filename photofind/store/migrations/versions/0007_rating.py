"""The rating that a photo's file holds, and places that are found by their latitude.

Frozen: imports nothing from photofind, and is never edited once released.

Files that may hold a rating count as read before all times, so that the next run reads them again.
Their photos are known, and nothing is made of them again.
"""

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
    "CREATE INDEX ix_photos_latitude ON photos (latitude) WHERE latitude IS NOT NULL",
    # As in 0004, and of ratings too.
    "DROP TRIGGER photos_update",
    f"""
    CREATE TRIGGER photos_update AFTER UPDATE OF {", ".join(SHOWN)} ON photos WHEN {DIFFERS}
    BEGIN INSERT INTO changes (kind, photo_id, space_id) VALUES ('photo', NEW.id, NULL); END
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
