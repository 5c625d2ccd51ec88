"""Files that were found and not read yet.

Frozen: imports nothing from photofind, and is never edited once released.
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

STATEMENTS = (
    """
    CREATE TABLE waiting (
        root_id INTEGER NOT NULL REFERENCES roots (id) ON DELETE CASCADE,
        path BLOB NOT NULL CHECK (typeof(path) = 'blob'),
        PRIMARY KEY (root_id, path)
    ) WITHOUT ROWID
    """,
    # Few files fail, and they are asked for after every change set.
    "CREATE INDEX ix_files_failure ON files (root_id) WHERE failure IS NOT NULL",
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
