"""The first minutes with photofind: from nothing to photos that can be searched."""

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.gui.first_run.folders import FoldersStep
from photofind.gui.first_run.pages import FirstRun
from photofind.gui.settings.model_card import ModelCard
from photofind.settings import load_settings
from tests.gui.window import states
from tests.gui.window.conftest import ALBUM, OpenWindow
from tests.gui.window.hands import CONTROL, SHIFT, click, drop, press, search_for, words


@pytest.fixture
def first_run(empty_window: OpenWindow) -> FirstRun:
    """The page, in a window without photos."""
    empty_window.window.first_run.begin()
    page = empty_window.window.first_run.page
    assert page is not None
    empty_window.wait(page.isVisible)
    return page


def test_that_dropped_folders_and_enter_lead_to_photos_that_can_be_searched(
    first_run: FirstRun, empty_window: OpenWindow, album: Path, qtbot: QtBot
) -> None:
    window = empty_window.window
    assert "Where are your photos?" in words(first_run)
    (folders,) = first_run.findChildren(FoldersStep)

    drop(folders, [album])
    empty_window.wait(lambda: folders.folders() == (album,))
    with empty_window.searchable(ALBUM):
        for _ in range(3):
            press(Qt.Key.Key_Return)

    empty_window.wait(lambda: window.model.rowCount() == ALBUM)
    assert window.first_run.page is None
    assert [one.root.path for one in empty_window.library.catalogue.roots.summaries()] == [album]
    with qtbot.waitSignal(window.search_runner.answered, timeout=20_000):
        search_for(window, "a house")
    assert not empty_window.library.paths.settings.exists()


def test_that_all_of_it_can_be_skipped(first_run: FirstRun, empty_window: OpenWindow) -> None:
    click(first_run, "Skip all")

    window = empty_window.window
    empty_window.wait(window.photos.empty.isVisible)
    assert window.first_run.page is None
    assert "No photos yet" in words(window.photos)
    assert not empty_window.library.catalogue.roots.summaries()


def test_that_the_demo_pictures_come_by_themselves(
    first_run: FirstRun, empty_window: OpenWindow
) -> None:
    click(first_run, "Open the demo pictures")

    window = empty_window.window
    empty_window.wait(lambda: window.model.rowCount() > 0)
    (folder,) = empty_window.library.catalogue.roots.summaries()
    assert folder.root.path == empty_window.library.paths.folder.with_name("library demo pictures")
    assert window.first_run.page is None


def test_that_the_demo_pictures_are_undone_and_redone_like_any_folder(
    first_run: FirstRun, empty_window: OpenWindow
) -> None:
    window, roots = empty_window.window, empty_window.library.catalogue.roots
    click(first_run, "Open the demo pictures")
    said = "Folder ‘library demo pictures’ {}."
    empty_window.wait(lambda: said.format("added") in window.photos.notice.text)
    empty_window.wait(lambda: window.model.rowCount() > 0)

    states.focus_grid(empty_window)
    press(Qt.Key.Key_Z, CONTROL)
    empty_window.wait(lambda: said.format("removed") in window.photos.notice.text)
    assert not roots.all()
    empty_window.wait(lambda: window.model.rowCount() == 0)

    empty_window.activate(window)
    window.panel.setFocus()
    press(Qt.Key.Key_Z, CONTROL | SHIFT)
    empty_window.wait(lambda: said.format("added") in window.photos.notice.text)
    assert [root.path.name for root in roots.all()] == ["library demo pictures"]


def test_that_demo_pictures_that_have_no_room_are_an_error_people_can_act_on(
    first_run: FirstRun, empty_window: OpenWindow
) -> None:
    album = empty_window.library.paths.folder.with_name("library demo pictures")
    album.write_text("no folder")

    click(first_run, "Open the demo pictures")

    notice = empty_window.window.photos.notice
    empty_window.wait(lambda: "cannot be made" in notice.text)
    assert str(album.parent) in notice.text
    assert not empty_window.library.catalogue.roots.all()


def test_that_photos_are_read_with_the_search_model_that_was_chosen(
    empty_window: OpenWindow, album: Path, tiny_folder: Path
) -> None:
    paths = empty_window.library.paths
    shutil.copytree(tiny_folder, paths.checkpoints / "tiny")
    window = empty_window.window
    window.first_run.begin()
    page = window.first_run.page
    assert page is not None
    (folders,) = page.findChildren(FoldersStep)
    drop(folders, [album])
    empty_window.wait(lambda: folders.folders() == (album,))
    press(Qt.Key.Key_Return)

    empty_window.wait(lambda: any(words(card) for card in page.findChildren(ModelCard)))
    (own,) = [card for card in page.findChildren(ModelCard) if "tiny" in words(card)]
    click(own, "Use this")
    with empty_window.searchable(ALBUM):
        click(page, "Next")
        click(page, "Start")

    assert load_settings(paths.settings).checkpoint.endswith("tiny")
    assert empty_window.library.search.coverage().searchable == ALBUM
    assert not QApplication.activeModalWidget()
