"""Load pictures for the viewer: the current one's, then its neighbours'."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, Signal

from photofind.child.messages import PixelPicture
from photofind.domain import PhotoId
from photofind.errors import UserFacingError
from photofind.gui.images import image_of
from photofind.gui.lanes import Lane, Order
from photofind.gui.viewer.pyramid import Pyramid

MAX_CACHED_BYTES = 256 * 2**20

LoadPicture = Callable[[PhotoId, int], PixelPicture]
"""Load a photo with at most so many pixels on the longest side; blocks."""


@dataclass(frozen=True, slots=True, eq=False)
class LoadedPicture:
    """Picture that can be painted.

    Attributes:
        photo_size: Pixels of the full upright photo; the picture may have fewer.
    """

    pyramid: Pyramid
    photo_size: QSize

    @property
    def longest_side(self) -> int:
        return max(self.pyramid.size.width(), self.pyramid.size.height())

    def is_enough(self, side: int) -> bool:
        """Whether the picture has the pixels that `side` requires, or all that the photo has."""
        photo_side = max(self.photo_size.width(), self.photo_size.height())
        return self.longest_side >= min(side, photo_side)


class _Request:
    def __init__(self, photo_id: PhotoId, side: int) -> None:
        self.photo_id = photo_id
        self.side = side
        self.begun = False
        self.dropped = False


class PictureSource(QObject):
    """LRU cache of pictures, filled on a lane; close it.

    Requests for photos that were flipped past are dropped before they begin; what has begun is
    cached for the way back.

    Args:
        max_cached_bytes: Size of the cache; the picture requested last stays in any case.

    Signals:
        arrived: A `PhotoId` and its `LoadedPicture`, also of a neighbour.
        failed: A `PhotoId` and the `UserFacingError` of loading it.
    """

    arrived = Signal(object, object)
    failed = Signal(object, object)

    def __init__(
        self,
        load_picture: LoadPicture,
        parent: QObject | None = None,
        *,
        max_cached_bytes: int = MAX_CACHED_BYTES,
    ) -> None:
        super().__init__(parent)
        self._load = load_picture
        self._max_cached_bytes = max_cached_bytes
        self._cache: OrderedDict[PhotoId, LoadedPicture] = OrderedDict()
        self._requests: list[_Request] = []
        self._wanted: PhotoId | None = None
        self._lane = Lane("pictures", self, order=Order.NEWEST_FIRST)

    def request(self, photo_id: PhotoId, side: int) -> LoadedPicture | None:
        """Return the cached picture; `arrived` follows where that is not enough."""
        self._wanted = photo_id
        cached = self._cache.get(photo_id)
        if cached is not None:
            self._cache.move_to_end(photo_id)
        self._drop_others(photo_id)
        if cached is None or not cached.is_enough(side):
            self._request(photo_id, side)
        return cached

    def prefetch(self, photo_ids: Sequence[PhotoId], side: int) -> None:
        """Load photos that will probably be requested, the likeliest first."""
        # The newest request is the next one at work.
        for photo_id in reversed(photo_ids):
            cached = self._cache.get(photo_id)
            if cached is None or not cached.is_enough(side):
                self._request(photo_id, side)

    def invalidate(self, photo_ids: Sequence[PhotoId]) -> None:
        """Drop pictures of photos whose files have changed."""
        for photo_id in photo_ids:
            self._cache.pop(photo_id, None)
        changed = set(photo_ids)
        for request in self._requests:
            request.dropped |= request.photo_id in changed
        # What is being loaded of them is out of date as well.
        self._requests = [one for one in self._requests if one.photo_id not in changed]

    def clear(self) -> None:
        """Drop the cache and all requests while no photo is shown."""
        self._wanted = None
        self._drop_others(None)
        self._cache.clear()

    def close(self) -> None:
        """Wait for the picture that is being loaded."""
        self._lane.close()

    def _drop_others(self, photo_id: PhotoId | None) -> None:
        for request in self._requests:
            request.dropped = request.photo_id != photo_id
        self._requests = [one for one in self._requests if one.begun or not one.dropped]

    def _request(self, photo_id: PhotoId, side: int) -> None:
        if any(one.photo_id == photo_id and one.side >= side for one in self._requests):
            return
        request = _Request(photo_id, side)
        self._requests.append(request)
        load = self._load

        def work() -> LoadedPicture | None:
            if request.dropped:
                return None
            request.begun = True
            return _drawable(load(request.photo_id, request.side))

        self._lane.submit(
            work,
            lambda picture: self._deliver(request, picture),
            lambda error: self._deliver_failure(request, error),
        )

    def _deliver(self, request: _Request, picture: LoadedPicture | None) -> None:
        if not self._is_expected(request) or picture is None:
            return
        known = self._cache.get(request.photo_id)
        if known is not None and known.longest_side > picture.longest_side:
            # A later request was for more, and was answered first.
            picture = known
        else:
            self._store(request.photo_id, picture)
        self.arrived.emit(request.photo_id, picture)

    def _deliver_failure(self, request: _Request, error: UserFacingError) -> None:
        if self._is_expected(request):
            self.failed.emit(request.photo_id, error)

    def _is_expected(self, request: _Request) -> bool:
        """Whether the request is still open, which it is no more afterwards."""
        expected = request in self._requests
        self._requests = [one for one in self._requests if one is not request]
        return expected

    def _store(self, photo_id: PhotoId, picture: LoadedPicture) -> None:
        self._cache[photo_id] = picture
        held = sum(one.pyramid.size_bytes for one in self._cache.values())
        for oldest in [one for one in self._cache if one != self._wanted]:
            if held <= self._max_cached_bytes:
                break
            held -= self._cache.pop(oldest).pyramid.size_bytes


def _drawable(picture: PixelPicture) -> LoadedPicture:
    size = QSize(picture.photo_width, picture.photo_height)
    return LoadedPicture(Pyramid.of(image_of(picture)), size)
