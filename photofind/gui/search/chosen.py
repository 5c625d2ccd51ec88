"""Makes chips of what is typed in the search field, and text of chips."""

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from photofind.gui.search.chips import ChipStrip, Chosen
from photofind.gui.search.field import SearchField
from photofind.gui.search.request import PictureQuery, SearchRequest
from photofind.gui.search.typed import OR, MadeChip
from photofind.search.parser import Part, query_of
from photofind.search.query import Query, Term
from photofind.search.writing import written, written_condition
from photofind.store.filters import Filters


class ChosenParts(QObject):
    """What the search bar holds: plain words in the field; the rest, in time, as chips.

    Pictures and filters become one when a space follows them, words with a sign or a weight when
    they are submitted: until then they may go on.

    Signals:
        changed: Chips came or went.
        edited: A person took a chip away, or changed what it counts.
        taken_back: A chip became text, the cursor at its end.
    """

    changed = Signal()
    edited = Signal()
    taken_back = Signal()

    def __init__(self, field: SearchField, strip: ChipStrip, parent: QObject) -> None:
        super().__init__(parent)
        self._field = field
        self._strip = strip
        self._picture: PictureQuery | None = None
        self._terms: tuple[Term, ...] = ()
        self._filters: Filters = ()
        self._made: MadeChip | None = None
        strip.removed.connect(self._remove_by_hand)
        strip.weighed.connect(self._weigh)
        strip.edit_requested.connect(self._take_back)

    @property
    def request(self) -> SearchRequest:
        """What is there now, pictures first; filters that are still text are among them."""
        typed = self._field.typed.query
        # In an order that stays the same when text becomes chips.
        pictures = [term for term in (*self._terms, *typed.terms) if term.is_picture]
        words = [term for term in (*typed.terms, *self._terms) if not term.is_picture]
        terms = (*pictures, *words)
        filters = tuple(dict.fromkeys(self._filters + typed.filters))
        return SearchRequest(Query(terms, filters), None if terms else self._picture)

    @property
    def any(self) -> bool:
        """Whether there are chips."""
        return bool(self._chosen)

    def put(self, request: SearchRequest) -> None:
        """Show a request in the place of what is there."""
        query = request.query
        self._field.setText(written(Query(_plain(query))))
        self._picture = request.picture
        self._show(_marked(query), query.filters)

    def drop_picture(self) -> None:
        """Take the photo away that others should look like, as words replace it."""
        if self._picture is not None:
            self._picture = None
            self._show(self._terms, self._filters)

    # From text to chips

    def take_finished(self) -> None:
        """Make chips of the parts before the cursor."""
        typed, cursor = self._field.typed, self._field.cursorPosition()
        behind = [part for part in typed.chips if part.end < cursor]
        if not behind:
            return
        after, last = len(typed.text) - cursor, behind[-1]
        others = self._filters + query_of(behind[:-1]).filters
        self._make_chips(behind)
        self._field.setCursorPosition(max(0, len(self._field.text()) - after))
        before = self._field.text()[: self._field.cursorPosition()]
        is_filter = last.condition is not None
        self._made = MadeChip(last.text, before, others, self._filters) if is_filter else None

    def take_all(self) -> None:
        """Make chips of all that can be one."""
        if finished := self._field.typed.chips:
            self._make_chips(finished)
        typed = self._field.typed
        marked = _marked(typed.query)
        # A part that cannot be understood stays as it is, to be mended, and what is around it.
        if marked and typed.broken is None:
            self._field.setText(written(Query(_plain(typed.query))))
            self._show(self._terms + marked, self._filters)

    def follow_operator(self) -> None:
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
            self._show(self._terms, made.filters)
        if operator != "":
            self._made = None

    def _make_chips(self, parts: Sequence[Part]) -> None:
        made = query_of(parts)
        self._field.setText(self._field.typed.without(parts))
        self._show(self._terms + made.terms, self._filters + made.filters)

    # From chips to text

    def take_back_last(self) -> None:
        """Make text of the last chip; a picture goes altogether, its path being long."""
        if not self.any:
            return
        last = self._chosen[-1]
        if isinstance(last, PictureQuery) or (isinstance(last, Term) and last.is_picture):
            self._remove_by_hand(last)
        else:
            self._take_back(last)

    def _take_back(self, one: Chosen) -> None:
        if isinstance(one, PictureQuery):
            return
        if isinstance(one, Term) and not one.is_picture:
            self._take_words_back(one)
        else:
            text = written(Query((one,))) if isinstance(one, Term) else written_condition(one)
            self._field.setText(f"{text} {self._field.text()}".rstrip())
            self._field.setCursorPosition(len(text))
        self._remove(one)
        self.taken_back.emit()

    def _take_words_back(self, term: Term) -> None:
        """Append words, which would go on with those behind them, to those that are there."""
        typed = self._field.typed
        if typed.broken is None:
            query = Query((*typed.query.terms, term), typed.query.filters)
            self._field.setText(written(query))
        else:
            self._field.setText(f"{typed.text} {written(Query((term,)))}")

    def _remove_by_hand(self, one: Chosen) -> None:
        self._remove(one)
        self.edited.emit()

    def _weigh(self, term: Term, weight: float) -> None:
        at = self._terms.index(term)
        changed = replace(term, weight=weight, spoken="")
        self._show((*self._terms[:at], changed, *self._terms[at + 1 :]), self._filters)
        self.edited.emit()

    def _remove(self, gone: Chosen) -> None:
        if isinstance(gone, PictureQuery):
            self._picture = None
        terms = list(self._terms)
        if gone in terms:
            terms.remove(gone)
        self._show(tuple(terms), tuple(one for one in self._filters if one != gone))

    @property
    def _chosen(self) -> tuple[Chosen, ...]:
        picture = () if self._picture is None else (self._picture,)
        return (*picture, *self._terms, *self._filters)

    def _show(self, terms: tuple[Term, ...], filters: Filters) -> None:
        self._terms = terms
        self._filters = tuple(dict.fromkeys(filters))
        self._strip.show_chosen(self._chosen)
        self.changed.emit()


def _plain(query: Query) -> tuple[Term, ...]:
    """Return the words that are wanted as they are."""
    return tuple(term for term in query.terms if not term.is_picture and term.weight == 1)


def _marked(query: Query) -> tuple[Term, ...]:
    """Return the pictures, and the words that have a sign or a weight."""
    plain = _plain(query)
    return tuple(term for term in query.terms if term not in plain)
