"""Mipmap pyramid: no picture is painted from one more than twice as large."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from photofind.gui.images import redraw

SMALLEST_SIDE_PX = 512


@dataclass(frozen=True, slots=True, eq=False)
class Pyramid:
    """One picture, the largest size first, each half of the one before.

    `of` takes long for a large picture: call it on a lane. QImages are shared, so it is safe there.
    """

    levels: tuple[QImage, ...]

    @staticmethod
    def of(image: QImage) -> Pyramid:
        """Build the pyramid, in the pixel format that paints fastest."""
        ready = image.format() == QImage.Format.Format_RGB32
        levels = [image if ready else redraw(image, image.size())]
        while max(levels[-1].width(), levels[-1].height()) >= 2 * SMALLEST_SIDE_PX:
            larger = levels[-1]
            half = QSize(max(1, larger.width() // 2), max(1, larger.height() // 2))
            levels.append(redraw(larger, half))
        return Pyramid(tuple(levels))

    @property
    def size(self) -> QSize:
        return self.levels[0].size()

    @property
    def size_bytes(self) -> int:
        return sum(level.sizeInBytes() for level in self.levels)

    def for_width(self, width_px: int) -> QImage:
        """Return the smallest level at least that wide, or else the largest one."""
        large_enough = [level for level in self.levels if level.width() >= width_px]
        return large_enough[-1] if large_enough else self.levels[0]
