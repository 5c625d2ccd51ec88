"""Open the first-run pages, and apply what was chosen on them."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget

from photofind.gui.first_run.pages import FirstRun, FirstRunChoice
from photofind.gui.folder_dialog import pictures_folder
from photofind.gui.folders.actions import FolderActions
from photofind.gui.navigation import Navigation
from photofind.gui.settings.actions import SettingsActions


class FirstRunOpening(QObject):
    """Shows the first-run pages over the window; every way out of them leads to the photos.

    Attributes:
        page: The pages while they are shown.
    """

    def __init__(
        self,
        pages: QStackedWidget,
        navigation: Navigation,
        folders: FolderActions,
        settings: SettingsActions,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._pages = pages
        self._navigation = navigation
        self._folders = folders
        self._settings = settings
        self.page: FirstRun | None = None

    def begin(self) -> None:
        page = FirstRun(self._settings.chooser(first=True), pictures_folder())
        page.finished.connect(self._apply)
        page.demo_requested.connect(self._folders.add_demo)
        for ended in (page.finished, page.demo_requested, page.skipped):
            ended.connect(self._end)
        self.page = page
        self._pages.addWidget(page)
        self._navigation.show_page(page)

    def close_lanes(self) -> None:
        if self.page is not None:
            self.page.close_lanes()

    def _apply(self, choice: FirstRunChoice) -> None:
        self._folders.add(choice.folders)
        if choice.search_model is not None:
            self._settings.use_model(choice.search_model)

    def _end(self) -> None:
        page, self.page = self.page, None
        if page is not None:
            self._navigation.focus_photos()
            self._pages.removeWidget(page)
            page.close_lanes()
            page.deleteLater()
