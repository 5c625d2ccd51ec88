"""Search models to choose from, a hub moved on by hand, and a person's clicks.

A test file imports the fixtures it uses, and those they use, under their own names.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from photofind.cancel import CancelToken
from photofind.clip.checkpoints import EMBEDDED
from photofind.errors import CheckpointError, UserFacingError
from photofind.gui.settings.downloads import ModelDownloads
from photofind.gui.settings.model_card import ModelCard
from photofind.gui.settings.models import SearchModelChooser
from photofind.paths import LibraryPaths
from photofind.search_models import SearchModel, search_models

BETTER = "ViT-B-32-256/datacomp_s34b_b86k"
SIZE = 605_000_000


class Shelf:
    """Search models of a library, and a hub whose transfer a test moves on by hand.

    Attributes:
        arriving: Bytes that have come; the test sets it and lets them `arrive`.
    """

    def __init__(self, folder: Path) -> None:
        self.models = search_models(LibraryPaths(folder))
        self.error: UserFacingError | None = None
        self.begun = threading.Event()
        self._turn = threading.Condition()
        self._bytes: list[int] = []

    def load(self) -> list[SearchModel]:
        return self.models

    def arrive(self, size_bytes: int) -> None:
        with self._turn:
            self._bytes.append(size_bytes)
            self._turn.notify()

    def fetch(
        self, name: str, progress: Callable[[int, int | None], None], cancel: CancelToken
    ) -> SearchModel:
        if self.error is not None:
            raise self.error
        self.begun.set()
        done = next(model.downloaded_bytes for model in self.models if model.name == name)
        while done < SIZE:
            with self._turn:
                self._turn.wait_for(lambda: self._bytes or cancel.cancelled, 0.02)
                cancel.raise_if_cancelled()
                done += self._bytes.pop(0) if self._bytes else 0
            self._change(name, downloaded_bytes=done)
            progress(done, SIZE)
        return self._change(name, present=True)

    def add(self, source: Path) -> SearchModel:
        if source.name == "damaged":
            raise CheckpointError(f"{source.name} is damaged.", "Copy it again.")
        own = SearchModel(source.name, source.name, None, "", "", "Added by you.", True, False)
        self.models = [*self.models, own]
        return own

    def _change(self, name: str, **changes: Any) -> SearchModel:
        place = [model.name for model in self.models].index(name)
        changed = replace(self.models[place], **changes)
        self.models = [*self.models[:place], changed, *self.models[place + 1 :]]
        return changed


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "library")


@pytest.fixture
def downloads(shelf: Shelf, qtbot: QtBot) -> Iterator[ModelDownloads]:
    made = ModelDownloads(shelf.fetch)
    yield made
    made.close()


@pytest.fixture
def chosen_path() -> list[Path]:
    """What a person will choose in the next file dialog."""
    return []


@pytest.fixture
def make_chooser(
    shelf: Shelf, downloads: ModelDownloads, qtbot: QtBot, chosen_path: list[Path]
) -> Iterator[Callable[[str | None], SearchModelChooser]]:
    made: list[SearchModelChooser] = []

    def choose(_parent: QWidget) -> Path | None:
        return chosen_path.pop() if chosen_path else None

    def make(in_use: str | None) -> SearchModelChooser:
        chooser = SearchModelChooser(
            in_use,
            in_use or EMBEDDED,
            load=shelf.load,
            add=shelf.add,
            downloads=downloads,
            choose_folder=choose,
            choose_file=choose,
        )
        made.append(chooser)
        chooser.show()
        # What a layout takes in is seen an event later.
        qtbot.waitUntil(lambda: any(card.isVisible() for card in chooser.findChildren(ModelCard)))
        return chooser

    yield make
    for chooser in made:
        chooser.close_lanes()


def button_in(parent: QWidget, text: str) -> QAbstractButton:
    found = [
        button
        for button in parent.findChildren(QAbstractButton)
        if button.text() == text and button.isVisible()
    ]
    assert len(found) == 1, f"{len(found)} buttons '{text}'"
    return found[0]


def click_in(parent: QWidget, text: str) -> None:
    QTest.mouseClick(button_in(parent, text), Qt.MouseButton.LeftButton)


def words_in(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel) if label.isVisible())
