"""Sets up connections to the catalogue."""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

BUSY_TIMEOUT_S = 10.0

WRITER_PRAGMAS = {
    "foreign_keys": "ON",
    # FULL, not NORMAL: tags a person made a second ago survive a power cut. It costs one fsync
    # for each transaction, and a transaction holds a batch of photos that took seconds to embed.
    "synchronous": "FULL",
    "journal_size_limit": "67108864",
    # What a statement with its triggers may have to take back: in a file, 300 KB for each photo.
    "temp_store": "MEMORY",
}
READER_PRAGMAS = {"query_only": "ON"}


def connect(catalogue: Path, *, mode: Literal["rw", "rwc"]) -> sqlite3.Connection:
    """Connect in autocommit mode: every transaction is begun by name.

    Readers open with `rw` as well: WAL readers write to the shared-memory file.
    """
    return sqlite3.connect(
        f"{catalogue.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_S,
    )


def make_engine(
    catalogue: Path, *, begin: str, pragmas: Mapping[str, str], pool_size: int = 1
) -> sa.Engine:
    """Make an engine whose transactions start with `begin`."""

    def connected() -> sqlite3.Connection:
        connection = connect(catalogue, mode="rw")
        try:
            for name, value in pragmas.items():
                connection.execute(f"PRAGMA {name}={value}")
        except BaseException:
            connection.close()
            raise
        return connection

    engine = sa.create_engine(
        "sqlite://",
        # Errors name statements, not the paths and tags in them: they end in the log.
        hide_parameters=True,
        creator=connected,
        poolclass=QueuePool,
        pool_size=pool_size,
        max_overflow=0 if pool_size == 1 else -1,
    )

    @sa.event.listens_for(engine, "begin")
    def begin_transaction(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
