"""Search with pictures, photos or parts of them: chips in the search bar."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPixmap

from photofind.child.messages import PixelPicture
from photofind.domain import PhotoId
from photofind.gui.grid.captions import Captions
from photofind.gui.images import image_of
from photofind.gui.lanes import Lane
from photofind.gui.search.bar import SearchBar
from photofind.gui.search.chips import Picture
from photofind.gui.search.request import PictureQuery, SearchRequest
from photofind.live.pictures import LivePictures
from photofind.live.results import RegionOfPhoto
from photofind.search.query import PictureFile, Query, Term, with_example

CHIP_PX = 96
"""Longest side of the picture in a chip, for the sharpest screens."""

READ_PX = 768
"""Longest side a picture is read at to cut a part out of it for the chip."""


class PictureSearch(QObject):
    """Submits at once; the pictures of chips follow when they have been read.

    Args:
        paths_of: The file shown of each photo; called on a lane.

    Signals:
        noticed: Why a photo is no example of what is wanted.
    """

    noticed = Signal(str)

    def __init__(
        self,
        pictures: LivePictures,
        bar: SearchBar,
        captions: Captions,
        paths_of: Callable[[Sequence[PhotoId]], list[Path]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pictures = pictures
        self._bar = bar
        self._captions = captions
        self._paths_of = paths_of
        self._lane = Lane("chip pictures", self)
        bar.chips.thumbnail_wanted.connect(self._load_thumbnail)

    def search_files(self, paths: Sequence[Path]) -> None:
        """Request photos like some picture files, instead of what was searched for."""
        terms = tuple(Term(PictureFile(path)) for path in dict.fromkeys(paths))
        self._bar.submit(SearchRequest(Query(terms, self._bar.request.query.filters)))

    def search_photo(self, photo_id: PhotoId) -> None:
        """Request photos like one of the library's."""
        caption = self._captions.get(photo_id)
        if caption is not None:
            self._submit(PictureQuery(photo_id, caption.name))
            return

        def named(paths: list[Path]) -> None:
            name = paths[0].name if paths else self.tr("this photo")
            self._submit(PictureQuery(photo_id, name))

        paths_of = self._paths_of
        self._lane.submit(lambda: paths_of([photo_id]), named)

    def search_region(self, region: RegionOfPhoto) -> None:
        """Request photos like a part of a picture."""
        self._submit(PictureQuery(region, region.picture.name))

    def add_example(self, photo_id: PhotoId, wanted: bool) -> None:
        """Add a photo to the search, as an example of what is wanted or of what is not.

        A photo that was searched with becomes an example of what is wanted. Without a search, the
        first such example is one.
        """
        request = self._bar.request
        if request.picture is not None and request.picture.is_part:
            self.noticed.emit(self.tr("A part of a photo cannot be searched with others yet."))
        elif request.picture is not None or request.query.terms:
            self._add(request.picture, photo_id, wanted)
        elif wanted:
            self.search_photo(photo_id)
        else:
            self.noticed.emit(
                self.tr("Search for something first. Then photos like this can be left out of it.")
            )

    def close(self) -> None:
        self._lane.close()

    def _add(self, searched: PictureQuery | None, photo_id: PhotoId, wanted: bool) -> None:
        examples = [(photo_id, wanted)]
        if searched is not None and not isinstance(searched.source, RegionOfPhoto):
            examples.insert(0, (searched.source, True))

        def add(found: list[list[Path]]) -> None:
            request = self._bar.request
            # Another search has begun, or a photo is gone, as the grid is about to show.
            if request.picture != searched or not all(found):
                return
            query = request.query
            for (_, is_wanted), (path, *_others) in zip(examples, found, strict=True):
                query = with_example(query, PictureFile(path), wanted=is_wanted)
            self._bar.submit(SearchRequest(query))

        paths_of = self._paths_of
        self._lane.submit(lambda: [paths_of([one]) for one, _ in examples], add)

    def _submit(self, picture: PictureQuery) -> None:
        filters = self._bar.request.query.filters
        self._bar.submit(SearchRequest(Query(filters=filters), picture))

    def _load_thumbnail(self, picture: Picture) -> None:
        pictures = self._pictures

        def show(image: QImage) -> None:
            if not image.isNull():
                self._bar.chips.show_thumbnail(picture, QPixmap.fromImage(image))

        # What is wrong with the picture is said by the search itself, beside the bar.
        self._lane.submit(lambda: _chip_picture(pictures, picture), show, lambda _: None)


def _chip_picture(pictures: LivePictures, picture: Picture) -> QImage:
    if isinstance(picture, PictureFile):
        return _small(image_of(pictures.of_file(picture.location, CHIP_PX)))
    source = picture.source
    if isinstance(source, RegionOfPhoto):
        whole = pictures.of_file(source.picture, READ_PX)
        return _small(image_of(whole).copy(_pixels_of(source, whole)))
    thumbnail = pictures.thumbnail(source)
    # By name: looking for the format can hang, see `photofind.gui.grid.thumbnails`.
    return QImage() if thumbnail is None else _small(_decoded(thumbnail))


def _decoded(jpeg: bytes) -> QImage:
    # Its types promise bytes, and it takes a string.
    return QImage.fromData(jpeg, "JPG")  # type: ignore[arg-type]


def _pixels_of(region: RegionOfPhoto, whole: PixelPicture) -> QRect:
    across, down = whole.width / whole.photo_width, whole.height / whole.photo_height
    x0, y0, x1, y1 = region.box
    left, top = round(x0 * across), round(y0 * down)
    return QRect(left, top, max(1, round(x1 * across) - left), max(1, round(y1 * down) - top))


def _small(image: QImage) -> QImage:
    return image.scaled(
        QSize(CHIP_PX, CHIP_PX),
        Qt.AspectRatioMode.KeepAspectRatio,
        Qt.TransformationMode.SmoothTransformation,
    )
