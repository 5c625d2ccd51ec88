from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QPushButton, QScrollArea
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from photofind.gui.folders.panel import LibraryPanel
from photofind.gui.folders.panel_rows import folder_rows, tag_rows
from photofind.gui.folders.section import Section
from photofind.gui.folders.years import YearsHistogram
from photofind.gui.row_list import RowList
from photofind.gui.row_model import RowModel
from photofind.store.gallery import FolderSummary
from photofind.store.roots import Root
from photofind.store.tags import TagCount

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HOME, DISK, NEW = Path("/home/anna/Pictures"), Path("/media/ssd/Trips"), Path("/home/anna/New")
FOLDERS = [
    FolderSummary(Root(1, HOME, False, NOW), 300, 0),
    FolderSummary(Root(2, DISK, True, NOW), 70, 2),
    FolderSummary(Root(3, NEW, False, None), 0, 0),
]
TAGS = [TagCount("dog", 5, 2, 1), TagCount("beach", 0, 9, 0), TagCount("no", 0, 0, 4)]
MANY = [TagCount(f"tag {n}", n, 0, 0) for n in range(1, 121)]


@pytest.fixture
def panel(qtbot: QtBot) -> LibraryPanel:
    made = LibraryPanel()
    made.resize(240, 700)
    qtbot.addWidget(made)
    made.show_count(400)
    made.show_folders(FOLDERS)
    made.show_tags(TAGS)
    made.show_years({2019: 200, 2021: 150})
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    return made


def rows(panel: LibraryPanel, name: str) -> RowList:
    (found,) = [one for one in panel.findChildren(RowList) if one.accessibleName() == name]
    return found


def names(panel: LibraryPanel, name: str) -> list[str]:
    return [row.name for row in rows(panel, name).rows]


def click(panel: LibraryPanel, name: str, place: int) -> None:
    found = rows(panel, name)
    middle = found.visualRect(found.model().index(place, 0)).center()
    QTest.mouseClick(found.viewport(), Qt.MouseButton.LeftButton, pos=middle)


def visible_button(panel: LibraryPanel, words: str) -> QPushButton:
    (found,) = [one for one in panel.findChildren(QPushButton) if one.text() == words]
    assert found.isVisible()
    return found


def said(panel: LibraryPanel) -> list[str]:
    return [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]


def test_that_rows_are_a_model(qtmodeltester: ModelTester) -> None:
    model = RowModel()
    model.show(tag_rows(MANY))
    qtmodeltester.check(model)


def test_that_folders_say_their_state_and_their_whole_path() -> None:
    home, disk, new = folder_rows(FOLDERS)
    assert (home.icon, home.count, home.note, home.muted) == ("folder", 300, "", False)
    assert home.spoken == "Pictures, 300 photos, up to date"
    assert home.tip.startswith(str(HOME))
    assert (disk.icon, disk.muted) == ("plug", True)
    assert disk.spoken == "Trips, 70 photos, not connected, 2 files could not be read"
    assert new.note == "being read"
    unreadable = folder_rows([FolderSummary(Root(4, HOME, False, NOW), 0, 1)])[0]
    assert unreadable.icon == "warning"
    assert "1 file could not be read" in unreadable.tip


def test_that_folders_of_one_name_are_distinguished() -> None:
    twins = [
        FolderSummary(Root(n, Path(path), False, NOW), 0, 0)
        for n, path in enumerate(["/a/Pictures", "/b/Pictures", "/"], 1)
    ]
    assert [row.name for row in folder_rows(twins)] == ["Pictures – a", "Pictures – b", "/"]


def test_that_the_most_used_tags_come_first_and_rejected_ones_do_not(panel: LibraryPanel) -> None:
    assert names(panel, "Tags") == ["beach", "dog"]
    assert [row.count for row in rows(panel, "Tags").rows] == [9, 7]
    assert rows(panel, "Suggestions").rows[0].count == 11


