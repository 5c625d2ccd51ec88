"""Paint one cell of the grid."""

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from photofind.gui import icons
from photofind.gui.theme import FOCUS_PX, RADIUS, Theme

GUESS_OPACITY = 0.75

_FRAME_PX = 3
_BADGE_PX = 20
_BADGE_INSET_PX = 8
_HOVER_ALPHA = 26
_SKELETON_COLOUR_SHARE = 0.7


@dataclass(frozen=True, slots=True)
class Cell:
    """State of one cell, as it is painted.

    Attributes:
        pixmap: Grey where the photo is offline.
        shown: How far the thumbnail has faded in, 0 to 1.
        smooth: Whether a pixmap of another size is scaled well, not fast.
    """

    rect: QRect
    pixmap: QPixmap | None
    colour: int
    missing: bool
    offline: bool
    guess: bool
    selected: bool
    current: bool
    hovered: bool
    shown: float
    smooth: bool


class CellPainter:
    """Paints cells in a theme, for a device pixel ratio."""

    def __init__(self, theme: Theme, ratio: float) -> None:
        self._theme = theme
        self._ratio = ratio
        self._corners = _corners(theme.window, ratio)

    def draw(self, painter: QPainter, cell: Cell) -> None:
        painter.setOpacity(GUESS_OPACITY if cell.guess else 1.0)
        if cell.pixmap is None or cell.shown < 1:
            self._draw_skeleton(painter, cell)
        if cell.pixmap is not None and cell.shown > 0:
            painter.setOpacity(painter.opacity() * cell.shown)
            self._draw_photo(painter, cell, cell.pixmap)
        painter.setOpacity(1.0)
        if cell.hovered:
            painter.fillRect(cell.rect, _faint(self._theme.text, _HOVER_ALPHA))
        if cell.selected:
            self._draw_frame(painter, cell.rect)
        self._round_off(painter, cell.rect)
        if cell.offline:
            self._draw_plug(painter, cell.rect)
        if cell.selected or cell.hovered:
            self._draw_check(painter, badge_rect(cell.rect), cell.selected)
        if cell.current:
            self._draw_ring(painter, cell.rect)

    def _draw_skeleton(self, painter: QPainter, cell: Cell) -> None:
        plain = cell.offline or cell.missing
        colour = self._theme.skeleton if plain else _mixed(cell.colour, self._theme.skeleton)
        painter.fillRect(cell.rect, QColor(colour))
        if cell.missing:
            side = min(24, cell.rect.height() // 2)
            mark = icons.pixmap("broken", self._theme.muted, side, self._ratio)
            painter.drawPixmap(_centred(cell.rect, side), mark)

    def _draw_photo(self, painter: QPainter, cell: Cell, pixmap: QPixmap) -> None:
        """Fill the cell, cropping what is over at the sides."""
        wanted = device_size(cell.rect.size(), self._ratio)
        source = _middle_of(pixmap.size(), wanted)
        exact = source.size() == wanted
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, cell.smooth and not exact)
        painter.drawPixmap(cell.rect, pixmap, source)

    def _draw_frame(self, painter: QPainter, rect: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = _FRAME_PX / 2
        self._outline(painter, QRectF(rect).adjusted(half, half, -half, -half), _FRAME_PX)

    def _draw_ring(self, painter: QPainter, rect: QRect) -> None:
        """Draw the focus ring in the gap around the cell."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        away = 1 + FOCUS_PX / 2
        self._outline(painter, QRectF(rect).adjusted(-away, -away, away, away), FOCUS_PX)

    def _outline(self, painter: QPainter, rect: QRectF, width: float) -> None:
        painter.setPen(QPen(QColor(self._theme.accent), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, RADIUS, RADIUS)

    def _draw_check(self, painter: QPainter, badge: QRect, selected: bool) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        fill = QColor(self._theme.accent) if selected else _faint(self._theme.window, 160)
        line = self._theme.accent_text if selected else self._theme.text
        painter.setPen(QPen(QColor(line), 1.5))
        painter.setBrush(fill)
        painter.drawEllipse(badge)
        if selected:
            side = _BADGE_PX - 8
            mark = icons.pixmap("check", self._theme.accent_text, side, self._ratio)
            painter.drawPixmap(_centred(badge, side), mark)

    def _draw_plug(self, painter: QPainter, rect: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        badge = QRect(0, 0, _BADGE_PX, _BADGE_PX)
        badge.moveBottomLeft(rect.bottomLeft() + QPoint(_BADGE_INSET_PX, -_BADGE_INSET_PX))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_faint(self._theme.window, 224))
        painter.drawEllipse(badge)
        side = _BADGE_PX - 6
        mark = icons.pixmap("plug", self._theme.text, side, self._ratio)
        painter.drawPixmap(_centred(badge, side), mark)

    def _round_off(self, painter: QPainter, rect: QRect) -> None:
        """Cover the corners with the ground: far faster than clipping every photo to a path."""
        right, bottom = rect.x() + rect.width() - RADIUS, rect.y() + rect.height() - RADIUS
        origins = (rect.x(), rect.y()), (right, rect.y()), (rect.x(), bottom), (right, bottom)
        for corner, (x, y) in zip(self._corners, origins, strict=True):
            painter.drawPixmap(x, y, corner)


def badge_rect(rect: QRect) -> QRect:
    """Return the area where a click toggles the selection and keeps the rest of it."""
    inset = min(_BADGE_INSET_PX, max(2, (rect.height() - _BADGE_PX) // 2))
    return QRect(rect.x() + inset, rect.y() + inset, _BADGE_PX, _BADGE_PX)


def device_size(size: QSize, ratio: float) -> QSize:
    """Convert a size to device pixels."""
    return QSize(round(size.width() * ratio), round(size.height() * ratio))


def _middle_of(have: QSize, wanted: QSize) -> QRect:
    """Return the largest centred part of the wanted shape; unscaled where it fits."""
    if have.width() >= wanted.width() and have.height() >= wanted.height():
        spare = have.width() - wanted.width(), have.height() - wanted.height()
        if 0 in spare:
            return QRect(QPoint(spare[0] // 2, spare[1] // 2), wanted)
    part = wanted.scaled(have, Qt.AspectRatioMode.KeepAspectRatio)
    left, top = (have.width() - part.width()) // 2, (have.height() - part.height()) // 2
    return QRect(QPoint(left, top), part)


def _centred(rect: QRect, side: int) -> QRect:
    square = QRect(0, 0, side, side)
    square.moveCenter(rect.center())
    return square


def _faint(colour: str, alpha: int) -> QColor:
    faint = QColor(colour)
    faint.setAlpha(alpha)
    return faint


@lru_cache(maxsize=4096)
def _mixed(colour: int, ground: str) -> str:
    """Mix a photo's average colour with the ground, to be quieter."""
    own, other, share = QColor(colour), QColor(ground), _SKELETON_COLOUR_SHARE
    channels = (
        (own.red(), other.red()),
        (own.green(), other.green()),
        (own.blue(), other.blue()),
    )
    return QColor(*(round(a * share + b * (1 - share)) for a, b in channels)).name()


@lru_cache(maxsize=8)
def _corners(colour: str, ratio: float) -> tuple[QPixmap, ...]:
    """Paint what lies outside a rounded rectangle: top left and right, bottom left and right."""
    side = round(2 * RADIUS * ratio)
    whole = QPixmap(side, side)
    whole.fill(Qt.GlobalColor.transparent)
    outside = QPainterPath()
    outside.addRect(QRectF(0, 0, side, side))
    outside.addEllipse(QRectF(0, 0, side, side))
    painter = QPainter(whole)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillPath(outside, QColor(colour))
    painter.end()
    half = side // 2
    corners = tuple(whole.copy(x, y, half, half) for y in (0, half) for x in (0, half))
    for corner in corners:
        corner.setDevicePixelRatio(ratio)
    return corners
