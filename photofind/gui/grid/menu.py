"""What can be done with photos of the grid, in words."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu, QWidget

from photofind.gui import wording


@dataclass(frozen=True, slots=True)
class GridActions:
    """What the entries do."""

    open: Callable[[], object]
    show_in_folder: Callable[[], object]
    copy: Callable[[], object]
    find_similar: Callable[[], object]
    tag: Callable[[], object]
    trash: Callable[[], object]


def grid_menu(parent: QWidget, count: int, actions: GridActions) -> QMenu:
    """For `count` photos; what concerns one only is offered where there is one only."""
    menu = QMenu(parent)
    one = count == 1
    _add(menu, _tr("Open"), _tr("Enter"), actions.open, enabled=one)
    _add(menu, _tr("Show in folder"), "", actions.show_in_folder, enabled=one)
    _add(menu, _tr("Find similar"), "S", actions.find_similar, enabled=one)
    menu.addSeparator()
    copy = _tr("Copy") if one else _tr("Copy {photos}").format(photos=wording.photos(count))
    _add(menu, copy, _tr("Ctrl+C"), actions.copy)
    tag = _tr("Tag…") if one else _tr("Tag {photos}…").format(photos=wording.photos(count))
    _add(menu, tag, "T", actions.tag)
    menu.addSeparator()
    trash = _tr("Move to trash…")
    if not one:
        trash = _tr("Move {photos} to trash…").format(photos=wording.photos(count))
    _add(menu, trash, _tr("Del"), actions.trash)
    return menu


def _add(
    menu: QMenu, words: str, key: str, action: Callable[[], object], *, enabled: bool = True
) -> None:
    # The key is only written beside: the grid itself listens to it, also without the menu.
    entry = menu.addAction(f"{words}\t{key}" if key else words)
    entry.setEnabled(enabled)
    entry.triggered.connect(lambda: action())


def _tr(words: str) -> str:
    return QCoreApplication.translate("GridMenu", words)
