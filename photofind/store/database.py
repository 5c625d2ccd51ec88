"""The catalogue: one file, one writer, any number of readers."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

import sqlalchemy as sa

from photofind.closing import Closing
from photofind.errors import UserFacingError
from photofind.paths import LibraryPaths
from photofind.store.connections import READER_PRAGMAS, WRITER_PRAGMAS, make_engine
from photofind.store.sqlite_errors import damaged, errors_for_people
from photofind.store.upgrade import check_for_reading, check_there, prepare_for_writing
from photofind.store.writer_lock import WriterLock

_IDLE_READERS = 4


class Database(Closing):
    """Connections to one catalogue, for use from several threads; close it when none uses it."""

    def __init__(self, paths: LibraryPaths, lock: WriterLock | None) -> None:
        self._paths = paths
        self._lock = lock
        self._turn = threading.Lock()
        self._closed = False
        self._readers = make_engine(
            paths.catalogue, begin="BEGIN", pragmas=READER_PRAGMAS, pool_size=_IDLE_READERS
        )
        self._writer = make_engine(paths.catalogue, begin="BEGIN IMMEDIATE", pragmas=WRITER_PRAGMAS)

    @classmethod
    def open(cls, paths: LibraryPaths, *, write: bool, create: bool = True) -> Self:
        """Opens a catalogue; for writing, creates or upgrades it first.

        Args:
            create: Of no meaning for a reader, which never creates one.

        Raises:
            BadInputError: There is none, and none is to be created.
            LibraryBusyError: Opened for writing while another process writes.
            LibraryDamagedError: It cannot be read or was made by a newer photofind.
            UserFacingError: It was made by an older photofind, and only a writer may upgrade it.
        """
        if not write:
            with errors_for_people(paths):
                check_for_reading(paths)
            return cls(paths, None)
        if not create:
            check_there(paths)
        _make_folder(paths)
        lock = WriterLock(paths.writer_lock)
        try:
            with errors_for_people(paths):
                prepare_for_writing(paths)
            return cls(paths, lock)
        except BaseException:
            lock.close()
            raise

    @property
    def writable(self) -> bool:
        return self._lock is not None

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction on the one writing connection; threads take turns. Do not nest."""
        if self._lock is None:
            raise RuntimeError("this catalogue was opened for reading")
        with self._turn, self._transaction(self._writer) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A view of the catalogue that does not change until the block ends."""
        with self._transaction(self._readers) as connection:
            yield connection

    def quick_check(self) -> None:
        """Raises `LibraryDamagedError` where the file's structure is broken."""
        with self.reading() as connection:
            problem = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one()
        if problem != "ok":
            raise damaged(
                f"The catalogue {self._paths.catalogue} is damaged: {problem}.", self._paths
            )

    def close(self) -> None:
        self._closed = True
        self._readers.dispose()
        # The writer goes last, so that it is the one to fold the WAL into the catalogue.
        self._writer.dispose()
        if self._lock is not None:
            self._lock.close()

    @contextmanager
    def _transaction(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        if self._closed:
            raise RuntimeError("this catalogue is closed")
        with errors_for_people(self._paths), engine.begin() as connection:
            yield connection


def _make_folder(paths: LibraryPaths) -> None:
    try:
        paths.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise UserFacingError(
            f"The library folder {paths.folder} cannot be made: {error.strerror or error}.",
            "Choose another one with PHOTOFIND_LIBRARY.",
        ) from error
