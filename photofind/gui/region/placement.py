"""Place a card beside a box and inside the view; over the box only where nothing else fits."""

from collections.abc import Sequence
from enum import Enum

from PySide6.QtCore import QPointF, QRectF, QSizeF

GAP_PX = 14.0
"""Gap between the box and the card; the handles reach into it."""

MARGIN_PX = 8.0
"""Margin between the card and the edges of the view."""


class Side(Enum):
    """Side of the box the card is on."""

    RIGHT = "right"
    LEFT = "left"
    BELOW = "below"
    ABOVE = "above"
    OVER = "over"


def place_card(
    card: QSizeF, box: QRectF, view: QRectF, sides: Sequence[Side]
) -> tuple[Side, QRectF]:
    """Return the first side with room for the card, or the corner where it hides least.

    Args:
        box: In the same pixels as `view`; may reach beyond it.
        sides: The most wanted first; begin with where the card is now, so that it stays there.
    """
    inner = view.adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
    size = card.boundedTo(inner.size())
    seen = box.intersected(view)
    if seen.isEmpty():
        return Side.OVER, QRectF(QPointF(inner.right() - size.width(), inner.top()), size)
    for side in sides:
        if side is not Side.OVER and (beside := _beside(side, size, seen, inner)) is not None:
            return side, beside
    return Side.OVER, min(_corners(size, inner), key=lambda corner: _area(corner, seen))


def _beside(side: Side, size: QSizeF, box: QRectF, inner: QRectF) -> QRectF | None:
    """Return the card's rectangle on a side; `None` where there is no room."""
    match side:
        case Side.RIGHT:
            x, y = box.right() + GAP_PX, box.top()
        case Side.LEFT:
            x, y = box.left() - GAP_PX - size.width(), box.top()
        case Side.BELOW:
            x, y = box.left(), box.bottom() + GAP_PX
        case _:
            x, y = box.left(), box.top() - GAP_PX - size.height()
    if side in (Side.RIGHT, Side.LEFT):
        y = min(max(y, inner.top()), inner.bottom() - size.height())
    else:
        x = min(max(x, inner.left()), inner.right() - size.width())
    where = QRectF(QPointF(x, y), size)
    return where if inner.contains(where) else None


def _corners(size: QSizeF, inner: QRectF) -> list[QRectF]:
    right, bottom = inner.right() - size.width(), inner.bottom() - size.height()
    corners = (
        QPointF(right, inner.top()),
        QPointF(right, bottom),
        inner.topLeft(),
        QPointF(inner.left(), bottom),
    )
    return [QRectF(corner, size) for corner in corners]


def _area(one: QRectF, other: QRectF) -> float:
    common = one.intersected(other)
    return common.width() * common.height()
