"""The tags of one photo, and a field for more."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from photofind.gui.focus import forward_focus
from photofind.gui.tags.chip import ChipFace, Look, Mark
from photofind.gui.tags.chip_flow import ChipFlow
from photofind.gui.tags.entry import TagEntry
from photofind.store.tag_names import tag_key
from photofind.store.tags import PhotoTag, TagState

_CONFIRM, _REJECT, _REMOVE, _CHOOSE = "confirm", "reject", "remove", "choose"


class TagChips(ChipFlow):
    """Filled chips for what a person said, outlined ones for what is suggested.

    Tab comes in once and to the field next; the arrow keys go from chip to chip. Enter confirms a
    suggestion and searches for any other tag, Delete rejects or removes. Nothing changes until
    `show_tags` says so. A tag that was rejected is not shown.

    Signals:
        confirmed: Confirm a suggestion (a name, as all below).
        rejected: Reject it.
        removed: Remove a person's tag.
        added: Add the tag that was typed.
        chosen: Show all photos with a tag.
    """

    confirmed = Signal(str)
    rejected = Signal(str)
    removed = Signal(str)
    added = Signal(str)
    chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        self._entry = TagEntry()
        super().__init__(self._entry, parent)
        self._tags: dict[str, PhotoTag] = {}
        self._entry.entered.connect(self._add)
        self._entry.went_back.connect(self.focus_last)
        self.acted.connect(self._act)
        self.setAccessibleName(self.tr("Tags"))
        forward_focus(self, self._entry)

    def show_tags(self, tags: Sequence[PhotoTag]) -> None:
        """In this order."""
        seen = [tag for tag in tags if tag.state is not TagState.REJECTED]
        self._tags = {tag_key(tag.name): tag for tag in seen}
        self.show_faces({key: self._face(tag) for key, tag in self._tags.items()})

    def set_completions(self, names: Iterable[str]) -> None:
        self._entry.set_completions(names)

    def focus_entry(self) -> None:
        """So that a tag can be typed at once."""
        self._entry.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _act(self, key: str, action: str) -> None:
        signals = {
            _CONFIRM: self.confirmed,
            _REJECT: self.rejected,
            _REMOVE: self.removed,
            _CHOOSE: self.chosen,
        }
        signals[action].emit(self._tags[key].name)

    def _add(self, name: str) -> None:
        known = self._tags.get(tag_key(name))
        if known is None or known.state is not TagState.CONFIRMED:
            self.added.emit(name)

    def _face(self, tag: PhotoTag) -> ChipFace:
        if tag.state is TagState.SUGGESTED:
            marks: tuple[Mark, ...] = (
                Mark(_CONFIRM, "check", self.tr("Confirm {name}").format(name=tag.name)),
                Mark(_REJECT, "close", self.tr("Reject {name}").format(name=tag.name)),
            )
            spoken = self.tr("{name}, suggested. Confirm or reject.").format(name=tag.name)
            return ChipFace(tag.name, Look.OUTLINED, marks, spoken, _CHOOSE, _CONFIRM, _REJECT)
        marks = (Mark(_REMOVE, "close", self.tr("Remove {name}").format(name=tag.name)),)
        spoken = self.tr("{name}. Search for it, or remove it.").format(name=tag.name)
        return ChipFace(tag.name, Look.FILLED, marks, spoken, _CHOOSE, _CHOOSE, _REMOVE)
