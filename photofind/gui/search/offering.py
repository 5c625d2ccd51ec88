"""Offers completions of what is typed, and finds out what filters can be."""

from collections.abc import Callable, Mapping, Sequence

from PySide6.QtCore import QObject, Signal

from photofind.gui.lanes import Lane
from photofind.gui.search.completion import completions, filter_at
from photofind.gui.search.field import SearchField
from photofind.gui.search.popup import CompletionPopup
from photofind.gui.search.recents import Recents


class Offering(QObject):
    """What is offered below a field.

    Args:
        sources: What filters can be, by their names; called on the lane.

    Signals:
        chosen: `Completion`.
        changed: Something is offered, or nothing any more.
    """

    chosen = Signal(object)
    changed = Signal()

    def __init__(
        self,
        field: SearchField,
        recents: Recents,
        sources: Mapping[str, Callable[[], Sequence[str]]],
        lane: Lane,
    ) -> None:
        super().__init__(field)
        self._field = field
        self._recents = recents
        self._sources = sources
        self._lane = lane
        self._values: dict[str, Sequence[str]] = {}
        self._values_of: str | None = None
        self.popup = CompletionPopup(field)
        self.popup.chosen.connect(self.chosen)
        self.popup.closed.connect(self.changed)

    @property
    def shown(self) -> bool:
        return self.popup.shown

    def offer(self) -> None:
        """Follows what is typed; offers nothing where nobody types."""
        if not self._field.hasFocus():
            return
        text, cursor = self._field.text(), self._field.cursorPosition()
        begun = filter_at(text, cursor)
        self._ask_values(None if begun is None else begun[0])
        self.popup.offer(
            completions(text, cursor, self._recents.queries, self._values), self._field.rect()
        )
        self.changed.emit()

    def hide(self) -> None:
        self.popup.hide()

    def _ask_values(self, name: str | None) -> None:
        """Asks once each time a filter is begun: there may be new ones."""
        if name == self._values_of:
            return
        self._values_of = name
        source = None if name is None else self._sources.get(name)
        if name is not None and source is not None:
            self._lane.submit(source, lambda found: self._take_values(name, found), key=name)

    def _take_values(self, name: str, found: Sequence[str]) -> None:
        self._values[name] = found
        if self._values_of == name:
            self.offer()
