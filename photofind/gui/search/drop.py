"""What is dragged over the window, and what the clipboard holds."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QDropEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget
from typing_extensions import override

from photofind.errors import UserFacingError
from photofind.gui import wording
from photofind.gui.disk_lane import DiskLane
from photofind.gui.icons import pixmap
from photofind.gui.lanes import Lane, Order
from photofind.gui.search.kept_pictures import keep_picture
from photofind.gui.search.offers import Offer, Use, look_at, offer_of, offer_of_files
from photofind.gui.theme import FOCUS_PX, RADIUS, SPACING, theme_of

MOST_PICTURES = 10
"""More are not searched with: each is read again with every search, and has a chip."""

_VEIL = 0.88
_ICON_PX = 32
_HEADING_PX = 19


class DropOverlay(QWidget):
    """Covers a window while something is dragged over it; close its lanes before it goes.

    What the disk says of files comes later: the drag is accepted before, and what is dropped is
    taken when it is known.

    Args:
        folder: Where pictures are kept that come without a file.
        window: Whose drops it takes; what is dragged from this program itself it leaves alone.

    Signals:
        pictures_dropped: List of `Path`, of the pictures to search with.
        folders_dropped: List of `Path`.
        text_offered: Words to search for.
        noticed: What else there is to say of what was taken.
        refused: Why something cannot be used.
    """

    pictures_dropped = Signal(list)
    folders_dropped = Signal(list)
    text_offered = Signal(str)
    noticed = Signal(str)
    refused = Signal(str)

    def __init__(self, folder: Path, window: QWidget) -> None:
        super().__init__(window)
        self._folder = folder
        self._window = window
        self._text = ""
        self._welcome = True
        self._lane = Lane("dropped pictures", self, order=Order.LATEST_ONLY)
        self._dragged = DiskLane("dragged files", self, order=Order.LATEST_ONLY)
        self._dropped = DiskLane("dropped files", self, order=Order.LATEST_ONLY)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    @property
    def text(self) -> str:
        """What it says while something is dragged."""
        return self._text

    def paste(self, held: QMimeData) -> None:
        """Take what the clipboard holds as if it had been dropped."""
        self._take(offer_of(held), held)

    def close_lanes(self) -> None:
        for lane in (self._lane, self._dragged, self._dropped):
            lane.close()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        match event.type():
            case QEvent.Type.DragEnter | QEvent.Type.DragMove if isinstance(event, QDropEvent):
                return self._drag_over(event)
            case QEvent.Type.DragLeave:
                self._dragged.drop_all()
                self.hide()
            case QEvent.Type.Drop if isinstance(event, QDropEvent):
                return self._drop(event)
            case QEvent.Type.Resize:
                self.setGeometry(self._window.rect())
        return False

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        veil = QColor(theme.window)
        veil.setAlphaF(_VEIL)
        painter.fillRect(self.rect(), veil)
        colour = theme.accent if self._welcome else theme.muted
        frame = QRectF(self.rect()).adjusted(SPACING, SPACING, -SPACING, -SPACING)
        painter.setPen(QPen(QColor(colour), FOCUS_PX, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(frame, RADIUS, RADIUS)
        self._paint_text(painter, colour)

    def _paint_text(self, painter: QPainter, colour: str) -> None:
        theme = theme_of(self.palette())
        font = self.font()
        font.setPixelSize(_HEADING_PX)
        painter.setFont(font)
        room = self.rect().adjusted(*(4 * SPACING,) * 2, *(-4 * SPACING,) * 2)
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        height = painter.boundingRect(room, flags, self._text).height()
        centre = self.rect().center()
        top = centre.y() - (height + _ICON_PX + SPACING) // 2
        name = "picture" if self._welcome else "info"
        drawing = pixmap(name, colour, _ICON_PX, self.devicePixelRatioF())
        painter.drawPixmap(centre.x() - _ICON_PX // 2, top, drawing)
        room.setTop(top + _ICON_PX + SPACING)
        room.setHeight(height)
        painter.setPen(QColor(theme.text))
        painter.drawText(room, flags, self._text)

    def _drag_over(self, event: QDropEvent) -> bool:
        if event.source() is not None:
            event.ignore()
            return True
        if event.type() == QEvent.Type.DragEnter:
            offer = offer_of(event.mimeData())
            if offer.use is Use.NOTHING:
                event.ignore()
                return True
            self._invite(offer)
            if offer.use is Use.FILES:
                _look_at(offer.paths, self._dragged, self._invite, self._warn)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _drop(self, event: QDropEvent) -> bool:
        self._dragged.drop_all()
        self.hide()
        if event.source() is not None:
            event.ignore()
            return True
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._take(offer_of(event.mimeData()), event.mimeData())
        return True

    def _warn(self, error: UserFacingError) -> None:
        self._invite(Offer(Use.REFUSED, text=error.message))

    def _invite(self, offer: Offer) -> None:
        self._text = self._invitation(offer)
        self._welcome = offer.use is not Use.REFUSED
        self.setAccessibleName(self._text)
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()
        self.update()

    def _invitation(self, offer: Offer) -> str:
        match offer.use:
            case Use.FILES:
                return self.tr("Drop pictures or folders")
            case Use.FOLDERS:
                return self.tr("Drop folders to add them to your library")
            case Use.PICTURE_FILES if len(offer.paths) > 1:
                text = self.tr("Drop to find photos like these {count} pictures")
                if len(offer.paths) > MOST_PICTURES:
                    text = self.tr("Drop to find photos like the first {most} of {count} pictures")
                return text.format(
                    count=wording.number(len(offer.paths)), most=wording.number(MOST_PICTURES)
                )
            case Use.PICTURE_FILES | Use.IMAGE:
                return self.tr("Drop a picture to find photos like it")
            case Use.TEXT:
                return self.tr("Drop to search for these words")
            case _:
                return offer.text

    def _take(self, offer: Offer, held: QMimeData) -> None:
        match offer.use:
            case Use.FILES:
                _look_at(offer.paths, self._dropped, self._take_seen, self._refuse)
            case Use.IMAGE:
                self._keep(QImage(held.imageData()))
            case _:
                self._take_seen(offer)

    def _take_seen(self, offer: Offer) -> None:
        match offer.use:
            case Use.FOLDERS:
                self.folders_dropped.emit(list(offer.paths))
            case Use.PICTURE_FILES:
                self._take_files(offer.paths)
            case Use.TEXT:
                self.text_offered.emit(offer.text)
            case Use.REFUSED:
                self.refused.emit(offer.text)
            case Use.NOTHING:
                self.refused.emit(self.tr("There is no picture and no text to search with."))

    def _take_files(self, pictures: tuple[Path, ...]) -> None:
        if len(pictures) > MOST_PICTURES:
            text = self.tr("Searching with the first {most} of {count} pictures.")
            most, count = wording.number(MOST_PICTURES), wording.number(len(pictures))
            self.noticed.emit(text.format(most=most, count=count))
        self.pictures_dropped.emit(list(pictures[:MOST_PICTURES]))

    def _keep(self, image: QImage) -> None:
        folder = self._folder
        self._lane.submit(
            lambda: keep_picture(image, folder),
            lambda kept: self.pictures_dropped.emit([kept]),
            self._refuse,
        )

    def _refuse(self, error: UserFacingError) -> None:
        self.refused.emit(f"{error.message} {error.hint}")


def _look_at(
    paths: Sequence[Path],
    lane: DiskLane,
    then: Callable[[Offer], None],
    failed: Callable[[UserFacingError], None],
) -> None:
    lane.submit(paths, look_at, lambda kinds: then(offer_of_files(paths, kinds)), failed)
