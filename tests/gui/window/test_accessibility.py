"""The whole window with a screen reader and without a mouse, in each of its states."""

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QMenu,
    QWidget,
)

from photofind.gui.grid.view import GridView
from photofind.gui.search.chip import Chip
from photofind.gui.tags import chip as tags_chip
from tests.gui.window import states
from tests.gui.window.closed_library import suggest
from tests.gui.window.conftest import ALBUM, OpenWindow

MOST_TABS = 200


@pytest.fixture
def library(library: Path) -> Path:
    suggest(library, states.SUGGESTED)
    return library


def _spoken(widget: QWidget) -> str:
    emitted = QAccessible.queryAccessibleInterface(widget)
    return "" if emitted is None else emitted.text(QAccessible.Text.Name)


def _controls(page: QWidget) -> Iterator[QWidget]:
    """Return enabled controls that take the focus or can be clicked."""
    for one in [page, *page.findChildren(QWidget)]:
        takes_keys = one.focusPolicy() & Qt.FocusPolicy.TabFocus and one.focusProxy() is None
        if one.isVisible() and one.isEnabled() and (takes_keys or isinstance(one, QAbstractButton)):
            yield one


def _nameless(page: QWidget) -> list[str]:
    return [_where(one) for one in _controls(page) if not _spoken(one).strip()]


def _named_alike(page: QWidget) -> list[str]:
    """Return controls of one kind and parent with the same accessible name."""
    counted = Counter((_spoken(one), _role(one), _part(one, page)) for one in _controls(page))
    alike = [(name, part) for (name, _, part), times in counted.items() if times > 1]
    return [f"several of '{name}' in '{part}'" for name, part in alike]


def _role(widget: QWidget) -> QAccessible.Role:
    emitted = QAccessible.queryAccessibleInterface(widget)
    assert emitted is not None
    return emitted.role()


def _part(widget: QWidget, page: QWidget) -> str:
    """Return the nearest ancestor with a name, which is announced first."""
    around = widget.parentWidget()
    while around is not None and around is not page:
        if around.accessibleName():
            return around.accessibleName()
        around = around.parentWidget()
    return ""


def _beyond_tab(page: QWidget) -> list[str]:
    """Return controls that neither Tab nor a key of their parent reaches."""
    reached: set[QWidget] = set()
    beyond = [one for one in _controls(page) if not _has_other_keys(one)]
    for _ in range(MOST_TABS):
        on = QApplication.focusWidget()
        assert on is not None
        reached.add(on)
        beyond = [one for one in beyond if one not in reached]
        if not beyond:
            break
        QTest.keyClick(on, Qt.Key.Key_Tab)
    return [f"no Tab to {_where(one)}" for one in beyond]


def _has_other_keys(widget: QWidget) -> bool:
    """Whether it is a chip or choice that arrow keys reach, or a mark of a chip."""
    if isinstance(widget, QAbstractButton) and widget.group() is not None:
        return not widget.isChecked()
    if isinstance(widget, Chip | tags_chip.Chip):
        return not widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    return isinstance(widget.parentWidget(), Chip | tags_chip.Chip)


def _cut_off(page: QWidget) -> list[str]:
    """Return labels whose lines do not all have room."""
    labels = [one for one in page.findChildren(QLabel) if one.isVisible() and one.wordWrap()]
    cut = [one for one in labels if one.height() < one.heightForWidth(one.width())]
    return [f"cut off: '{one.text()}'" for one in cut]


def _where(widget: QWidget) -> str:
    return f"{type(widget).__name__} '{_spoken(widget)}' in {type(widget.parent()).__name__}"


def _check(page: QWidget) -> None:
    found = [*_nameless(page), *_named_alike(page), *_beyond_tab(page), *_cut_off(page)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "state",
    [one for one in states.STATES if one not in (states.menu_of_one, states.menu_of_several)],
    ids=lambda state: state.__name__,
)
def test_that_controls_have_names_of_their_own_and_are_a_tab_away(
    opened: OpenWindow, state: Callable[[OpenWindow], QWidget]
) -> None:
    page = state(opened)
    if page.windowType() != Qt.WindowType.Popup:
        opened.activate(page)
    _check(page)


def test_that_controls_of_a_window_without_photos_are_a_tab_away(empty_window: OpenWindow) -> None:
    empty_window.wait(empty_window.window.photos.empty.isVisible)
    _check(empty_window.window)


@pytest.mark.parametrize("step", range(3))
def test_that_controls_of_the_first_run_are_a_tab_away(empty_window: OpenWindow, step: int) -> None:
    _check(states.first_run(empty_window, step))


def test_that_the_list_of_what_could_not_be_read_is_a_tab_away(
    with_album: OpenWindow, album: Path
) -> None:
    _check(states.unreadable(with_album, album))


def test_that_the_list_of_all_that_failed_is_a_tab_away(with_failures: OpenWindow) -> None:
    _check(states.failures(with_failures))


def test_that_the_offers_of_tags_are_a_tab_away(with_offers: OpenWindow) -> None:
    _check(states.same_photo(with_offers))


def test_that_every_entry_of_a_menu_has_its_own_letter_or_words(opened: OpenWindow) -> None:
    menu = states.menu_of_several(opened)
    assert isinstance(menu, QMenu)
    emitted = QAccessible.queryAccessibleInterface(menu)
    assert emitted is not None
    children = [emitted.child(place) for place in range(emitted.childCount())]
    names = [
        one.text(QAccessible.Text.Name)
        for one in children
        if one is not None and one.role() == QAccessible.Role.MenuItem
    ]
    assert len(names) == 8
    assert len(set(names)) == len(names)
    assert all(names)


def test_that_photos_are_announced_one_by_one_with_name_date_and_position(
    opened: OpenWindow,
) -> None:
    states.results(opened)
    grid = opened.window.photos.grid
    opened.wait(lambda: bool(_told(grid, 0).startswith("picture-")))

    first, last = _told(grid, 0), _told(grid, ALBUM - 1)

    name = opened.path_of(opened.shown()[0]).name
    assert first.startswith(f"{name}, ")
    assert f"result 1 of {ALBUM}" in first
    assert first.endswith(("sure", "best guess"))
    assert f"{ALBUM} of {ALBUM}" in last


def test_that_photos_of_a_filter_alone_are_not_announced_as_guesses(opened: OpenWindow) -> None:
    states.by_date(opened)
    grid = opened.window.photos.grid

    opened.wait(lambda: _told(grid, 0).startswith("picture-"))

    assert "guess" not in _told(grid, 0)


def _told(grid: GridView, row: int) -> str:
    emitted = QAccessible.queryAccessibleInterface(grid)
    assert emitted is not None
    cell = emitted.child(row)
    assert cell is not None
    return cell.text(QAccessible.Text.Name)
