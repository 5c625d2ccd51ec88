"""Context menu of photos in the grid."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QMenu, QWidget

from photofind.gui import wording
from photofind.gui.wording import tr


@dataclass(frozen=True, slots=True)
class GridActions:
    """Callbacks of the menu's entries."""

    open: Callable[[], object]
    show_in_folder: Callable[[], object]
    copy: Callable[[], object]
    find_similar: Callable[[], object]
    more_like: Callable[[], object]
    less_like: Callable[[], object]
    tag: Callable[[], object]
    trash: Callable[[], object]


def grid_menu(parent: QWidget, count: int, actions: GridActions) -> QMenu:
    """Build the context menu for `count` photos; some actions are for a single one only."""
    menu = QMenu(parent)
    one = count == 1
    _add(menu, tr("Open"), tr("Enter"), actions.open, enabled=one)
    _add(menu, tr("Show in folder"), "", actions.show_in_folder, enabled=one)
    _add(menu, tr("Find similar"), "S", actions.find_similar, enabled=one)
    _add(menu, tr("More like this"), "M", actions.more_like, enabled=one)
    _add(menu, tr("Less like this"), tr("Shift+M"), actions.less_like, enabled=one)
    menu.addSeparator()
    copy = tr("Copy") if one else tr("Copy {photos}").format(photos=wording.photos(count))
    _add(menu, copy, tr("Ctrl+C"), actions.copy)
    tag = tr("Tag…") if one else tr("Tag {photos}…").format(photos=wording.photos(count))
    _add(menu, tag, "T", actions.tag)
    menu.addSeparator()
    trash = tr("Move to trash…")
    if not one:
        trash = tr("Move {photos} to trash…").format(photos=wording.photos(count))
    _add(menu, trash, tr("Del"), actions.trash)
    return menu


def _add(
    menu: QMenu, words: str, key: str, action: Callable[[], object], *, enabled: bool = True
) -> None:
    # The shortcut is only displayed: the grid handles the key, also without the menu.
    entry = menu.addAction(f"{words}\t{key}" if key else words)
    entry.setEnabled(enabled)
    entry.triggered.connect(lambda: action())
