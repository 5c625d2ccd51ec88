"""One root, watched on a thread of its own.

A disk or a server that does not answer holds up this thread and nothing else: not the other roots,
not what is read, not the end of the program.
"""

import errno
import logging
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

from typing_extensions import override
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers.api import BaseObserver

_log = logging.getLogger(__name__)
_GONE = {errno.ENOENT, errno.ENOTDIR}

_Identity = tuple[int, int]
"""Device and inode: another disk in a root's place is another folder, though its inode is equal."""


class RootWatch:
    """Watches a root, looking now and then whether it has come, gone or become another folder.

    Args:
        on_event: Called on the observer's thread for everything that happens below the root.
        on_change: Called when the root came, went, or was replaced after the first look: what
            happened meanwhile is not known.
        on_failure: Called with the exception that ended the thread.
        look_every_s: How often the root is looked at.
        look: What looks, `os.stat`; may take for ever.
    """

    def __init__(
        self,
        root: Path,
        *,
        on_event: Callable[[Path, FileSystemEvent], None],
        on_change: Callable[[Path], None],
        on_failure: Callable[[BaseException], None],
        look_every_s: float,
        look: Callable[[Path], os.stat_result],
        make_observer: Callable[[], BaseObserver],
    ) -> None:
        self.root = root
        self._on_event = on_event
        self._on_change = on_change
        self._on_failure = on_failure
        self._look_every_s = look_every_s
        self._look = look
        self._make_observer = make_observer
        self._observer: BaseObserver | None = None
        self._watchable = True
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._looked = threading.Event()
        self._is_late = False
        self._thread = threading.Thread(target=self._run, name=f"watch {root.name}", daemon=True)
        self._thread.start()

    @property
    def watchable(self) -> bool:
        """Whether the system can tell what happens in the root, as far as is known."""
        return self._watchable

    def has_looked(self, within_s: float) -> bool:
        """Wait for the first look at the root, from which on nothing is missed."""
        return self._looked.wait(within_s)

    def stop_waiting(self) -> None:
        """Have `on_change` called for the first look too, should it come now."""
        with self._lock:
            self._is_late = not self._looked.is_set()

    def close(self) -> None:
        """Ask the thread to end."""
        self._closing.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the thread; one that a root keeps waiting ends when the root answers."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        try:
            self._follow()
        except BaseException as error:  # noqa: BLE001 - handed on, whatever it is
            self._on_failure(error)
        finally:
            self._looked.set()
            self._unwatch()

    def _follow(self) -> None:
        before = self._watch_if_there()
        with self._lock:
            self._looked.set()
        if self._is_late:
            self._on_change(self.root)
        while not self._closing.wait(self._look_every_s):
            if self._identity() != before:
                before = self._watch_if_there()
                self._on_change(self.root)
            elif not self._is_observed():
                _log.warning("Watching a folder has ended; it is compared now and then instead.")
                self._unwatch()
                self._watchable = False
                self._on_change(self.root)

    def _identity(self) -> _Identity | None:
        try:
            found = self._look(self.root)
        except OSError:
            return None
        return (found.st_dev, found.st_ino) if stat.S_ISDIR(found.st_mode) else None

    def _watch_if_there(self) -> _Identity | None:
        """Watch the root as it is now; returns what it is, `None` where it is not there."""
        self._unwatch()
        identity = self._identity()
        if identity is None or self._closing.is_set():
            return None
        observer = self._make_observer()
        observer.start()
        self._observer = observer
        try:
            observer.schedule(_Handler(self._on_event, self.root), str(self.root), recursive=True)
        except OSError as error:
            self._unwatch()
            if error.errno in _GONE:
                # It went away this moment; the next look will see it return.
                return None
            # Mostly the system's limits; it is compared now and then instead.
            self._watchable = False
        else:
            self._watchable = True
        return identity

    def _is_observed(self) -> bool:
        """Return whether all threads run that should tell what happens in the root."""
        observer = self._observer
        threads = () if observer is None else (observer, *observer.emitters)
        return all(thread.is_alive() for thread in threads)

    def _unwatch(self) -> None:
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join()


class _Handler(FileSystemEventHandler):
    def __init__(self, on_event: Callable[[Path, FileSystemEvent], None], root: Path) -> None:
        self._on_event = on_event
        self._root = root

    @override
    def on_any_event(self, event: FileSystemEvent) -> None:
        self._on_event(self._root, event)
