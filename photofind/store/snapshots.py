"""Snapshots of the catalogue: taken weekly and before migrations, verified, restorable."""

import logging
import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from photofind.atomic_files import PARTIAL_SUFFIX, replacing
from photofind.errors import BadInputError, CancelledError

KEPT = 3
PERIOD = timedelta(days=7)

STEP_PAGES = 128
STEP_PAUSE_S = 0.002
"""Between two steps, so that reading photos keeps most of the disk."""

_NAME = re.compile(r"catalogue-(\d{8}T\d{6}\.\d{6})Z-(\w+)\.sqlite3")
_PATTERN = "catalogue-*.sqlite3"
_log = logging.getLogger(__name__)

Pause = Callable[[], None]
"""Called between two steps; raises `CancelledError` to give up."""


@dataclass(frozen=True, slots=True, order=True)
class Snapshot:
    """One snapshot.

    Attributes:
        taken_at: UTC.
        revision: Of its tables.
    """

    taken_at: datetime
    revision: str
    path: Path

    @property
    def moment(self) -> str:
        """The local time it was taken at."""
        return f"{self.taken_at.astimezone():%Y-%m-%d %H:%M:%S}"


def snapshots(folder: Path) -> list[Snapshot]:
    """List the finished snapshots, the newest first."""
    found: list[Snapshot] = []
    for path in folder.glob(_PATTERN):
        named = _NAME.fullmatch(path.name)
        if named is not None:
            taken_at = datetime.strptime(named[1], "%Y%m%dT%H%M%S.%f").replace(tzinfo=UTC)
            found.append(Snapshot(taken_at, named[2], path))
    return sorted(found, reverse=True)


def find_snapshot(folder: Path, which: str | None) -> Snapshot:
    """Find the snapshot whose local date begins with `which`; by default the only one.

    Raises:
        BadInputError: None or several match; lists what there is.
    """
    known = snapshots(folder)
    wanted = [one for one in known if one.moment.startswith(which or "")]
    if len(wanted) == 1:
        return wanted[0]
    if not known:
        raise BadInputError(
            "There is no copy of the catalogue.", "Index your folders again; photos are not lost."
        )
    moments = ", ".join(one.moment for one in wanted or known)
    raise BadInputError(
        f"Several copies match: {moments}." if wanted else f"There are only: {moments}.",
        f'Run: photofind status --restore "{known[0].moment}"',
    )


def is_due(folder: Path, now: datetime) -> bool:
    """Return whether the newest snapshot is a week old, or there is none."""
    known = snapshots(folder)
    return not known or now - known[0].taken_at >= PERIOD


def take_snapshot(
    source: sqlite3.Connection, folder: Path, revision: str, pause: Pause = lambda: None
) -> Snapshot:
    """Copy a catalogue that may be in use, verify the copy, keep the newest `KEPT`.

    Args:
        source: A dedicated connection. It reads in one transaction, so the copy is consistent,
            and a writer neither waits for it nor restarts it.

    Raises:
        sqlite3.DatabaseError: The catalogue is damaged; what was copied is removed.
    """
    started = time.monotonic()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    taken_at = datetime.now(UTC)
    finished = folder / f"catalogue-{taken_at:%Y%m%dT%H%M%S.%fZ}-{revision}.sqlite3"
    for leftover in folder.glob(_PATTERN + "*" + PARTIAL_SUFFIX):
        leftover.unlink()
    with replacing(finished, durable=True) as partial:
        _copy(source, partial, pause)
        verify(partial, pause)
    _log.info("Copied and checked the catalogue in %.1f s.", time.monotonic() - started)
    for old in snapshots(folder)[KEPT:]:
        old.path.unlink()
    return Snapshot(taken_at, revision, finished)


def verify(catalogue: Path, pause: Pause = lambda: None) -> None:
    """Raise `sqlite3.DatabaseError` where a closed catalogue's pages or references are broken."""
    with closing(
        sqlite3.connect(f"{catalogue.absolute().as_uri()}?immutable=1", uri=True)
    ) as connection:
        check_catalogue(connection, pause)


def check_catalogue(connection: sqlite3.Connection, pause: Pause = lambda: None) -> None:
    """Raise `sqlite3.DatabaseError` where pages or references are broken."""
    with _interruptible(connection, pause):
        (problem,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if problem != "ok":
            raise _broken(str(problem))
        broken = connection.execute("PRAGMA foreign_key_check").fetchone()
    if broken is not None:
        raise _broken(f"{broken[0]} refers to rows that are not there")


def _broken(problem: str) -> sqlite3.DatabaseError:
    """Make the error SQLite would raise if it had met the problem by itself."""
    error = sqlite3.DatabaseError(problem)
    error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
    return error


def _copy(source: sqlite3.Connection, target: Path, pause: Pause) -> None:
    def step(_status: int, _remaining: int, _total: int) -> None:
        pause()
        time.sleep(STEP_PAUSE_S)

    with closing(sqlite3.connect(target, isolation_level=None)) as copy:
        # Unfinished, the copy is worth nothing, so it needs no journal.
        copy.execute("PRAGMA synchronous=OFF")
        source.execute("BEGIN")
        try:
            source.execute("SELECT count(*) FROM sqlite_master").fetchone()
            source.backup(copy, pages=STEP_PAGES, progress=step)
        finally:
            source.rollback()
        # The copy inherits WAL; a snapshot is one file that can be put back by hand.
        copy.execute("PRAGMA journal_mode=DELETE")


@contextmanager
def _interruptible(connection: sqlite3.Connection, pause: Pause) -> Iterator[None]:
    """Call `pause` every now and then while a statement runs; raise its `CancelledError`."""
    cancelled: list[CancelledError] = []

    def look() -> int:
        try:
            pause()
        except CancelledError as error:
            cancelled.append(error)
            return 1
        return 0

    connection.set_progress_handler(look, 100_000)
    try:
        yield
    except sqlite3.OperationalError as error:
        if cancelled:
            raise cancelled[0] from error
        raise
    finally:
        connection.set_progress_handler(None, 0)
