"""Translates SQLite's errors about the environment into errors people can act on."""

import contextlib
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from photofind.errors import CatalogueDamagedError, LibraryBusyError, UserFacingError
from photofind.paths import LibraryPaths
from photofind.store.snapshots import snapshots

_log = logging.getLogger(__name__)

_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
# A file that ends too early is damage, although SQLite counts it among the I/O errors.
_DAMAGED_IO = {sqlite3.SQLITE_IOERR_SHORT_READ, sqlite3.SQLITE_IOERR_CORRUPTFS}
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_DENIED = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN}


@contextmanager
def translate_errors(paths: LibraryPaths) -> Iterator[None]:
    """Raise `UserFacingError` for a full disk, damage and the like; let bugs pass as they are."""
    try:
        yield
    except DBAPIError as error:
        _raise_translated(error, error.orig, paths)
        raise
    except sqlite3.Error as error:
        _raise_translated(error, error, paths)
        raise
    except UnicodeDecodeError as error:
        # SQLite names the damaged text in its message, which Python then cannot decode.
        raise _damage(error, paths) from error


def damaged(message: str, paths: LibraryPaths) -> CatalogueDamagedError:
    """Make the error for a catalogue that cannot be trusted; its hint names the next step."""
    if snapshots(paths.snapshots):
        step = (
            "To put back a copy, close photofind and start it again, or run "
            "photofind status --restore."
        )
    else:
        step = f"Move {paths.catalogue} elsewhere and index your folders again."
    return CatalogueDamagedError(message, f"{step} Your photos are not affected.")


def _raise_translated(
    error: Exception, reported: BaseException | None, paths: LibraryPaths
) -> None:
    extended = getattr(reported, "sqlite_errorcode", None)
    # Text that is not UTF-8 comes without a code; photofind stores none.
    undecodable = "Could not decode to UTF-8" in str(reported)
    if extended is None and not undecodable:
        return
    translated = _translated(extended or sqlite3.SQLITE_CORRUPT, reported, paths)
    if translated is not None:
        raise translated from error


def _translated(
    extended: int, reported: BaseException | None, paths: LibraryPaths
) -> UserFacingError | None:
    primary = extended & 0xFF
    if primary in _DAMAGED or extended in _DAMAGED_IO:
        return _damage(reported, paths)
    if primary in _BUSY:
        return LibraryBusyError(
            f"The catalogue {paths.catalogue} is in use by another process.",
            "Wait until the other photofind is done, then try again.",
        )
    if primary == sqlite3.SQLITE_FULL:
        return UserFacingError(
            f"The disk that holds {paths.folder} is full.",
            "Free some space and try again; nothing was left half-written.",
        )
    if primary in _DENIED:
        return UserFacingError(
            f"The catalogue {paths.catalogue} cannot be opened or changed: {reported}.",
            f"Check that you may write to {paths.folder} and that its disk is not read-only.",
        )
    if primary == sqlite3.SQLITE_IOERR:
        return UserFacingError(
            f"The disk that holds {paths.folder} reported an error: {reported}.",
            "Check that the disk is connected, healthy and not full, then try again.",
        )
    return None


def _damage(reported: BaseException | None, paths: LibraryPaths) -> CatalogueDamagedError:
    _log.error("The catalogue is damaged: %s", reported)
    # Where even that cannot be written, the next damage will try again.
    with contextlib.suppress(OSError):
        paths.suspect.touch()
    return damaged(f"The catalogue {paths.catalogue} is damaged: {reported}.", paths)
