"""Paint the canvas: a picture in any size, fast or smoothly, and words over it."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap

from photofind.gui.theme import RADIUS, SPACING, SURROUND
from photofind.gui.viewer.pyramid import Pyramid


class PictureDrawing:
    """Painter of one picture; caches what was last painted smoothly.

    All rects are in screen pixels: `whole` is where the whole picture would be, `seen` the part
    of it that is in view.
    """

    def __init__(self, pyramid: Pyramid) -> None:
        self.pyramid = pyramid
        self._kept: tuple[tuple[QRect, QRect], QPixmap] | None = None

    def draw_fast(self, painter: QPainter, whole: QRect, seen: QRect) -> None:
        """Paint a picture that moves."""
        self._draw(painter, whole, seen, smooth=False)

    def draw_smoothly(self, painter: QPainter, whole: QRect, seen: QRect) -> None:
        """Paint a picture at rest."""
        if self._kept is None or self._kept[0] != (whole, seen):
            drawn = QPixmap(seen.size())
            into = QPainter(drawn)
            into.translate(-seen.topLeft())
            self._draw(into, whole, seen, smooth=True)
            into.end()
            self._kept = (whole, seen), drawn
        painter.drawPixmap(seen.topLeft(), self._kept[1])

    def _draw(self, painter: QPainter, whole: QRect, seen: QRect, *, smooth: bool) -> None:
        level = self.pyramid.for_width(whole.width())
        across, down = level.width() / whole.width(), level.height() / whole.height()
        part = QRectF(
            (seen.x() - whole.x()) * across,
            (seen.y() - whole.y()) * down,
            seen.width() * across,
            seen.height() * down,
        )
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(QRectF(seen), level, part)


def draw_words(painter: QPainter, view: QRect, text: str, *, over_picture: bool) -> None:
    """Paint words in the middle, or over a picture on a card at its lower edge."""
    room = view.adjusted(4 * SPACING, 4 * SPACING, -4 * SPACING, -4 * SPACING)
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    area = painter.boundingRect(room, flags, text)
    if over_picture:
        area.moveBottom(view.bottom() - 3 * SPACING)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(SURROUND.hairline))
        painter.setBrush(QColor(SURROUND.raised))
        card = area.adjusted(-12, -SPACING, 12, SPACING)
        painter.drawRoundedRect(card, RADIUS, RADIUS)
    painter.setPen(QColor(SURROUND.text))
    painter.drawText(area, flags, text)
