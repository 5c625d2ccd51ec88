"""Turn choices in the library panel into search requests."""

from pathlib import Path

from PySide6.QtCore import QObject

from photofind.gui.folders.panel import LibraryPanel
from photofind.gui.search.bar import SearchBar
from photofind.gui.search.request import SearchRequest
from photofind.search.query import Query
from photofind.store.filter_kinds import FOLDER, FROM, TAG, TO
from photofind.store.filter_values import PartialDate
from photofind.store.filters import Filter


class PanelChoices(QObject):
    """Submits panel choices to the search bar; any other request clears the choice."""

    def __init__(self, panel: LibraryPanel, bar: SearchBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._panel = panel
        self._bar = bar
        self._chosen: SearchRequest | None = None
        panel.all_chosen.connect(lambda: self._submit(SearchRequest()))
        panel.folder_chosen.connect(lambda path: self._submit(in_folder(path)))
        panel.tag_chosen.connect(lambda name: self._submit(tagged(name)))
        panel.years_chosen.connect(lambda *years: self._submit(in_years(*years)))
        bar.submitted.connect(self._follow_request)

    def _submit(self, request: SearchRequest) -> None:
        self._chosen = request
        self._bar.submit(request)

    def _follow_request(self, request: SearchRequest) -> None:
        if request.empty:
            self._panel.choose_all()
        elif request != self._chosen:
            self._panel.clear_choice()


def in_folder(root: Path) -> SearchRequest:
    """Request all photos below a root, by its name among those of their folders."""
    return _filtered(Filter(FOLDER, (root.name,)))


def tagged(name: str) -> SearchRequest:
    return _filtered(Filter(TAG, name))


def in_years(first: int, last: int) -> SearchRequest:
    """Request photos of some years, both included."""
    return _filtered(Filter(FROM, PartialDate(first)), Filter(TO, PartialDate(last)))


def _filtered(*filters: Filter) -> SearchRequest:
    return SearchRequest(Query(filters=filters))
