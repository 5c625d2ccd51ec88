"""What a person says about tags: written at once, said back, and undone with Ctrl+Z."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from photofind.domain import PhotoId
from photofind.gui.lanes import Lane
from photofind.gui.wording import photos
from photofind.live import LiveLibrary
from photofind.store.tags import PhotoTag, Was

SHOWN = 50
"""Photos whose tags are read again after a change; no more are ever seen with their tags."""

UNDOABLE = 50
"""Decisions that can be taken back."""

Change = Callable[[Sequence[PhotoId], str], tuple[Was, ...]]


class TagActions(QObject):
    """Changes tags on the writer's lane, in the order a person decided.

    Signals:
        added: A tag (its name) that was given by hand.
        changed: Ids of photos whose tags are different now.
        tags_known: A photo's id and its tags after a change.
        told: What was done, in words.
    """

    added = Signal(str)
    changed = Signal(list)
    tags_known = Signal(object, list)
    told = Signal(str)

    def __init__(self, library: LiveLibrary, writer: Lane, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = library
        self._writer = writer
        self._done: list[tuple[Was, ...]] = []

    def confirm(self, photo_ids: Sequence[PhotoId], name: str) -> None:
        said = self.tr("‘{tag}’ confirmed on {photos}.")
        self._change(self._library.confirm_tag, photo_ids, name, said)

    def reject(self, photo_ids: Sequence[PhotoId], name: str) -> None:
        said = self.tr("‘{tag}’ rejected on {photos}; it will not come back.")
        self._change(self._library.reject_tag, photo_ids, name, said)

    def add(self, photo_ids: Sequence[PhotoId], name: str) -> None:
        said = self.tr("‘{tag}’ added to {photos}.")
        self._change(self._library.add_tag, photo_ids, name, said, lambda: self.added.emit(name))

    def remove(self, photo_ids: Sequence[PhotoId], name: str) -> None:
        said = self.tr("‘{tag}’ removed from {photos}.")
        self._change(self._library.remove_tag, photo_ids, name, said)

    @property
    def can_undo(self) -> bool:
        return bool(self._done)

    def undo(self) -> None:
        """Takes the last decision back, also one that is still being written."""
        self._writer.submit(lambda: None, lambda _: self._take_back())

    def _take_back(self) -> None:
        if not self._done:
            return
        was = self._done.pop()
        library = self._library
        ids = tuple(dict.fromkeys(item.photo_id for item in was))

        def work() -> list[list[PhotoTag]]:
            library.undo_tags(was)
            return library.tags_of(ids[:SHOWN])

        def undone(tags: list[list[PhotoTag]]) -> None:
            self._tell(ids, tags, self.tr("Undone."))

        self._writer.submit(work, undone)

    def _change(
        self,
        change: Change,
        photo_ids: Sequence[PhotoId],
        name: str,
        said: str,
        then: Callable[[], None] | None = None,
    ) -> None:
        ids = tuple(photo_ids)
        library = self._library

        def work() -> tuple[tuple[Was, ...], list[list[PhotoTag]]]:
            return change(ids, name), library.tags_of(ids[:SHOWN])

        def changed(found: tuple[tuple[Was, ...], list[list[PhotoTag]]]) -> None:
            was, tags = found
            self._done = [*self._done, was][-UNDOABLE:]
            self._tell(ids, tags, said.format(tag=name, photos=photos(len(ids))))
            if then is not None:
                then()

        self._writer.submit(work, changed)

    def _tell(self, photo_ids: Sequence[PhotoId], tags: list[list[PhotoTag]], said: str) -> None:
        self.changed.emit(list(photo_ids))
        for photo_id, own in zip(photo_ids, tags, strict=False):
            self.tags_known.emit(photo_id, own)
        self.told.emit(said)
