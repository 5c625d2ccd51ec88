"""Where roots have changed on disk, as soon as they have.

Events only say where to look: whatever happens in a folder means "compare this folder again", so a
missed, doubled or reordered event does no harm. A burst, of which the system may have lost a part,
means "compare the whole root", once. What it could not tell at all (a network drive) is found by
comparing everything now and then, which the caller does.
"""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from watchdog.events import (
    DirModifiedEvent,
    FileAttribEvent,
    FileClosedNoWriteEvent,
    FileOpenedEvent,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver, ObservedWatch

from photofind.cancel import CancelToken
from photofind.closing import Closing
from photofind.indexing.places import EVERYWHERE, Changes, Places
from photofind.photos.formats import may_be_photo

# Reading a photo causes the first two. A folder's own change says no more than its files' do.
_IRRELEVANT = (FileOpenedEvent, FileClosedNoWriteEvent, FileAttribEvent, DirModifiedEvent)
_LIMITS = {errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM}

BURST = 512
"""Events of one change set after which some may have been lost."""


class FolderWatcher(Closing):
    """Watches roots until it is closed.

    Args:
        roots: Folders, which may be absent and may come and go.
        own_folder: Photofind's own; what happens there is nobody's change.
        quiet_s: A change set is complete when nothing happened for so long.
        longest_s: Or when it has been going on for so long.
    """

    def __init__(
        self,
        roots: Iterable[Path],
        own_folder: Path,
        *,
        quiet_s: float = 1.0,
        longest_s: float = 10.0,
        observer: Callable[[], BaseObserver] = Observer,
    ) -> None:
        self._roots = tuple(roots)
        self._own_folder = own_folder
        self._quiet_s = quiet_s
        self._longest_s = longest_s
        self._changed: dict[Path, Places] = {}
        self._events = 0
        self._last_change = 0.0
        self._lock = threading.Lock()
        self._watches: dict[Path, tuple[ObservedWatch, int]] = {}
        self._present: dict[Path, int | None] = {}
        self._unwatchable: set[Path] = set()
        self._observer = observer()
        self._observer.start()
        self._follow_roots()

    @property
    def unwatchable(self) -> frozenset[Path]:
        """Roots the system has no capacity to watch; they must be compared now and then."""
        return frozenset(self._unwatchable)

    def wait(self, timeout_s: float, cancel: CancelToken) -> Changes:
        """Waits for a change set and returns what it touched; nothing after the timeout.

        Raises:
            CancelledError: Within a fifth of a second of `cancel`.
        """
        ends = time.monotonic() + timeout_s
        began: float | None = None
        while True:
            cancel.raise_if_cancelled()
            self._follow_roots()
            now = time.monotonic()
            with self._lock:
                if self._changed:
                    began = began or now
                    still = now - self._last_change >= self._quiet_s
                    if still or now - began >= self._longest_s:
                        changed, self._changed, self._events = self._changed, {}, 0
                        return changed
                elif now >= ends:
                    return {}
            time.sleep(min(0.2, self._quiet_s / 4))

    def close(self) -> None:
        self._observer.stop()
        self._observer.join()

    def note(self, root: Path, event: FileSystemEvent) -> None:
        """Called by the observer's thread for everything that happens below a root."""
        if isinstance(event, _IRRELEVANT):
            return
        for raw in (event.src_path, event.dest_path):
            path = Path(os.fsdecode(raw))
            if raw and self._concerns(root, path, event.is_directory):
                self._mark(root, _places(root, path, event))

    def _concerns(self, root: Path, path: Path, is_folder: bool) -> bool:
        if path.is_relative_to(self._own_folder) or not path.is_relative_to(root):
            return False
        if any(part.startswith(".") for part in path.relative_to(root).parts):
            return False
        return is_folder or may_be_photo(path.name)

    def _mark(self, root: Path, places: Places) -> None:
        with self._lock:
            self._events += 1
            if self._events > BURST:
                places = EVERYWHERE
            self._changed[root] = self._changed.get(root, Places()) | places
            self._last_change = time.monotonic()

    def _follow_roots(self) -> None:
        """Watches roots that have come, or come back as another folder of the same name."""
        for root in self._roots:
            inode = _inode(root)
            if root in self._present and self._present[root] == inode:
                continue
            if root in self._present:
                self._mark(root, EVERYWHERE)
            self._present[root] = inode
            self._forget(root)
            if inode is not None:
                self._watch(root, inode)

    def _watch(self, root: Path, inode: int) -> None:
        try:
            watch = self._observer.schedule(_Handler(self, root), str(root), recursive=True)
        except OSError as error:
            if error.errno in _LIMITS:
                self._unwatchable.add(root)
            elif error.errno not in (errno.ENOENT, errno.ENOTDIR):
                raise
            else:
                # It went away this moment; the next look will see it return.
                self._present[root] = None
            return
        self._unwatchable.discard(root)
        self._watches[root] = (watch, inode)

    def _forget(self, root: Path) -> None:
        watch = self._watches.pop(root, None)
        if watch is not None:
            self._observer.unschedule(watch[0])


class _Handler(FileSystemEventHandler):
    def __init__(self, watcher: FolderWatcher, root: Path) -> None:
        self._watcher = watcher
        self._root = root

    def on_any_event(self, event: FileSystemEvent) -> None:
        self._watcher.note(self._root, event)


def _places(root: Path, path: Path, event: FileSystemEvent) -> Places:
    """Where to look because of what happened to `path`."""
    if path == root:
        return EVERYWHERE
    if event.is_directory:
        return Places(trees=frozenset([path]))
    folder = Places(folders=frozenset([path.parent]))
    # A link to a folder comes and goes like a file.
    return folder if path.suffix else folder | Places(trees=frozenset([path]))


def _inode(folder: Path) -> int | None:
    try:
        return folder.stat().st_ino if folder.is_dir() else None
    except OSError:
        return None
