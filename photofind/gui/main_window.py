"""Main window: lay out and connect the parts; decide nothing."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.bridge import Bridge
from photofind.gui.first_run.opening import FirstRunOpening
from photofind.gui.folders.actions import FolderActions
from photofind.gui.folders.choices import PanelChoices, tagged
from photofind.gui.folders.panel import LibraryPanel
from photofind.gui.grid.captions import Captions
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.indexing.failures import FailuresPage
from photofind.gui.indexing.reports import LibraryReports
from photofind.gui.indexing.strip import StatusStrip
from photofind.gui.lanes import Lane
from photofind.gui.navigation import Navigation, RegionOpening
from photofind.gui.notice import Notice
from photofind.gui.outline import Outline, OutlineReader
from photofind.gui.photo_actions import PhotoActions
from photofind.gui.photos_page import PhotosPage
from photofind.gui.region.tool import RegionTool
from photofind.gui.same_photo import SamePhotoLine, SamePhotoOffers
from photofind.gui.search.bar import SearchBar
from photofind.gui.search.bar_frame import HEIGHT as BAR_PX
from photofind.gui.search.drop import DropOverlay
from photofind.gui.search.picture_search import PictureSearch
from photofind.gui.search.request import SearchRequest
from photofind.gui.search.runner import SearchRunner
from photofind.gui.settings.actions import SettingsActions
from photofind.gui.shortcuts import ShortcutSheet
from photofind.gui.tags.actions import TagActions
from photofind.gui.tags.editing import TagEditing
from photofind.gui.tags.review_loader import ReviewLoader
from photofind.gui.tags.review_page import ReviewPage
from photofind.gui.theme import SPACING
from photofind.gui.undo import UndoHistory
from photofind.gui.viewer.viewer import Viewer
from photofind.gui.window_state import WindowState
from photofind.live.library import LiveLibrary

FIRST_SIZE = QSize(1180, 760)
LEAST_SIZE = QSize(760, 480)
PANEL_PX = 240


class MainWindow(QMainWindow):
    """Every part of the window, over one library; call `close_lanes` before it goes.

    Requests of a part are handled by the object of its subject: `SearchRunner`, `PictureSearch`,
    `TagActions`, `PhotoActions`, `FolderActions`, `ReviewLoader`, `Navigation`.
    """

    def __init__(self, library: LiveLibrary, bridge: Bridge) -> None:
        super().__init__()
        self.setWindowTitle("Photofind")
        self._library = library
        self._bridge = bridge
        self._make_photos()
        self._make_pages()
        self._lay_out()
        self._make_actions()
        self._connect_search()
        self._connect_photos()
        self._connect_viewer()
        self._connect_library()
        self._make_shortcuts()
        self._state = WindowState(library.paths.window_state)
        self._state.restore(self, self._splitter, self.photos, self.viewer)
        self.outline.read_now()
        self.search_runner.show_all()

    # Parts

    def _make_photos(self) -> None:
        library = self._library
        self.writer = Lane("writer", self)
        self.history = UndoHistory(self.writer, self)
        self.search_runner = SearchRunner(library.catalogue.photos, library.search, self)
        self.captions = Captions(self.search_runner.details, self)
        self.model = PhotoModel(self, captions=self.captions)
        self.thumbnails = Thumbnails(library.pictures.thumbnail, self)
        self.outline = OutlineReader(library.catalogue, library.search, self)

    def _make_pages(self) -> None:
        library = self._library
        self.bar = SearchBar(
            library.paths.recent_searches,
            library.search.filter_values,
        )
        self.panel = LibraryPanel()
        self.photos = PhotosPage(
            library.catalogue.photos,
            library.search,
            self.search_runner,
            self.model,
            self.thumbnails,
            Notice(self),
        )
        self.review = ReviewPage(self.thumbnails, captions=self.captions)
        self.failures = FailuresPage()
        self.strip = StatusStrip()
        self.same_photo = SamePhotoLine()
        self.viewer = Viewer(
            self.model, self.thumbnails, library.pictures.of_photo, self.search_runner.details
        )
        self.region = RegionTool(self.viewer.canvas, library.search.classify_region)

    def _lay_out(self) -> None:
        self._settings_button = QPushButton(self.tr("Settings"))
        self._settings_button.setProperty("quiet", True)
        self._settings_button.setFixedHeight(BAR_PX)
        top = QHBoxLayout()
        top.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        top.setSpacing(SPACING)
        top.addWidget(self.bar, 1)
        top.addWidget(self._settings_button, 0, Qt.AlignmentFlag.AlignTop)
        self._middle = QStackedWidget()
        for page in (self.photos, self.review, self.failures):
            self._middle.addWidget(page)
        self._splitter = QSplitter()
        self._splitter.setHandleWidth(1)
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.panel)
        self._splitter.addWidget(self._middle)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.setSizes([PANEL_PX, FIRST_SIZE.width() - PANEL_PX])
        browsing = QWidget()
        layout = QVBoxLayout(browsing)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addWidget(self._splitter, 1)
        layout.addWidget(self.same_photo)
        layout.addWidget(self.strip)
        self._pages = QStackedWidget()
        self._pages.addWidget(browsing)
        self._pages.addWidget(self.viewer)
        self.setCentralWidget(self._pages)
        self.setMinimumSize(LEAST_SIZE)
        self.resize(FIRST_SIZE)
        self.drop = DropOverlay(self._library.paths.pasted, self)

    def _make_actions(self) -> None:
        library, writer = self._library, self.writer
        grid = self.photos.grid
        self.navigation = Navigation(self._pages, self._middle, grid, self.model, self.viewer, self)
        self.pictures = PictureSearch(
            library.pictures,
            self.bar,
            self.captions,
            self.search_runner.paths_of,
            self,
        )
        self.tags = TagActions(library.catalogue.tags, self.history, self)
        self.editing = TagEditing(library.catalogue.tags, library.search.tag_names, self.tags, self)
        self.files = PhotoActions(library.trash, writer, self.history, self.search_runner, self)
        self.folders = FolderActions(
            library.folders, library.catalogue.roots, writer, self.history, self
        )
        self.offers = SamePhotoOffers(
            library.catalogue.continuity, self.same_photo, self.history, writer, self
        )
        self.review_loader = ReviewLoader(library.catalogue, self.review, writer, self)
        self.choices = PanelChoices(self.panel, self.bar, self)
        self.settings = SettingsActions(library, writer, self)
        self.region_opening = RegionOpening(self.region, self.viewer, self)
        self.first_run = FirstRunOpening(
            self._pages, self.navigation, self.folders, self.settings, self
        )
        self.reports = LibraryReports(self._bridge, self.outline, self.strip, self)

    # Connections

    def _connect_search(self) -> None:
        self.bar.submitted.connect(self.search_runner.search)
        self.bar.submitted.connect(self.navigation.show_photos)
        self.bar.picture_offered.connect(self.drop.paste)
        self.bar.left.connect(self.navigation.focus_photos)
        self.search_runner.filters_changed.connect(self.captions.clear)
        self.search_runner.filters_changed.connect(self.viewer.show_other_files)
        self.search_runner.busy_changed.connect(self.bar.set_busy)
        self.search_runner.failed.connect(lambda _request, error: self.bar.show_error(error))
        self.photos.header.broadened.connect(self.bar.submit)
        self.drop.pictures_dropped.connect(self.pictures.search_files)
        self.drop.folders_dropped.connect(self.folders.add)
        self.drop.text_offered.connect(self.bar.offer_text)
        for said in (self.drop.noticed, self.drop.refused, self.pictures.noticed):
            said.connect(self.photos.notice.show_message)

    def _connect_photos(self) -> None:
        for part in (self.photos.grid, self.review.grid, self.viewer):
            part.similar_requested.connect(self.pictures.search_photo)
            part.similar_requested.connect(self.navigation.show_photos)
            part.example_given.connect(self.pictures.add_example)
            part.trash_requested.connect(self.files.trash)
            part.copy_requested.connect(self.files.copy)
        for grid in (self.photos.grid, self.review.grid):
            grid.tag_requested.connect(self.editing.edit)
            grid.folder_requested.connect(self.files.show_in_folder)
        self.photos.grid.opened.connect(self.navigation.open_photo)
        self.photos.folders_requested.connect(self.folders.add_one)
        self.photos.left.connect(self.bar.step_back)
        self.review.confirmed.connect(self.tags.confirm)
        self.review.rejected.connect(self.tags.reject)
        self.review.undo_requested.connect(self.history.undo)
        self.tags.revised.connect(self.review.return_to)
        self.history.changed.connect(self.review.set_undoable)
        self.review.opened.connect(self.navigation.open_photo_of_all)
        self.navigation.all_requested.connect(lambda: self.bar.submit(SearchRequest()))
        self.review.left.connect(self.navigation.focus_photos)
        self.files.trashed.connect(self.photos.remove)
        self.files.trashed.connect(self.review.remove)
        self.files.restored.connect(self.photos.restore_photos)
        self.files.restored.connect(lambda _photos: self.review.reload())
        for changed in (self.files.moved, self.files.restored):
            changed.connect(self.captions.invalidate)
            changed.connect(self.viewer.refresh)
            changed.connect(lambda _photos: self.outline.read_soon())

    def _connect_viewer(self) -> None:
        viewer = self.viewer
        viewer.left.connect(self.navigation.leave_viewer)
        viewer.tag_requested.connect(lambda _photos: viewer.focus_tags())
        viewer.folder_requested.connect(self.files.show_file)
        viewer.tag_confirmed.connect(lambda photo, name: self.tags.confirm([photo], name))
        viewer.tag_rejected.connect(lambda photo, name: self.tags.reject([photo], name))
        viewer.tag_removed.connect(lambda photo, name: self.tags.remove([photo], name))
        viewer.tag_added.connect(lambda photo, name: self.tags.add([photo], name))
        viewer.tag_chosen.connect(lambda name: self.bar.submit(tagged(name)))
        self.region.find_requested.connect(self.pictures.search_region)
        self.region.find_requested.connect(self.navigation.show_photos)
        self.region.tag_requested.connect(self._tag_current)

    def _connect_library(self) -> None:
        bridge = self._bridge
        bridge.photos_changed.connect(self.photos.add_photos)
        bridge.photos_changed.connect(self.viewer.refresh)
        bridge.photos_changed.connect(self.captions.invalidate)
        bridge.photos_gone.connect(self.photos.remove)
        bridge.roots_changed.connect(self.photos.refresh)
        bridge.up_to_date.connect(lambda _run: self.photos.settle())
        bridge.up_to_date.connect(lambda _run: self.offers.read())
        self.same_photo.opened.connect(self.navigation.open_photo_of_all)
        self.offers.changed.connect(self.viewer.refresh)
        self.offers.changed.connect(lambda _photos: self.outline.read_soon())
        for changed in (bridge.photos_changed, bridge.photos_gone, bridge.searchable_changed):
            changed.connect(lambda _what: self.outline.read_soon())
        bridge.roots_changed.connect(self.outline.read_soon)
        self.outline.read.connect(self._show_outline)
        self.tags.tags_known.connect(self.viewer.show_tags)
        self.tags.added.connect(self.region.show_tagged)
        self.tags.changed.connect(lambda _photos: self.outline.read_soon())
        self.strip.pause_toggled.connect(self._pause)
        self.strip.failures_requested.connect(lambda: self.navigation.show_middle(self.failures))
        self.strip.retry_requested.connect(self.folders.rescan)
        self.failures.retry_requested.connect(self.folders.retry)
        self.failures.retry_requested.connect(self.failures.setFocus)
        self.failures.folder_requested.connect(self.files.show_file)
        self.failures.left.connect(self.navigation.focus_photos)
        self.panel.review_chosen.connect(lambda: self.navigation.show_middle(self.review))
        self.panel.folder_add_requested.connect(self.folders.add_one)
        self.panel.folder_remove_requested.connect(self.folders.remove)
        self.panel.folder_show_requested.connect(self.files.show_folder)
        self.folders.changed.connect(self.outline.read_now)
        self._settings_button.clicked.connect(self.settings.open)
        self.history.done.connect(self._show_with_undo)
        self.history.undone.connect(self.photos.notice.show_message)
        for notice in (self.files.notice_requested, self.settings.notice_requested):
            notice.connect(self.photos.notice.show_message)
        for part in (self.files, self.folders, self.history, self.settings):
            part.failed.connect(self.photos.show_error)
        for lane in (self.writer, self.outline, self.thumbnails, self.viewer, self.editing):
            lane.failed.connect(self.photos.show_error)

    def _tag_current(self, name: str) -> None:
        current = self.viewer.current
        if current is not None:
            self.tags.add([current], name)

    def _show_outline(self, outline: Outline) -> None:
        self.panel.show_folders(outline.folders)
        self.panel.show_tags(outline.tags)
        self.panel.show_years(outline.years)
        self.panel.show_count(outline.photos)
        self.review.show_tags(outline.tags)
        self.failures.show_failures(outline.failures)
        self.viewer.set_completions(outline.tag_names)
        self.region.set_completions(outline.tag_names)
        self.photos.show_coverage(outline.coverage)
        self.photos.show_empty_reason(outline.folders)

    def _show_with_undo(self, text: str, undoable: bool) -> None:
        undo = self.history.undo if undoable else None
        self.photos.notice.show_message(text, self.tr("Undo"), undo)

    # Keys, window state

    def _make_shortcuts(self) -> None:
        for keys, does in (
            ("Ctrl+K", self._focus_search),
            ("/", self._focus_search),
            ("Ctrl+Z", self.history.undo),
            ("Ctrl+Shift+Z", self.history.redo),
            ("Ctrl+,", self.settings.open),
            ("F11", self._toggle_full_screen),
            ("?", self._show_keys),
            (QKeySequence.StandardKey.Paste, self._paste),
        ):
            QShortcut(QKeySequence(keys), self).activated.connect(does)

    def _focus_search(self) -> None:
        self.navigation.show_photos()
        self.bar.focus_search()

    def _paste(self) -> None:
        self.drop.paste(QGuiApplication.clipboard().mimeData())

    def _toggle_full_screen(self) -> None:
        self.setWindowState(self.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _show_keys(self) -> None:
        ShortcutSheet(self).open()

    def _pause(self, paused: bool) -> None:
        if paused:
            self._library.pause()
        else:
            self._library.resume()

    def search_with(self, picture: Path) -> None:
        """Search for photos like a picture file, as if it had been dropped."""
        self.navigation.show_photos()
        self.pictures.search_files([picture])

    def handle_open_request(self, picture: Path | None) -> None:
        """Come to the front, because photofind was started once more."""
        if picture is not None:
            self.search_with(picture)
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

    def close_lanes(self) -> None:
        """Stop everything that works for the window; the library gets no more requests."""
        self.first_run.close_lanes()
        for work in (self.search_runner, self.outline, self.pictures, self.editing, self.folders):
            work.close()
        for part in (self.photos, self.bar, self.drop, self.viewer, self.region):
            part.close_lanes()
        for lane in (self.files, self.settings, self.thumbnails, self.captions, self.writer):
            lane.close()

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self._state.save(self, self._splitter, self.photos, self.viewer)
        super().closeEvent(event)
