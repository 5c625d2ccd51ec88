"""What a choice in the library panel asks for."""

from pathlib import Path

from PySide6.QtCore import QObject

from photofind.gui.folders.panel import LibraryPanel
from photofind.gui.search.bar import SearchBar
from photofind.gui.search.request import SearchRequest
from photofind.search.query import Query
from photofind.store.filter_kinds import FOLDER, FROM, TAG, TO, PartialDate
from photofind.store.filters import Filter


class PanelChoices(QObject):
    """Asks in the search bar what is chosen in the panel; what is asked otherwise unmarks it."""

    def __init__(self, panel: LibraryPanel, bar: SearchBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panel = panel
        self._bar = bar
        self._chosen: SearchRequest | None = None
        panel.all_chosen.connect(lambda: self._ask(SearchRequest()))
        panel.folder_chosen.connect(lambda path: self._ask(in_folder(path)))
        panel.tag_chosen.connect(lambda name: self._ask(tagged(name)))
        panel.years_chosen.connect(lambda *years: self._ask(taken_in(*years)))
        bar.submitted.connect(self._compare)

    def _ask(self, request: SearchRequest) -> None:
        self._chosen = request
        self._bar.submit(request)

    def _compare(self, request: SearchRequest) -> None:
        if request.empty:
            self._panel.choose_all()
        elif request != self._chosen:
            self._panel.clear_choice()


def in_folder(root: Path) -> SearchRequest:
    """All photos below a root, whose name counts among the names of its folders."""
    return _filtered(Filter(FOLDER, (root.name,)))


def tagged(name: str) -> SearchRequest:
    return _filtered(Filter(TAG, name))


def taken_in(first: int, last: int) -> SearchRequest:
    """Photos of some years, both included."""
    return _filtered(Filter(FROM, PartialDate(first)), Filter(TO, PartialDate(last)))


def _filtered(*filters: Filter) -> SearchRequest:
    return SearchRequest(Query(filters=filters))
