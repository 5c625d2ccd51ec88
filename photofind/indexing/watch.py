"""Keeps a library up to date for as long as it is asked to."""

import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from photofind.cancel import CancelToken
from photofind.events import IndexFinished
from photofind.indexing.places import EVERYWHERE, Changes, Places
from photofind.indexing.watcher import FolderWatcher

UNWATCHABLE_EVERY_S = 60.0
"""How often roots are compared that the system has no capacity to watch."""

AGAIN_AFTER_S = 2.0
"""How soon files are tried again that were being written."""


def keep_up(
    watcher: FolderWatcher,
    index: Callable[[Changes | None], IndexFinished],
    cancel: CancelToken,
    reconcile_s: float,
) -> Iterator[IndexFinished]:
    """Index everything, then each change set; yield what each run did.

    Args:
        watcher: Of all roots, watching since before the first run: nothing falls in between.
        index: Brings the given places up to date, or everything.
        reconcile_s: How often everything is compared although nothing was reported.

    Raises:
        CancelledError: As soon as the run at hand allows.
    """
    report = index(None)
    yield report
    reconciled = polled = time.monotonic()
    while True:
        wait_s = min(reconcile_s, AGAIN_AFTER_S if report.being_written else UNWATCHABLE_EVERY_S)
        changed = dict(watcher.wait(wait_s, cancel))
        for root in report.roots:
            folders = _folders_below(root, report.being_written)
            if folders:
                changed[root] = changed.get(root, Places()) | Places(folders)
        now = time.monotonic()
        if now - polled >= UNWATCHABLE_EVERY_S:
            changed |= dict.fromkeys(watcher.unwatchable, EVERYWHERE)
            polled = now
        everything = now - reconciled >= reconcile_s
        if not changed and not everything:
            continue
        report = index(None if everything else changed)
        if everything:
            reconciled = time.monotonic()
        yield report


def _folders_below(root: Path, files: Collection[Path]) -> frozenset[Path]:
    return frozenset(file.parent for file in files if file.is_relative_to(root))
