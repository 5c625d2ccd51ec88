"""The search bar: words, filters as chips, a picture."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane
from photofind.gui.progress_line import ProgressLine
from photofind.gui.search.bar_frame import BarFrame
from photofind.gui.search.chips import ChipStrip
from photofind.gui.search.completer import Completer
from photofind.gui.search.completion import Completion, Kind
from photofind.gui.search.field import SearchField
from photofind.gui.search.popup import CompletionPopup
from photofind.gui.search.problem_line import ProblemLine, query_problem
from photofind.gui.search.recents import Recents
from photofind.gui.search.request import PictureQuery, SearchRequest
from photofind.gui.search.typed import OR, MadeChip, error_place
from photofind.search.parser import Part, query_of
from photofind.search.query import Query
from photofind.search.writing import written, written_condition
from photofind.store.filters import Condition, FilterKind, Filters

_FILTER_DELAY_FACTOR = 4
"""How many times longer a filter that is being typed may take than a word."""


class SearchBar(QWidget):
    """The search bar; it emits requests and answers none. Close its lane before it goes.

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
        self._made: MadeChip | None = None
        self._picture: PictureQuery | None = None
        self._last = SearchRequest()
        self._lane = Lane("search bar", self)
        self._recents = Recents(recents_path, self._lane, self)
        self._debounce_timer = QTimer(self, singleShot=True)
        self._debounce_timer.timeout.connect(lambda: self._submit_changed())
        self._lay_out(busy_ms)
        self._completions = Completer(self._field, self._recents, values_of, self._lane)
        self._connect()
        self._show_state()

    @property
    def request(self) -> SearchRequest:
        """What the bar says now; filters that are still text are among them."""
        typed = self._field.typed.query
        filters = tuple(dict.fromkeys(self._filters + typed.filters))
        return SearchRequest(Query(typed.terms, filters), None if typed.terms else self._picture)

    @property
    def field(self) -> SearchField:
        return self._field

    @property
    def chips(self) -> ChipStrip:
        return self._chips

    @property
    def popup(self) -> CompletionPopup:
        return self._completions.popup

    @property
    def clear_button(self) -> QToolButton:
        return self._frame.clear

    @property
    def problem(self) -> str:
        """The error shown under the bar; empty if there is none."""
        return self._problem.text()

    @property
    def busy_shown(self) -> bool:
        return self._progress.running

    def focus_search(self) -> None:
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()
        self._completions.offer()

    def set_busy(self, busy: bool) -> None:
        """Show that a response is awaited, once that takes long."""
        self._progress.set_busy(busy)

    def set_picture(self, query: PictureQuery, thumbnail: QPixmap | None = None) -> None:
        """Request photos like a picture; of the same picture, only take its thumbnail."""
        if query == self._picture:
            self._chips.show_picture(query.name, thumbnail)
            return
        filters = self.request.query.filters
        self._put(SearchRequest(Query(filters=filters), query), thumbnail)
        self._submit_changed()

    def submit(self, request: SearchRequest, thumbnail: QPixmap | None = None) -> None:
        """Show a request and submit it at once."""
        self._put(request, thumbnail)
        self._submit_changed(again=True)

    def show_request(self, request: SearchRequest, thumbnail: QPixmap | None = None) -> None:
        """Show a request that is answered already, without submitting it."""
        self._put(request, thumbnail)
        self._last = self.request

    def offer_text(self, text: str) -> None:
        """Append text from elsewhere, as if typed."""
        line = " ".join(text.split())
        before = self._field.text().rstrip()
        self._field.setText(f"{before} {line} ".lstrip() if line else before)
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._edited()

    def step_back(self) -> None:
        """Clear the words, then the filters, then leave."""
        if self._completions.shown:
            self._completions.hide()
        elif self._field.text():
            self._field.clear()
            self._show_problem("")
            self._show_state()
            self._submit_changed()
        elif self._filters or self._picture is not None:
            self._put(SearchRequest(), None)
            self._submit_changed()
        else:
            self.left.emit()

    def show_error(self, error: UserFacingError) -> None:
        """Show under the bar what went wrong, until something is typed."""
        self._show_problem(f"{error.message} {error.hint}")

    def close_lanes(self) -> None:
        self._debounce_timer.stop()
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
        self._field.backspaced.connect(self._take_back_last)
        self._field.stepped_back.connect(self._chips.focus_last)
        self._field.clicked.connect(self._completions.offer)
        self._field.left.connect(self._leave)
        self._field.picture_pasted.connect(self.picture_offered)
        self._frame.clear.clicked.connect(self._clear_all)
        self._chips.filter_removed.connect(self._remove_filter)
        self._chips.filter_edit_requested.connect(self._take_back)
        self._chips.picture_removed.connect(self._remove_picture)
        self._chips.left.connect(self._focus_start)
        self._chips.typed.connect(self._type)
        self._completions.chosen.connect(self._choose)
        self._completions.changed.connect(self._debounce)
        self._recents.failed.connect(self.show_error)

    # Typing

    def _edited(self) -> None:
        self._show_problem("")
        self._follow_operator()
        self._take_filters()
        self._show_state()
        if self._field.text():
            self._completions.offer()
        else:
            self._completions.hide()
        self._debounce()

    def _debounce(self) -> None:
        """Submit after a pause; never while a filter is being chosen from the list."""
        filter_part = self._filter_at_cursor()
        if filter_part is None:
            self._debounce_timer.start(self._typing_ms)
        elif self._completions.shown:
            self._debounce_timer.stop()
        else:
            self._debounce_timer.start(self._typing_ms * _FILTER_DELAY_FACTOR)

    def _filter_at_cursor(self) -> Part | None:
        """Return the filter, finished or not, that the cursor is in."""
        part = self._field.typed.part_at(self._field.cursorPosition())
        is_word = part is None or (part.condition is None and part.error is None)
        return None if is_word else part

    def _enter(self) -> None:
        self._completions.hide()
        self._go_on()
        self._submit_changed(again=True, finished=True)

    def _leave(self) -> None:
        self._completions.hide()
        self._go_on()
        self._submit_changed(finished=True)

    def _submit_changed(self, *, again: bool = False, finished: bool = False) -> None:
        """Submit what the bar says if it changed, or show what is wrong with it.

        Args:
            again: Submit also what was submitted last.
            finished: The person is done typing: unfinished parts are errors, the rest is a recent
                search from now on.
        """
        self._debounce_timer.stop()
        if not self._is_valid(finished=finished):
            return
        request = self.request
        if request.picture is None and self._picture is not None:
            self._picture = None
            self._chips.show_picture(None, None)
            self._show_state()
        if again or request != self._last:
            self._last = request
            self.submitted.emit(request)
        if finished and not request.query.empty:
            self._recents.add(written(request.query))

    def _is_valid(self, *, finished: bool) -> bool:
        broken = self._field.typed.broken
        if broken is None or broken.error is None:
            return True
        if finished or not broken.unfinished:
            self._show_problem(query_problem(broken.error))
            self._field.mark(*error_place(broken, broken.error))
        return False

    def _show_problem(self, problem: str) -> None:
        if not problem:
            self._field.mark(0, 0)
        self._problem.show_problem(problem)

    # Chips

    def _take_filters(self) -> None:
        """Make chips of the filters before the cursor."""
        typed, cursor = self._field.typed, self._field.cursorPosition()
        behind = [part for part in typed.conditions if part.end < cursor]
        if behind:
            after = len(typed.text) - cursor
            others = self._filters + query_of(behind[:-1]).filters
            self._show_filters(others + query_of(behind[-1:]).filters)
            self._field.setText(typed.without(behind))
            self._field.setCursorPosition(max(0, len(self._field.text()) - after))
            before = self._field.text()[: self._field.cursorPosition()]
            self._made = MadeChip(behind[-1].text, before, others, self._filters)

    def _follow_operator(self) -> None:
        """Take a filter back into the text if OR is typed behind it, where it became a chip.

        AND says nothing that two chips do not say, and goes.
        """
        made = self._made
        if made is None:
            return
        text, cursor = self._field.text(), self._field.cursorPosition()
        operator = made.operator_typed(text, cursor) if made.filters_with == self._filters else None
        if operator:
            before = made.before + (f"{made.typed} {OR}" if operator == OR else "")
            self._field.setText(before + text[cursor:])
            self._field.setCursorPosition(len(before))
        if operator == OR:
            self._show_filters(made.filters)
        if operator != "":
            self._made = None

    def _go_on(self) -> None:
        """Make chips of all filters."""
        finished = self._field.typed.conditions
        if finished:
            self._make_chips(finished)

    def _make_chips(self, finished: list[Part]) -> None:
        made = query_of(finished).filters
        self._field.setText(self._field.typed.without(finished))
        self._show_filters(self._filters + made)

    def _show_filters(self, filters: Filters) -> None:
        self._filters = tuple(dict.fromkeys(filters))
        self._chips.show_filters(self._filters)
        self._show_state()

    def _remove_chip(self, gone: Condition) -> None:
        self._show_filters(tuple(one for one in self._filters if one != gone))

    def _remove_filter(self, gone: Condition) -> None:
        self._remove_chip(gone)
        self._submit_changed()

    def _remove_picture(self) -> None:
        self._picture = None
        self._chips.show_picture(None, None)
        self._show_state()
        self._submit_changed()

    def _take_back(self, one: Condition) -> None:
        """Make text of a chip, the cursor at its end."""
        text = written_condition(one)
        self._field.setText(f"{text} {self._field.text()}".rstrip())
        self._field.setCursorPosition(len(text))
        self._remove_chip(one)
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._completions.offer()

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
        self._show_problem("")
        self._completions.hide()
        self._debounce_timer.stop()
        self._field.setText(written(Query(request.query.terms)))
        self._picture = request.picture
        name = None if request.picture is None else request.picture.name
        self._chips.show_picture(name, thumbnail)
        self._show_filters(request.query.filters)

    def _clear_all(self) -> None:
        self._put(SearchRequest(), None)
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._submit_changed()

    def _show_state(self) -> None:
        self._frame.show_state(chips=bool(self._filters) or self._picture is not None)

    def _choose(self, one: Completion) -> None:
        match one.kind:
            case Kind.CLEAR:
                self._recents.clear()
            case Kind.RECENT:
                self._submit_recent(one.insertion)
            case Kind.FILTER | Kind.VALUE:
                self._insert(one.insertion)

    def _submit_recent(self, query: str) -> None:
        self._put(SearchRequest(), None)
        self._field.setText(query)
        self._go_on()
        self._show_state()
        self._submit_changed(again=True, finished=True)

    def _insert(self, insertion: str) -> None:
        text, cursor = self._field.text(), self._field.cursorPosition()
        token = self._field.typed.token_at(cursor)
        start, end = (cursor, cursor) if token is None else (token.start, token.end)
        self._field.setText(text[:start] + insertion + text[end:].lstrip())
        self._field.setCursorPosition(start + len(insertion))
        self._edited()
