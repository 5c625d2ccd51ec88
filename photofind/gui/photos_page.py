"""Page in the middle of the window: search results, or every photo there is."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from photofind.domain import PhotoId
from photofind.errors import UserFacingError
from photofind.gui.empty_library import EmptyLibrary
from photofind.gui.grid.layout import Arrangement
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.grid.view import GridView
from photofind.gui.lanes import Lane
from photofind.gui.notice import Notice
from photofind.gui.search.header import ResultsHeader
from photofind.gui.search.request import SearchRequest
from photofind.gui.search.runner import SearchRunner
from photofind.live.results import Coverage, Results
from photofind.live.search import LiveSearch
from photofind.store.catalogue import PhotoRepository
from photofind.store.gallery import FolderSummary, PhotoRows


class PhotosPage(QWidget):
    """Header and grid over one model, updated by `SearchRunner` and by library changes.

    Photos that come while a person looks go to the end, and a button puts everything in order:
    nothing moves under the cursor.

    Signals:
        folders_requested: A folder is to be added to the empty library.
        left: Esc was pressed.
    """

    folders_requested = Signal()
    left = Signal()

    def __init__(
        self,
        photos: PhotoRepository,
        search: LiveSearch,
        runner: SearchRunner,
        model: PhotoModel,
        thumbnails: Thumbnails,
        notice: Notice,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._photos = photos
        self._search = search
        self._runner = runner
        self._model = model
        self._thumbnails = thumbnails
        self._lane = Lane("new photos", self)
        self._arrived = 0
        self._wanted: PhotoId | None = None
        self.header = ResultsHeader()
        self.grid = GridView(model, thumbnails, paths_of=runner.paths_of)
        self.empty = EmptyLibrary()
        self.notice = notice
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self.grid, 1)
        layout.addWidget(self.empty, 1)
        self.empty.hide()
        self.empty.folders_requested.connect(self.folders_requested)
        self.header.refresh_requested.connect(runner.again)
        self.header.cell_size_changed.connect(self.grid.set_cell_size)
        self.header.arrangement_changed.connect(self.set_arrangement)
        self.header.order_chosen.connect(runner.sort)
        self.grid.cell_size_changed.connect(self.header.set_cell_size)
        runner.answered.connect(self.show_results)
        runner.all_shown.connect(self.show_all)
        self._lane.failed.connect(self.notice.show_error)

    def set_cell_size(self, size_px: int) -> None:
        """Set the height of rows of photos, in pixels."""
        self.header.set_cell_size(size_px)
        self.grid.set_cell_size(size_px)

    def set_arrangement(self, arrangement: Arrangement) -> None:
        self.header.set_arrangement(arrangement)
        self.grid.set_arrangement(arrangement)

    def show_results(self, request: SearchRequest, results: Results) -> None:
        self._arrived = 0
        self._model.show(results.rows, results.guesses_from)
        self.header.show_results(results, request)
        self._show_grid_unless(False)
        self._go_to_wanted()

    def show_all(self, rows: PhotoRows, coverage: Coverage) -> None:
        self._arrived = 0
        self._model.show(rows, None)
        self.header.show_all(len(rows), coverage)
        self._show_grid_unless(not len(rows))
        self._go_to_wanted()

    def add_photos(self, photo_ids: Sequence[PhotoId]) -> None:
        """Append photos that are new in the catalogue, or have moved."""
        # Perhaps they can be read now.
        self._thumbnails.invalidate([one for one in photo_ids if self._thumbnails.is_missing(one)])
        if self._runner.request is not None:
            self._arrived += len(photo_ids)
            self.header.show_new(self._arrived)
            return
        # One pass for all of them: there may be a million rows.
        known = np.isin(np.array(photo_ids, np.int64), self._model.rows.photo_ids)
        new = [one for one, is_known in zip(photo_ids, known, strict=True) if not is_known]
        if new:
            photos, search = self._photos, self._search
            self._lane.submit(lambda: (photos.rows(new), search.coverage()), self._append)

    def settle(self) -> None:
        """Sort photos that were appended while reading, unless a person is looking at them."""
        # Behind the new ones that are still on their way.
        self._lane.submit(lambda: None, lambda _: self._put_in_order())

    def refresh(self) -> None:
        """Remove photos that are gone, and update which are offline."""
        photos, shown = self._photos, self._model.rows.photo_ids
        if len(shown):
            self._lane.submit(
                lambda: photos.rows(shown),
                lambda rows: self._update(shown, rows),
                key="again",
            )
        elif self._runner.request is None:
            self._runner.show_all()

    def remove(self, photo_ids: Sequence[PhotoId]) -> None:
        """Remove photos that are gone."""
        self._model.remove(photo_ids)
        if self._runner.request is None:
            self._show_grid_unless(not len(self._model.rows))

    def restore_photos(self, photo_ids: Sequence[PhotoId]) -> None:
        """Show photos that are in the library again; select the first."""
        missing = [one for one in photo_ids if self._model.row_of(one) is None]
        if missing:
            self._wanted = missing[0]
            self._runner.again()

    def show_coverage(self, coverage: Coverage) -> None:
        """Show how many photos can be searched by now, unless results say it themselves."""
        if self._runner.request is None:
            self.header.show_count(len(self._model.rows), coverage)

    def show_empty_reason(self, folders: Sequence[FolderSummary]) -> None:
        """Show what an empty library lacks: folders, photos in them, or a little patience."""
        reading = any(one.root.last_indexed_at is None for one in folders)
        self.empty.show_reason([one.root.path for one in folders], reading)

    def show_error(self, error: UserFacingError) -> None:
        self.notice.show_error(error)

    def close_lanes(self) -> None:
        self._lane.close()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _go_to_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.grid.make_current(wanted)

    def _append(self, found: tuple[PhotoRows, Coverage]) -> None:
        rows, coverage = found
        if self._runner.request is not None:
            return
        fresh = ~np.isin(rows.photo_ids, self._model.rows.photo_ids)
        self._model.append(rows.at(fresh))
        self._show_grid_unless(not len(self._model.rows))
        self._arrived += int(fresh.sum())
        self.header.show_all(len(self._model.rows), coverage)

    def _put_in_order(self) -> None:
        if not self._arrived or self._runner.request is not None:
            return
        grid = self.grid
        if grid.selected() or grid.underMouse() or grid.verticalScrollBar().value():
            self.header.show_new(self._arrived)
        else:
            self._runner.show_all()

    def _update(self, requested: NDArray[np.int64], rows: PhotoRows) -> None:
        gone = requested[~np.isin(requested, rows.photo_ids)]
        if len(gone):
            self._model.remove([PhotoId(int(photo_id)) for photo_id in gone])
        self._model.set_offline(rows)
        if self._runner.request is None:
            self._show_grid_unless(not len(self._model.rows))

    def _show_grid_unless(self, empty: bool) -> None:
        self.grid.setHidden(empty)
        self.header.setHidden(empty)
        self.empty.setVisible(empty)