def test_that_clicks_choose_one_thing_at_a_time(panel: LibraryPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.folder_chosen) as emitted:
        click(panel, "Folders", 1)
    assert emitted.args == [DISK]
    assert rows(panel, "Library").chosen is None

    with qtbot.waitSignal(panel.tag_chosen) as emitted:
        click(panel, "Tags", 0)
    assert emitted.args == ["beach"]
    assert rows(panel, "Folders").chosen is None

    with qtbot.waitSignal(panel.review_chosen):
        click(panel, "Suggestions", 0)
    with qtbot.waitSignal(panel.all_chosen):
        click(panel, "Library", 0)
    assert rows(panel, "Tags").chosen is None


def test_that_a_second_click_submits_again(panel: LibraryPanel, qtbot: QtBot) -> None:
    click(panel, "Tags", 0)
    with qtbot.waitSignal(panel.tag_chosen):
        click(panel, "Tags", 0)


def test_that_arrow_keys_choose(panel: LibraryPanel, qtbot: QtBot) -> None:
    folders = rows(panel, "Folders")
    folders.setFocus()
    with qtbot.waitSignal(panel.folder_chosen) as emitted:
        qtbot.keyClick(folders, Qt.Key.Key_Down)
    assert emitted.args == [DISK]
    with qtbot.waitSignal(panel.folder_chosen) as emitted:
        qtbot.keyClick(folders, Qt.Key.Key_Return)
    assert emitted.args == [DISK]


def test_that_tab_alone_chooses_nothing(panel: LibraryPanel, qtbot: QtBot) -> None:
    rows(panel, "Library").setFocus()
    with (
        qtbot.assertNotEmitted(panel.folder_chosen),
        qtbot.assertNotEmitted(panel.tag_chosen),
        qtbot.assertNotEmitted(panel.review_chosen),
        qtbot.assertNotEmitted(panel.years_chosen),
    ):
        for _ in range(12):
            qtbot.keyClick(panel.focusWidget(), Qt.Key.Key_Tab)
    assert rows(panel, "Library").chosen == "all"


def test_that_updates_keep_what_is_chosen_folded_and_scrolled(
    panel: LibraryPanel, qtbot: QtBot
) -> None:
    panel.show_tags(MANY)
    visible_button(panel, "Show all 120 tags").click()
    click(panel, "Tags", 3)
    chosen = rows(panel, "Tags").chosen
    folders, *_ = panel.findChildren(Section)
    folders.set_expanded(False)
    (area,) = panel.findChildren(QScrollArea)
    qtbot.waitUntil(lambda: area.verticalScrollBar().maximum() > 500)
    area.verticalScrollBar().setValue(300)

    with qtbot.assertNotEmitted(panel.tag_chosen):
        panel.show_tags([TagCount("new", 500, 0, 0), *MANY])
        panel.show_folders(FOLDERS[:2])
        panel.show_count(500)
        panel.show_years({2019: 250})

    assert rows(panel, "Tags").chosen == chosen
    assert names(panel, "Tags")[0] == "new"
    assert not folders.expanded
    assert area.verticalScrollBar().value() == 300


def test_that_fifty_tags_are_listed_until_all_are_wanted(panel: LibraryPanel) -> None:
    panel.show_tags(MANY)
    assert len(names(panel, "Tags")) == 50
    visible_button(panel, "Show all 120 tags").click()
    assert len(names(panel, "Tags")) == 120
    visible_button(panel, "Show fewer").click()
    assert len(names(panel, "Tags")) == 50


def test_that_the_filter_looks_at_every_tag(panel: LibraryPanel, qtbot: QtBot) -> None:
    panel.show_tags(MANY)
    (field,) = panel.findChildren(QLineEdit)
    field.setFocus()
    qtbot.keyClicks(field, "TAG 1")
    assert len(names(panel, "Tags")) == 32
    assert "tag 1" in names(panel, "Tags")
    qtbot.keyClicks(field, "xyz")
    assert names(panel, "Tags") == []
    assert "No tag is called that." in said(panel)


