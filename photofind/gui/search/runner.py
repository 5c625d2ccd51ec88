"""From requests to rows of photos, off the window's thread; the latest request wins."""

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
from photofind.store.ordering import PhotoOrder

T = TypeVar("T")


class SearchRunner(QObject):
    """Runs requests on the library; what is shown stays until the response is there.

    Signals:
        answered: `SearchRequest` and its `Results`.
        all_shown: Rows of every photo and the `Coverage`, for an empty request.
        failed: `SearchRequest` (`None` for every photo) and a `UserFacingError`.
        busy_changed: Whether a response is awaited.
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
        self.order: PhotoOrder | None = None
        """What photos are sorted by; `None` is how well they match, or the newest first."""
        self.filters: Filters = ()
        """Of what is shown; see [Note: the file shown] in `photofind.store.shown_files`."""

    def search(self, request: SearchRequest) -> None:
        """Run a request; an empty one is for every photo."""
        if request.empty:
            self.show_all()
            return
        self.request = request
        job = _job(self._search, request, self.order)

        def answered(results: Results) -> None:
            self._set_filters(request.query.filters)
            self.answered.emit(request, results)

        self._submit(job, answered)

    def sort(self, order: PhotoOrder | None) -> None:
        """Run the same request in another order."""
        self.order = order
        self.again()

    def show_all(self) -> None:
        """Show every photo."""
        self.request = None
        photos, search, order = self._photos, self._search, self.order

        def everything() -> tuple[PhotoRows, Coverage]:
            # All of them by date are kept, in a cache.
            if order is None or order is PhotoOrder.NEWEST:
                return photos.all_rows(), search.coverage()
            return photos.ordered_rows(order), search.coverage()

        def shown(found: tuple[PhotoRows, Coverage]) -> None:
            self._set_filters(())
            self.all_shown.emit(*found)

        self._submit(everything, shown)

    def again(self) -> None:
        """Run the same request on the library as it is now."""
        if self.request is None:
            self.show_all()
        else:
            self.search(self.request)

    def details(self, photo_id: PhotoId) -> PhotoDetails | None:
        """Read what is known of a photo, the file shown first; blocks."""
        return self._photos.details(photo_id, self.filters)

    def paths_of(self, photo_ids: Sequence[PhotoId]) -> list[Path]:
        """Return the file shown of each photo; blocks."""
        return self._photos.shown_paths(photo_ids, self.filters)

    def close(self) -> None:
        self._lane.close()

    def _submit(self, job: Callable[[], T], respond: Callable[[T], None]) -> None:
        request = self.request

        def done(found: T) -> None:
            self._end_wait()
            respond(found)

        def failed(error: UserFacingError) -> None:
            self._end_wait()
            self.failed.emit(request, error)

        self.busy_changed.emit(True)
        self._lane.submit(job, done, failed)

    def _set_filters(self, filters: Filters) -> None:
        if filters != self.filters:
            self.filters = filters
            self.filters_changed.emit()

    def _end_wait(self) -> None:
        self.busy_changed.emit(False)


def _job(
    search: LiveSearch, request: SearchRequest, order: PhotoOrder | None
) -> Callable[[], Results]:
    picture = request.picture
    if picture is None:
        return lambda: search.find(request.query, order)
    source = picture.source
    if isinstance(source, RegionOfPhoto):
        return lambda: search.find_region(source, request.query.filters, order)
    return lambda: search.find_like(source, request.query.filters, order)
