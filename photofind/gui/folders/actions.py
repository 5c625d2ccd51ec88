"""Folders a person adds and takes away."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from photofind.gui.folder_dialog import ask_folder
from photofind.gui.lanes import Lane
from photofind.gui.question import is_meant
from photofind.live import LiveLibrary


class FolderActions(QObject):
    """Asks a person and changes the library on the writer's lane.

    Args:
        choose: Which folder to add; by default a person is asked, and may change their mind.
        confirm: Whether a folder may go; by default a person is asked.

    Signals:
        changed: The library has other folders now.
        failed: A `UserFacingError`.
    """

    changed = Signal()
    failed = Signal(object)

    def __init__(
        self,
        library: LiveLibrary,
        writer: Lane,
        window: QWidget,
        *,
        choose: Callable[[], Path | None] | None = None,
        confirm: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(window)
        self._library = library
        self._writer = writer
        # It takes seconds, for which nobody's tags should wait.
        self._drawing = Lane("demo pictures", self)
        self._window = window
        self._choose = choose or (lambda: ask_folder(window))
        self._confirm = confirm or self._ask_whether

    def add_one(self) -> None:
        """A person chooses."""
        folder = self._choose()
        if folder is not None:
            self.add([folder])

    def add(self, folders: Sequence[Path]) -> None:
        library, chosen = self._library, list(folders)
        if chosen:
            self._writer.submit(lambda: library.add_folders(chosen), self._tell, self.failed.emit)

    def add_demo(self) -> None:
        """Pictures photofind draws itself."""
        library = self._library
        self._drawing.submit(library.add_demo_pictures, self._tell, self.failed.emit)

    def remove(self, root_id: int) -> None:
        """Only from the library; the files stay where they are."""
        library = self._library
        if self._confirm():
            self._writer.submit(
                lambda: library.remove_folder(root_id), self._tell, self.failed.emit
            )

    def rescan(self) -> None:
        """Looks through all folders again; after it had to stop, tries again."""
        self._writer.submit(self._library.rescan, self._tell, self.failed.emit)

    def retry(self) -> None:
        """Reads again what could not be read."""
        self._writer.submit(self._library.retry, self._tell, self.failed.emit)

    def close(self) -> None:
        self._drawing.close()

    def _tell(self, _: None) -> None:
        self.changed.emit()

    def _ask_whether(self) -> bool:
        return is_meant(
            self._window,
            self.tr("Remove this folder from photofind?"),
            self.tr("The photos stay where they are. Their tags come back if you add it again."),
            self.tr("Remove"),
        )
