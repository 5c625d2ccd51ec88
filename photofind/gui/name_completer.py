"""Completes the names of tags where one is typed."""

from PySide6.QtCore import QObject, QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QListView

MOST_SHOWN = 12


def name_completer(names: QStringListModel, parent: QObject) -> QCompleter:
    """By any part of a name, in whatever case it is typed."""
    completer = QCompleter(names, parent)
    completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
    completer.setFilterMode(Qt.MatchFlag.MatchContains)
    completer.setMaxVisibleItems(MOST_SHOWN)
    shown = QListView()
    shown.setProperty("completions", True)
    completer.setPopup(shown)
    return completer
