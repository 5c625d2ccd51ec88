"""Switch between pages, and go back by one step on Esc."""

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from photofind.domain import PhotoId
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.view import GridView
from photofind.gui.region.tool import RegionTool
from photofind.gui.viewer.viewer import Viewer


class Navigation(QObject):
    """Two stacks: whole pages (browsing, viewer, first run), and the middle of browsing.

    Signals:
        all_requested: The grid is to show every photo.
    """

    all_requested = Signal()

    def __init__(
        self,
        pages: QStackedWidget,
        middle: QStackedWidget,
        grid: GridView,
        model: PhotoModel,
        viewer: Viewer,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pages = pages
        self._middle = middle
        self._grid = grid
        self._model = model
        self._viewer = viewer
        self._wanted: PhotoId | None = None
        model.modelReset.connect(self._open_wanted)

    def show_browsing(self) -> None:
        """Show the page with search bar, panel and photos."""
        self._pages.setCurrentIndex(0)

    def show_page(self, page: QWidget) -> None:
        """Show a page that fills the window."""
        self._pages.setCurrentWidget(page)
        page.setFocus()

    def show_middle(self, page: QWidget) -> None:
        """Show a page beside the panel."""
        self.show_browsing()
        self._middle.setCurrentWidget(page)

    def show_photos(self) -> None:
        self.show_browsing()
        self._middle.setCurrentIndex(0)

    def focus_photos(self) -> None:
        self.show_photos()
        self._grid.setFocus()

    def open_photo(self, photo_id: PhotoId) -> bool:
        """Open a photo of the grid in the viewer; return whether the grid has it."""
        row = self._model.row_of(photo_id)
        if row is None:
            return False
        self._viewer.open_row(row)
        self.show_page(self._viewer)
        return True

    def open_photo_of_all(self, photo_id: PhotoId) -> None:
        """Open a photo in the viewer, among all photos where the grid does not have it."""
        if not self.open_photo(photo_id):
            self._wanted = photo_id
            self.all_requested.emit()

    def _open_wanted(self) -> None:
        wanted, self._wanted = self._wanted, None
        if wanted is not None:
            self.open_photo(wanted)

    def leave_viewer(self) -> None:
        """Return to the grid at the last photo seen, or to the page the viewer was opened from."""
        # The viewer forgets it when it is hidden.
        current = self._viewer.current
        self.show_browsing()
        if current is not None:
            self._grid.make_current(current)
        page = self._middle.currentWidget()
        if page is None or page is self._middle.widget(0):
            page = self._grid
        page.setFocus()

    @property
    def viewing(self) -> bool:
        return self._pages.currentWidget() is self._viewer


class RegionOpening(QObject):
    """Opens the region tool over the photo in the viewer."""

    def __init__(self, tool: RegionTool, viewer: Viewer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tool = tool
        self._viewer = viewer
        viewer.region_requested.connect(self.start)
        viewer.current_changed.connect(self._leave)
        viewer.left.connect(self._leave)
        tool.left.connect(viewer.setFocus)

    def start(self) -> None:
        """Open the tool over the photo on the canvas."""
        path = self._viewer.path
        if path is not None:
            self._tool.start(path)

    def _leave(self) -> None:
        # Not `isVisible`, which is false while the whole viewer is away.
        if not self._tool.isHidden():
            self._tool.leave()
