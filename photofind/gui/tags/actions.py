"""What a person decides about tags: written at once, and kept in the history."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from photofind.domain import PhotoId
from photofind.gui.undo import Done, UndoHistory
from photofind.gui.wording import photos, tr
from photofind.store.catalogue import TagRepository
from photofind.store.tag_decisions import DecidedTag, TagChanges
from photofind.store.tags import PhotoTag

SHOWN = 50
"""Photos whose tags are read again after a change; no more are ever seen with their tags."""


class TagActions(QObject):
    """Changes tags in the order a person decided.

    Signals:
        added: A tag (its name) that was given by hand.
        changed: Ids of photos whose tags are different now.
        tags_known: A photo's id and its tags after a change.
        revised: Names of tags of which decisions were taken back or made again.
    """

    added = Signal(str)
    changed = Signal(list)
    tags_known = Signal(object, list)
    revised = Signal(list)

    def __init__(
        self, tags: TagRepository, history: UndoHistory, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._tags = tags
        self._history = history

    def confirm(self, photo_ids: Sequence[PhotoId], name: str) -> None:
        self.apply(photo_ids, TagChanges(confirmed=(name,)))

    def reject(self, photo_ids: Sequence[PhotoId], name: str) -> None:
        self.apply(photo_ids, TagChanges(rejected=(name,)))

    def add(self, photo_ids: Sequence[PhotoId], name: str) -> None:
        self.apply(photo_ids, TagChanges(added=(name,)))

    def remove(self, photo_ids: Sequence[PhotoId], name: str) -> None:
        self.apply(photo_ids, TagChanges(removed=(name,)))

    def apply(self, photo_ids: Sequence[PhotoId], changes: TagChanges) -> None:
        """All of them as one step."""
        ids = tuple(photo_ids)
        if ids and changes:
            self._history.do(lambda: self._decide(ids, changes))

    def _decide(
        self, photo_ids: tuple[PhotoId, ...], changes: TagChanges, *, again: bool = False
    ) -> Done:
        """Change tags; a step, see [Note: steps] in `photofind.gui.undo`."""
        decided = self._tags.decide(photo_ids, changes)
        if not decided:
            return Done(tr("These tags were so already."), None)
        ids = tuple(dict.fromkeys(item.was.photo_id for item in decided))
        emit = self._emitter(ids)

        def announce() -> None:
            emit()
            for name in changes.added:
                self.added.emit(name)
            if again:
                self.revised.emit(_names(decided))

        said = _said(changes, photos(len(ids)))
        return Done(said, lambda: self._take_back(decided, changes), announce=announce)

    def _take_back(self, decided: tuple[DecidedTag, ...], changes: TagChanges) -> Done:
        ids = tuple(self._tags.take_back(decided))
        if not ids:
            return Done(tr("These photos are not in photofind any more."), None)
        emit = self._emitter(ids)

        def announce() -> None:
            emit()
            self.revised.emit(_names(decided))

        said = _unsaid(changes, photos(len(ids)))
        return Done(said, lambda: self._decide(ids, changes, again=True), announce=announce)

    def _emitter(self, photo_ids: tuple[PhotoId, ...]) -> Callable[[], None]:
        """Read the tags of photos now; return what emits them on the window's thread."""
        tags: list[list[PhotoTag]] = self._tags.of(photo_ids[:SHOWN])

        def emit() -> None:
            self.changed.emit(list(photo_ids))
            for photo_id, own in zip(photo_ids, tags, strict=False):
                self.tags_known.emit(photo_id, own)

        return emit


def _names(decided: Sequence[DecidedTag]) -> list[str]:
    return list(dict.fromkeys(item.was.name for item in decided))


def _said(changes: TagChanges, on: str) -> str:
    match changes:
        case TagChanges((name,), (), (), ()):
            said = tr("‘{tag}’ added to {photos}.")
        case TagChanges((), (name,), (), ()):
            said = tr("‘{tag}’ removed from {photos}.")
        case TagChanges((), (), (name,), ()):
            said = tr("‘{tag}’ confirmed on {photos}.")
        case TagChanges((), (), (), (name,)):
            said = tr("‘{tag}’ rejected on {photos}; it will not come back.")
        case _:
            name, said = "", tr("Tags of {photos} changed.")
    return said.format(tag=name, photos=on)


def _unsaid(changes: TagChanges, on: str) -> str:
    match changes:
        case TagChanges((name,), (), (), ()):
            said = tr("Removed tag ‘{tag}’ from {photos}.")
        case TagChanges((), (name,), (), ()):
            said = tr("Put tag ‘{tag}’ back on {photos}.")
        case TagChanges((), (), (name,), ()):
            said = tr("‘{tag}’ is only suggested again for {photos}.")
        case TagChanges((), (), (), (name,)):
            said = tr("‘{tag}’ is no longer rejected on {photos}.")
        case _:
            name, said = "", tr("Put the tags of {photos} back as they were.")
    return said.format(tag=name, photos=on)
