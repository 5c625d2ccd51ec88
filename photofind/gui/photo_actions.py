"""What can be done with photos as files: show, copy, move to the trash. Never anything else."""

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QMimeData, QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QWidget

from photofind.answers import Trashed
from photofind.domain import Failure, PhotoId
from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane
from photofind.gui.question import is_meant
from photofind.gui.wording import number, photos
from photofind.live import LiveLibrary


def files_as_mime(paths: Sequence[Path]) -> QMimeData:
    """Files as other programs take them, from the clipboard or from a drag."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    data.setText("\n".join(str(path) for path in paths))
    return data


class PhotoActions(QObject):
    """Asks and does on the writer's lane.

    Args:
        confirm: Whether so many photos may go to the trash; by default a person is asked.

    Signals:
        told: What was done, in words.
        failed: A `UserFacingError`.
        trashed: Ids of photos that are in the trash now.
    """

    told = Signal(str)
    failed = Signal(object)
    trashed = Signal(list)

    def __init__(
        self,
        library: LiveLibrary,
        writer: Lane,
        window: QWidget,
        *,
        confirm: Callable[[int], bool] | None = None,
    ) -> None:
        super().__init__(window)
        self._library = library
        self._writer = writer
        self._window = window
        self._confirm = confirm or self._ask

    def copy(self, photo_ids: Sequence[PhotoId]) -> None:
        ids = tuple(photo_ids)

        def copied(paths: list[Path]) -> None:
            QGuiApplication.clipboard().setMimeData(files_as_mime(paths))
            self.told.emit(self.tr("{photos} copied.").format(photos=photos(len(paths))))

        self._writer.submit(lambda: self._library.paths_of(ids), copied)

    def show_in_folder(self, photo_id: PhotoId) -> None:
        def found(paths: list[Path]) -> None:
            for path in paths:
                self.show_file(path)

        self._writer.submit(lambda: self._library.paths_of([photo_id]), found)

    def show_file(self, path: Path) -> None:
        """The folder it is in, in the system's file manager."""
        self._show_folder(path.parent, of=path)

    def show_folder(self, folder: Path) -> None:
        self._show_folder(folder, of=folder)

    def _show_folder(self, folder: Path, *, of: Path) -> None:
        def looked(is_there: bool) -> None:
            if not is_there:
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

        # A disk that sleeps or is far away takes its time to answer.
        self._writer.submit(of.exists, looked)

    def trash(self, photo_ids: Sequence[PhotoId]) -> None:
        """Only after a person has seen how many."""
        ids = list(photo_ids)
        if not ids or not self._confirm(len(ids)):
            return

        def done(trashed: Trashed) -> None:
            if trashed.files:
                self.trashed.emit(ids)
                self.told.emit(
                    self.tr("{count} moved to the trash. You can get them back from there.").format(
                        count=photos(trashed.files)
                    )
                )
            if trashed.failures:
                self.failed.emit(self._trouble(trashed.failures))

        self._writer.submit(lambda: self._library.trash(ids), done)

    def _trouble(self, failures: Sequence[Failure]) -> UserFacingError:
        message = self.tr("{count} could not be moved to the trash: {path} ({reason}).").format(
            count=photos(len(failures)), path=failures[0].path, reason=failures[0].reason
        )
        return UserFacingError(message, self.tr("They are still where they were."))

    def _ask(self, count: int) -> bool:
        question = (
            self.tr("Move this photo to the trash?")
            if count == 1
            else self.tr("Move {count} photos to the trash?").format(count=number(count))
        )
        about = self.tr(
            "Copies of the same photo in other folders go too. You can get all of them back from "
            "the trash."
        )
        return is_meant(self._window, question, about, self.tr("Move to trash"))
