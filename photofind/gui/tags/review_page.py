"""The page on which a person confirms and rejects suggested tags."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from photofind.domain import PhotoId
from photofind.gui.focus import forward_focus
from photofind.gui.grid.captions import Captions
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.grid.view import GridView
from photofind.gui.tags.decision_bar import DecisionBar
from photofind.gui.tags.review_queue import ReviewQueue
from photofind.gui.tags.review_tags import TagList
from photofind.gui.theme import SPACING
from photofind.store.gallery import NO_ROWS, PhotoRows
from photofind.store.tags import Suggestion, TagCount

_CELL_PX = 160
"""Many at a time: most suggestions are judged at a glance."""


class ReviewPage(QWidget):
    """Tags at the left, the photos suggested for one of them at the right.

    Y or Enter confirms, N or Delete rejects: the selected photos, or all that are shown. They leave
    at once, and the next tag comes when one is finished. A decision is emitted before the next
    photos are requested, and `show_tags` follows when the library has it.

    Args:
        thumbnails: Shared with the other grids, and not closed here.

    Signals:
        tag_chosen: Request suggestions for a tag; `show_suggestions` is the response.
        confirmed: Ids of photos and the tag that is right for them.
        rejected: Ids of photos and the tag that is wrong for them.
        undo_requested: Take back what was done last.
        opened: Show a photo large (PhotoId).
        left: The person is done here.
    """

    tag_chosen = Signal(str)
    confirmed = Signal(list, str)
    rejected = Signal(list, str)
    undo_requested = Signal()
    opened = Signal(object)
    left = Signal()

    def __init__(
        self,
        thumbnails: Thumbnails,
        parent: QWidget | None = None,
        *,
        captions: Captions | None = None,
    ) -> None:
        super().__init__(parent)
        self._queue = ReviewQueue()
        self._to_return_to: str | None = None
        self._known = False
        self.model = PhotoModel(self, captions=captions)
        self.grid = GridView(self.model, thumbnails)
        self._tags = TagList()
        self._bar = DecisionBar()
        self._nothing = NothingToReview()
        self._lay_out()
        self._connect()
        forward_focus(self, self.grid)

    def show_tags(self, counts: Sequence[TagCount]) -> None:
        """Show the tags that wait; the chosen one stays while it has suggestions."""
        self._known = True
        self._queue.show_tags(counts)
        names = [name for name, _ in self._queue.waiting]
        tag, self._to_return_to = self._to_return_to, None
        if tag in names:
            self._choose(tag)
        elif self._queue.tag not in names:
            self._choose(names[0] if names else None)
        elif not self._queue.total:
            self._choose(self._queue.tag)
        else:
            self._show_waiting()

    def show_suggestions(self, suggestions: Sequence[Suggestion], rows: PhotoRows) -> None:
        """Show the response to `tag_chosen`; a late one is dropped.

        Args:
            suggestions: Of one tag.
            rows: Of their photos, in any order.
        """
        if suggestions and suggestions[0].name != self._queue.tag:
            return
        self._queue.show_suggestions(suggestions, rows)
        if self._queue.total or not self._queue.tag:
            self._bar.reset_certainty()
            self._show_photos()
        else:
            self._choose(self._queue.finish())

    def set_undoable(self, undoable: bool) -> None:
        """Whether there is something to take back."""
        self._bar.set_undoable(undoable)
        self._nothing.set_undoable(undoable)

    def return_to(self, tags: Sequence[str]) -> None:
        """Show the first of some tags, whose decisions were revised, with the next `show_tags`."""
        if self.isVisible() and tags:
            self._to_return_to = tags[0]

    def reload(self) -> None:
        """Request the chosen tag again with the next `show_tags`: photos have come back."""
        self._to_return_to = self._queue.tag

    def remove(self, photo_ids: Sequence[PhotoId]) -> None:
        """Take out photos that are gone and need no decision."""
        before = self._queue.total
        self._queue.decide(photo_ids)
        if self._queue.total != before:
            self.model.remove(photo_ids)
            self._go_on()

    @override
    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keys of the grid and of the tags that decide, before they mean anything else there."""
        if isinstance(event, QKeyEvent) and event.type() in (
            QEvent.Type.KeyPress,
            QEvent.Type.ShortcutOverride,
        ):
            decision = self._decision_of(event, in_grid=watched is self.grid)
            if decision is not None:
                event.accept()
                if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
                    self._decide(confirm=decision)
                return True
        return super().eventFilter(watched, event)

    def _decision_of(self, event: QKeyEvent, *, in_grid: bool) -> bool | None:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return None
        match event.key():
            case Qt.Key.Key_Y:
                return True
            case Qt.Key.Key_N:
                return False
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if in_grid:
                return True
            case Qt.Key.Key_Delete if in_grid:
                return False
        return None

    def _lay_out(self) -> None:
        photos = QWidget()
        column = QVBoxLayout(photos)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addWidget(self.grid, 1)
        self._tags.setFixedWidth(self._tags.sizeHint().width())
        both = QWidget()
        line = QHBoxLayout(both)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(0)
        line.addWidget(self._tags)
        line.addWidget(photos, 1)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(both)
        self._pages.addWidget(self._nothing)
        self.grid.set_cell_size(_CELL_PX)
        self.grid.setAccessibleName(self.tr("Suggested photos"))
        self.setAccessibleName(self.tr("To review"))

    def _connect(self) -> None:
        self._tags.chosen.connect(self._choose)
        self._tags.entered.connect(self.grid.setFocus)
        self._tags.left.connect(self.left)
        self._nothing.left.connect(self.left)
        self._bar.confirm_requested.connect(lambda: self._decide(confirm=True))
        self._bar.reject_requested.connect(lambda: self._decide(confirm=False))
        self._bar.undo_requested.connect(self.undo_requested)
        self._bar.certainty_changed.connect(self._recut)
        self.grid.opened.connect(self.opened)
        self.grid.selection_changed.connect(lambda _: self._show_counts())
        self.grid.installEventFilter(self)
        self._tags.list.installEventFilter(self)

    def _choose(self, tag: str | None) -> None:
        self._queue.choose(tag)
        self.model.show(NO_ROWS, None)
        self._bar.show_tag(tag or "")
        self._show_waiting()
        self._show_counts()
        if tag is not None:
            self.tag_chosen.emit(tag)

    def _decide(self, *, confirm: bool) -> None:
        tag = self._queue.tag
        ids = self._meant()
        if tag is None or not ids:
            return
        self._queue.decide(ids)
        self.model.remove(ids)
        (self.confirmed if confirm else self.rejected).emit(ids, tag)
        self._go_on()

    def _go_on(self) -> None:
        """After a decision: the less certain ones, more of the tag, or the next tag."""
        if not self._queue.total and not self._queue.is_more:
            self._choose(self._queue.finish())
            return
        if not self.model.rowCount() and self._queue.total:
            self._bar.reset_certainty()
            self._queue.cut(0)
            self._show_photos()
        self._show_waiting()
        self._show_counts()

    def _meant(self) -> list[PhotoId]:
        """Return the selected photos, or all that are shown."""
        selected = self.grid.selected()
        return selected or [PhotoId(int(photo_id)) for photo_id in self.model.rows.photo_ids]

    def _recut(self, certainty: float) -> None:
        self._queue.cut(certainty)
        self._show_photos()

    def _show_photos(self) -> None:
        self.model.show(self._queue.shown, None)
        self._show_counts()

    def _show_counts(self) -> None:
        self._bar.show_counts(len(self.grid.selected()), self.model.rowCount(), self._queue.total)

    def _show_waiting(self) -> None:
        waiting = self._queue.waiting
        self._tags.show_tags(waiting, self._queue.tag)
        self._pages.setCurrentIndex(1 if self._known and not waiting else 0)


class NothingToReview(QWidget):
    """Shown when every suggestion is decided.

    Signals:
        left: The person wants to go back.
    """

    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        heading = QLabel(self.tr("Nothing to review."))
        heading.setProperty("heading", True)
        words = QLabel(self.tr("Suggestions come while photos are read."))
        words.setProperty("muted", True)
        self._undo = QLabel(self.tr("Ctrl+Z takes back what was done last."))
        self._undo.setProperty("muted", True)
        back = QPushButton(self.tr("Back to all photos"))
        back.clicked.connect(self.left)
        column = QVBoxLayout(self)
        column.setSpacing(SPACING)
        column.addStretch()
        for widget in (heading, words, self._undo, back):
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        self.setFocusProxy(back)
        self.set_undoable(False)

    def set_undoable(self, undoable: bool) -> None:
        self._undo.setVisible(undoable)
