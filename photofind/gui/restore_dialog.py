"""Offer the copies of a damaged catalogue before the window opens, and put one back."""

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLabel,
    QMessageBox,
    QProgressBar,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.errors import CatalogueDamagedError, UserFacingError
from photofind.gui.lanes import Lane
from photofind.gui.theme import SPACING
from photofind.gui.wording import day, number, tr
from photofind.paths import LibraryPaths
from photofind.store.restore import Restored, restore
from photofind.store.snapshots import Snapshot, snapshots


def offer_copies(paths: LibraryPaths, error: CatalogueDamagedError) -> bool:
    """Ask whether to put back a copy; return whether one is back.

    Raises:
        UserFacingError: It could not be put back.
    """
    copies = snapshots(paths.snapshots)
    if not copies:
        return False
    dialog = RestoreDialog(paths, copies, error)
    dialog.exec()
    dialog.close_lanes()
    if dialog.failure is not None:
        raise dialog.failure
    if dialog.restored is None:
        return False
    QMessageBox.information(dialog, "Photofind", summary(dialog.restored))
    return True


def summary(restored: Restored) -> str:
    """Say what is back, and what of the time since was saved."""
    lines = [
        tr("The library is as it was on {day}.").format(day=day(restored.snapshot.taken_at)),
        tr("Kept from the time since: {tags} changes of tags, {folders} of folders.").format(
            tags=number(restored.rescued.tags), folders=number(restored.rescued.folders)
        ),
    ]
    if not restored.rescued.complete:
        lines.append(tr("Not everything could be read: changes you made since may be missing."))
    lines.append(tr("Photos you added since are read again now."))
    return "\n".join(lines)


class RestoreDialog(QDialog):
    """Ask which copy of the catalogue to put back, and do it.

    Attributes:
        restored: What was done; `None` where the person declined or it failed.
        failure: Why it failed.

    Signals:
        ended: A copy is back, or could not be put back.
    """

    ended = Signal()

    def __init__(
        self,
        paths: LibraryPaths,
        copies: Sequence[Snapshot],
        error: CatalogueDamagedError,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.restored: Restored | None = None
        self.failure: UserFacingError | None = None
        self._paths = paths
        self._copies = copies
        self._lane = Lane("restore", self)
        self.setWindowTitle("Photofind")
        heading = QLabel(
            self.tr("Restore the copy of {day}?").format(day=day(copies[0].taken_at.astimezone()))
        )
        heading.setProperty("heading", True)
        about = QLabel(
            self.tr(
                "The catalogue of your library is damaged. Your photos are not. Photofind keeps "
                "copies of the catalogue; tags you set since the copy are saved where they can "
                "still be read. The damaged catalogue is kept, too."
            )
        )
        details = QLabel(error.message)
        details.setProperty("muted", True)
        for label in (about, details):
            label.setWordWrap(True)
        self.choice = QComboBox()
        self.choice.setAccessibleName(self.tr("Copy"))
        for copy in copies:
            moment = QDateTime.fromSecsSinceEpoch(int(copy.taken_at.timestamp()))
            self.choice.addItem(QLocale().toString(moment, QLocale.FormatType.LongFormat))
        self.choice.setVisible(len(copies) > 1)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setAccessibleName(self.tr("Restoring"))
        self._progress.hide()
        self._buttons = QDialogButtonBox()
        self.accept_button = self._buttons.addButton(
            self.tr("Restore"), QDialogButtonBox.ButtonRole.AcceptRole
        )
        self.accept_button.setProperty("primary", True)
        self.accept_button.setDefault(True)
        self._buttons.addButton(self.tr("Close Photofind"), QDialogButtonBox.ButtonRole.RejectRole)
        self._buttons.accepted.connect(self._restore)
        self._buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*(3 * SPACING,) * 4)
        layout.setSpacing(2 * SPACING)
        for part in (heading, about, details, self.choice, self._progress, self._buttons):
            layout.addWidget(part)

    def close_lanes(self) -> None:
        self._lane.close()

    @override
    def reject(self) -> None:
        # What is being put back cannot be stopped half-way.
        if self._buttons.isEnabled():
            super().reject()

    def _restore(self) -> None:
        self._buttons.setEnabled(False)
        self.choice.setEnabled(False)
        self._progress.show()
        paths, copy = self._paths, self._copies[self.choice.currentIndex()]
        self._lane.submit(lambda: restore(paths, copy), self._finish, self._fail)

    def _finish(self, restored: Restored) -> None:
        self.restored = restored
        self.accept()
        self.ended.emit()

    def _fail(self, error: UserFacingError) -> None:
        self.failure = error
        self.done(QDialog.DialogCode.Rejected)
        self.ended.emit()
