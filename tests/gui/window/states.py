"""Brings the whole window into its states, by what they are made of: words may be in any language.

Each is a function that ends when the state is there, and returns what is to be looked at.
"""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QMenu, QWidget

from photofind.gui.first_run.pages import FirstRun
from photofind.gui.grid.view import GridView
from photofind.gui.settings.rows import Fold
from photofind.gui.shortcuts import ShortcutSheet
from photofind.store.tag_decisions import TagChanges
from tests.gui.window.conftest import OpenWindow
from tests.gui.window.hands import CONTROL, drag, press, type_in

PHOTO = "picture-0015.jpg"
"""With two suggested tags, in a library made for these states."""

SUGGESTED = {"train": [PHOTO, "picture-0003.jpg"], "dog": [PHOTO]}


def all_photos(opened: OpenWindow) -> QWidget:
    focus_grid(opened)
    press(Qt.Key.Key_Home)
    opened.wait(lambda: opened.window.outline.latest is not None)
    return opened.window


def results(opened: OpenWindow) -> QWidget:
    _ask(opened, "a house")
    return opened.window


def best_guesses(opened: OpenWindow) -> QWidget:
    """With filters that could be left out."""
    _ask(opened, "a giraffe in the rain folder:Winter -tag:mine ")
    return opened.window


def by_date(opened: OpenWindow) -> QWidget:
    """What a filter alone chooses."""
    _ask(opened, "folder:Winter ")
    return opened.window


def nothing_found(opened: OpenWindow) -> QWidget:
    _ask(opened, "from:2018 to:2001 ")
    return opened.window


def wrong_filter(opened: OpenWindow) -> QWidget:
    _type(opened, "from:yesterday ")
    opened.wait(lambda: bool(opened.window.bar.problem))
    return opened.window


def similar_photos(opened: OpenWindow) -> QWidget:
    focus_grid(opened)
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_S)
    opened.wait(lambda: opened.window.model.sure is not None)
    return opened.window


def offered_words(opened: OpenWindow) -> QWidget:
    """The list below the search field, which is a window of its own."""
    _type(opened, "fol")
    return _popup(opened)


def recent_searches(opened: OpenWindow) -> QWidget:
    _ask(opened, "a house")
    opened.window.bar.clear_button.click()
    QTest.keyClick(opened.window, Qt.Key.Key_K, CONTROL)
    return _popup(opened)


def viewer(opened: OpenWindow) -> QWidget:
    """With the details of a photo that has tags."""
    photo = next(one for one in opened.shown() if opened.path_of(one).name == PHOTO)
    opened.library.catalogue.tags.decide([photo], TagChanges(added=("holiday",)))
    grid = focus_grid(opened)
    grid.make_current(photo)
    press(Qt.Key.Key_Return)
    seen = opened.window.viewer
    opened.wait(lambda: seen.canvas.has_picture)
    seen.show_details(True)
    opened.wait(lambda: seen.top_line.name_text != "")
    return opened.window


def region(opened: OpenWindow) -> QWidget:
    """A box on the photo, and what may be in it."""
    viewer(opened)
    opened.window.viewer.show_details(False)
    press(Qt.Key.Key_R)
    tool = opened.window.region
    opened.wait(tool.isVisible)
    middle = tool.rect().center()
    drag(tool, middle - QPoint(90, 90), middle + QPoint(90, 90))
    opened.wait(lambda: bool(tool.card.names))
    return opened.window


def review(opened: OpenWindow) -> QWidget:
    opened.wait(lambda: opened.window.outline.latest is not None)
    opened.window.panel.review_chosen.emit()
    page = opened.window.review
    opened.wait(page.isVisible)
    opened.wait(lambda: page.model.rowCount() > 0)
    return opened.window


def settings(opened: OpenWindow) -> QWidget:
    """With what is folded away unfolded."""
    press(Qt.Key.Key_Comma, CONTROL)
    dialog = opened.window.settings.dialog
    assert dialog is not None
    opened.wait(dialog.isVisible)
    opened.wait(lambda: len(dialog.findChildren(QAbstractButton)) > 8)
    for fold in dialog.findChildren(Fold):
        fold.findChildren(QAbstractButton)[0].click()
    return dialog


def keys(opened: OpenWindow) -> QWidget:
    focus_grid(opened)
    press(Qt.Key.Key_Question)
    (sheet,) = opened.window.findChildren(ShortcutSheet)
    opened.wait(sheet.isVisible)
    return sheet


