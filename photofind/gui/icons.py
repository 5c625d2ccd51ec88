"""Icons from resources/icons in the text's colour, sharp at every scale."""

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from photofind.paths import resource


def icon(name: str, colour: str) -> QIcon:
    """Make an icon by its file's name, in a #RRGGBB colour, for 1×, 2× and 3× screens."""
    result = QIcon()
    for scale in (1, 2, 3):
        result.addPixmap(pixmap(name, colour, 16, scale))
    return result


@cache
def pixmap(name: str, colour: str, size_px: int = 16, scale: float = 1.0) -> QPixmap:
    """Render an icon to a pixmap; `size_px` is in the screen's independent pixels."""
    side = round(size_px * scale)
    drawn = QPixmap(QSize(side, side))
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(QByteArray(_svg(name, colour))).render(painter, QRectF(0, 0, side, side))
    painter.end()
    drawn.setDevicePixelRatio(scale)
    return drawn


def _svg(name: str, colour: str) -> bytes:
    drawing = resource("icons").joinpath(f"{name}.svg").read_text("utf-8")
    return drawing.replace("currentColor", colour).encode()
