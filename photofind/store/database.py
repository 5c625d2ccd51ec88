"""The catalogue's database: one file, one writer, any number of readers."""

import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime
from typing import Self

import sqlalchemy as sa

from photofind.errors import UserFacingError
from photofind.paths import LibraryPaths
from photofind.store import schema
from photofind.store.connections import READER_PRAGMAS, WRITER_PRAGMAS, connect, make_engine
from photofind.store.snapshots import Pause, Snapshot, check_catalogue, take_snapshot
from photofind.store.snapshots import is_due as is_snapshot_due
from photofind.store.sqlite_errors import translate_errors
from photofind.store.upgrade import check_for_reading, check_there, prepare_for_writing
from photofind.store.writer_lock import WriterLock

SLOW_S = 0.5
"""Waits for the writer, and transactions, that take longer are logged."""

FREE_BYTES = 256 << 20
"""What a snapshot must leave free on the disk."""

_IDLE_READERS = 4
_log = logging.getLogger(__name__)


class Database(AbstractContextManager["Database"]):
    """Connections to one catalogue, for use from several threads; close it when none uses it."""

    def __init__(self, paths: LibraryPaths, lock: WriterLock | None) -> None:
        self._paths = paths
        self._lock = lock
        self._unchecked = lock is not None and lock.was_abandoned
        self._write_lock = threading.Lock()
        self._closed = False
        self._readers = make_engine(
            paths.catalogue, begin="BEGIN", pragmas=READER_PRAGMAS, pool_size=_IDLE_READERS
        )
        self._writer = make_engine(paths.catalogue, begin="BEGIN IMMEDIATE", pragmas=WRITER_PRAGMAS)

    @classmethod
    def open(cls, paths: LibraryPaths, *, write: bool, create: bool = True) -> Self:
        """Open a catalogue; arguments and errors as `catalogue.open_catalogue`.

        Structure is checked here only where damage was met before; see `maintain`.
        """
        if not write:
            with translate_errors(paths):
                check_for_reading(paths)
            return cls(paths, None)
        if not create:
            check_there(paths)
        _make_folder(paths)
        lock = WriterLock(paths.writer_lock)
        try:
            with translate_errors(paths):
                prepare_for_writing(paths)
            database = cls(paths, lock)
            if paths.suspect.exists():
                database.check()
            return database
        except BaseException:
            lock.close()
            raise

    @property
    def writable(self) -> bool:
        return self._lock is not None

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """Begin a transaction on the only writing connection; threads queue. Do not nest."""
        if self._lock is None:
            raise RuntimeError("this catalogue was opened for reading")
        queued = time.monotonic()
        with self._write_lock:
            began = time.monotonic()
            with self._transaction(self._writer) as connection:
                yield connection
            ended = time.monotonic()
        if began - queued > SLOW_S or ended - began > SLOW_S:
            _log.info("Waited %.2f s to write, wrote for %.2f s.", began - queued, ended - began)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """Begin a transaction with a snapshot of the catalogue."""
        with self._transaction(self._readers) as connection:
            yield connection

    def check(self, pause: Pause = lambda: None) -> None:
        """Read everything once.

        Args:
            pause: Called every now and then; raises `CancelledError` to give up.

        Raises:
            CatalogueDamagedError: Pages or references are broken.
        """
        started = time.monotonic()
        with translate_errors(self._paths), self._own_connection() as connection:
            check_catalogue(connection, pause)
        _log.info("Checked the catalogue in %.1f s.", time.monotonic() - started)
        self._unchecked = False
        self._paths.suspect.unlink(missing_ok=True)

    def maintain(self, pause: Pause = lambda: None) -> None:
        """Take a snapshot if one is due, which checks the catalogue; check after a crash anyway.

        Writers go on meanwhile.

        Raises:
            CatalogueDamagedError: Pages or references are broken.
        """
        with self.reading() as connection:
            is_empty = connection.execute(sa.select(schema.photos.c.id).limit(1)).first() is None
        is_due = not is_empty and is_snapshot_due(self._paths.snapshots, datetime.now(UTC))
        if is_due and self._has_room():
            self.take_snapshot(pause)
        elif self._unchecked:
            self.check(pause)

    def take_snapshot(self, pause: Pause = lambda: None) -> Snapshot:
        """Copy the catalogue and verify the copy; see `maintain`."""
        with translate_errors(self._paths), self._own_connection() as connection:
            taken = take_snapshot(connection, self._paths.snapshots, schema.REVISION, pause)
        self._unchecked = False
        return taken

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        """Let a transaction that writes end, and close all connections."""
        self._closed = True
        with self._write_lock:
            self._readers.dispose()
            # The writer goes last, so that it is the one to fold the WAL into the catalogue.
            self._writer.dispose()
        if self._lock is not None:
            self._lock.close()

    def _has_room(self) -> bool:
        needed = self._paths.catalogue.stat().st_size + FREE_BYTES
        free = shutil.disk_usage(self._paths.folder).free
        if free < needed:
            _log.warning("No copy: %d MB are free, %d needed.", free >> 20, needed >> 20)
        return free >= needed

    @contextmanager
    def _own_connection(self) -> Iterator[sqlite3.Connection]:
        with closing(connect(self._paths.catalogue, mode="rw")) as connection:
            yield connection

    @contextmanager
    def _transaction(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        if self._closed:
            raise RuntimeError("this catalogue is closed")
        with translate_errors(self._paths), engine.begin() as connection:
            yield connection


def _make_folder(paths: LibraryPaths) -> None:
    try:
        paths.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserFacingError(
            f"The library folder {paths.folder} cannot be made: {error.strerror or error}.",
            "Choose another one with PHOTOFIND_LIBRARY.",
        ) from error