def tag_dialog(opened: OpenWindow) -> QWidget:
    focus_grid(opened)
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    press(Qt.Key.Key_T)
    opened.wait(lambda: opened.window.editing.dialog is not None)
    dialog = opened.window.editing.dialog
    assert dialog is not None
    opened.wait(dialog.isVisible)
    return dialog


def menu_of_one(opened: OpenWindow) -> QWidget:
    return menu_at(focus_grid(opened), 2)


def menu_of_several(opened: OpenWindow) -> QWidget:
    grid = focus_grid(opened)
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    return menu_at(grid, 1)


def copied(opened: OpenWindow) -> QWidget:
    """A message at the lower edge."""
    focus_grid(opened)
    press(Qt.Key.Key_A, CONTROL)
    press(Qt.Key.Key_C, CONTROL)
    opened.wait(opened.window.photos.notice.isVisible)
    return opened.window


STATES: tuple[Callable[[OpenWindow], QWidget], ...] = (
    all_photos,
    results,
    best_guesses,
    by_date,
    nothing_found,
    wrong_filter,
    similar_photos,
    offered_words,
    recent_searches,
    viewer,
    region,
    review,
    settings,
    keys,
    tag_dialog,
    menu_of_one,
    menu_of_several,
    copied,
)


def first_run(empty: OpenWindow, step: int) -> QWidget:
    """One of its three pages, from 0."""
    empty.window.first_run.begin()
    page = empty.window.first_run.page
    assert isinstance(page, FirstRun)
    empty.wait(page.isVisible)
    for _ in range(step):
        page.go_on()
    if step == 1:
        empty.wait(lambda: len(page.findChildren(QAbstractButton)) > 6)
    return page


def unreadable(with_album: OpenWindow, album: Path) -> QWidget:
    """The list, with one file."""
    window = with_album.window
    whole = (album / "City" / "picture-0004.jpg").read_bytes()
    (album / "broken.jpg").write_bytes(whole[: len(whole) // 2])
    with_album.wait(lambda: bool(window.outline.latest and window.outline.latest.failures))
    with_album.wait(lambda: bool(with_album.library.catalogue.roots.failures()))
    window.strip.failures_requested.emit()
    with_album.wait(window.failures.isVisible)
    return window


def failures(with_failures: OpenWindow) -> QWidget:
    """The list, with photos that failed in several ways."""
    window = with_failures.window
    with_failures.wait(lambda: bool(window.outline.latest and window.outline.latest.failures))
    window.strip.failures_requested.emit()
    with_failures.wait(window.failures.isVisible)
    return window


def same_photo(with_offers: OpenWindow) -> QWidget:
    """The line with the first of many offers, and a file that is still being copied."""
    window = with_offers.window
    with_offers.wait(window.same_photo.isVisible)
    with_offers.wait(lambda: bool(with_offers.shown()))
    window.strip.show_waiting([with_offers.path_of(with_offers.shown()[0])])
    focus_grid(with_offers)
    press(Qt.Key.Key_Home)
    return window


def not_connected(with_album: OpenWindow, album: Path) -> QWidget:
    """A folder that is away."""
    album.rename(album.with_name("unplugged"))
    with_album.wait(lambda: bool(with_album.window.model.rows.offline.all()))
    latest = with_album.window.outline
    with_album.wait(lambda: bool(latest.latest and latest.latest.offline))
    return with_album.window


def menu_at(grid: GridView, row: int) -> QMenu:
    """The context menu of a photo, as the right mouse button brings it."""
    place = grid.rect_of(row).center()
    where = grid.viewport().mapToGlobal(place)
    requested = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, where)
    QApplication.sendEvent(grid.viewport(), requested)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def focus_grid(opened: OpenWindow) -> GridView:
    opened.activate(opened.window)
    grid = opened.window.photos.grid
    grid.setFocus()
    opened.wait(grid.hasFocus)
    return grid


def _type(opened: OpenWindow, text: str) -> None:
    QTest.keyClick(opened.window, Qt.Key.Key_K, CONTROL)
    type_in(text)


def _ask(opened: OpenWindow, text: str) -> None:
    answers: list[object] = []
    opened.window.search_runner.answered.connect(lambda *_: answers.append(True))
    _type(opened, text)
    press(Qt.Key.Key_Return)
    opened.wait(lambda: bool(answers))


def _popup(opened: OpenWindow) -> QWidget:
    opened.wait(lambda: QApplication.activePopupWidget() is not None)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    return popup
