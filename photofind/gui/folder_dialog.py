"""The system's dialog for choosing a folder of photos."""

from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from photofind.gui.wording import tr


def pictures_folder() -> Path | None:
    """Return what the system names as its folder for pictures; it need not be there."""
    named = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(named) if named else None


def choose_folder(parent: QWidget) -> Path | None:
    """Open the dialog; `None` where a person cancels it."""
    title = tr("Add a folder of photos")
    chosen = QFileDialog.getExistingDirectory(parent, title, str(pictures_folder() or ""))
    return Path(chosen) if chosen else None
