"""Convert, scale and wrap large images without blocking the window."""

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter

from photofind.child.messages import PixelPicture

STRIP_PIXELS = 1 << 20
"""Pixels of the original converted at once: a few milliseconds."""


def redraw(image: QImage, size: QSize) -> QImage:
    """Convert to the pixel format that paints fastest; call it on a lane.

    Qt keeps other threads from running Python while it converts or scales an image, a tenth of a
    second where it is large; so this is done a strip at a time.

    Args:
        size: From half of the image's to all of it, or thin lines are lost.
    """
    drawn = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(drawn)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    across, down = image.width(), image.height() / size.height()
    lines = max(1, round(STRIP_PIXELS / (across * down)))
    for top in range(0, size.height(), lines):
        here = min(lines, size.height() - top)
        target = QRectF(0, top, size.width(), here)
        painter.drawImage(target, image, QRectF(0, top * down, across, here * down))
    painter.end()
    return drawn


def image_of(picture: PixelPicture) -> QImage:
    """Wrap pixels that the child process decoded, ready to paint; call it on a lane."""
    line_bytes = 3 * picture.width
    size = picture.width, picture.height
    borrowed = QImage(picture.rgb, *size, line_bytes, QImage.Format.Format_RGB888)
    # A copy: the bytes belong to Python and may go before the image does.
    return redraw(borrowed, borrowed.size())
