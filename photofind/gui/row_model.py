"""Model and delegate of a `RowList`: icon, name, number of photos."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem
from typing_extensions import override

from photofind.gui.focus import paint_focus_ring
from photofind.gui.icons import pixmap
from photofind.gui.theme import RADIUS, SPACING, Theme, theme_of
from photofind.gui.wording import number

HEIGHT_PX = 28
_ICON_PX = 16

AnyIndex = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Row:
    """Content of a row.

    Attributes:
        key: What it stands for; no two rows of a list share it.
        icon: A drawing of resources/icons.
        count: At the row's end.
        spoken: All of it, for screen readers.
        tip: All of it, for the tooltip.
        note: Shown in place of the count.
        muted: It cannot be reached now.
    """

    key: Hashable
    icon: str
    name: str
    count: int
    spoken: str
    tip: str = ""
    note: str = ""
    muted: bool = False


class RowModel(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self._rows: tuple[Row, ...] = ()

    def show(self, rows: Sequence[Row]) -> None:
        """Replace the rows; where the keys are the same, only their data change."""
        rows = tuple(rows)
        if [row.key for row in rows] != [row.key for row in self._rows]:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        elif rows != self._rows:
            self._rows = rows
            self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))

    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    def index_of(self, key: Hashable) -> int | None:
        return next((index for index, row in enumerate(self._rows) if row.key == key), None)

    @override
    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 (Qt's signature)
        return 0 if parent.isValid() else len(self._rows)

    @override
    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self._rows[index.row()]
        values = {
            Qt.ItemDataRole.DisplayRole: row.name,
            Qt.ItemDataRole.ToolTipRole: row.tip,
            Qt.ItemDataRole.AccessibleTextRole: row.spoken,
            ROW_ROLE: row,
        }
        return values.get(Qt.ItemDataRole(role))


class RowDelegate(QStyledItemDelegate):
    """Paints a `Row`, highlighted where it is selected."""

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        return QSize(0, max(HEIGHT_PX, option.fontMetrics.height() + SPACING))

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        row: Row = index.data(ROW_ROLE)
        area: QRect = option.rect
        state: QStyle.StateFlag = option.state
        theme = theme_of(option.palette)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, area, state, theme)
        self._paint_row(painter, option, row, theme)
        painter.restore()

    def _paint_ground(
        self, painter: QPainter, area: QRect, state: QStyle.StateFlag, theme: Theme
    ) -> None:
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(theme.hairline if chosen else theme.raised))
            painter.drawRoundedRect(area.adjusted(1, 1, -1, -1), RADIUS, RADIUS)
        if state & QStyle.StateFlag.State_HasFocus:
            paint_focus_ring(painter, area, theme)

    def _paint_row(
        self, painter: QPainter, option: QStyleOptionViewItem, row: Row, theme: Theme
    ) -> None:
        area: QRect = option.rect
        direction: Qt.LayoutDirection = option.direction
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        metrics = option.fontMetrics

        def placed(rect: QRect) -> QRect:
            return QStyle.visualRect(direction, area, rect)

        drawing = QRect(area.left() + SPACING, area.center().y() - 7, _ICON_PX, _ICON_PX)
        colour = theme.accent if chosen else theme.muted
        ratio = painter.device().devicePixelRatioF()
        painter.drawPixmap(
            QPointF(placed(drawing).topLeft()), pixmap(row.icon, colour, _ICON_PX, ratio)
        )
        end = row.note or number(row.count)
        end_width = metrics.horizontalAdvance(end)
        left = drawing.right() + SPACING
        right = area.right() - SPACING
        beyond = QRect(right - end_width, area.top(), end_width + 1, area.height())
        painter.setFont(option.font)
        painter.setPen(QColor(theme.muted))
        painter.drawText(placed(beyond), Qt.AlignmentFlag.AlignCenter, end)
        name = QRect(left, area.top(), beyond.left() - SPACING - left, area.height())
        painter.setPen(QColor(theme.muted if row.muted else theme.text))
        side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading
        painter.drawText(
            placed(name),
            QStyle.visualAlignment(direction, side),
            metrics.elidedText(row.name, Qt.TextElideMode.ElideMiddle, name.width()),
        )
