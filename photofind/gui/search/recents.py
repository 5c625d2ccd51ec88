"""The last searches, one a line in a small file; the newest first."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from photofind.atomic_files import write_file
from photofind.errors import BadInputError, UserFacingError
from photofind.gui.lanes import Lane

KEPT = 20


class Recents(QObject):
    """The last searches; their file is read and written on a lane.

    Signals:
        failed: `UserFacingError`; the searches are known until the window closes.
    """

    failed = Signal(UserFacingError)

    def __init__(self, path: Path, lane: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._path = path
        self._lane = lane
        self._queries: tuple[str, ...] = ()
        self._read = self._written = False
        lane.submit(lambda: read_recents(path), self._take, self.failed.emit)

    @property
    def queries(self) -> tuple[str, ...]:
        return self._queries

    def add(self, query: str) -> None:
        if self._queries[:1] != (query,):
            self._queries = with_recent(self._queries, query)
            self._write()

    def clear(self) -> None:
        self._queries = ()
        self._write()

    def close(self) -> None:
        """Write what the lane, closed already, has not."""
        if self._read and not self._written:
            try:
                write_recents(self._path, self._queries)
            except BadInputError as error:
                self.failed.emit(error)

    def _take(self, before: tuple[str, ...]) -> None:
        known, self._read, self._written = self._queries, True, True
        self._queries = before
        for query in reversed(known):
            self.add(query)

    def _write(self) -> None:
        # Until they are read, the earlier ones are only in the file.
        if not self._read:
            return
        path, queries = self._path, self._queries
        self._written = False

        def written(_: None) -> None:
            self._written = queries == self._queries

        self._lane.submit(lambda: write_recents(path, queries), written, self.failed.emit, key=path)


def with_recent(queries: Sequence[str], query: str) -> tuple[str, ...]:
    """Add a query; one that was there moves to the front."""
    others = (other for other in queries if other.casefold() != query.casefold())
    return (query, *others)[:KEPT]


def read_recents(path: Path) -> tuple[str, ...]:
    """Nothing where there is no file yet; raises `BadInputError` where it cannot be read."""
    try:
        text = path.read_text("utf-8", errors="replace")
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise _unusable(path, error) from error
    return tuple(line for line in text.splitlines() if line.strip())[:KEPT]


def write_recents(path: Path, queries: Sequence[str]) -> None:
    """Never half a file; raises `BadInputError` where it cannot be written."""
    lines = "".join(f"{' '.join(query.splitlines())}\n" for query in queries)
    try:
        write_file(path, lines.encode(errors="replace"), durable=True)
    except OSError as error:
        raise _unusable(path, error) from error


def _unusable(path: Path, error: OSError) -> BadInputError:
    return BadInputError(
        f"The recent searches cannot be kept: {error.strerror}.",
        f"Check the disk and the rights of {path.parent}; searching goes on without them.",
    )
