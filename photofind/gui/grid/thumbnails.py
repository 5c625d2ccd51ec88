"""Thumbnails as pixmaps, at the size they are drawn at, without anybody waiting for them."""

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
"""What all kept pixmaps may take: about 2,000 of 240 × 180 on a 1× screen."""

WAITING = 400
"""Requests that may wait: two screens full of small cells."""

_BYTES_PER_PIXEL = 4

_Key = tuple[PhotoId, bool]


@dataclass(slots=True)
class _Request:
    """What is asked for; `begun` is set by the lane, so that nothing is loaded twice."""

    photo_id: PhotoId
    size: QSize | None
    grey: bool
    begun: bool = False


@dataclass(frozen=True, slots=True)
class _Held:
    """A pixmap and the size it was made for; `whole` where the JPEG has no more pixels."""

    pixmap: QPixmap
    size: QSize | None
    whole: bool


class Thumbnails(QObject):
    """Loads and decodes on a lane, the newest request first; close it.

    What was asked for long ago falls out: it has been scrolled past. What cannot be loaded is not
    asked for again until `forget`.

    Args:
        load: Gives a JPEG, `None` where there is none; called on the lane.
        max_bytes: Of the pixmaps that are kept; those not drawn for longest go first.
        waiting: Requests that may wait.

    Signals:
        loaded: A thumbnail came, or is known to be missing (PhotoId).
        troubled: Thumbnails could not be read, for a reason a person can act on (UserFacingError).
    """

    loaded = Signal(object)
    troubled = Signal(UserFacingError)

    def __init__(
        self,
        load: Callable[[PhotoId], bytes | None],
        parent: QObject | None = None,
        *,
        max_bytes: int = MAX_BYTES,
        waiting: int = WAITING,
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._decoder = _Decoder()
        self._max_bytes = max_bytes
        self._bytes = 0
        self._held: OrderedDict[_Key, _Held] = OrderedDict()
        self._asked: dict[_Key, _Request] = {}
        self._missing: set[PhotoId] = set()
        self._lane = Lane("thumbnails", self, order=Order.NEWEST_FIRST, capacity=waiting)

    def get(
        self, photo_id: PhotoId, size: QSize | None = None, *, grey: bool = False
    ) -> QPixmap | None:
        """What is there now, be it of another size; asks for what would be better.

        Args:
            size: Device pixels to be covered; `None` takes any.
            grey: Without colours.
        """
        key = photo_id, grey
        held = self._held.get(key)
        if held is not None:
            self._held.move_to_end(key)
        if photo_id not in self._missing and not _suffices(held, size):
            self._ask(key, size)
        return None if held is None else held.pixmap

    def held(self, photo_id: PhotoId, *, grey: bool = False) -> QPixmap | None:
        """As `get`, without asking."""
        held = self._held.get((photo_id, grey))
        return None if held is None else held.pixmap

    def is_missing(self, photo_id: PhotoId) -> bool:
        """Whether it was asked for in vain."""
        return photo_id in self._missing

    def forget(self, photo_ids: Iterable[PhotoId]) -> None:
        """Of photos that have changed: they are asked for again when they are next drawn."""
        for photo_id in photo_ids:
            self._missing.discard(photo_id)
            for grey in (False, True):
                self._let_go((photo_id, grey))
                self._asked.pop((photo_id, grey), None)

    def close(self) -> None:
        self._lane.close()

    @property
    def kept_bytes(self) -> int:
        return self._bytes

    def _ask(self, key: _Key, size: QSize | None) -> None:
        asked = self._asked.get(key)
        if asked is not None and asked.begun and asked.size == size:
            return
        photo_id, grey = key
        request = _Request(photo_id, size, grey)
        self._asked[key] = request
        # Those that fell out of the lane are asked for again when they are next drawn.
        if len(self._asked) > 4 * WAITING:
            self._asked.pop(next(iter(self._asked)))
        self._lane.submit(
            partial(self._load_and_decode, request),
            partial(self._keep, request),
            partial(self._miss, request),
            key=key,
        )

    def _load_and_decode(self, request: _Request) -> "_Loaded | None":
        """On the lane."""
        request.begun = True
        jpeg = self._load(request.photo_id)
        return None if jpeg is None else self._decoder.decode(jpeg, request.size, request.grey)

    def _keep(self, request: _Request, loaded: "_Loaded | None") -> None:
        key = request.photo_id, request.grey
        if self._asked.get(key) is request:
            del self._asked[key]
        if loaded is None:
            self._missing.add(request.photo_id)
        else:
            self._hold(key, _Held(QPixmap.fromImage(loaded.image), request.size, loaded.whole))
        self.loaded.emit(request.photo_id)

    def _miss(self, request: _Request, error: UserFacingError) -> None:
        self._keep(request, None)
        self.troubled.emit(error)

    def _hold(self, key: _Key, held: _Held) -> None:
        self._let_go(key)
        self._held[key] = held
        self._bytes += _bytes_of(held.pixmap)
        while self._bytes > self._max_bytes and len(self._held) > 1:
            self._let_go(next(iter(self._held)))

    def _let_go(self, key: _Key) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            self._bytes -= _bytes_of(held.pixmap)


@dataclass(frozen=True, slots=True)
class _Loaded:
    image: QImage
    whole: bool


class _Decoder:
    """Decodes JPEGs on one thread; goes after that thread.

    Qt's reader lets other threads run Python meanwhile, where `QImage.fromData` and `scaled` stop
    the window for milliseconds a photo. It reads from a device: a QObject, which must not come and
    go with every photo on a thread without an event loop.
    """

    def __init__(self) -> None:
        self._device: QBuffer | None = None

    def decode(self, jpeg: bytes, size: QSize | None, grey: bool) -> _Loaded | None:
        """Scaled to cover `size`, never made larger; `None` where it is no picture."""
        if self._device is None:
            self._device = QBuffer()
        self._device.setData(QByteArray(jpeg))
        self._device.open(QBuffer.OpenModeFlag.ReadOnly)
        try:
            reader = QImageReader(self._device)
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


def _suffices(held: _Held | None, size: QSize | None) -> bool:
    if held is None:
        return False
    if size is None or held.size == size:
        return True
    return held.whole and not _covers(held.pixmap.size(), size)


def _covers(full: QSize, size: QSize) -> bool:
    """Whether a picture has more pixels than are needed to cover `size`."""
    return _covering(full, size).width() < full.width()


def _covering(full: QSize, size: QSize) -> QSize:
    return full.scaled(size, Qt.AspectRatioMode.KeepAspectRatioByExpanding)


def _bytes_of(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * _BYTES_PER_PIXEL
