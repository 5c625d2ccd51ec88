"""A small window for the tags of one photo or of many."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.gui.tags.chip import ChipFace, Look, Mark
from photofind.gui.tags.chip_flow import ChipFlow
from photofind.gui.tags.entry import TagEntry
from photofind.gui.tags.pending import PendingTag, PendingTags, Wish
from photofind.gui.theme import SPACING
from photofind.gui.wording import number, photos
from photofind.store.tag_decisions import TagChanges
from photofind.store.tags import PhotoTag

_ADD, _CONFIRM, _AWAY, _KEEP = "add", "confirm", "away", "keep"
_WIDTH_PX, _CHIPS_PX = 420, 112


class TagEditor(QDialog):
    """Enter adds what is typed, Ctrl+Enter is done, Escape leaves everything as it was.

    Args:
        tags: Those of each selected photo; at least one photo.
        names: What the field completes.
    """

    def __init__(
        self,
        tags: Sequence[Sequence[PhotoTag]],
        names: Iterable[str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._pending = PendingTags(tags)
        self._entry = TagEntry()
        self._entry.set_completions(names)
        self._chips = ChipFlow()
        self._chips.setAccessibleName(self.tr("Tags of the selection"))
        self._none = QLabel(self.tr("No tags yet."))
        self._none.setProperty("muted", True)
        self._entry.entered.connect(self._add)
        self._entry.went_back.connect(self._chips.focus_last)
        self._chips.acted.connect(self._act)
        count = self._pending.photos
        title = self.tr("Tag {photos}").format(photos=photos(count))
        self.setWindowTitle(self.tr("Tag this photo") if count == 1 else title)
        self._lay_out()
        self._show()
        self._entry.setFocus()

    def changes(self) -> TagChanges:
        """Return what the person wants; of no consequence unless the dialog was accepted."""
        return self._pending.changes()

    @override
    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, super().sizeHint().height())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        control = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if control and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(event)

    @override
    def accept(self) -> None:
        # What is typed and was not entered yet is meant, too.
        self._entry.take()
        super().accept()

    def _lay_out(self) -> None:
        heading = QLabel(self.windowTitle())
        heading.setProperty("heading", True)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setMinimumHeight(_CHIPS_PX)
        area.setWidget(self._chips)
        buttons = QDialogButtonBox()
        done = buttons.addButton(self.tr("Done"), QDialogButtonBox.ButtonRole.AcceptRole)
        done.setProperty("primary", True)
        done.setToolTip(self.tr("Ctrl+Enter"))
        buttons.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        for button in buttons.buttons():
            # Enter adds a tag. All are push buttons, which the types do not say.
            button.setAutoDefault(False)  # type: ignore[attr-defined]
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(*(2 * SPACING,) * 4)
        column.setSpacing(SPACING + 4)
        for widget in (heading, self._entry, self._none, area, buttons):
            column.addWidget(widget)

    def _add(self, name: str) -> None:
        self._pending.add(name)
        self._show()

    def _act(self, key: str, action: str) -> None:
        tag = self._pending.tags[key]
        decide = {
            _ADD: lambda: self._pending.add(tag.name),
            _CONFIRM: lambda: self._pending.confirm(key),
            _AWAY: lambda: self._pending.take_away(key),
            _KEEP: lambda: self._pending.keep(key),
        }
        decide[action]()
        self._show()

    def _show(self) -> None:
        tags = self._pending.tags
        self._none.setVisible(not tags)
        self._chips.show_faces({key: self._face(tag) for key, tag in tags.items()})

    def _face(self, tag: PendingTag) -> ChipFace:
        away = Mark(_AWAY, "close", self.tr("Take {name} away").format(name=tag.name))
        keep = Mark(_KEEP, "undo", self.tr("Keep {name} as it was").format(name=tag.name))
        if tag.wish is Wish.TAKE_AWAY:
            spoken = self.tr("{name}, taken away. Enter keeps it.").format(name=tag.name)
            return ChipFace(tag.name, Look.STRUCK, (keep,), spoken, _KEEP, _KEEP, _KEEP)
        if tag.wish is not Wish.NONE:
            spoken = self.tr("{name}, on all of them. Delete takes it away.").format(name=tag.name)
            back = away if tag.on_none else keep
            return ChipFace(
                tag.name, Look.FILLED, (back,), spoken, back.action, back.action, back.action
            )
        if tag.confirmed == self._pending.photos:
            spoken = self.tr("{name}. Delete takes it away.").format(name=tag.name)
            return ChipFace(tag.name, Look.FILLED, (away,), spoken, _AWAY, _AWAY, _AWAY)
        return self._partial(tag, away)

    def _partial(self, tag: PendingTag, away: Mark) -> ChipFace:
        """On some of the photos, or suggested."""
        on = tag.confirmed or tag.suggested
        note = self.tr("{count} of {all}").format(
            count=number(on), all=number(self._pending.photos)
        )
        if tag.confirmed:
            yes = Mark(_ADD, "plus", self.tr("Add {name} to all").format(name=tag.name))
            spoken = self.tr("{name}, on {note}. Enter adds it to all, Delete takes it away.")
        else:
            yes = Mark(_CONFIRM, "check", self.tr("Confirm {name}").format(name=tag.name))
            spoken = self.tr("{name}, suggested for {note}. Enter confirms, Delete rejects.")
        said = spoken.format(name=tag.name, note=note)
        shown = "" if self._pending.photos == 1 else note
        marks = (yes, away)
        return ChipFace(
            tag.name, Look.OUTLINED, marks, said, yes.action, yes.action, _AWAY, note=shown
        )
