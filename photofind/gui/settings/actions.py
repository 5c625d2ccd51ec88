"""Open the settings dialog and save its result to the library."""

from dataclasses import replace

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from photofind.gui.lanes import Lane
from photofind.gui.settings.dialog import SettingsDialog
from photofind.gui.settings.downloads import ModelDownloads
from photofind.gui.settings.models import SearchModelChooser
from photofind.live.library import LiveLibrary
from photofind.search_models import SearchModel, add_model, download_model, search_models
from photofind.settings import Settings


class SettingsActions(QObject):
    """Saves settings on the writer's lane; whatever they affect restarts by itself.

    Signals:
        changed: The `Settings` that hold from now on.
        failed: A `UserFacingError`.
        notice_requested: A message about what was done.
    """

    changed = Signal(object)
    notice_requested = Signal(str)
    failed = Signal(object)

    def __init__(self, library: LiveLibrary, writer: Lane, window: QWidget) -> None:
        super().__init__(window)
        self._library = library
        self._writer = writer
        self._window = window
        paths = library.paths
        self.downloads = ModelDownloads(
            lambda name, progress, cancel: download_model(paths, name, progress, cancel), self
        )
        self.downloads.finished.connect(self._notify_ready)
        self.dialog: SettingsDialog | None = None

    def open(self) -> None:
        settings = self._library.settings
        dialog = SettingsDialog(settings, self.chooser(), self._window)
        dialog.accepted.connect(lambda: self.save(dialog.settings()))
        dialog.finished.connect(self._discard_dialog)
        self.dialog = dialog
        dialog.open()

    def chooser(self, *, first: bool = False) -> SearchModelChooser:
        """Make a chooser of search models; the caller closes its lane.

        Args:
            first: No photo has been read yet.
        """
        paths, chosen = self._library.paths, self._library.settings.checkpoint
        return SearchModelChooser(
            None if first else chosen,
            chosen,
            load=lambda: search_models(paths),
            add=lambda source: add_model(paths, source),
            downloads=self.downloads,
        )

    def use_model(self, name: str) -> None:
        """Use a search model for everything that is read from now on."""
        self.save(replace(self._library.settings, checkpoint=name))

    def save(self, settings: Settings) -> None:
        if settings == self._library.settings:
            return
        library = self._library
        self._writer.submit(
            lambda: library.save_settings(settings),
            lambda _: self.changed.emit(settings),
            self.failed.emit,
        )

    def _notify_ready(self, model: SearchModel) -> None:
        self.notice_requested.emit(
            self.tr("‘{model}’ is ready. Choose it in the settings.").format(model=model.title)
        )

    def _discard_dialog(self) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            dialog.deleteLater()

    def close(self) -> None:
        if self.dialog is not None:
            self.dialog.reject()
        self.downloads.close()
