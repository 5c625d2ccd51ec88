"""What a choice in the library panel asks for."""

from pathlib import Path

from photofind.gui.search.request import SearchRequest, written_filters
from photofind.search.syntax import Filter, Folder, From, PartialDate, Tag, To


def in_folder(root: Path) -> SearchRequest:
    """All photos below a root, whose name counts among the names of its folders."""
    return _filtered(Filter(Folder((root.name,))))


def tagged(name: str) -> SearchRequest:
    return _filtered(Filter(Tag(name)))


def taken_in(first: int, last: int) -> SearchRequest:
    """Photos of some years, both included."""
    return _filtered(Filter(From(PartialDate(first))), Filter(To(PartialDate(last))))


def _filtered(*filters: Filter) -> SearchRequest:
    return SearchRequest(filters=written_filters(filters))
