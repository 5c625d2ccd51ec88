"""The search bar: words, and chips of pictures and filters."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from photofind.errors import UserFacingError
from photofind.gui.lanes import Lane
from photofind.gui.progress_line import ProgressLine
from photofind.gui.search.bar_frame import BarFrame
from photofind.gui.search.chips import ChipStrip
from photofind.gui.search.chosen import ChosenParts
from photofind.gui.search.completer import Completer
from photofind.gui.search.completion import Completion, Kind
from photofind.gui.search.field import SearchField
from photofind.gui.search.popup import CompletionPopup
from photofind.gui.search.problem_line import ProblemLine, query_problem
from photofind.gui.search.recents import Recents
from photofind.gui.search.request import SearchRequest
from photofind.gui.search.typed import error_place
from photofind.search.parser import Part
from photofind.search.writing import written
from photofind.store.filters import FilterKind

_VALUE_DELAY_FACTOR = 4
"""How many times longer a filter or a path that is being typed may take than a word."""


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
        return self._chosen.request

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

    def submit(self, request: SearchRequest) -> None:
        """Show a request and submit it at once."""
        self._put(request)
        self._submit_changed(again=True)

    def show_request(self, request: SearchRequest) -> None:
        """Show a request that is answered already, without submitting it."""
        self._put(request)
        self._last = self.request

    def offer_text(self, text: str) -> None:
        """Append text from elsewhere, as if typed."""
        line = " ".join(text.split())
        before = self._field.text().rstrip()
        self._field.setText(f"{before} {line} ".lstrip() if line else before)
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._edited()

    def step_back(self) -> None:
        """Clear the words, then the chips, then leave."""
        if self._completions.shown:
            self._completions.hide()
        elif self._field.text():
            self._field.clear()
            self._show_problem("")
            self._show_state()
            self._submit_changed()
        elif self._chosen.any:
            self._put(SearchRequest())
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
        self._chosen = ChosenParts(self._field, self._chips, self)
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
        self._field.backspaced.connect(self._chosen.take_back_last)
        self._field.stepped_back.connect(self._chips.focus_last)
        self._field.clicked.connect(self._completions.offer)
        self._field.left.connect(self._leave)
        self._field.picture_pasted.connect(self.picture_offered)
        self._frame.clear.clicked.connect(self._clear_all)
        self._chosen.changed.connect(self._show_state)
        self._chosen.edited.connect(lambda: self._submit_changed())
        self._chosen.taken_back.connect(self._edit_taken_back)
        self._chips.left.connect(self._focus_start)
        self._chips.typed.connect(self._type)
        self._completions.chosen.connect(self._choose)
        self._completions.changed.connect(self._debounce)
        self._recents.failed.connect(self.show_error)

    # Typing

    def _edited(self) -> None:
        self._show_problem("")
        self._chosen.follow_operator()
        self._chosen.take_finished()
        self._show_state()
        if self._field.text():
            self._completions.offer()
        else:
            self._completions.hide()
        self._debounce()

    def _debounce(self) -> None:
        """Submit after a pause; never while a filter is being chosen from the list."""
        if self._value_at_cursor() is None:
            self._debounce_timer.start(self._typing_ms)
        elif self._completions.shown:
            self._debounce_timer.stop()
        else:
            self._debounce_timer.start(self._typing_ms * _VALUE_DELAY_FACTOR)

    def _value_at_cursor(self) -> Part | None:
        """Return the filter or picture, finished or not, that the cursor is in."""
        typed = self._field.typed
        part = typed.part_at(self._field.cursorPosition())
        is_word = part is None or (part not in typed.chips and part.error is None)
        return None if is_word else part

    def _enter(self) -> None:
        self._completions.hide()
        self._chosen.take_all()
        self._submit_changed(again=True, finished=True)

    def _leave(self) -> None:
        self._completions.hide()
        self._chosen.take_all()
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
        if request.query.terms:
            self._chosen.drop_picture()
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

    def _edit_taken_back(self) -> None:
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._completions.offer()

    def _focus_start(self) -> None:
        self._field.setFocus(Qt.FocusReason.TabFocusReason)
        self._field.setCursorPosition(0)

    def _type(self, text: str) -> None:
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._field.end(False)
        self._field.insert(text)

    # All of it

    def _put(self, request: SearchRequest) -> None:
        self._show_problem("")
        self._completions.hide()
        self._debounce_timer.stop()
        self._chosen.put(request)

    def _clear_all(self) -> None:
        self._put(SearchRequest())
        self._field.setFocus(Qt.FocusReason.OtherFocusReason)
        self._submit_changed()

    def _show_state(self) -> None:
        self._frame.show_state(chips=self._chosen.any)

    def _choose(self, one: Completion) -> None:
        match one.kind:
            case Kind.CLEAR:
                self._recents.clear()
            case Kind.RECENT:
                self._submit_recent(one.insertion)
            case Kind.FILTER | Kind.VALUE:
                self._insert(one.insertion)

    def _submit_recent(self, query: str) -> None:
        self._put(SearchRequest())
        self._field.setText(query)
        self._chosen.take_all()
        self._show_state()
        self._submit_changed(again=True, finished=True)

    def _insert(self, insertion: str) -> None:
        text, cursor = self._field.text(), self._field.cursorPosition()
        token = self._field.typed.token_at(cursor)
        start, end = (cursor, cursor) if token is None else (token.start, token.end)
        self._field.setText(text[:start] + insertion + text[end:].lstrip())
        self._field.setCursorPosition(start + len(insertion))
        self._edited()
