"""The search bar: words, filters as chips, a picture."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from photofind.errors import QueryError, UserFacingError
from photofind.gui.lanes import Lane
from photofind.gui.progress_line import ProgressLine
from photofind.gui.search.bar_frame import BarFrame
from photofind.gui.search.chips import ChipStrip
from photofind.gui.search.completion import Completion, Kind
from photofind.gui.search.field import SearchField
from photofind.gui.search.offering import Offering
from photofind.gui.search.popup import CompletionPopup
from photofind.gui.search.problem_line import ProblemLine
from photofind.gui.search.recents import Recents
from photofind.gui.search.request import PictureQuery, SearchRequest
from photofind.gui.search.typed import error_place, is_unfinished
from photofind.search.parser import Part, written, written_filter
from photofind.search.query import Query
from photofind.store.filters import Filter, FilterKind, Filters

_PATIENCE = 4
"""How many times longer a filter that is being typed may take than a word."""


class SearchBar(QWidget):
    """One line to ask in; asks nobody itself. Close its lane before it goes.

    Args:
        recents_path: The file of the last searches.
        values_of: The values a filter can have, for completion; called on a lane.
        typing_ms: How long after the last key words are submitted.
        busy_ms: How long a wait must last to be shown.

    Signals:
        submitted: `SearchRequest`; an empty one when all has been taken away.
        picture_offered: `QMimeData` with files or a picture, pasted here.
        left: Esc with nothing left to clear.
    """

    submitted = Signal(object)
    picture_offered = Signal(object)
    left = Signal()

    def __init__(
        self,
        recents_path: Path,
        values_of: Callable[[FilterKind[Any]], Sequence[str]],
        *,
        typing_ms: int = 150,
        busy_ms: int = 200,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._typing_ms = typing_ms
        self._filters: Filters = ()
        self._picture: PictureQuery | None = None
        self._last = SearchRequest()
        self._lane = Lane("search bar", self)
        self._recents = Recents(recents_path, self._lane, self)
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(lambda: self._settle())
        self._lay_out(busy_ms)
        self._offering = Offering(self._field, self._recents, values_of, self._lane)
        self._connect()
        self._show_state()

    @property
    def request(self) -> SearchRequest:
        """What the bar says now; filters that are still text are among them."""
        typed = self._field.typed.query
        filters = tuple(dict.fromkeys(self._filters + typed.filters))
        return SearchRequest(Query(typed.text, filters), None if typed.text else self._picture)

    @property
    def field(self) -> SearchField:
        return self._field

    @property
    def chips(self) -> ChipStrip:
        return self._chips

    @property
    def popup(self) -> CompletionPopup:
        return self._offering.popup

    @property
    def clear_button(self) -> QToolButton:
        return self._frame.clear

    @property
    def problem(self) -> str:
        """What is said under the bar; empty if nothing is wrong."""
        return self._problem.text()

    @property
    def busy_shown(self) -> bool:
        return self._progress.running

    def focus_search(self) -> None:
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()
        self._offering.offer()

    def set_busy(self, busy: bool) -> None:
        """Shows that an answer is waited for, once the wait is worth it."""
        self._progress.set_busy(busy)

    def set_picture(self, query: PictureQuery, thumbnail: QPixmap | None = None) -> None:
        """Asks for photos like a picture; of the same picture, only its thumbnail is taken."""
        if query == self._picture:
            self._chips.show_picture(query.name, thumbnail)
            return
        filters = self.request.query.filters
        self._put(SearchRequest(Query(filters=filters), query), thumbnail)
        self._settle()

    def ask(self, request: SearchRequest, thumbnail: QPixmap | None = None) -> None:
        """Shows a request and submits it at once."""
        self._put(request, thumbnail)
        self._settle(again=True)

    def show_request(self, request: SearchRequest, thumbnail: QPixmap | None = None) -> None:
        """Shows a request that is answered already: nothing is submitted."""
        self._put(request, thumbnail)
        self._last = self.request

    def offer_text(self, text: str) -> None:
        """Puts text from elsewhere behind what is typed, as if typed."""
        line = " ".join(text.split())
        before = self._field.text().rstrip()
        self._field.setText(f"{before} {line} ".lstrip() if line else before)
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._edited()

    def step_back(self) -> None:
        """Takes back the words, then the filters, then leaves."""
        if self._offering.shown:
            self._offering.hide()
        elif self._field.text():
            self._field.clear()
            self._say("")
            self._show_state()
            self._settle()
        elif self._filters or self._picture is not None:
            self._put(SearchRequest(), None)
            self._settle()
        else:
            self.left.emit()

    def show_error(self, error: UserFacingError) -> None:
        """Says under the bar what went wrong, until something is typed."""
        self._say(f"{error.message} {error.hint}")

    def close_lanes(self) -> None:
        self._pause.stop()
        self._lane.close()
        self._recents.close()

    def _lay_out(self, busy_ms: int) -> None:
        self._frame = BarFrame()
        self._field, self._chips = self._frame.field, self._frame.chips
        self._progress = ProgressLine(busy_ms)
        self._problem = ProblemLine()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for row in (self._frame, self._progress, self._problem):
            column.addWidget(row)

    def _connect(self) -> None:
        self._field.textEdited.connect(self._edited)
        self._field.entered.connect(self._enter)
        self._field.escaped.connect(self.step_back)
        self._field.taken_back.connect(self._take_back_last)
        self._field.stepped_back.connect(self._chips.focus_last)
        self._field.clicked.connect(self._offering.offer)
        self._field.left.connect(self._leave)
        self._field.picture_pasted.connect(self.picture_offered)
        self._frame.clear.clicked.connect(self._clear_all)
        self._chips.filter_removed.connect(self._remove_filter)
        self._chips.filter_edit_asked.connect(self._take_back)
        self._chips.picture_removed.connect(self._remove_picture)
        self._chips.left.connect(self._focus_start)
        self._chips.typed.connect(self._type)
        self._offering.chosen.connect(self._choose)
        self._offering.changed.connect(self._wait)
        self._recents.troubled.connect(self.show_error)

    # Typing

    def _edited(self) -> None:
        self._say("")
        self._take_filters()
        self._show_state()
        if self._field.text():
            self._offering.offer()
        else:
            self._offering.hide()
        self._wait()

    def _wait(self) -> None:
        """Submits after a pause; a filter that is being chosen from a list is waited for."""
        at_hand = self._part_at_hand()
        if at_hand is None:
            self._pause.start(self._typing_ms)
        elif self._offering.shown:
            self._pause.stop()
        else:
            self._pause.start(self._typing_ms * _PATIENCE)

    def _part_at_hand(self) -> Part | None:
        """The filter, finished or not, that the cursor is in."""
        part = self._field.typed.part_at(self._field.cursorPosition())
        is_word = part is None or (part.filter is None and part.error is None)
        return None if is_word else part

    def _enter(self) -> None:
        self._offering.hide()
        self._go_on()
        self._settle(again=True, said=True)

    def _leave(self) -> None:
        self._offering.hide()
        self._go_on()
        self._settle(said=True)

    def _settle(self, *, again: bool = False, said: bool = False) -> None:
        """Submits what the bar says, or tells what is wrong with it.

        Args:
            again: Also what was submitted last.
            said: The person is done typing: what is unfinished is wrong, the rest remembered.
        """
        self._pause.stop()
        if not self._is_valid(said=said):
            return
        request = self.request
        if request.picture is None and self._picture is not None:
            self._picture = None
            self._chips.show_picture(None, None)
            self._show_state()
        if again or request != self._last:
            self._last = request
            self.submitted.emit(request)
        if said and not request.query.empty:
            self._recents.add(written(request.query))

    def _is_valid(self, *, said: bool) -> bool:
        broken = self._field.typed.broken
        if broken is None or broken.error is None:
            return True
        if said or not is_unfinished(broken):
            self._say_wrong(broken.error)
            self._field.mark(*error_place(broken, broken.error))
        return False

    def _say_wrong(self, error: QueryError) -> None:
        # The wavy line shows the place.
        problem = error.message.removeprefix(f"Column {error.column}: ")
        self._say(f"{problem[:1].upper()}{problem[1:]} {error.hint}")

    def _say(self, problem: str) -> None:
        if not problem:
            self._field.mark(0, 0)
        self._problem.say(problem)

    # Chips

    def _take_filters(self) -> None:
        """Makes chips of the filters the person has gone on from."""
        typed, cursor = self._field.typed, self._field.cursorPosition()
        behind = [part for part in typed.filters if part.end < cursor]
        if behind:
            after = len(typed.text) - cursor
            self._make_chips(behind)
            self._field.setCursorPosition(max(0, len(self._field.text()) - after))

    def _go_on(self) -> None:
        """Makes chips of all filters."""
        finished = self._field.typed.filters
        if finished:
            self._make_chips(finished)

    def _make_chips(self, finished: list[Part]) -> None:
        made = tuple(part.filter for part in finished if part.filter is not None)
        self._field.setText(self._field.typed.without(finished))
        self._show_filters(self._filters + made)

    def _show_filters(self, filters: Filters) -> None:
        self._filters = tuple(dict.fromkeys(filters))
        self._chips.show_filters(self._filters)
        self._show_state()

    def _remove_filter(self, gone: Filter) -> None:
        self._show_filters(tuple(one for one in self._filters if one != gone))
        self._settle()

    def _remove_picture(self) -> None:
        self._picture = None
        self._chips.show_picture(None, None)
        self._show_state()
        self._settle()

    def _take_back(self, one: Filter) -> None:
        """Makes text of a chip, the cursor at its end."""
        text = written_filter(one)
        self._field.setText(f"{text} {self._field.text()}".rstrip())
        self._field.setCursorPosition(len(text))
        self._show_filters(tuple(other for other in self._filters if other != one))
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._offering.offer()

    def _take_back_last(self) -> None:
        if self._filters:
            self._take_back(self._filters[-1])
        elif self._picture is not None:
            self._remove_picture()

    def _focus_start(self) -> None:
        self._field.setFocus(Qt.FocusReason.TabFocusReason)
        self._field.setCursorPosition(0)

    def _type(self, text: str) -> None:
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._field.end(False)
        self._field.insert(text)

    # All of it

    def _put(self, request: SearchRequest, thumbnail: QPixmap | None) -> None:
        self._say("")
        self._offering.hide()
        self._pause.stop()
        self._field.setText(written(Query(request.query.text)))
        self._picture = request.picture
        name = None if request.picture is None else request.picture.name
        self._chips.show_picture(name, thumbnail)
        self._show_filters(request.query.filters)

    def _clear_all(self) -> None:
        self._put(SearchRequest(), None)
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._settle()

    def _show_state(self) -> None:
        self._frame.show_state(chips=bool(self._filters) or self._picture is not None)

    def _choose(self, one: Completion) -> None:
        match one.kind:
            case Kind.CLEAR:
                self._recents.clear()
            case Kind.RECENT:
                self._ask_recent(one.insertion)
            case Kind.FILTER | Kind.VALUE:
                self._insert(one.insertion)

    def _ask_recent(self, query: str) -> None:
        self._put(SearchRequest(), None)
        self._field.setText(query)
        self._go_on()
        self._show_state()
        self._settle(again=True, said=True)

    def _insert(self, insertion: str) -> None:
        text, cursor = self._field.text(), self._field.cursorPosition()
        part = self._field.typed.part_at(cursor)
        start, end = (cursor, cursor) if part is None else (part.start, part.end)
        self._field.setText(text[:start] + insertion + text[end:].lstrip())
        self._field.setCursorPosition(start + len(insertion))
        self._edited()
