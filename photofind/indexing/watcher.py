"""Where roots have changed on disk, as soon as they have.

Events only say where to look: whatever happens in a folder means "compare this folder again", so a
missed, doubled or reordered event does no harm. A burst, of which the system may have lost a part,
means "compare the whole root", once. What it could not tell at all (a network drive) is found by
comparing everything now and then, which the caller does.
"""

import os
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from watchdog.events import (
    DirModifiedEvent,
    FileAttribEvent,
    FileClosedNoWriteEvent,
    FileOpenedEvent,
    FileSystemEvent,
)
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver

from photofind.cancel import CancelToken
from photofind.indexing.places import EVERYWHERE, Changes, Places
from photofind.indexing.root_watch import RootWatch
from photofind.photos.formats import may_be_photo
from photofind.photos.shown_folders import are_shown

# Reading a photo causes the first two. A folder's own change says no more than its files' do.
_IRRELEVANT = (FileOpenedEvent, FileClosedNoWriteEvent, FileAttribEvent, DirModifiedEvent)

BURST = 512
"""Events of one change set after which some may have been lost."""

FIRST_LOOK_S = 10.0
"""How long a root may take to be watched before everything else goes on without it."""

CLOSE_S = 1.0
"""How long the end waits for roots that may not answer."""

_POLL_S = 0.2


class FolderWatcher(AbstractContextManager["FolderWatcher"]):
    """Watches roots until it is closed, each on a thread of its own.

    Args:
        roots: Folders, which may be absent and may come and go.
        own_folder: Photofind's own; what happens there is nobody's change.
        cancel: Ends the wait for the first look at the roots.
        quiet_s: A change set is complete when nothing happened for so long.
        longest_s: Or when it has been going on for so long.
        look_every_s: How often it is looked whether a root has come or gone.
        look: What looks, `os.stat`; it may take for ever.

    Raises:
        CancelledError: Within a fifth of a second of `cancel`.
    """

    def __init__(
        self,
        roots: Iterable[Path],
        own_folder: Path,
        *,
        cancel: CancelToken | None = None,
        quiet_s: float = 1.0,
        longest_s: float = 10.0,
        look_every_s: float = 2.0,
        first_look_s: float = FIRST_LOOK_S,
        look: Callable[[Path], os.stat_result] = os.stat,
        observer: Callable[[], BaseObserver] = Observer,
    ) -> None:
        self._own_folder = own_folder
        self._quiet_s = quiet_s
        self._longest_s = longest_s
        self._changed: dict[Path, Places] = {}
        self._events = 0
        self._last_change = 0.0
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._watches = [
            RootWatch(
                root,
                on_event=self.note,
                on_change=self.compare_whole,
                on_failure=self._fail,
                look_every_s=look_every_s,
                look=look,
                make_observer=observer,
            )
            for root in roots
        ]
        try:
            self._wait_for_first_looks(first_look_s, cancel or CancelToken())
        except BaseException:
            self.close()
            raise

    @property
    def unwatchable(self) -> frozenset[Path]:
        """Roots the system cannot watch; they must be compared now and then."""
        return frozenset(watch.root for watch in self._watches if not watch.watchable)

    def wait(self, timeout_s: float, cancel: CancelToken) -> Changes:
        """Wait for a change set and return what it touched; nothing after the timeout.

        Raises:
            CancelledError: Within a fifth of a second of `cancel`.
        """
        ends = time.monotonic() + timeout_s
        began: float | None = None
        while True:
            cancel.raise_if_cancelled()
            now = time.monotonic()
            with self._lock:
                if self._failure is not None:
                    raise self._failure
                if self._changed:
                    began = began or now
                    still = now - self._last_change >= self._quiet_s
                    if still or now - began >= self._longest_s:
                        changed, self._changed, self._events = self._changed, {}, 0
                        return changed
                elif now >= ends:
                    return {}
            time.sleep(min(_POLL_S, self._quiet_s / 4))

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        """End at once; a thread that a root keeps waiting is left to end when the root answers."""
        for watch in self._watches:
            watch.close()
        ends = time.monotonic() + CLOSE_S
        for watch in self._watches:
            watch.join(max(0.0, ends - time.monotonic()))

    def _wait_for_first_looks(self, timeout_s: float, cancel: CancelToken) -> None:
        ends = time.monotonic() + timeout_s
        for watch in self._watches:
            while not watch.has_looked(_POLL_S):
                cancel.raise_if_cancelled()
                if time.monotonic() >= ends:
                    watch.stop_waiting()
                    break

    def note(self, root: Path, event: FileSystemEvent) -> None:
        """Note what happened below a root; called by the observer's thread for everything."""
        if isinstance(event, _IRRELEVANT):
            return
        for raw in (event.src_path, event.dest_path):
            path = Path(os.fsdecode(raw))
            if raw and self._concerns(root, path, event.is_directory):
                self._mark(root, _places(root, path, event))

    def compare_whole(self, root: Path) -> None:
        """Have a root compared as a whole; called by any thread."""
        self._mark(root, EVERYWHERE)

    def _concerns(self, root: Path, path: Path, is_folder: bool) -> bool:
        if path.is_relative_to(self._own_folder) or not path.is_relative_to(root):
            return False
        if path == root:
            return True
        *folders, name = root.name, *path.relative_to(root).parts
        if is_folder:
            return are_shown([*folders, name])
        return are_shown(folders) and not name.startswith(".") and may_be_photo(name)

    def _mark(self, root: Path, places: Places) -> None:
        with self._lock:
            self._events += 1
            if self._events > BURST:
                places = EVERYWHERE
            self._changed[root] = self._changed.get(root, Places()) | places
            self._last_change = time.monotonic()

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._failure = error


def _places(root: Path, path: Path, event: FileSystemEvent) -> Places:
    """Where to look because of what happened to `path`."""
    if path == root:
        return EVERYWHERE
    if event.is_directory:
        return Places(trees=frozenset([path]))
    folder = Places(folders=frozenset([path.parent]))
    # A link to a folder comes and goes like a file.
    return folder if path.suffix else folder | Places(trees=frozenset([path]))
