"""The log of a library: one rotating file, written by every process that has the library open.

Each record is one append to a file opened by name, so processes need no lock to write; a lock that
is only tried, never waited for, decides who rotates. The file never names a photo or its folder:
callers log numbers, and all that looks like a path is taken out, see `scrubbed`.
"""

import logging
import re
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import filelock
from typing_extensions import override

LOG_BYTES = 1_000_000
OLD_FILES = 3
TAIL_BYTES = 16_384

_FORMAT = "%(asctime)s %(process)d %(threadName)s %(levelname)s %(name)s: %(message)s"
# Quoted, up to the quote's end; else to the end of the line, since names of folders have spaces.
_PATH = re.compile(r"""(['"])(?:(?!\1).)*[/\\](?:(?!\1).)*\1|(?<![\w.>])(?:[A-Za-z]:)?[/\\]\S.*""")
_logger = logging.getLogger("photofind")


class Logging(AbstractContextManager["Logging"]):
    """Where one process logs to; used as a context manager, `to_library` as soon as one is known.

    Args:
        verbose: Everything, photo paths among it, goes to stderr as well.
    """

    def __init__(self, *, verbose: bool = False) -> None:
        self._before = _logger.level, _logger.propagate
        self._handlers: list[logging.Handler] = []
        # A library that logs to the root logger gives it a handler that writes to the terminal.
        _logger.propagate = False
        _logger.setLevel(logging.INFO)
        if verbose:
            self.be_verbose()

    def be_verbose(self) -> None:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter(_FORMAT))
        _logger.setLevel(logging.DEBUG)
        self._add(handler)

    def to_library(self, path: Path) -> None:
        """Log to a library's file; nothing is written before the library's folder exists."""
        self._add(LogFile(path))

    def close(self) -> None:
        """Stop logging, and leave the logger as it was."""
        for handler in self._handlers:
            _logger.removeHandler(handler)
            handler.close()
        self._handlers.clear()
        level, _logger.propagate = self._before
        _logger.setLevel(level)

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def _add(self, handler: logging.Handler) -> None:
        self._handlers.append(handler)
        _logger.addHandler(handler)


class LogFile(logging.Handler):
    """Append records to a file that several processes share; keep `OLD_FILES` older files.

    Args:
        max_bytes: What one file may hold.
    """

    def __init__(self, path: Path, *, max_bytes: int = LOG_BYTES) -> None:
        super().__init__(logging.INFO)
        self._path = path
        self._max_bytes = max_bytes
        self._rotation = filelock.FileLock(path.with_name(path.name + ".lock"), thread_local=False)
        self.setFormatter(_PathlessFormatter(path.parent))

    @override
    def emit(self, record: logging.LogRecord) -> None:
        line = (self.format(record) + "\n").encode("utf-8", "backslashreplace")
        try:
            if self._path.exists() and self._path.stat().st_size + len(line) > self._max_bytes:
                self._rotate(len(line))
            with self._path.open("ab", buffering=0) as file:
                file.write(line)
        except OSError:
            # A library that is read-only, on a full disk, or not there yet has no log. What is
            # wrong with the disk is said by whatever needs it.
            return

    def _rotate(self, coming: int) -> None:
        try:
            with self._rotation.acquire(timeout=0):
                # Another process may have rotated between the look and the lock.
                if self._path.stat().st_size + coming <= self._max_bytes:
                    return
                for number in range(OLD_FILES - 1, 0, -1):
                    older = self._old(number)
                    if older.exists():
                        older.replace(self._old(number + 1))
                self._path.replace(self._old(1))
        except filelock.Timeout:
            return

    def _old(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


def tail(path: Path, max_bytes: int = TAIL_BYTES) -> str:
    """Return the last whole lines of a log; empty where there is none."""
    try:
        with path.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - max_bytes))
            text = file.read()
    except FileNotFoundError:
        return ""
    if size > max_bytes:
        text = text.partition(b"\n")[2]
    return text.decode("utf-8", "replace")


def scrubbed(text: str) -> str:
    """Take everything that looks like a path out of a text; source lines of tracebacks stay."""
    # Frames and their source are indented; what an error says is not.
    return "\n".join(
        line if line.startswith("  ") else _PATH.sub("<path>", line) for line in text.splitlines()
    )


class _PathlessFormatter(logging.Formatter):
    """Leaves out every path but those in the library's own folder, which are shortened."""

    def __init__(self, own_folder: Path) -> None:
        super().__init__(_FORMAT)
        self._own_folder = str(own_folder)

    @override
    def format(self, record: logging.LogRecord) -> str:
        return scrubbed(super().format(record).replace(self._own_folder, "<library>"))
