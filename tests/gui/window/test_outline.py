"""What the panel says of the library, on the real engine."""

import threading
from typing import Any, cast

import pytest
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

from photofind.domain import PhotoId
from photofind.events import CatalogueChanged
from photofind.gui.outline import OutlineReader
from photofind.store.catalogue import Catalogue, TagRepository
from tests.gui.window.conftest import OpenWindow


class HeldCatalogue:
    """Blocks reads of the tags until `gate` is open, and counts them."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self.gate = threading.Event()
        self.looks = 0

    @property
    def tags(self) -> TagRepository:
        self.looks += 1
        self.gate.wait()
        return self._catalogue.tags

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)


def test_that_a_look_under_way_is_not_given_up_for_the_next_change(
    empty_window: OpenWindow, qtbot: QtBot
) -> None:
    library = empty_window.library
    held = HeldCatalogue(library.catalogue)
    outline = OutlineReader(cast("Catalogue", held), library.search, rest_ms=0)
    looks_at_read: list[int] = []
    outline.read.connect(lambda _outline: looks_at_read.append(held.looks))
    outline.read_now()
    changes = QTimer()
    with qtbot.waitSignals([changes.timeout] * 5):
        changes.timeout.connect(outline.read_soon)
        changes.start(1)
    changes.stop()
    held.gate.set()
    qtbot.waitUntil(lambda: len(looks_at_read) == 2)
    outline.close()
    assert looks_at_read == [1, 2]


def test_that_the_first_change_is_read_at_once_and_those_in_its_rest_together(
    empty_window: OpenWindow, qtbot: QtBot
) -> None:
    library = empty_window.library
    held = HeldCatalogue(library.catalogue)
    held.gate.set()
    outline = OutlineReader(cast("Catalogue", held), library.search, rest_ms=50)
    looks_at_read: list[int] = []

    def change_again(_outline: object) -> None:
        looks_at_read.append(held.looks)
        if len(looks_at_read) == 1:
            for _ in range(5):
                outline.read_soon()
            looks_at_read.append(held.looks)

    outline.read.connect(change_again)
    outline.read_soon()
    first_looks_by_timer = outline.findChildren(QTimer)[0].isActive()
    qtbot.waitUntil(lambda: len(looks_at_read) == 3)
    outline.close()
    assert not first_looks_by_timer
    assert looks_at_read == [1, 1, 2]


@pytest.mark.parametrize(
    "event",
    [
        CatalogueChanged((PhotoId(1),), (), roots=False),
        CatalogueChanged((), (PhotoId(1),), roots=False),
        CatalogueChanged((), (), roots=True),
    ],
    ids=["changed", "gone", "roots"],
)
def test_that_whatever_changes_in_the_catalogue_is_counted_before_it_is_searchable(
    empty_window: OpenWindow, qtbot: QtBot, event: CatalogueChanged
) -> None:
    with qtbot.waitSignal(empty_window.window.outline.read):
        empty_window.bridge.post(event)
