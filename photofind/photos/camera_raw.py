"""Camera raw files, read by LibRaw: the camera's preview, or a quick development."""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from PIL import Image

from photofind.photos.formats import JPEG
from photofind.photos.opening import extra_is_missing, open_header
from photofind.photos.pixels import orientation_of

# LibRaw's words for how to turn a picture → EXIF's.
_ORIENTATION = {3: 3, 5: 8, 6: 6}


@dataclass(frozen=True, slots=True)
class Developed:
    """Either an upright `image`, or the bytes of a JPEG `preview` still to be rotated.

    Attributes:
        orientation: How to turn the preview after decoding it.
        width: Of the upright photo, in full.
        height: Of the upright photo, in full.
    """

    image: Image.Image
    preview: bytes | None
    orientation: int
    width: int
    height: int


def develop(
    data: bytes, shorter_side: int | None, check_size: Callable[[tuple[int, int]], None]
) -> Developed:
    """Develop a raw file at half size, unless its preview has `shorter_side` pixels."""
    try:
        import rawpy
    except ImportError as error:
        raise extra_is_missing("camera raw", "raw") from error
    with rawpy.imread(io.BytesIO(data)) as raw:
        size = raw.sizes.width, raw.sizes.height
        check_size(size)
        turn = _ORIENTATION.get(raw.sizes.flip, 1)
        width, height = size[::-1] if turn >= 5 else size
        # Development brings no more than half the pixels a side.
        enough = min(shorter_side or min(size) // 2, min(size) // 2)
        preview = _preview(raw, enough)
        if preview is not None:
            own = orientation_of(open_header(preview, JPEG))
            return Developed(_NOTHING, preview, turn if own == 1 else 1, width, height)
        pixels = raw.postprocess(half_size=True, use_camera_wb=True)
        return Developed(Image.fromarray(pixels), None, 1, width, height)


_NOTHING = Image.new("RGB", (1, 1))


def _preview(raw: Any, enough: int) -> bytes | None:
    """Extract the embedded JPEG, if its shorter side has `enough` pixels."""
    import rawpy

    try:
        thumb = raw.extract_thumb()
        if thumb.format != rawpy.ThumbFormat.JPEG:
            return None
        preview = bytes(thumb.data)
        return preview if min(open_header(preview, JPEG).size) >= enough else None
    except Exception:  # noqa: BLE001 - without a usable preview the raw pixels still are there
        return None
