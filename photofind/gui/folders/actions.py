"""Folders a person adds and takes away."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from photofind.errors import UserFacingError
from photofind.gui.folder_dialog import ask_folder
from photofind.gui.lanes import Lane
from photofind.gui.question import is_meant
from photofind.gui.undo import Done, UndoHistory
from photofind.gui.wording import folder_name, number, tr
from photofind.live.folders import LiveFolders
from photofind.store.catalogue import RootRepository


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
        folders: LiveFolders,
        roots: RootRepository,
        writer: Lane,
        history: UndoHistory,
        window: QWidget,
        *,
        choose: Callable[[], Path | None] | None = None,
        confirm: Callable[[], bool] | None = None,
    ) -> None:
        super().__init__(window)
        self._folders = folders
        self._repository = roots
        self._writer = writer
        self._history = history
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
        chosen = tuple(folders)
        if chosen:
            self._history.do(lambda: self._exchange((), chosen))

    def add_demo(self) -> None:
        """Pictures photofind draws itself."""
        self._drawing.submit(self._folders.add_demo_pictures, self._tell, self.failed.emit)

    def remove(self, root_id: int) -> None:
        """Only from the library; the files stay where they are."""
        if self._confirm():
            self._history.do(lambda: self._remove(root_id))

    def rescan(self) -> None:
        """Looks through all folders again; after it had to stop, tries again."""
        self._writer.submit(self._folders.rescan, self._tell, self.failed.emit)

    def retry(self) -> None:
        """Reads again what could not be read."""
        self._writer.submit(self._folders.retry, self._tell, self.failed.emit)

    def close(self) -> None:
        self._drawing.close()

    def _remove(self, root_id: int) -> Done:
        return self._exchange([path for path, id_ in self._roots().items() if id_ == root_id], ())

    def _exchange(self, removed: Sequence[Path], folders: Sequence[Path]) -> Done:
        """A step, see [Note: steps] in `photofind.gui.undo`.

        A folder that is added may take over others that lie in it: what takes the step back adds
        these again. By path: a folder that is added again has another id.
        """
        changed = self._folders
        before = self._roots()
        for path in removed:
            if path in before:
                changed.remove(before[path])
        error: UserFacingError | None = None
        if folders:
            try:
                changed.add(folders)
            except UserFacingError as raised:
                if not removed:
                    raise
                # Half of it is done, and can be taken back; the other half can be tried again.
                error = raised
        after = self._roots()
        added = [path for path in after if path not in before]
        lost = [path for path in before if path not in after]
        return Done(
            _said(added, lost),
            partial(self._exchange, added, lost) if added or lost else None,
            left=partial(self._exchange, (), folders) if error is not None else None,
            error=error,
            announce=self.changed.emit,
        )

    def _roots(self) -> dict[Path, int]:
        return {root.path: root.id for root in self._repository.all()}

    def _tell(self, _: None) -> None:
        self.changed.emit()

    def _ask_whether(self) -> bool:
        return is_meant(
            self._window,
            self.tr("Remove this folder from photofind?"),
            self.tr("The photos stay where they are. Their tags come back if you add it again."),
            self.tr("Remove"),
        )


def _said(added: Sequence[Path], lost: Sequence[Path]) -> str:
    names = [folder_name(path) for path in added or lost]
    if not names:
        return ""
    if added:
        said = tr("Folder ‘{name}’ added.") if len(names) == 1 else tr("{count} folders added.")
    else:
        said = tr("Folder ‘{name}’ removed.") if len(names) == 1 else tr("{count} folders removed.")
    return said.format(name=names[0], count=number(len(names)))