def test_that_the_keyboard_scrolls_to_the_tag_it_reaches(panel: LibraryPanel, qtbot: QtBot) -> None:
    panel.show_tags(MANY)
    tags = rows(panel, "Tags")
    tags.setFocus()
    qtbot.waitUntil(lambda: tags.height() > 1000)
    qtbot.keyClick(tags, Qt.Key.Key_End)
    last = tags.visualRect(tags.model().index(49, 0))
    (area,) = panel.findChildren(QScrollArea)
    place = tags.mapTo(area.viewport(), last.center())
    assert area.viewport().rect().contains(place)


def test_that_an_empty_library_says_what_to_do(panel: LibraryPanel, qtbot: QtBot) -> None:
    panel.show_folders([])
    panel.show_tags([])
    panel.show_years({})
    panel.show_count(0)
    assert "No folders yet." in said(panel)
    assert "Tags come while photos are read." in said(panel)
    assert not rows(panel, "Suggestions").isVisible()
    assert not panel.findChildren(YearsHistogram)[0].isVisible()
    with qtbot.waitSignal(panel.folder_add_requested):
        visible_button(panel, "Add folder…").click()


def test_that_undated_photos_are_said_beneath_the_years(panel: LibraryPanel) -> None:
    assert "50 photos without a date" in said(panel)
    panel.show_count(350)
    assert not [words for words in said(panel) if "without a date" in words]


def test_that_a_folders_menu_shows_and_removes(panel: LibraryPanel, qtbot: QtBot) -> None:
    def action(path: Path, words: str) -> QAction:
        (found,) = [one for one in panel.folder_menu(path).actions() if one.text() == words]
        return found

    with qtbot.waitSignal(panel.folder_show_requested) as emitted:
        action(HOME, "Show in folder").trigger()
    assert emitted.args == [HOME]
    with qtbot.waitSignal(panel.folder_remove_requested) as emitted:
        action(DISK, "Remove from library…").trigger()
    assert emitted.args == [2]
    assert not action(DISK, "Show in folder").isEnabled()


def test_that_delete_requests_the_removal_of_a_folder(panel: LibraryPanel, qtbot: QtBot) -> None:
    folders = rows(panel, "Folders")
    folders.setFocus()
    qtbot.keyClick(folders, Qt.Key.Key_End)
    with qtbot.waitSignal(panel.folder_remove_requested) as emitted:
        qtbot.keyClick(folders, Qt.Key.Key_Delete)
    assert emitted.args == [3]


def test_that_sections_fold_by_key_and_say_so(panel: LibraryPanel, qtbot: QtBot) -> None:
    folders, *_ = panel.findChildren(Section)
    heading = folders.findChildren(QAbstractButton)[0]
    heading.setFocus()
    qtbot.keyClick(heading, Qt.Key.Key_Left)
    assert not folders.expanded
    assert heading.accessibleName() == "Folders, folded"
    assert not rows(panel, "Folders").isVisible()
    qtbot.keyClick(heading, Qt.Key.Key_Return)
    assert folders.expanded


def test_that_years_take_the_choice_and_letting_go_shows_all(
    panel: LibraryPanel, qtbot: QtBot
) -> None:
    (years,) = panel.findChildren(YearsHistogram)
    click(panel, "Tags", 0)
    years.setFocus()
    with qtbot.waitSignal(panel.years_chosen) as emitted:
        qtbot.keyClick(years, Qt.Key.Key_Right)
    assert emitted.args == [2019, 2019]
    assert rows(panel, "Tags").chosen is None
    with qtbot.waitSignal(panel.all_chosen):
        qtbot.keyClick(years, Qt.Key.Key_Escape)
    assert rows(panel, "Library").chosen == "all"


def test_that_nothing_is_chosen_once_the_choice_is_cleared(panel: LibraryPanel) -> None:
    panel.clear_choice()
    assert not [one for one in panel.findChildren(RowList) if one.chosen is not None]
