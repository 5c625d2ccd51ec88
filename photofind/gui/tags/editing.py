"""The small dialog for the tags of some photos, from what they have to what is decided."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from photofind.domain import PhotoId
from photofind.gui.lanes import Lane, Order
from photofind.gui.tags.actions import TagActions
from photofind.gui.tags.editor import TagEditor
from photofind.store.catalogue import TagRepository
from photofind.store.tags import PhotoTag


class TagEditing(QObject):
    """Loads the tags, opens the dialog, and applies its changes with `TagActions`.

    Signals:
        failed: A `UserFacingError`.
    """

    failed = Signal(object)

    def __init__(
        self,
        tags: TagRepository,
        names: Callable[[], list[str]],
        actions: TagActions,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._tags = tags
        self._names = names
        self._actions = actions
        self._window = window
        self._lane = Lane("tags of photos", self, order=Order.LATEST_ONLY)
        self._lane.failed.connect(self.failed)
        self.dialog: TagEditor | None = None

    def edit(self, photo_ids: Sequence[PhotoId]) -> None:
        tags, names, ids = self._tags, self._names, list(photo_ids)
        if ids:
            self._lane.submit(
                lambda: (tags.of(ids), names()),
                lambda found: self._open(ids, *found),
            )

    def close(self) -> None:
        self._lane.close()

    def _open(self, photo_ids: list[PhotoId], tags: list[list[PhotoTag]], names: list[str]) -> None:
        dialog = TagEditor(tags, names, self._window)
        dialog.accepted.connect(lambda: self._actions.apply(photo_ids, dialog.changes()))
        dialog.finished.connect(dialog.deleteLater)
        self.dialog = dialog
        dialog.open()
