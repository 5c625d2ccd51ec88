"""From what the search bar asks to rows of photos, off the window's thread; the latest wins."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Signal

from photofind.domain import PhotoId
from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane, Order
from photofind.gui.search.request import SearchRequest
from photofind.live.results import Coverage, RegionOfPhoto, Results
from photofind.live.search import LiveSearch
from photofind.store.catalogue import PhotoRepository
from photofind.store.filters import Filters
from photofind.store.gallery import PhotoDetails, PhotoRows

T = TypeVar("T")


class Searching(QObject):
    """Asks a library; what was shown stays until the answer is there.

    Signals:
        answered: `SearchRequest` and its `Results`.
        all_shown: Rows of every photo and the `Coverage`, when nothing is asked.
        failed: `SearchRequest` (`None` for every photo) and a `UserFacingError`.
        busy_changed: Whether an answer is awaited.
        filters_changed: What is shown was found under other filters, before it is shown.
    """

    answered = Signal(object, object)
    all_shown = Signal(object, object)
    failed = Signal(object, object)
    busy_changed = Signal(bool)
    filters_changed = Signal()

    def __init__(
        self, photos: PhotoRepository, search: LiveSearch, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._photos = photos
        self._search = search
        self._lane = Lane("search", self, order=Order.LATEST_ONLY)
        self.request: SearchRequest | None = None
        self.filters: Filters = ()
        """Of what is shown; see [Note: the file shown] in `photofind.store.shown_files`."""

    def search(self, request: SearchRequest) -> None:
        """An empty request asks for every photo."""
        if request.empty:
            self.show_all()
            return
        self.request = request
        ask = _question(self._search, request)

        def answered(results: Results) -> None:
            self._show_under(request.query.filters)
            self.answered.emit(request, results)

        self._ask(ask, answered)

    def show_all(self) -> None:
        """Every photo, the newest first."""
        self.request = None
        photos, search = self._photos, self._search

        def everything() -> tuple[PhotoRows, Coverage]:
            return photos.all_rows(), search.coverage()

        def shown(found: tuple[PhotoRows, Coverage]) -> None:
            self._show_under(())
            self.all_shown.emit(*found)

        self._ask(everything, shown)

    def again(self) -> None:
        """Asks the same once more, of the library as it is now."""
        if self.request is None:
            self.show_all()
        else:
            self.search(self.request)

    def details(self, photo_id: PhotoId) -> PhotoDetails | None:
        """Of the library, the file shown first; blocks."""
        return self._photos.details(photo_id, self.filters)

    def paths_of(self, photo_ids: Sequence[PhotoId]) -> list[Path]:
        """The file shown of each photo; blocks."""
        return self._photos.shown_paths(photo_ids, self.filters)

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

    def _show_under(self, filters: Filters) -> None:
        if filters != self.filters:
            self.filters = filters
            self.filters_changed.emit()

    def _rest(self) -> None:
        self.busy_changed.emit(False)


def _question(search: LiveSearch, request: SearchRequest) -> Callable[[], Results]:
    picture = request.picture
    if picture is None:
        return lambda: search.find(request.query)
    source = picture.source
    if isinstance(source, RegionOfPhoto):
        return lambda: search.find_region(source, request.query.filters)
    return lambda: search.find_like(source, request.query.filters)
