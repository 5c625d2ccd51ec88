"""Names and dates of the photos in sight: what a tooltip and a screen reader say of a cell."""

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

_KEPT = 20_000
_WAITING = 300


@dataclass(frozen=True, slots=True)
class Caption:
    """What a photo is called.

    Attributes:
        taken: The day in the system's format; empty where the photo has no date.
    """

    name: str
    taken: str


def caption_of(details: PhotoDetails) -> Caption:
    """The name of the first file that can be reached, and the day."""
    name = details.files[0].path.name if details.files else ""
    taken_at = details.photo.metadata.taken_at
    return Caption(name, "" if taken_at is None else wording.day(datetime.fromisoformat(taken_at)))


class Captions(QObject):
    """Asks for captions on a lane of its own and keeps those it got; close it.

    Args:
        load: Called on the lane; `None` where the photo is gone.

    Signals:
        loaded: A caption came (PhotoId).
    """

    loaded = Signal(object)

    def __init__(
        self, load: Callable[[PhotoId], PhotoDetails | None], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._kept: OrderedDict[PhotoId, Caption | None] = OrderedDict()
        self._lane = Lane("captions", self, order=Order.NEWEST_FIRST, capacity=_WAITING)

    def get(self, photo_id: PhotoId) -> Caption | None:
        """What is known now; asks for it where nothing is."""
        if photo_id in self._kept:
            self._kept.move_to_end(photo_id)
            return self._kept[photo_id]
        load = self._load

        def work() -> Caption | None:
            details = load(photo_id)
            return None if details is None else caption_of(details)

        self._lane.submit(work, partial(self._keep, photo_id), key=photo_id)
        return None

    def forget(self, photo_ids: Iterable[PhotoId]) -> None:
        """Of photos that have been renamed or moved: they are asked for when they are next told."""
        for photo_id in photo_ids:
            self._kept.pop(photo_id, None)

    def forget_all(self) -> None:
        """As `forget`; what is under way is asked for again, too."""
        self._lane.drop_all()
        self._kept.clear()

    def close(self) -> None:
        self._lane.close()

    def _keep(self, photo_id: PhotoId, caption: Caption | None) -> None:
        self._kept[photo_id] = caption
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        if caption is not None:
            self.loaded.emit(photo_id)
