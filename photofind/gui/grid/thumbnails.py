"""Cache thumbnails as pixmaps in the size they are painted in; never blocks."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QBuffer, QByteArray, QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage, QImageReader, QPixmap

from photofind.domain import PhotoId
from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane, Order

MAX_BYTES = 256 * 2**20
"""Size of the cache: about 2,000 of 240 × 180 on a 1× screen."""

MAX_QUEUED = 400
"""Most requests in the queue: two screens full of small cells."""

_BYTES_PER_PIXEL = 4

_Key = tuple[PhotoId, bool]


@dataclass(slots=True)
class _Request:
    """Requested thumbnail; `begun` is set by the lane, so that nothing is loaded twice."""

    photo_id: PhotoId
    size: QSize | None
    grey: bool
    begun: bool = False


@dataclass(frozen=True, slots=True)
class _Cached:
    """A pixmap and the size it was made for; `whole` where the JPEG has no more pixels."""

    pixmap: QPixmap
    size: QSize | None
    whole: bool


class Thumbnails(QObject):
    """LRU cache of pixmaps, filled on a lane, the newest request first; close it.

    The oldest requests are dropped: they have been scrolled past. What cannot be loaded is not
    requested again until `invalidate`.

    Args:
        load: Returns a JPEG, `None` where there is none; called on the lane.
        max_bytes: Size of the cache; the least recently used go first.
        max_queued: Most requests in the queue.

    Signals:
        loaded: A thumbnail was loaded, or is known to be missing (PhotoId).
        failed: Thumbnails could not be read (UserFacingError).
    """

    loaded = Signal(object)
    failed = Signal(UserFacingError)

    def __init__(
        self,
        load: Callable[[PhotoId], bytes | None],
        parent: QObject | None = None,
        *,
        max_bytes: int = MAX_BYTES,
        max_queued: int = MAX_QUEUED,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._decoder = _Decoder()
        self._max_bytes = max_bytes
        self._bytes = 0
        self._cache: OrderedDict[_Key, _Cached] = OrderedDict()
        self._requests: dict[_Key, _Request] = {}
        self._missing: set[PhotoId] = set()
        self._lane = Lane("thumbnails", self, order=Order.NEWEST_FIRST, capacity=max_queued)

    def get(
        self, photo_id: PhotoId, size: QSize | None = None, *, grey: bool = False
    ) -> QPixmap | None:
        """Return the cached pixmap, be it of another size; request a better one.

        Args:
            size: Device pixels to be covered; `None` takes any.
            grey: Without colours.
        """
        key = photo_id, grey
        held = self._cache.get(key)
        if held is not None:
            self._cache.move_to_end(key)
        if photo_id not in self._missing and not _suffices(held, size):
            self._request(key, size)
        return None if held is None else held.pixmap

    def cached(self, photo_id: PhotoId, *, grey: bool = False) -> QPixmap | None:
        """Return the cached pixmap and request nothing."""
        held = self._cache.get((photo_id, grey))
        return None if held is None else held.pixmap

    def is_missing(self, photo_id: PhotoId) -> bool:
        """Whether loading it has failed."""
        return photo_id in self._missing

    def invalidate(self, photo_ids: Iterable[PhotoId]) -> None:
        """Drop pixmaps of photos that have changed; they load when next painted."""
        for photo_id in photo_ids:
            self._missing.discard(photo_id)
            for grey in (False, True):
                self._evict((photo_id, grey))
                self._requests.pop((photo_id, grey), None)

    def close(self) -> None:
        self._lane.close()

    @property
    def cached_bytes(self) -> int:
        return self._bytes

    def _request(self, key: _Key, size: QSize | None) -> None:
        earlier = self._requests.get(key)
        if earlier is not None and earlier.begun and earlier.size == size:
            return
        photo_id, grey = key
        request = _Request(photo_id, size, grey)
        self._requests[key] = request
        # Requests that the lane dropped are made again when the cell is next painted.
        if len(self._requests) > 4 * MAX_QUEUED:
            self._requests.pop(next(iter(self._requests)))
        self._lane.submit(
            partial(self._load_and_decode, request),
            partial(self._store, request),
            partial(self._store_failure, request),
            key=key,
        )

    def _load_and_decode(self, request: _Request) -> "_Loaded | None":
        """Load and decode a request; runs on the lane."""
        request.begun = True
        jpeg = self._load(request.photo_id)
        return None if jpeg is None else self._decoder.decode(jpeg, request.size, request.grey)

    def _store(self, request: _Request, loaded: "_Loaded | None") -> None:
        key = request.photo_id, request.grey
        if self._requests.get(key) is request:
            del self._requests[key]
        if loaded is None:
            self._missing.add(request.photo_id)
        else:
            self._insert(key, _Cached(QPixmap.fromImage(loaded.image), request.size, loaded.whole))
        self.loaded.emit(request.photo_id)

    def _store_failure(self, request: _Request, error: UserFacingError) -> None:
        self._store(request, None)
        self.failed.emit(error)

    def _insert(self, key: _Key, held: _Cached) -> None:
        self._evict(key)
        self._cache[key] = held
        self._bytes += _bytes_of(held.pixmap)
        while self._bytes > self._max_bytes and len(self._cache) > 1:
            self._evict(next(iter(self._cache)))

    def _evict(self, key: _Key) -> None:
        held = self._cache.pop(key, None)
        if held is not None:
            self._bytes -= _bytes_of(held.pixmap)


@dataclass(frozen=True, slots=True)
class _Loaded:
    image: QImage
    whole: bool


class _Decoder:
    """Decodes JPEGs on one thread; outlives that thread.

    Qt's reader lets other threads run Python meanwhile, where `QImage.fromData` and `scaled` stop
    the window for milliseconds a photo. It reads from a device: a QObject, which must not come and
    go with every photo on a thread without an event loop.
    """

    def __init__(self) -> None:
        self._device: QBuffer | None = None

    def decode(self, jpeg: bytes, size: QSize | None, grey: bool) -> _Loaded | None:
        """Decode scaled down to cover `size`, never up; `None` where it is no picture."""
        if self._device is None:
            self._device = QBuffer()
        self._device.setData(QByteArray(jpeg))
        self._device.open(QBuffer.OpenModeFlag.ReadOnly)
        try:
            # Other formats are not tried: the reader for SVG connects signals while it holds the
            # interpreter's lock, which may be for ever if the window's thread disconnects some.
            reader = QImageReader(self._device, QByteArray(b"jpeg"))
            reader.setAutoDetectImageFormat(False)
            whole = size is None or not _covers(reader.size(), size)
            if size is not None and not whole:
                reader.setScaledSize(_covering(reader.size(), size))
            image = reader.read()
        finally:
            self._device.close()
        if image.isNull():
            return None
        if grey:
            image = image.convertToFormat(QImage.Format.Format_Grayscale8)
        return _Loaded(image.convertToFormat(QImage.Format.Format_RGB32), whole)


def _suffices(held: _Cached | None, size: QSize | None) -> bool:
    if held is None:
        return False
    if size is None or held.size == size:
        return True
    return held.whole and not _covers(held.pixmap.size(), size)


def _covers(full: QSize, size: QSize) -> bool:
    """Whether a picture has more pixels than `size` needs."""
    return _covering(full, size).width() < full.width()


def _covering(full: QSize, size: QSize) -> QSize:
    return full.scaled(size, Qt.AspectRatioMode.KeepAspectRatioByExpanding)


def _bytes_of(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * _BYTES_PER_PIXEL
