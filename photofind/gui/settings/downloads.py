"""Search models on their way to this computer, whatever page is open."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Signal

from photofind.cancel import CancelToken
from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane
from photofind.search_models import SearchModel

Progress = Callable[[int, int | None], None]
Fetch = Callable[[str, Progress, CancelToken], SearchModel]
"""As `photofind.search_models.download_model`, of one library."""


@dataclass(frozen=True, slots=True)
class Download:
    """How far one is.

    Attributes:
        done_bytes: 0 until the first word from the hub.
        total_bytes: `None` until it is known.
        error: Why it stopped; `None` while it runs.
    """

    done_bytes: int = 0
    total_bytes: int | None = None
    error: UserFacingError | None = None


class ModelDownloads(QObject):
    """Fetches search models one after the other; close it before the window goes.

    Args:
        fetch: Blocks; called on a lane.

    Signals:
        changed: Of this model (its name) something is new.
        finished: A model (`SearchModel`) is here.
    """

    changed = Signal(str)
    finished = Signal(object)
    _told = Signal(str, object, object, object)

    def __init__(self, fetch: Fetch, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._lane = Lane("search model downloads", self)
        self._downloads: dict[str, Download] = {}
        self._tokens: dict[str, CancelToken] = {}
        self._told.connect(self._take)

    def state(self, name: str) -> Download | None:
        """`None` where nothing was asked for, or it was paused, or it is here."""
        return self._downloads.get(name)

    def start(self, name: str) -> None:
        """Begins, or goes on where it was."""
        if name in self._tokens:
            return
        token = self._tokens[name] = CancelToken()
        self._downloads[name] = Download()

        def progress(done: int, total: int | None) -> None:
            # Told on the lane; the signal brings it to the window's thread.
            self._told.emit(name, done, total, token)

        self._lane.submit(
            lambda: self._fetch(name, progress, token),
            lambda model: self._end(name, token, model),
            lambda error: self._fail(name, token, error),
        )
        self.changed.emit(name)

    def pause(self, name: str) -> None:
        """What is here is kept."""
        token = self._tokens.pop(name, None)
        if token is not None:
            token.cancel()
            del self._downloads[name]
            self.changed.emit(name)

    def close(self) -> None:
        """Stops every download; what is here is kept."""
        for token in self._tokens.values():
            token.cancel()
        self._lane.close()

    def _take(self, name: str, done: int, total: int | None, token: CancelToken) -> None:
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
