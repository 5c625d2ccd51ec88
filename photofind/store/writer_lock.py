"""The lock that allows one process at a time to write to a library."""

import json
import os
import sys
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path

import filelock

from photofind.atomic_files import write_file
from photofind.errors import LibraryBusyError, UserFacingError


class WriterLock(AbstractContextManager["WriterLock"]):
    """A lock that the operating system releases with its process.

    The holder is recorded in a file of its own: some versions of filelock truncate the lock file
    when a second process tries to acquire it.

    Attributes:
        was_abandoned: The last holder ended without closing it: it crashed, or the power went.

    Raises:
        LibraryBusyError: Another holder is alive; names its process.
    """

    def __init__(self, path: Path) -> None:
        self._holder_note = path.with_name(path.name + ".json")
        self._lock = filelock.FileLock(path, thread_local=False)
        try:
            self._lock.acquire(timeout=0)
        except filelock.Timeout:
            raise LibraryBusyError(
                f"{self._holder()} is changing this library.",
                "Wait until it is done or close it, then try again.",
            ) from None
        except OSError as error:
            raise UserFacingError(
                f"{path} cannot be written: {error.strerror or error}.",
                f"Check that you may write to {path.parent} and that its disk is not full.",
            ) from error
        self.was_abandoned = self._holder_note.exists()
        self._note_holder()

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        if self._lock.is_locked:
            self._holder_note.unlink(missing_ok=True)
            self._lock.release()

    def _note_holder(self) -> None:
        note = {
            "pid": os.getpid(),
            "command": " ".join(sys.orig_argv),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        try:
            write_file(self._holder_note, json.dumps(note).encode(), durable=False)
        except OSError:
            # The lock is held all the same; only the other process's message suffers.
            self._holder_note.unlink(missing_ok=True)

    def _holder(self) -> str:
        try:
            note = json.loads(self._holder_note.read_text(encoding="utf-8"))
            return f"Process {int(note['pid'])} ({note['command']})"
        except (OSError, ValueError, KeyError, TypeError):
            return "Another process"
