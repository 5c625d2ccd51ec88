"""Completes what is typed, with the values a filter can have."""

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

from photofind.gui.lanes import Lane
from photofind.gui.search.completion import completions
from photofind.gui.search.field import SearchField
from photofind.gui.search.popup import CompletionPopup
from photofind.gui.search.recents import Recents
from photofind.store.filters import FilterKind


class Completer(QObject):
    """Offers completions below a field.

    Args:
        values_of: The values a filter can have; called on the lane.

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
        values_of: Callable[[FilterKind[Any]], Sequence[str]],
        lane: Lane,
    ) -> None:
        super().__init__(field)
        self._field = field
        self._recents = recents
        self._values_of = values_of
        self._lane = lane
        self._values: dict[str, Sequence[str]] = {}
        self._begun: FilterKind[Any] | None = None
        self.popup = CompletionPopup(field)
        self.popup.chosen.connect(self.chosen)
        self.popup.closed.connect(self._close)

    @property
    def shown(self) -> bool:
        return self.popup.shown

    def offer(self) -> None:
        """Follow what is typed; offer nothing without the focus."""
        if not self._field.hasFocus():
            return
        typed, cursor = self._field.typed, self._field.cursorPosition()
        self.popup.offer(
            completions(typed, cursor, self._recents.queries, self._values), self._field.rect()
        )
        self._request_values(self._kind_at_cursor())
        self.changed.emit()

    def hide(self) -> None:
        self.popup.hide()

    def _close(self) -> None:
        # Values that arrive later must not open it again.
        self._begun = None
        self.changed.emit()

    def _request_values(self, kind: FilterKind[Any] | None) -> None:
        """Request them once each time a filter is begun: there may be new ones."""
        if kind is self._begun:
            return
        self._begun = kind
        if kind is not None and kind.suggestions is not None:
            values_of = self._values_of
            self._lane.submit(
                lambda: values_of(kind), lambda found: self._take_values(kind, found), key=kind
            )

    def _take_values(self, kind: FilterKind[Any], found: Sequence[str]) -> None:
        self._values[kind.name] = found
        if self._begun is kind and self._kind_at_cursor() is kind:
            self.offer()

    def _kind_at_cursor(self) -> FilterKind[Any] | None:
        begun = self._field.typed.filter_at(self._field.cursorPosition())
        return None if begun is None else begun.kind
