"""Cache the names and dates of visible photos, for tooltips and screen readers."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from PySide6.QtCore import QObject, Signal

from photofind.domain import PhotoId
from photofind.gui import wording
from photofind.gui.lanes import Lane, Order
from photofind.store.gallery import PhotoDetails

_MAX_CACHED = 20_000
_MAX_QUEUED = 300


@dataclass(frozen=True, slots=True)
class Caption:
    """Name and day of a photo.

    Attributes:
        taken: The day in the system's format; empty where the photo has no date.
    """

    name: str
    taken: str


def caption_of(details: PhotoDetails) -> Caption:
    """Make a caption from the first reachable file's name and the day."""
    name = details.files[0].path.name if details.files else ""
    taken_at = details.photo.metadata.taken_at
    return Caption(name, "" if taken_at is None else wording.day(datetime.fromisoformat(taken_at)))


class Captions(QObject):
    """LRU cache of captions, filled on a lane of its own; close it.

    Args:
        load: Called on the lane; `None` where the photo is gone.

    Signals:
        loaded: A caption was loaded (PhotoId).
    """

    loaded = Signal(object)

    def __init__(
        self, load: Callable[[PhotoId], PhotoDetails | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._cache: OrderedDict[PhotoId, Caption | None] = OrderedDict()
        self._lane = Lane("captions", self, order=Order.NEWEST_FIRST, capacity=_MAX_QUEUED)

    def get(self, photo_id: PhotoId) -> Caption | None:
        """Return the cached caption; request it where there is none."""
        if photo_id in self._cache:
            self._cache.move_to_end(photo_id)
            return self._cache[photo_id]
        load = self._load

        def work() -> Caption | None:
            details = load(photo_id)
            return None if details is None else caption_of(details)

        self._lane.submit(work, partial(self._store, photo_id), key=photo_id)
        return None

    def invalidate(self, photo_ids: Iterable[PhotoId]) -> None:
        """Drop captions of photos that were renamed or moved; they load when next requested."""
        for photo_id in photo_ids:
            self._cache.pop(photo_id, None)

    def clear(self) -> None:
        """Drop every caption and cancel the requests under way."""
        self._lane.drop_all()
        self._cache.clear()

    def close(self) -> None:
        self._lane.close()

    def _store(self, photo_id: PhotoId, caption: Caption | None) -> None:
        self._cache[photo_id] = caption
        if len(self._cache) > _MAX_CACHED:
            self._cache.popitem(last=False)
        if caption is not None:
            self.loaded.emit(photo_id)
