"""One decoded frame of a video: its sharpness, and its upright RGB picture."""

import struct
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from PIL import Image

from photofind.photos.pixels import upright

_GREY_SIDE = 384
_BLANK_DEVIATION = 6  # of grey, 0–255
_HIGHEST_ASPECT = 4
_UNSPECIFIED, _HIGH_DEFINITION_ROWS = 2, 720

# EXIF's orientation by the signs of the display matrix, straight and turned by a quarter.
_STRAIGHT = {(False, False): 1, (True, False): 2, (True, True): 3, (False, True): 4}
_TURNED = {(False, False): 5, (False, True): 6, (True, True): 7, (True, False): 8}


def sharpness(frame: Any) -> float:
    """Measure how much neighbouring pixels differ; 0 for a blank frame."""
    # In small, so that neither noise nor the combs of interlaced video count.
    scale = min(1.0, _GREY_SIDE / max(frame.width, frame.height))
    size = max(3, round(frame.width * scale)), max(3, round(frame.height * scale))
    small = frame.reformat(*size, format="gray", interpolation="AREA")
    grey = small.to_ndarray().astype(np.float32)
    if grey.std() < _BLANK_DEVIATION:
        return 0.0
    edges = 4 * grey[1:-1, 1:-1] - grey[:-2, 1:-1] - grey[2:, 1:-1]
    edges -= grey[1:-1, :-2] + grey[1:-1, 2:]
    return float(edges.var())


def upright_picture(
    frame: Any, aspect: Fraction | None, check_size: Callable[[tuple[int, int]], None]
) -> Image.Image:
    """Convert to upright RGB with square pixels; `aspect` is a pixel's width/height."""
    size = _with_square_pixels(frame.width, frame.height, float(aspect or 1))
    check_size(size)
    # Untold, it is by convention the number of rows that says which colours are meant.
    untold = frame.colorspace == _UNSPECIFIED and frame.height >= _HIGH_DEFINITION_ROWS
    colours = "ITU709" if untold else None
    rgb = frame.reformat(*size, format="rgb24", src_colorspace=colours).to_ndarray()
    return upright(Image.fromarray(rgb), _orientation(frame))


def _with_square_pixels(width: int, height: int, aspect: float) -> tuple[int, int]:
    if not 1 / _HIGHEST_ASPECT <= aspect <= _HIGHEST_ASPECT:
        return width, height
    return (round(width * aspect), height) if aspect >= 1 else (width, round(height / aspect))


def _orientation(frame: Any) -> int:
    matrix = frame.side_data.get("DISPLAYMATRIX")
    if matrix is None:
        return 1
    a, b, _, c, d = struct.unpack_from("=5i", bytes(matrix))
    return _STRAIGHT[a < 0, d < 0] if abs(a) >= abs(b) else _TURNED[b < 0, c < 0]
