"""Downloads of search models, which go on whatever page is open."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from photofind.cancel import CancelToken
from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane
from photofind.search_models import SearchModel

Progress = Callable[[int, int | None], None]
Fetch = Callable[[str, Progress, CancelToken], SearchModel]
"""`photofind.search_models.download_model`, bound to a library."""


@dataclass(frozen=True, slots=True)
class Download:
    """Progress of a download.

    Attributes:
        done_bytes: 0 until the first word from the hub.
        total_bytes: `None` until it is known.
        error: Why it stopped; `None` while it runs.
    """

    done_bytes: int = 0
    total_bytes: int | None = None
    error: UserFacingError | None = None


class ModelDownloads(QObject):
    """Queue of downloads, run one after the other; close it before the window goes.

    Args:
        fetch: Blocks; called on a lane.

    Signals:
        changed: The progress of a model (its name) has changed.
        finished: A model (`SearchModel`) was downloaded.
    """

    changed = Signal(str)
    finished = Signal(object)
    _progressed = Signal(str, object, object, object)

    def __init__(self, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._lane = Lane("search model downloads", self)
        self._downloads: dict[str, Download] = {}
        self._tokens: dict[str, CancelToken] = {}
        self._progressed.connect(self._update_progress)

    def state(self, name: str) -> Download | None:
        """Return the progress; `None` where it is not running: paused, done or not begun."""
        return self._downloads.get(name)

    def start(self, name: str) -> None:
        """Start or resume a download."""
        if name in self._tokens:
            return
        token = self._tokens[name] = CancelToken()
        self._downloads[name] = Download()

        def progress(done: int, total: int | None) -> None:
            # Runs on the lane; the signal queues it to the window's thread.
            self._progressed.emit(name, done, total, token)

        self._lane.submit(
            lambda: self._fetch(name, progress, token),
            lambda model: self._end(name, token, model),
            lambda error: self._fail(name, token, error),
        )
        self.changed.emit(name)

    def pause(self, name: str) -> None:
        """Pause a download; the bytes here are kept."""
        token = self._tokens.pop(name, None)
        if token is not None:
            token.cancel()
            del self._downloads[name]
            self.changed.emit(name)

    def close(self) -> None:
        """Cancel every download; the bytes here are kept."""
        for token in self._tokens.values():
            token.cancel()
        self._lane.close()

    def _update_progress(self, name: str, done: int, total: int | None, token: CancelToken) -> None:
        if self._tokens.get(name) is token:
            now = self._downloads[name]
            self._downloads[name] = replace(now, done_bytes=done, total_bytes=total)
            self.changed.emit(name)

    def _end(self, name: str, token: CancelToken, model: SearchModel) -> None:
        if self._tokens.get(name) is token:
            del self._tokens[name], self._downloads[name]
        self.finished.emit(model)
        self.changed.emit(name)

    def _fail(self, name: str, token: CancelToken, error: UserFacingError) -> None:
        if self._tokens.get(name) is token:
            del self._tokens[name]
            self._downloads[name] = replace(self._downloads[name], error=error)
            self.changed.emit(name)
