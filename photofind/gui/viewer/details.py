"""Details of photos for the viewer: of the one that is looked at, and of its neighbours."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from photofind.domain import PhotoId
from photofind.gui.lanes import Lane, Order
from photofind.store.gallery import PhotoDetails
from photofind.store.tags import PhotoTag

KEPT = 64
WAITING = 4

LoadDetails = Callable[[PhotoId], PhotoDetails | None]
"""`None` where a photo is not known any more; blocks."""


class DetailsSource(QObject):
    """Loads on a lane of its own, the newest request first; close it.

    Signals:
        arrived: A `PhotoId` and its `PhotoDetails`; `None` where it is not known any more.
        troubled: The `UserFacingError` of reading the library.
    """

    arrived = Signal(object, object)
    troubled = Signal(object)

    def __init__(self, load: LoadDetails, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._load = load
        self._kept: OrderedDict[PhotoId, PhotoDetails] = OrderedDict()
        self._lane = Lane("details", self, order=Order.NEWEST_FIRST, capacity=WAITING)
        self._lane.troubled.connect(self.troubled)

    def want(self, photo_id: PhotoId) -> PhotoDetails | None:
        """What is known already; `arrived` follows where that is nothing."""
        known = self._kept.get(photo_id)
        if known is None:
            self.reload(photo_id)
        else:
            self._kept.move_to_end(photo_id)
        return known

    def known(self, photo_id: PhotoId) -> PhotoDetails | None:
        """What has been loaded; asks for nothing."""
        return self._kept.get(photo_id)

    def prefetch(self, photo_ids: Sequence[PhotoId]) -> None:
        """Loads what will probably be wanted, the likeliest first."""
        for photo_id in reversed(photo_ids):
            if photo_id not in self._kept:
                self.reload(photo_id)

    def reload(self, photo_id: PhotoId) -> None:
        load = self._load
        self._lane.submit(
            lambda: load(photo_id), lambda found: self._take(photo_id, found), key=photo_id
        )

    def change_tags(self, photo_id: PhotoId, tags: Sequence[PhotoTag]) -> None:
        """What is known says this of a photo's tags from now on."""
        known = self._kept.get(photo_id)
        if known is not None:
            self._kept[photo_id] = replace(known, tags=tuple(tags))

    def forget(self, photo_ids: Sequence[PhotoId]) -> None:
        for photo_id in photo_ids:
            self._kept.pop(photo_id, None)

    def forget_all(self) -> None:
        """As `forget`; what is under way does not arrive."""
        self._lane.drop_all()
        self._kept.clear()

    def close(self) -> None:
        self._lane.close()

    def _take(self, photo_id: PhotoId, found: PhotoDetails | None) -> None:
        if found is None:
            self._kept.pop(photo_id, None)
        else:
            self._kept[photo_id] = found
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        self.arrived.emit(photo_id, found)
