"""Show one photo on the canvas: its stand-in, then its picture, or why there is none."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from photofind.domain import PhotoId
from photofind.errors import UserFacingError
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.progress_line import ProgressLine
from photofind.gui.theme import SURROUND
from photofind.gui.viewer.about import is_out_of_reach, where_it_is
from photofind.gui.viewer.canvas import PictureCanvas
from photofind.gui.viewer.pictures import LoadedPicture, LoadPicture, PictureSource
from photofind.store.gallery import PhotoDetails

_PLAIN_PX = 64


@dataclass(frozen=True, slots=True)
class StagedPhoto:
    """Columns of a photo's row.

    Attributes:
        aspect: Width / height.
        colour: 0xRRGGBB, the average.
        offline: Whether it cannot be reached now.
    """

    photo_id: PhotoId
    aspect: float
    colour: int
    offline: bool

    @staticmethod
    def in_row(model: PhotoModel, row: int) -> "StagedPhoto":
        rows = model.rows
        return StagedPhoto(
            model.photo_id(row),
            float(rows.aspects[row]),
            int(rows.colours[row]),
            bool(rows.offline[row]),
        )


class Stage(QWidget):
    """Canvas with a loader on a lane of its own; close it.

    Signals:
        picture_shown: The picture of the current photo is on the canvas.
        picture_failed: There will be none; the canvas says why.
    """

    picture_shown = Signal()
    picture_failed = Signal()

    def __init__(
        self,
        thumbnails: Thumbnails,
        load_picture: LoadPicture,
        parent: QWidget | None = None,
        *,
        waiting_delay_ms: int = 200,
    ) -> None:
        super().__init__(parent)
        self.canvas = PictureCanvas(self)
        self._thumbnails = thumbnails
        self._photo: StagedPhoto | None = None
        self._details: PhotoDetails | None = None
        self._error: UserFacingError | None = None
        self._neighbours: Sequence[StagedPhoto] = ()
        self._shown_side = 0
        self._waiting = ProgressLine(waiting_delay_ms, self)
        self._pictures = PictureSource(load_picture, self)
        self._pictures.arrived.connect(self._handle_picture)
        self._pictures.failed.connect(self._handle_failure)
        self.canvas.detail_wanted.connect(self._load_detail)
        thumbnails.loaded.connect(self._handle_thumbnail)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._waiting)
        layout.addWidget(self.canvas, 1)
        self.setFocusProxy(self.canvas)

    def show_photo(self, photo: StagedPhoto, neighbours: Sequence[StagedPhoto]) -> None:
        """Show what is cached, and request the rest.

        Args:
            neighbours: Loaded when the photo is shown, the first of them first.
        """
        self._photo = photo
        self._details = None
        self._error = None
        self._neighbours = neighbours
        self._shown_side = 0
        self._waiting.set_busy(False)
        picture = (
            None if photo.offline else self._pictures.request(photo.photo_id, self._side(photo))
        )
        if picture is not None:
            self._show_picture(picture, keep_view=False)
        else:
            self._show_stand_in(keep_view=False)
            self._waiting.set_busy(not photo.offline)

    def show_details(self, details: PhotoDetails) -> None:
        """Update size and reachability of the current photo from its details."""
        self._details = details
        if self.canvas.has_picture or self._photo is None:
            return
        self._show_stand_in(keep_view=True)
        if is_out_of_reach(details):
            self._waiting.set_busy(False)
            self.picture_failed.emit()
        elif self._error is None:
            self._waiting.set_busy(True)
            self._request(self._side(self._photo))

    def reload(self) -> None:
        """Load the current photo again after its file has changed."""
        if self._photo is not None:
            self._error = None
            self._pictures.invalidate([self._photo.photo_id])
            # With as many pixels as there are on the canvas: it may be zoomed in.
            self._request(max(self._side(self._photo), self._shown_side))

    def invalidate(self, photo_ids: Sequence[PhotoId]) -> None:
        """Drop cached pictures of photos that have changed."""
        self._pictures.invalidate(photo_ids)

    def clear(self) -> None:
        """Drop everything held while no photo is shown."""
        self._photo = None
        self._waiting.set_busy(False)
        self._pictures.clear()
        self.canvas.clear()

    def close_lane(self) -> None:
        self._pictures.close()

    @property
    def can_be_reached(self) -> bool:
        """Whether the current photo's picture is loaded or may still be."""
        return self._photo is not None and self._error is None and not self._is_offline()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), QColor(SURROUND.window))
        painter.end()

    def _request(self, side: int) -> None:
        if self._photo is not None:
            picture = self._pictures.request(self._photo.photo_id, side)
            if picture is not None:
                self._show_picture(picture, keep_view=True)

    def _load_detail(self, side: int) -> None:
        # Not `_request`: what is kept is on the canvas already.
        if self._photo is not None:
            self._pictures.request(self._photo.photo_id, side)

    def _show_picture(self, picture: LoadedPicture, *, keep_view: bool) -> None:
        self._waiting.set_busy(False)
        self._shown_side = picture.longest_side
        self.canvas.show_picture(picture.pyramid, picture.photo_size, keep_view=keep_view)
        for near in reversed([near for near in self._neighbours if not near.offline]):
            self._pictures.prefetch([near.photo_id], self._side(near))
        self.picture_shown.emit()

    def _show_stand_in(self, *, keep_view: bool) -> None:
        """Show the thumbnail, or a plain colour in the photo's shape; grey where offline."""
        if self._photo is None:
            return
        grey = self._is_offline()
        pixmap = self._thumbnails.get(self._photo.photo_id, grey=grey)
        if pixmap is None:
            pixmap = _plain(self._photo, grey=grey)
        self.canvas.show_stand_in(pixmap, self._photo_size(), keep_view=keep_view)
        self._show_reason()

    def _show_reason(self) -> None:
        """Show why there is no picture, if that is known."""
        where = "" if self._details is None else where_it_is(self._details)
        if where:
            self.canvas.show_message(where)
        elif self._error is not None:
            self.canvas.show_message(f"{self._error.message}\n{self._error.hint}")

    def _is_offline(self) -> bool:
        if self._details is not None:
            return is_out_of_reach(self._details)
        return self._photo is not None and self._photo.offline

    def _photo_size(self) -> QSize:
        if self._details is None:
            return QSize()
        return QSize(self._details.photo.width, self._details.photo.height)

    def _side(self, photo: StagedPhoto) -> int:
        return self.canvas.side_to_fit(photo.aspect)

    def _is_current(self, photo_id: PhotoId) -> bool:
        return self._photo is not None and self._photo.photo_id == photo_id

    def _handle_picture(self, photo_id: PhotoId, picture: LoadedPicture) -> None:
        if self._is_current(photo_id):
            self._show_picture(picture, keep_view=True)

    def _handle_failure(self, photo_id: PhotoId, error: UserFacingError) -> None:
        if not self._is_current(photo_id):
            return
        self._waiting.set_busy(False)
        if not self.canvas.has_picture:
            self._error = error
            self._show_reason()
            self.picture_failed.emit()

    def _handle_thumbnail(self, photo_id: PhotoId) -> None:
        if self._is_current(photo_id) and not self.canvas.has_picture:
            self._show_stand_in(keep_view=True)


def average_colour(rgb: int, *, grey: bool = False) -> QColor:
    """Return a photo's placeholder colour; `rgb` is 0xRRGGBB."""
    colour = QColor.fromRgb(rgb)
    if grey:
        lightness = colour.lightness()
        return QColor(lightness, lightness, lightness)
    return colour


def _plain(photo: StagedPhoto, *, grey: bool) -> QPixmap:
    """Make a pixmap of the photo's average colour in its shape."""
    pixmap = QPixmap(max(round(_PLAIN_PX * photo.aspect), 1), _PLAIN_PX)
    pixmap.fill(average_colour(photo.colour, grey=grey))
    return pixmap
