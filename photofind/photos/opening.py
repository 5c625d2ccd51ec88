"""Bytes → a Pillow image with its header read and its pixels not."""

import io
import re
import warnings
from collections.abc import Callable

from PIL.AvifImagePlugin import AvifImageFile
from PIL.BmpImagePlugin import BmpImageFile
from PIL.GifImagePlugin import GifImageFile
from PIL.ImageFile import ImageFile
from PIL.Jpeg2KImagePlugin import Jpeg2KImageFile
from PIL.JpegImagePlugin import JpegImageFile
from PIL.PngImagePlugin import PngImageFile
from PIL.PpmImagePlugin import PpmImageFile
from PIL.TiffImagePlugin import TiffImageFile
from PIL.WebPImagePlugin import WebPImageFile

from photofind.errors import MissingExtraError
from photofind.photos.formats import PhotoFormat


def _open_heif(file: io.BytesIO) -> ImageFile:
    try:
        from pillow_heif import HeifImageFile
    except ImportError as error:
        raise extra_is_missing("HEIC", "heic") from error
    opened: ImageFile = HeifImageFile(file)
    return opened


# The plugins themselves rather than Image.open:
# - The content has already said which one it is, so no other decoder ever sees the file.
# - Image.open refuses above 179 megapixels and warns above 89, by limits global to the process;
#   photos of 200 megapixels exist, and here `decode` checks the size.
# - A JPEG's further pictures (MPO: stereo pairs, gain maps) are ignored.
_PLUGINS: dict[str, Callable[[io.BytesIO], ImageFile]] = {
    "JPEG": JpegImageFile,
    "PNG": PngImageFile,
    "WEBP": WebPImageFile,
    "TIFF": TiffImageFile,
    "BMP": BmpImageFile,
    "GIF": GifImageFile,
    "AVIF": AvifImageFile,
    "JPEG2000": Jpeg2KImageFile,
    "PPM": PpmImageFile,
    "HEIF": _open_heif,
}


def open_header(data: bytes, known: PhotoFormat) -> ImageFile:
    """Open a picture, reading no more than its header.

    Raises:
        MissingExtraError: The optional part that reads this format is not installed.
        Exception: Of many kinds, where the file is damaged; see `decode`.
    """
    _silence_pillow()
    return _PLUGINS[known.pillow](io.BytesIO(data))


def extra_is_missing(label: str, extra: str) -> MissingExtraError:
    return MissingExtraError(
        f"Reading {label} pictures needs an optional part of photofind: "
        f"pip install 'photofind[{extra}]'."
    )


_SILENCE = ("ignore", None, Warning, re.compile(r"PIL\."), 0)


def _silence_pillow() -> None:
    """Keep Pillow's warnings about odd files from stderr, where nobody can act on them."""
    # One rule for the modules of Pillow alone, put in place again whenever somebody reset the
    # list. `warnings.catch_warnings` is no choice: it is not safe with several threads.
    if _SILENCE not in warnings.filters:
        warnings.filterwarnings("ignore", module=r"PIL\.")
