"""Migrates the catalogue's tables to the current revision."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import sqlalchemy as sa

from photofind.errors import BadInputError, LibraryDamagedError, UserFacingError
from photofind.paths import LibraryPaths
from photofind.store import schema
from photofind.store.connections import connect, make_engine
from photofind.store.snapshots import take_snapshot
from photofind.store.sqlite_errors import damaged

_log = logging.getLogger(__name__)

SCRIPTS = Path(__file__).parent / "migrations"


def prepare_for_writing(
    paths: LibraryPaths, head: str = schema.REVISION, scripts: Path = SCRIPTS
) -> None:
    """Create the catalogue or bring it up to date; an older one is checked and copied before."""
    with closing(connect(paths.catalogue, mode="rwc")) as connection:
        revision = _known_revision(connection, paths, head)
        _set_up_file(connection, paths, is_new=revision is None)
        if revision == head:
            return
        if revision is not None:
            _take_snapshot(connection, paths, revision)
    started = time.monotonic()
    _migrate(paths, head, scripts)
    seconds = time.monotonic() - started
    _log.info("Brought the catalogue from %s to %s in %.1f s.", revision or "none", head, seconds)


def check_there(paths: LibraryPaths) -> None:
    """Raise `BadInputError` where there is no catalogue."""
    if not paths.catalogue.exists():
        raise _no_library(paths)


def check_for_reading(paths: LibraryPaths) -> None:
    """Raise where a reader would not find the tables it expects; never changes anything."""
    check_there(paths)
    with closing(connect(paths.catalogue, mode="rw")) as connection:
        revision = _known_revision(connection, paths, schema.REVISION)
    if revision is None:
        raise _no_library(paths)
    if revision != schema.REVISION:
        raise UserFacingError(
            f"The catalogue {paths.catalogue} was made by an older photofind.",
            "Run photofind index once; it brings the catalogue up to date.",
        )


def _no_library(paths: LibraryPaths) -> BadInputError:
    return BadInputError(
        f"There is no library in {paths.folder} yet.", "Run photofind index FOLDER first."
    )


def _known_revision(connection: sqlite3.Connection, paths: LibraryPaths, head: str) -> str | None:
    """Read the catalogue's revision: `None` for one without tables, never one newer than `head`."""
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if not tables:
        return None
    if "alembic_version" not in tables:
        raise LibraryDamagedError(
            f"{paths.catalogue} is a database of another program.",
            "Move it elsewhere, or choose another library folder.",
        )
    versions = [name for (name,) in connection.execute("SELECT version_num FROM alembic_version")]
    if len(versions) != 1 or not str(versions[0]).isdecimal():
        raise damaged(f"The catalogue {paths.catalogue} does not say its version.", paths)
    revision = str(versions[0])
    if revision > head:
        raise LibraryDamagedError(
            f"The catalogue {paths.catalogue} was made by a newer photofind "
            f"(version {revision}, this one knows up to {head}).",
            "Update photofind, or choose another library folder.",
        )
    return revision


def _set_up_file(connection: sqlite3.Connection, paths: LibraryPaths, *, is_new: bool) -> None:
    if is_new:
        connection.execute(f"PRAGMA page_size={schema.PAGE_BYTES}")
    (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    if mode != "wal":
        raise BadInputError(
            f"The disk that holds {paths.folder} cannot keep a catalogue (journal mode {mode}).",
            "Choose a library folder on a local disk with PHOTOFIND_LIBRARY.",
        )


def _take_snapshot(connection: sqlite3.Connection, paths: LibraryPaths, revision: str) -> None:
    try:
        take_snapshot(connection, paths.snapshots, revision)
    except OSError as error:
        raise UserFacingError(
            f"The catalogue could not be copied to {paths.snapshots}: {error.strerror or error}.",
            "Make room there; the catalogue is not changed before it is copied.",
        ) from error


def _migrate(paths: LibraryPaths, head: str, scripts: Path) -> None:
    """Run all that is missing, with its version record, in one transaction."""
    # Only a migration needs alembic, which takes as long to import as the rest of the store.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    with _migrating(paths.catalogue) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, head)
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise damaged(
                f"The catalogue {paths.catalogue} refers to rows it does not have "
                f"(in {broken[0]}).",
                paths,
            )


@contextmanager
def _migrating(catalogue: Path) -> Iterator[sa.Connection]:
    # Foreign keys are off: a migration may have to rebuild a table that others refer to.
    engine = make_engine(catalogue, begin="BEGIN IMMEDIATE", pragmas={"foreign_keys": "OFF"})
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()
