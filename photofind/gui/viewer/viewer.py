"""Viewer of single photos that fills the window."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget
from typing_extensions import override

from photofind.domain import PhotoId
from photofind.gui.focus import forward_focus
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.viewer.canvas import PictureCanvas
from photofind.gui.viewer.details import DetailsSource, LoadDetails
from photofind.gui.viewer.filmstrip import Filmstrip
from photofind.gui.viewer.inspector import Inspector
from photofind.gui.viewer.pictures import LoadPicture
from photofind.gui.viewer.stage import Stage, StagedPhoto
from photofind.gui.viewer.top_line import TopLine
from photofind.store.gallery import PhotoDetails
from photofind.store.tags import PhotoTag

_PLAIN = Qt.KeyboardModifier.KeypadModifier
"""Modifiers that do not change what a plain key does."""


class Viewer(QWidget):
    """Shows the photos of a model one by one, with a filmstrip below and details beside.

    Until a picture comes its thumbnail stands in for it. Around it is dark in both themes: only the
    photo is bright.

    Args:
        load_picture: Called on a lane of the viewer's own.
        load_details: Called on another; `None` where the photo is not known any more.
        waiting_delay_ms: Shorter waits are not shown.

    Signals:
        left: The viewer was left.
        current_changed: The `PhotoId` that is shown now.
        similar_requested: Photos like this one are to be found (`PhotoId`).
        example_given: Photos like this one are wanted, or not, in what is searched for (`PhotoId`,
            bool).
        tag_requested: Photos are to be tagged (list of `PhotoId`).
        region_requested: The region tool is to be opened; the picture is on the canvas.
        trash_requested: Photos are to go to the trash (list of `PhotoId`).
        copy_requested: Photos are to be copied (list of `PhotoId`).
        folder_requested: The `Path` of a file that is to be shown in its folder.
        details_toggled: Whether the inspector is shown now.
        tag_confirmed: A suggested tag is right (`PhotoId` and its name).
        tag_rejected: It is wrong (`PhotoId` and its name).
        tag_removed: A tag is to go (`PhotoId` and its name).
        tag_added: A photo is to be tagged (`PhotoId` and a name).
        tag_chosen: All photos with this tag (its name) are to be shown.
        failed: The `UserFacingError` of reading the library.
    """

    left = Signal()
    current_changed = Signal(object)
    similar_requested = Signal(object)
    example_given = Signal(object, bool)
    tag_requested = Signal(list)
    region_requested = Signal()
    trash_requested = Signal(list)
    copy_requested = Signal(list)
    folder_requested = Signal(object)
    details_toggled = Signal(bool)
    tag_confirmed = Signal(object, str)
    tag_rejected = Signal(object, str)
    tag_removed = Signal(object, str)
    tag_added = Signal(object, str)
    tag_chosen = Signal(str)
    failed = Signal(object)

    def __init__(
        self,
        model: PhotoModel,
        thumbnails: Thumbnails,
        load_picture: LoadPicture,
        load_details: LoadDetails,
        parent: QWidget | None = None,
        *,
        waiting_delay_ms: int = 200,
    ) -> None:
        super().__init__(parent)
        self._model = model
        self._row = -1
        self._photo_id: PhotoId | None = None
        self._forward = True
        self._region_wanted = False
        self._known = DetailsSource(load_details, self)
        self._top = TopLine(self)
        self._stage = Stage(thumbnails, load_picture, self, waiting_delay_ms=waiting_delay_ms)
        self._strip = Filmstrip(model, thumbnails, self)
        self._inspector = Inspector(self)
        self._inspector.hide()
        self._lay_out()
        self._connect()
        forward_focus(self, self._stage.canvas)

    @property
    def canvas(self) -> PictureCanvas:
        """Canvas that the region tool is laid over."""
        return self._stage.canvas

    @property
    def inspector(self) -> Inspector:
        return self._inspector

    @property
    def details_shown(self) -> bool:
        """Whether the inspector is shown whenever the viewer is."""
        return not self._inspector.isHidden()

    @property
    def filmstrip(self) -> Filmstrip:
        return self._strip

    @property
    def top_line(self) -> TopLine:
        return self._top

    @property
    def current(self) -> PhotoId | None:
        """The photo shown; `None` for none."""
        return self._photo_id

    @property
    def path(self) -> Path | None:
        """File of the photo shown; `None` until it is known."""
        details = None if self._photo_id is None else self._known.known(self._photo_id)
        return details.files[0].path if details is not None and details.files else None

    def open_row(self, row: int) -> None:
        """Show the photo in a row of the model."""
        photo_id = self._model.photo_id(row)
        self._forward = row >= self._row
        self._row, self._photo_id = row, photo_id
        self._region_wanted = False
        near = self._neighbours()
        self._strip.show_row(row)
        self._top.show_position(row, self._model.rowCount())
        self._stage.show_photo(
            StagedPhoto.in_row(self._model, row),
            [StagedPhoto.in_row(self._model, other) for other in near],
        )
        self._top.set_region_possible(self._stage.can_be_reached)
        known = self._known.request(photo_id)
        if known is None:
            self._top.show_name("", "")
            self._inspector.clear()
        else:
            self._show_details(known)
        self.current_changed.emit(photo_id)

    def show_details(self, shown: bool) -> None:
        """Show or hide the inspector."""
        self._top.show_details_open(shown)

    def show_tags(self, photo_id: PhotoId, tags: Sequence[PhotoTag]) -> None:
        """Update the tags of a photo."""
        self._known.update_tags(photo_id, tags)
        if photo_id == self._photo_id:
            self._inspector.show_tags(tags)

    def set_completions(self, names: Iterable[str]) -> None:
        """Set the names that the tag field offers."""
        self._inspector.set_completions(names)

    def focus_tags(self) -> None:
        """Show the inspector and focus the field for tags."""
        self.show_details(True)
        self._inspector.focus_tags()

    def refresh(self, photo_ids: Sequence[PhotoId]) -> None:
        """Load again what is shown of photos that have changed."""
        self._stage.invalidate(photo_ids)
        self._known.invalidate(photo_ids)
        if self._photo_id is not None and self._photo_id in photo_ids:
            self._known.reload(self._photo_id)
            self._stage.reload()

    def show_other_files(self) -> None:
        """Load again after other files came to stand for the photos."""
        self._known.clear()
        if self._photo_id is not None:
            self._known.reload(self._photo_id)

    def close_lanes(self) -> None:
        """Stop loading and wait for the work under way."""
        self._stage.close_lane()
        self._known.close()

    def step(self, rows: int) -> None:
        """Go on by so many photos, back where negative; stop at the ends."""
        self._go_to(min(max(self._row + rows, 0), self._model.rowCount() - 1))

    # What is shown

    def _neighbours(self) -> list[int]:
        """Return the rows before and after, first the one that lies ahead."""
        steps = (1, -1) if self._forward else (-1, 1)
        return [self._row + step for step in steps if self._has(self._row + step)]

    def _has(self, row: int) -> bool:
        return 0 <= row < self._model.rowCount()

    def _go_to(self, row: int) -> None:
        if row != self._row and self._has(row):
            self.open_row(row)

    def _handle_details(self, photo_id: PhotoId, details: PhotoDetails | None) -> None:
        if photo_id == self._photo_id and details is not None:
            self._show_details(details)

    def _show_details(self, details: PhotoDetails) -> None:
        self._inspector.show_details(details)
        if details.files:
            path = details.files[0].path
            self._top.show_name(path.name, str(path))
            self.canvas.setAccessibleName(path.name)
        self._stage.show_details(details)
        self._begin_region()

    def _handle_picture(self) -> None:
        self._top.set_region_possible(True)
        if self._photo_id is not None:
            self._known.prefetch([self._model.photo_id(row) for row in self._neighbours()])
        self._begin_region()

    def _handle_failure(self) -> None:
        self._region_wanted = False
        self._top.set_region_possible(False)

    def _sync_with_model(self) -> None:
        """Stay with the photo after rows came or went, or go on to its successor."""
        if self._photo_id is None:
            return
        row = self._model.row_of(self._photo_id)
        count = self._model.rowCount()
        if row is not None:
            self._row = row
            self._strip.show_row(row)
            self._top.show_position(row, count)
        elif count:
            self.open_row(min(self._row, count - 1))
        else:
            self._photo_id = None
            self.left.emit()

    # Actions

    def _toggle_details(self, shown: bool) -> None:
        if not shown and self._is_in_details(self.focusWidget()):
            self.canvas.setFocus()
        self._inspector.setVisible(shown)
        self.details_toggled.emit(shown)

    def _is_in_details(self, widget: QWidget | None) -> bool:
        return widget is not None and self._inspector.isAncestorOf(widget)

    def _step_back(self) -> None:
        """Return from the details to the photo, or leave the viewer."""
        if self._is_in_details(self.focusWidget()):
            self.canvas.setFocus()
        else:
            self.left.emit()

    def _request_similar(self) -> None:
        if self._photo_id is not None:
            self.similar_requested.emit(self._photo_id)

    def _give_example(self, wanted: bool) -> None:
        if self._photo_id is not None:
            self.example_given.emit(self._photo_id, wanted)

    def _request_tag(self) -> None:
        if self._photo_id is not None:
            self.tag_requested.emit([self._photo_id])

    def _request_trash(self) -> None:
        if self._photo_id is not None:
            self.trash_requested.emit([self._photo_id])

    def _request_region(self) -> None:
        """Request the region tool now, or once picture and file are known."""
        self._region_wanted = self.canvas.has_picture or self._stage.can_be_reached
        self._begin_region()

    def _begin_region(self) -> None:
        # Picture and details are loaded on separate lanes, in any order.
        if self._region_wanted and self.canvas.has_picture and self.path is not None:
            self._region_wanted = False
            self.region_requested.emit()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy) and self._photo_id is not None:
            self.copy_requested.emit([self._photo_id])
        elif event.modifiers() == Qt.KeyboardModifier.ShiftModifier and event.key() == Qt.Key.Key_M:
            self._give_example(False)
        elif event.modifiers() & ~_PLAIN or not self._pressed(Qt.Key(event.key())):
            super().keyPressEvent(event)

    def _pressed(self, key: Qt.Key) -> bool:
        """Run the key's action; return whether it has one."""
        mirrored = self.isRightToLeft()
        match key:
            case Qt.Key.Key_Escape:
                self._step_back()
            case Qt.Key.Key_Left:
                self.step(1 if mirrored else -1)
            case Qt.Key.Key_Right:
                self.step(-1 if mirrored else 1)
            case Qt.Key.Key_PageUp:
                self.step(-1)
            case Qt.Key.Key_PageDown:
                self.step(1)
            case Qt.Key.Key_Home:
                self._go_to(0)
            case Qt.Key.Key_End:
                self._go_to(self._model.rowCount() - 1)
            case Qt.Key.Key_S:
                self._request_similar()
            case Qt.Key.Key_M:
                self._give_example(True)
            case Qt.Key.Key_T:
                self._request_tag()
            case Qt.Key.Key_R:
                self._request_region()
            case Qt.Key.Key_I:
                self.show_details(not self.details_shown)
            case Qt.Key.Key_Delete:
                self._request_trash()
            case _:
                return False
        return True

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        # A window that is minimised keeps its photo.
        if self.isHidden():
            self._photo_id = None
            self._row = -1
            self._stage.clear()

    # Construction

    def _lay_out(self) -> None:
        photo = QVBoxLayout()
        photo.setSpacing(0)
        photo.addWidget(self._stage, 1)
        photo.addWidget(self._strip)
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addLayout(photo, 1)
        below.addWidget(self._inspector)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._top)
        layout.addLayout(below, 1)

    def _connect(self) -> None:
        self._top.back_requested.connect(self.left)
        self._top.similar_requested.connect(self._request_similar)
        self._top.tag_requested.connect(self._request_tag)
        self._top.region_requested.connect(self._request_region)
        self._top.details_toggled.connect(self._toggle_details)
        self._strip.chosen.connect(self._go_to)
        self._stage.picture_shown.connect(self._handle_picture)
        self._stage.picture_failed.connect(self._handle_failure)
        self._known.arrived.connect(self._handle_details)
        self._known.failed.connect(self.failed)
        self._inspector.folder_requested.connect(self.folder_requested)
        tags = self._inspector.tags
        tags.confirmed.connect(lambda name: self.tag_confirmed.emit(self._photo_id, name))
        tags.rejected.connect(lambda name: self.tag_rejected.emit(self._photo_id, name))
        tags.removed.connect(lambda name: self.tag_removed.emit(self._photo_id, name))
        tags.added.connect(lambda name: self.tag_added.emit(self._photo_id, name))
        tags.chosen.connect(self.tag_chosen)
        for changed in (
            self._model.rowsInserted,
            self._model.rowsRemoved,
            self._model.modelReset,
        ):
            changed.connect(self._sync_with_model)
