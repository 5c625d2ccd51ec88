"""The list below the search field."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QHideEvent, QPainter
from PySide6.QtWidgets import (
    QCompleter,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)
from typing_extensions import override

from photofind.gui.icons import pixmap
from photofind.gui.search.completion import Completion, Kind
from photofind.gui.search.field import SearchField
from photofind.gui.theme import RADIUS, SPACING, theme_of

_AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()

COMPLETION_ROLE = int(Qt.ItemDataRole.UserRole)
_ROW_PX = 30
_PADDING_PX = 4
_ICON_PX = 16
_MOST_ROWS = 13


class CompletionModel(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._completions: list[Completion] = []

    def show(self, completions: Sequence[Completion]) -> None:
        self.beginResetModel()
        self._completions = list(completions)
        self.endResetModel()

    @override
    def rowCount(self, parent: _AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._completions)

    @override
    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        one = self._completions[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return one.text
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{one.text} {one.note}".strip()
        return one if role == COMPLETION_ROLE else None


class CompletionPopup(QObject):
    """Offers completions below a field; its keys stay with the field.

    Signals:
        chosen: `Completion`.
        closed: Nothing is offered any more, with or without a choice.
    """

    chosen = Signal(object)
    closed = Signal()

    def __init__(self, field: SearchField) -> None:
        super().__init__(field)
        self._field = field
        self._model = CompletionModel(self)
        self._view = _View()
        self._view.setAccessibleName(self.tr("Suggestions"))
        self._completer = QCompleter(self._model, self)
        self._completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._completer.setMaxVisibleItems(_MOST_ROWS)
        self._completer.setPopup(self._view)
        # Afterwards: the completer brings a delegate of its own.
        self._view.setItemDelegate(_Delegate(self._view))
        self._completer.setWidget(field)
        # Both are overloaded, which their types do not say.
        self._completer.activated[QModelIndex].connect(self._choose)  # type: ignore[index]
        self._completer.highlighted[QModelIndex].connect(self._note_highlighted)  # type: ignore[index]
        self._view.hidden.connect(self._close)

    @property
    def view(self) -> QListView:
        return self._view

    @property
    def shown(self) -> bool:
        return self._view.isVisible()

    def offer(self, completions: Sequence[Completion], place: QRect) -> None:
        """Show these below a rectangle of the field; hide where there are none."""
        self._field.choosing = False
        self._model.show(completions)
        if not completions:
            self.hide()
            return
        self._completer.setCompletionPrefix("")
        self._completer.complete(place)
        # The completer counts rows and knows nothing of what is around them.
        self._view.resize(self._view.width(), self._view.height() + 2 * _PADDING_PX)

    def hide(self) -> None:
        self._view.hide()

    def _choose(self, index: QModelIndex) -> None:
        one = index.data(COMPLETION_ROLE)
        if isinstance(one, Completion):
            self.chosen.emit(one)

    def _note_highlighted(self, index: QModelIndex) -> None:
        self._field.choosing = index.isValid()

    def _close(self) -> None:
        self._field.choosing = False
        self.closed.emit()


class _View(QListView):
    hidden = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        # As a menu.
        self.setStyleSheet(
            "QListView, QListView:focus { background: palette(base); border-radius: 0;"
            f" border: 1px solid palette(mid); padding: {_PADDING_PX}px 0; }}"
        )

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hidden.emit()


class _Delegate(QStyledItemDelegate):
    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        text = option.fontMetrics.height() + SPACING
        return QSize(_ICON_PX, max(_ROW_PX, text))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        one: Completion = index.data(COMPLETION_ROLE)
        theme = theme_of(option.palette)
        whole: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent if chosen else theme.raised))
            painter.drawRoundedRect(whole.adjusted(4, 1, -4, -1), RADIUS, RADIUS)
        inner = whole.adjusted(SPACING + 4, 0, -SPACING - 4, 0)
        direction = option.direction
        icon_place = QRect(0, 0, _ICON_PX, _ICON_PX)
        icon_place.moveCenter(inner.center())
        icon_place.moveLeft(inner.left())
        muted = theme.accent_text if chosen else theme.muted
        drawing = pixmap(one.icon, muted, _ICON_PX, painter.device().devicePixelRatioF())
        painter.drawPixmap(QStyle.visualRect(direction, inner, icon_place).topLeft(), drawing)
        text_place = inner.adjusted(_ICON_PX + SPACING, 0, 0, 0)
        lesser = theme.muted if one.kind is Kind.CLEAR else theme.text
        painter.setPen(theme.accent_text if chosen else lesser)
        metrics = option.fontMetrics
        note_width = metrics.horizontalAdvance(one.note) + SPACING if one.note else 0
        label = metrics.elidedText(
            one.text, Qt.TextElideMode.ElideMiddle, text_place.width() - note_width
        )
        text_place = QStyle.visualRect(direction, inner, text_place)
        vertical = Qt.AlignmentFlag.AlignVCenter
        # A filter is written from left to right in every language.
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        leading = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft)
        trailing = QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignRight)
        painter.drawText(text_place, vertical | leading, label)
        painter.setPen(muted)
        painter.drawText(text_place, vertical | trailing, one.note)
        painter.restore()
