"""Load details of photos for the viewer: the current one's, then its neighbours'."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from photofind.domain import PhotoId
from photofind.gui.lanes import Lane, Order
from photofind.store.gallery import PhotoDetails
from photofind.store.tags import PhotoTag

MAX_CACHED = 64
MAX_QUEUED = 4

LoadDetails = Callable[[PhotoId], PhotoDetails | None]
"""`None` where a photo is not known any more; blocks."""


class DetailsSource(QObject):
    """LRU cache of details, filled on a lane, the newest request first; close it.

    Signals:
        arrived: A `PhotoId` and its `PhotoDetails`; `None` where it is not known any more.
        failed: The `UserFacingError` of reading the library.
    """

    arrived = Signal(object, object)
    failed = Signal(object)

    def __init__(self, load: LoadDetails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._cache: OrderedDict[PhotoId, PhotoDetails] = OrderedDict()
        self._lane = Lane("details", self, order=Order.NEWEST_FIRST, capacity=MAX_QUEUED)
        self._lane.failed.connect(self.failed)

    def request(self, photo_id: PhotoId) -> PhotoDetails | None:
        """Return cached details; `arrived` follows where there are none."""
        known = self._cache.get(photo_id)
        if known is None:
            self.reload(photo_id)
        else:
            self._cache.move_to_end(photo_id)
        return known

    def known(self, photo_id: PhotoId) -> PhotoDetails | None:
        """Return cached details and request nothing."""
        return self._cache.get(photo_id)

    def prefetch(self, photo_ids: Sequence[PhotoId]) -> None:
        """Load what will probably be requested, the likeliest first."""
        for photo_id in reversed(photo_ids):
            if photo_id not in self._cache:
                self.reload(photo_id)

    def reload(self, photo_id: PhotoId) -> None:
        load = self._load
        self._lane.submit(
            lambda: load(photo_id), lambda found: self._deliver(photo_id, found), key=photo_id
        )

    def update_tags(self, photo_id: PhotoId, tags: Sequence[PhotoTag]) -> None:
        """Replace a photo's tags in its cached details."""
        known = self._cache.get(photo_id)
        if known is not None:
            self._cache[photo_id] = replace(known, tags=tuple(tags))

    def invalidate(self, photo_ids: Sequence[PhotoId]) -> None:
        for photo_id in photo_ids:
            self._cache.pop(photo_id, None)

    def clear(self) -> None:
        """Drop all details and the results under way."""
        self._lane.drop_all()
        self._cache.clear()

    def close(self) -> None:
        self._lane.close()

    def _deliver(self, photo_id: PhotoId, found: PhotoDetails | None) -> None:
        if found is None:
            self._cache.pop(photo_id, None)
        else:
            self._cache[photo_id] = found
            if len(self._cache) > MAX_CACHED:
                self._cache.popitem(last=False)
        self.arrived.emit(photo_id, found)
