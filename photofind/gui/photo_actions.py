"""Actions on photos as files: show, copy, move to the trash. Never anything else."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from photofind.domain import PhotoId
from photofind.errors import UserFacingError
from photofind.gui.disk_lane import DiskLane
from photofind.gui.lanes import Lane, Order
from photofind.gui.search.runner import SearchRunner
from photofind.gui.trash_dialog import TrashDialog, file_names, why_not
from photofind.gui.undo import Done, UndoHistory
from photofind.gui.wording import photos, tr
from photofind.store.shown_files import StoredFile
from photofind.trash import PhotoTrash, Refused, TrashChoice, Trashed, TrashedFile


def files_as_mime(paths: Sequence[Path]) -> QMimeData:
    """Package files for the clipboard or a drag, as other programs take them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setText("\n".join(str(path) for path in paths))
    return data


class PhotoActions(QObject):
    """Shows, copies and trashes files, on the writer's lane.

    Args:
        runner: Knows under which filters photos are shown, and so which of their files.

    Signals:
        notice_requested: A message about what was done.
        failed: A `UserFacingError`.
        trashed: Ids of photos that have no file left.
        moved: Ids of photos of which some file went to the trash.
        restored: Ids of photos of which some file came back.
    """

    notice_requested = Signal(str)
    failed = Signal(object)
    trashed = Signal(list)
    moved = Signal(list)
    restored = Signal(list)

    def __init__(
        self,
        trash: PhotoTrash,
        writer: Lane,
        history: UndoHistory,
        runner: SearchRunner,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._trash = trash
        self._writer = writer
        self._looking = DiskLane("folders shown", self, order=Order.LATEST_ONLY)
        self._history = history
        self._runner = runner
        self._window = window

    def close(self) -> None:
        self._looking.close()

    def copy(self, photo_ids: Sequence[PhotoId]) -> None:
        ids, runner = tuple(photo_ids), self._runner

        def copied(paths: list[Path]) -> None:
            QGuiApplication.clipboard().setMimeData(files_as_mime(paths))
            self.notice_requested.emit(
                self.tr("{photos} copied.").format(photos=photos(len(paths)))
            )

        self._writer.submit(lambda: runner.paths_of(ids), copied)

    def show_in_folder(self, photo_id: PhotoId) -> None:
        runner = self._runner

        def found(paths: list[Path]) -> None:
            for path in paths:
                self.show_file(path)

        self._writer.submit(lambda: runner.paths_of([photo_id]), found)

    def show_file(self, path: Path) -> None:
        """Show the folder a file is in, in the system's file manager."""
        self._show_folder(path.parent, of=path)

    def show_folder(self, folder: Path) -> None:
        self._show_folder(folder, of=folder)

    def _show_folder(self, folder: Path, *, of: Path) -> None:
        def looked(found: list[bool]) -> None:
            if found != [True]:
                message = self.tr("‘{name}’ is not where it was.").format(name=of.name)
                self.failed.emit(
                    UserFacingError(
                        message,
                        self.tr(
                            "It was in {folder}. Perhaps it was moved, or its disk is not "
                            "connected."
                        ).format(folder=of.parent),
                    )
                )
            elif not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
                message = self.tr("Nothing on this computer shows folders.")
                hint = self.tr("The folder is {folder}.").format(folder=folder)
                self.failed.emit(UserFacingError(message, hint))

        self._looking.submit([of], Path.exists, looked, self.failed.emit)

    def trash(self, photo_ids: Sequence[PhotoId]) -> None:
        """Move the files shown to the trash, after a person has seen and confirmed which."""
        ids, trash, filters = list(photo_ids), self._trash, self._runner.filters
        if ids:
            self._writer.submit(lambda: trash.choice(ids, filters), self._confirm)

    def _confirm(self, choice: TrashChoice) -> None:
        if not choice.shown and not choice.copies:
            self._refuse(choice.refused)
            return
        dialog = TrashDialog(choice, self._window)
        dialog.accepted.connect(lambda: self._history.do(partial(self._move, dialog.files)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _refuse(self, refused: Sequence[Refused]) -> None:
        if refused:
            self.failed.emit(_error(tr("{files} cannot be moved to the trash"), refused))

    def _move(self, files: Sequence[StoredFile]) -> Done:
        """Move files to the trash; a step, see [Note: steps]."""
        trashed = self._trash.move(files)
        error = None
        if trashed.refused:
            error = _error(tr("{files} could not be moved to the trash"), trashed.refused)
        moved = [one.file.path for one in trashed.moved]
        return Done(
            tr("{files} moved to the trash.").format(files=file_names(moved)) if moved else "",
            partial(self._restore, trashed.moved) if moved else None,
            error=error,
            announce=lambda: self._announce(trashed),
        )

    def _restore(self, trashed: Sequence[TrashedFile]) -> Done:
        """Restore files; the step that undoes `_move`."""
        restored = self._trash.restore(trashed)
        error = None
        if restored.refused:
            error = _error(tr("{files} could not be restored"), restored.refused, restore=True)
        if error is not None and not restored.files:
            raise error
        paths = [file.path for file in restored.files]
        return Done(
            tr("Restored {files}.").format(files=file_names(paths)),
            partial(self._move, restored.files),
            left=partial(self._restore, restored.left) if restored.left else None,
            error=error,
            announce=lambda: self.restored.emit(ids_of(restored.files)),
        )

    def _announce(self, trashed: Trashed) -> None:
        self.trashed.emit(list(trashed.gone))
        self.moved.emit(ids_of([one.file for one in trashed.moved]))


def ids_of(files: Sequence[StoredFile]) -> list[PhotoId]:
    """Return the ids of the files' photos, each once."""
    return list(dict.fromkeys(file.photo_id for file in files))


def _error(what: str, refused: Sequence[Refused], *, restore: bool = False) -> UserFacingError:
    """Make an error from files that could not be moved or restored, naming the first."""
    first = refused[0]
    message = what.format(files=file_names([one.path for one in refused]))
    if len(refused) == 1:
        said = tr("{message}: {why}.").format(message=message, why=why_not(first))
    else:
        said = tr("{message}, the first of them ‘{name}’: {why}.").format(
            message=message, name=first.path.name, why=why_not(first)
        )
    hint = tr("It is still where it was: {path}").format(path=first.path)
    if restore:
        hint = tr("Look for it in the system's trash. Undo goes back no further than this.")
    return UserFacingError(said, hint)
