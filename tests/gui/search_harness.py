"""A window with a search bar, for the tests of the bar.

A test file imports the fixtures it uses, and those they use, under their own names.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from photofind.gui.search.bar import SearchBar
from photofind.gui.search.request import PictureQuery, SearchRequest
from photofind.search.parser import parse_parts, query_of
from photofind.store.filter_kinds import CAMERA, FOLDER, TAG, TYPE
from photofind.store.filters import FilterKind

TYPING_MS = 20


def requested(typed: str = "", picture: PictureQuery | None = None) -> SearchRequest:
    """Parse a typed query into its request."""
    return SearchRequest(query_of(parse_parts(typed)), picture)


@dataclass
class Harness:
    """Window with a search bar, and the signals of the bar."""

    window: QWidget
    bar: SearchBar
    before: QLineEdit
    elsewhere: QLineEdit
    recents: Path
    submitted: list[SearchRequest] = field(default_factory=list)

    @property
    def chips(self) -> list[str]:
        return [chip.text() for chip in self.bar.chips.chips]

    @property
    def offered(self) -> list[str]:
        model = self.bar.popup.view.model()
        return [model.index(row, 0).data() for row in range(model.rowCount())]


@pytest.fixture
def make_harness(qtbot: QtBot, tmp_path: Path) -> Iterator[Callable[..., Harness]]:
    made: list[Harness] = []

    def make(
        typing_ms: int = TYPING_MS, busy_ms: int = 10, values_known: threading.Event | None = None
    ) -> Harness:
        window = QWidget()
        recents = tmp_path / "state" / "recents.txt"
        values = {
            TAG: ["beach", "bear", "golden retriever"],
            FOLDER: ["Italy", "My Photos"],
            CAMERA: ["NIKON D750"],
            TYPE: ["jpeg", "png"],
        }

        def values_of(kind: FilterKind[Any]) -> list[str]:
            if values_known is not None:
                values_known.wait(10)
            return values.get(kind, [])

        bar = SearchBar(recents, values_of, typing_ms=typing_ms, busy_ms=busy_ms)
        before, elsewhere = QLineEdit(), QLineEdit()
        column = QVBoxLayout(window)
        column.addWidget(before)
        column.addWidget(bar)
        column.addWidget(elsewhere)
        harness = Harness(window, bar, before, elsewhere, recents)
        bar.submitted.connect(harness.submitted.append)
        qtbot.addWidget(window)
        window.resize(900, 200)
        window.show()
        qtbot.waitActive(window)
        bar.field.setFocus()
        made.append(harness)
        return harness

    yield make
    for harness in made:
        harness.bar.popup.hide()
        harness.bar.close_lanes()


@pytest.fixture
def harness(make_harness: Callable[..., Harness]) -> Harness:
    return make_harness()
