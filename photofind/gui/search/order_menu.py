"""The button that says how photos are sorted, and its menu."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from photofind.gui.wording import tr
from photofind.store.ordering import PhotoOrder


class OrderButton(QToolButton):
    """Shows the order, and offers the others.

    Signals:
        chosen: An `PhotoOrder`, or `None` for the best match first; by the person.
    """

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._order: PhotoOrder | None = None
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setToolTip(tr("How photos are sorted"))
        menu = QMenu(self)
        self.setMenu(menu)
        group = QActionGroup(self)
        self._actions: dict[PhotoOrder | None, QAction] = {}
        for order in (None, *PhotoOrder):
            action = menu.addAction(_label(order))
            action.setCheckable(True)
            action.setData(order)
            group.addAction(action)
            self._actions[order] = action
        group.triggered.connect(lambda action: self._choose(action.data()))
        self.show_ranked(False)

    @property
    def choices(self) -> list[QAction]:
        """The orders that are offered; the data of each is a `PhotoOrder` or `None`."""
        return [action for action in self._actions.values() if action.isVisible()]

    def show_ranked(self, ranked: bool) -> None:
        """Offer the best match first, or not, since there is nothing to match."""
        self._actions[None].setVisible(ranked)
        self._show(self._order if ranked or self._order is not None else PhotoOrder.NEWEST)

    def _show(self, order: PhotoOrder | None) -> None:
        self._actions[order].setChecked(True)
        self.setText(_label(order))
        self.setAccessibleName(tr("Sorted by: {order}").format(order=_label(order)))

    def _choose(self, order: PhotoOrder | None) -> None:
        self._order = order
        self._show(order)
        self.chosen.emit(order)


def _label(order: PhotoOrder | None) -> str:
    return {
        None: tr("Best match"),
        PhotoOrder.NEWEST: tr("Newest first"),
        PhotoOrder.OLDEST: tr("Oldest first"),
        PhotoOrder.NAME: tr("Name"),
        PhotoOrder.RATING: tr("Rating"),
    }[order]
