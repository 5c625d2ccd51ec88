"""Keeps a library up to date on a thread of its own, as `photofind watch` does."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from photofind.cancel import CancelToken
from photofind.errors import CancelledError
from photofind.events import IndexFinished
from photofind.indexing.places import Changes
from photofind.indexing.watch import keep_up
from photofind.indexing.watcher import FolderWatcher
from tests.support.engine import Engine

PATIENCE_S = 240.0


class Keeping:
    """Begins at once; wait for what should hold, then stop it.

    Args:
        roots: Of the engine's library.
        reconcile_s: How often everything is compared.
        patience_s: How long anything may take.
    """

    def __init__(
        self,
        engine: Engine,
        roots: list[Path],
        *,
        reconcile_s: float = 10.0,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.reports: list[IndexFinished] = []
        self._engine = engine
        self._roots = roots
        self._reconcile_s = reconcile_s
        self._patience_s = patience_s
        self._cancel = CancelToken()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        try:
            with FolderWatcher(self._roots, self._engine.paths.folder, quiet_s=0.5) as watcher:
                for report in keep_up(watcher, self._index, self._cancel, self._reconcile_s):
                    self.reports.append(report)
        except CancelledError:
            pass
        except Exception as error:  # noqa: BLE001 - raised again by the test's own thread
            self._error = error

    def _index(self, changes: Changes | None) -> IndexFinished:
        return self._engine.run(changes, cancel=self._cancel)

    def until(self, holds: Callable[[], bool]) -> None:
        ends = time.monotonic() + self._patience_s
        while not holds():
            if self._error is not None:
                raise self._error
            assert time.monotonic() < ends, self.reports[-1:]
            time.sleep(0.1)

    def stop(self) -> None:
        self._cancel.cancel()
        self._thread.join(self._patience_s)
        assert not self._thread.is_alive()
