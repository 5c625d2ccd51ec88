"""Add folders to the library, and remove them."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from photofind.errors import UserFacingError
from photofind.gui.confirmation import confirm_action
from photofind.gui.folder_dialog import choose_folder
from photofind.gui.lanes import Lane
from photofind.gui.undo import Done, UndoHistory
from photofind.gui.wording import folder_name, number, tr
from photofind.live.folders import LiveFolders
from photofind.store.catalogue import RootRepository


class FolderActions(QObject):
    """Changes folders on the writer's lane, after a person chose or confirmed.

    Args:
        choose: Chooses the folder to add, `None` to cancel; by default a dialog.
        confirm: Confirms that a folder may go; by default a dialog.

    Signals:
        changed: Folders were added or removed.
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
        # It takes seconds, which would hold up tags on the writer's lane.
        self._drawing = Lane("demo pictures", self)
        self._window = window
        self._choose = choose or (lambda: choose_folder(window))
        self._confirm = confirm or self._confirm_removal

    def add_one(self) -> None:
        """Let a person choose a folder, and add it."""
        folder = self._choose()
        if folder is not None:
            self.add([folder])

    def add(self, folders: Sequence[Path]) -> None:
        chosen = tuple(folders)
        if chosen:
            self._history.do(lambda: self._exchange((), chosen))

    def add_demo(self) -> None:
        """Add a folder of pictures that photofind draws itself."""
        self._history.do(self._add_demo)

    def remove(self, root_id: int) -> None:
        """Remove a folder from the library; the files stay where they are."""
        if self._confirm():
            self._history.do(lambda: self._remove(root_id))

    def rescan(self) -> None:
        """Scan all folders again; after a stop, try again."""
        self._writer.submit(self._folders.rescan, self._emit_changed, self.failed.emit)

    def retry(self) -> None:
        """Read again what could not be read."""
        self._writer.submit(self._folders.retry, self._emit_changed, self.failed.emit)

    def close(self) -> None:
        self._drawing.close()

    def _add_demo(self) -> Done:
        done = self._exchange((), [self._folders.demo_album()])

        def announce() -> None:
            self.changed.emit()
            # After the folder was added, so that the pictures appear one by one.
            self._drawing.submit(
                self._folders.draw_demo_pictures, self._emit_changed, self.failed.emit
            )

        return replace(done, announce=announce)

    def _remove(self, root_id: int) -> Done:
        return self._exchange([path for path, id_ in self._roots().items() if id_ == root_id], ())

    def _exchange(self, removed: Sequence[Path], folders: Sequence[Path]) -> Done:
        """Remove and add folders; a step, see [Note: steps] in `photofind.gui.undo`.

        A folder that is added may take over others that lie in it: the inverse step adds
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
            _message(added, lost),
            partial(self._exchange, added, lost) if added or lost else None,
            left=partial(self._exchange, (), folders) if error is not None else None,
            error=error,
            announce=self.changed.emit,
        )

    def _roots(self) -> dict[Path, int]:
        return {root.path: root.id for root in self._repository.all()}

    def _emit_changed(self, _: None) -> None:
        self.changed.emit()

    def _confirm_removal(self) -> bool:
        return confirm_action(
            self._window,
            self.tr("Remove this folder from photofind?"),
            self.tr("The photos stay where they are. Their tags come back if you add it again."),
            self.tr("Remove"),
        )


def _message(added: Sequence[Path], lost: Sequence[Path]) -> str:
    names = [folder_name(path) for path in added or lost]
    if not names:
        return ""
    if added:
        said = tr("Folder ‘{name}’ added.") if len(names) == 1 else tr("{count} folders added.")
    else:
        said = tr("Folder ‘{name}’ removed.") if len(names) == 1 else tr("{count} folders removed.")
    return said.format(name=names[0], count=number(len(names)))
