"""Save and restore the window's geometry and options, beside the library."""

from pathlib import Path

from PySide6.QtCore import QByteArray, QSettings
from PySide6.QtWidgets import QMainWindow, QSplitter

from photofind.gui.grid.layout import ARRANGEMENTS
from photofind.gui.photos_page import PhotosPage
from photofind.gui.viewer.viewer import Viewer


class WindowState:
    """Geometry, panel width, arrangement of the grid, and whether the inspector is shown."""

    def __init__(self, path: Path) -> None:
        self._kept = QSettings(str(path), QSettings.Format.IniFormat)

    def save(
        self, window: QMainWindow, splitter: QSplitter, photos: PhotosPage, viewer: Viewer
    ) -> None:
        self._kept.setValue("geometry", window.saveGeometry())
        self._kept.setValue("splitter", splitter.saveState())
        self._kept.setValue("photo_size", photos.grid.cell_size)
        self._kept.setValue("arrangement", photos.grid.arrangement)
        self._kept.setValue("details", int(viewer.details_shown))
        self._kept.sync()

    def restore(
        self, window: QMainWindow, splitter: QSplitter, photos: PhotosPage, viewer: Viewer
    ) -> None:
        """Restore what was saved; leave the rest as it is."""
        for name, apply in (
            ("geometry", window.restoreGeometry),
            ("splitter", splitter.restoreState),
        ):
            value = self._kept.value(name)
            if isinstance(value, QByteArray):
                apply(value)
        size = self._kept.value("photo_size")
        if isinstance(size, str | int) and str(size).isdigit():
            photos.set_cell_size(int(size))
        arrangement = self._kept.value("arrangement")
        if arrangement in ARRANGEMENTS:
            photos.set_arrangement(arrangement)
        viewer.show_details(str(self._kept.value("details", "0")) == "1")
