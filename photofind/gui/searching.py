"""From what the search bar asks to rows of photos, off the window's thread; the latest wins."""

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from photofind.answers import Coverage, RegionOfPhoto, Results
from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane, Order
from photofind.gui.search.request import SearchRequest
from photofind.live import LiveLibrary
from photofind.store.gallery import PhotoRows

T = TypeVar("T")


class Searching(QObject):
    """Asks a library; what was shown stays until the answer is there.

    Signals:
        answered: `SearchRequest` and its `Results`.
        all_shown: Rows of every photo and the `Coverage`, when nothing is asked.
        failed: `SearchRequest` (`None` for every photo) and a `UserFacingError`.
        busy_changed: Whether an answer is awaited.
    """

    answered = Signal(object, object)
    all_shown = Signal(object, object)
    failed = Signal(object, object)
    busy_changed = Signal(bool)

    def __init__(self, library: LiveLibrary, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._lane = Lane("search", self, order=Order.LATEST_ONLY)
        self.request: SearchRequest | None = None

    def search(self, request: SearchRequest) -> None:
        """An empty request asks for every photo."""
        if request.empty:
            self.show_all()
            return
        self.request = request
        ask = _question(self._library, request)
        self._ask(ask, lambda results: self.answered.emit(request, results))

    def show_all(self) -> None:
        """Every photo, the newest first."""
        self.request = None
        library = self._library

        def everything() -> tuple[PhotoRows, Coverage]:
            return library.all_photos(), library.coverage()

        self._ask(everything, lambda found: self.all_shown.emit(*found))

    def again(self) -> None:
        """Asks the same once more, of the library as it is now."""
        if self.request is None:
            self.show_all()
        else:
            self.search(self.request)

    def close(self) -> None:
        self._lane.close()

    def _ask(self, ask: Callable[[], T], answer: Callable[[T], None]) -> None:
        request = self.request

        def done(found: T) -> None:
            self._rest()
            answer(found)

        def failed(error: UserFacingError) -> None:
            self._rest()
            self.failed.emit(request, error)

        self.busy_changed.emit(True)
        self._lane.submit(ask, done, failed)

    def _rest(self) -> None:
        self.busy_changed.emit(False)


def _question(library: LiveLibrary, request: SearchRequest) -> Callable[[], Results]:
    picture = request.picture
    if picture is None:
        return lambda: library.find(request.query)
    source = picture.source
    if isinstance(source, RegionOfPhoto):
        return lambda: library.find_region(source, request.query.filters)
    return lambda: library.find_like(source, request.query.filters)
