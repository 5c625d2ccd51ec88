"""Pages that give the keyboard to one of their parts."""

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QWidget
from typing_extensions import override


def forward_focus(page: QWidget, part: QWidget) -> None:
    """As `QWidget.setFocusProxy`, where other parts of the page come before that one.

    Going forward, Tab takes a page for its proxy: it would leave out whatever is between the two.
    """
    page.installEventFilter(_Forwarding(page, part))


class _Forwarding(QObject):
    def __init__(self, page: QWidget, part: QWidget) -> None:
        super().__init__(page)
        self._part = part

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QFocusEvent) and event.gotFocus():
            self._part.setFocus(event.reason())
        return False
