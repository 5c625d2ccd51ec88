"""The field a tag is typed into."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QSize, QStringListModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QLineEdit, QListView, QWidget
from typing_extensions import override

from photofind.store.tag_names import LONGEST_NAME, tag_name

_WIDTH_PX = 112


class TagEntry(QLineEdit):
    """Completes names by any part of them; Enter takes what is there.

    Signals:
        entered: A normalised name; the field is empty again.
        went_back: Move the focus to what is before the field.
    """

    entered = Signal(str)
    went_back = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._names = QStringListModel(self)
        completer = name_completer(self._names, self)
        # Queued: the field itself writes the choice down first.
        completer.activated.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self.setCompleter(completer)
        self.setMaxLength(LONGEST_NAME)
        self.setPlaceholderText(self.tr("Add a tag"))
        self.setAccessibleName(self.tr("Add a tag"))

    def set_completions(self, names: Iterable[str]) -> None:
        self._names.setStringList(list(names))

    @override
    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, super().sizeHint().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, super().minimumSizeHint().height())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        mirrored = self.isRightToLeft()
        back = Qt.Key.Key_Right if mirrored else Qt.Key.Key_Left
        at_start = self.cursorPosition() == 0 and not self.hasSelectedText()
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers() & _CONTROL:
                self._take(self.text())
            case Qt.Key.Key_Escape if self.text():
                self.clear()
            case Qt.Key.Key_Backspace if not self.text():
                self.went_back.emit()
            case key if key == back and at_start:
                self.went_back.emit()
            case _:
                super().keyPressEvent(event)

    def take(self) -> None:
        """Enter what is typed so far, if anything."""
        self._take(self.text())

    def _take(self, typed: str) -> None:
        popup = self.completer().popup()
        assert popup is not None
        popup.hide()
        self.clear()
        if typed.strip():
            self.entered.emit(tag_name(typed))


_CONTROL = Qt.KeyboardModifier.ControlModifier


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
