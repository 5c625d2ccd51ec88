"""Pictures and boxes through the transform a checkpoint was trained with.

The geometry is open_clip's evaluation transform for its three resize modes, done on Pillow
pictures (bicubic with antialias); a test holds the pixels equal to open_clip's own. Pixels stay
uint8 until they are in a batch: a quarter of the memory, and the encoder scales them at once.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Box

if TYPE_CHECKING:
    from PIL import Image

PREPROCESS_VERSION = 1
"""Raised whenever the pixels that reach an encoder change; travels with every embedding."""

ResizeMode = Literal["shortest", "longest", "squash"]


@dataclass(frozen=True, slots=True)
class Geometry:
    """How one picture lies in the encoder's square: input = pixel · scale + offset.

    Attributes:
        size: Side of the encoder's square, pixels.
        offset_x: Negative where a crop cuts, positive where padding fills.
    """

    size: int
    scale_x: float
    scale_y: float
    offset_x: float
    offset_y: float

    def to_input(self, box: Box) -> Box:
        """Convert a box of the upright picture to the encoder's pixels, not clipped."""
        x0, y0, x1, y1 = box
        return (
            x0 * self.scale_x + self.offset_x,
            y0 * self.scale_y + self.offset_y,
            x1 * self.scale_x + self.offset_x,
            y1 * self.scale_y + self.offset_y,
        )

    def to_picture(self, box: Box) -> Box:
        """Invert `to_input`."""
        x0, y0, x1, y1 = box
        return (
            (x0 - self.offset_x) / self.scale_x,
            (y0 - self.offset_y) / self.scale_y,
            (x1 - self.offset_x) / self.scale_x,
            (y1 - self.offset_y) / self.scale_y,
        )

    def visible_share(self, box: Box) -> float:
        """Compute how much of a box's area the encoder sees; below 1 where a crop cuts it."""
        x0, y0, x1, y1 = self.to_input(box)
        area = (x1 - x0) * (y1 - y0)
        if area <= 0:
            return 0.0
        width = max(0.0, min(x1, self.size) - max(x0, 0.0))
        height = max(0.0, min(y1, self.size) - max(y0, 0.0))
        return width * height / area


@dataclass(frozen=True, slots=True)
class Preprocess:
    """A checkpoint's own preprocessing, from its `preprocess_cfg`.

    Attributes:
        size: Side of the square the image encoder takes, pixels.
        mean: Per channel, of pixels scaled to 0–1; std likewise.
        fill: Grey value of padding, 0–255 (resize mode "longest" only).
    """

    size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    resize_mode: ResizeMode = "shortest"
    bicubic: bool = True
    fill: int = 0

    @property
    def decode_px(self) -> int:
        """Return the shorter side to decode a picture to, at least.

        Twice what the encoder takes, so that it is the bicubic filter here that makes its pixels.
        """
        return 2 * self.size

    def resized(self, width: int, height: int) -> tuple[int, int]:
        """Compute (width, height) of a picture after resizing and before cropping or padding."""
        if self.resize_mode == "squash":
            return self.size, self.size
        if self.resize_mode == "longest":
            ratio = max(width, height) / self.size
            # Of a picture 500 times as long as high, something must be left.
            return max(1, round(width / ratio)), max(1, round(height / ratio))
        # torchvision's Resize truncates the longer side.
        if width <= height:
            return self.size, int(self.size * height / width)
        return int(self.size * width / height), self.size

    def geometry(self, width: int, height: int) -> Geometry:
        """Compute where a picture of width × height pixels comes to lie."""
        new_width, new_height = self.resized(width, height)
        left, top = self._offset(new_width), self._offset(new_height)
        return Geometry(self.size, new_width / width, new_height / height, left, top)

    def pixels(self, picture: "Image.Image") -> NDArray[np.uint8]:
        """Transform an upright RGB picture into what the encoder sees: (size, size, 3) uint8."""
        # Text alone needs no Pillow.
        from PIL import Image

        size = self.resized(picture.width, picture.height)
        if size != picture.size:
            method = Image.Resampling.BICUBIC if self.bicubic else Image.Resampling.BILINEAR
            picture = picture.resize(size, method)
        left, top = self._offset(size[0]), self._offset(size[1])
        if self.resize_mode == "longest" and size != (self.size, self.size):
            square = Image.new("RGB", (self.size, self.size), (self.fill,) * 3)
            square.paste(picture, (left, top))
            return np.array(square)
        return np.array(picture.crop((-left, -top, self.size - left, self.size - top)))

    def _offset(self, length: int) -> int:
        # Padding rounds down and cropping rounds half to even, as torchvision does.
        spare = self.size - length
        return spare // 2 if spare >= 0 else -round(-spare / 2)
