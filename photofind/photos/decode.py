"""The only decoder: bytes of a file → an upright RGB picture, or an error to show.

What a picture goes through, in this order, and why:

    identify       the content, not the name, chooses the one decoder that will see the file
    size check     from the header, before any pixel exists
    draft          JPEG only: decode at 1/2, 1/4 or 1/8, where that is still large enough
    load           strict: a file that ends too early is an error
    simplify       palettes, 16 bits and the like, to eight bits per channel
    shrink         average blocks of pixels while at least twice as many as needed
    colours        the embedded profile to sRGB; transparency on white
    turn           EXIF orientation, once; some decoders have already done it

Of a video, one frame stands for all; `video` chooses it.

Thread-safe: it keeps nothing but a cache of colour transforms.
"""

from dataclasses import dataclass

from PIL import Image
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from photofind.errors import UnreadablePhotoError
from photofind.photos import camera_raw, video
from photofind.photos.formats import (
    AVIF,
    HEAD_BYTES,
    HEIF,
    RAW,
    VIDEO,
    WEBP,
    PhotoFormat,
    identify,
)
from photofind.photos.opening import open_header
from photofind.photos.pixels import orientation_of, shrunk, simplified, to_srgb, upright

MAX_PIXELS = 400_000_000
"""Larger than any camera's pictures; phones reach 200 megapixels."""

MAX_LOADED_BYTES = 1_024_000_000
"""Memory at the height of decoding, before the picture is shrunk.

Only JPEG can be decoded smaller than it is; for other formats this is the limit that counts: 128
megapixels of PNG, 64 of WebP.
"""

# Bytes a pixel takes at that height, measured (Pillow 13): decoders keep copies of their own.
_BYTES_PER_PIXEL = {"webp": 16, "avif": 10, "jpeg2000": 20, "video": 30}
_BYTES_PER_PIXEL_OTHERWISE = 8
_BYTES_PER_PIXEL_OF_NUMBERS = 28  # modes I and F, scaled in numpy

MAX_SCAN_PIXELS = 4_000_000_000
"""Pixels times the scans of a progressive JPEG.

An ordinary one has about 10 scans; a few kB can hold thousands that each take as long.
"""


# A copy broken off where its file was made in full size beforehand ends in zeros. Most decoders
# notice; these take zeros for pixels. (For TIFF, BMP and PPM zeros may be pixels.)
_BLIND_TO_ZEROS = (WEBP, AVIF, HEIF)
_ZEROS = bytes(512)
_TOO_SHORT = "The file ends too early; it was probably not copied completely."


@dataclass(frozen=True, slots=True)
class Picture:
    """A decoded photo.

    Attributes:
        image: Upright, mode RGB, sRGB; may be smaller than the photo.
        width: Of the upright photo, in full.
        height: Of the upright photo, in full.
        format: `PhotoFormat.name`.
    """

    image: Image.Image
    width: int
    height: int
    format: str


def decode(
    data: bytes, *, name: str, shorter_side: int | None = None, max_pixels: int = MAX_PIXELS
) -> Picture:
    """Decode the first picture of a file.

    Args:
        data: The whole file.
        name: The file's name; decides between TIFF and the camera raw formats built on it.
        shorter_side: Pixels the picture's shorter side must have at least, if the photo has as
            many; it has less than twice as many. `None` for full size.
        max_pixels: Limit on the photo's size in its header.

    Raises:
        NotAPhoto: The content is no picture and the name did not say so either.
        UnreadablePhotoError: The message says why, for the photo's owner.
    """
    known = identify(data[:HEAD_BYTES], name)
    try:
        if known is RAW:
            return _decode_raw(data, shorter_side, max_pixels)
        if known is VIDEO:
            return _decode_video(data, shorter_side, max_pixels)
        return _decode(data, known, shorter_side, max_pixels)
    except UnreadablePhotoError:
        raise
    # Damaged files make Pillow raise nearly anything: OSError, SyntaxError, ValueError,
    # struct.error, ZeroDivisionError, IndexError, OverflowError, MemoryError, DecompressionBomb…
    # All that happens within is decoding this file, so it is this file's fault. The one place
    # where so much is caught.
    except Exception as error:
        raise UnreadablePhotoError(_in_words(error)) from error


def _decode(data: bytes, known: PhotoFormat, shorter_side: int | None, max_pixels: int) -> Picture:
    if known in _BLIND_TO_ZEROS and data.endswith(_ZEROS):
        raise UnreadablePhotoError(_TOO_SHORT)
    image = open_header(data, known)
    width, height = image.size
    _refuse_if_larger(image.size, max_pixels)
    if isinstance(image, JpegImageFile):
        _refuse_endless_scans(data, image.size)
        if shorter_side is not None:
            image.draft(None, (shorter_side, shorter_side))
    _refuse_if_larger(image.size, MAX_LOADED_BYTES // _bytes_per_pixel(known, image.mode))
    image.load()
    orientation = 1 if known.decoder_turns else orientation_of(image)
    picture = _finished(image, orientation, shorter_side)
    if orientation >= 5:
        width, height = height, width
    return Picture(picture, width, height, known.name)


def _finished(image: ImageFile, orientation: int, shorter_side: int | None) -> Image.Image:
    profile = image.info.get("icc_profile")
    small = shrunk(simplified(image), shorter_side)
    coloured = to_srgb(small, profile if isinstance(profile, bytes) else None)
    finished = upright(coloured, orientation)
    # Profile and EXIF were applied: they must not be saved with the picture.
    finished.info.clear()
    return finished


def _decode_raw(data: bytes, shorter_side: int | None, max_pixels: int) -> Picture:
    developed = camera_raw.develop(
        data, shorter_side, lambda size: _refuse_if_larger(size, max_pixels)
    )
    image = developed.image
    if developed.preview is not None:
        preview = decode(developed.preview, name="preview.jpg", shorter_side=shorter_side)
        image = upright(preview.image, developed.orientation)
    return Picture(shrunk(image, shorter_side), developed.width, developed.height, RAW.name)


def _decode_video(data: bytes, shorter_side: int | None, max_pixels: int) -> Picture:
    limit = min(max_pixels, MAX_LOADED_BYTES // _BYTES_PER_PIXEL[VIDEO.name])
    frame = video.representative_frame(data, lambda size: _refuse_if_larger(size, limit))
    return Picture(shrunk(frame, shorter_side), *frame.size, VIDEO.name)


def _bytes_per_pixel(known: PhotoFormat, mode: str) -> int:
    if mode in ("I", "F"):
        return _BYTES_PER_PIXEL_OF_NUMBERS
    return _BYTES_PER_PIXEL.get(known.name, _BYTES_PER_PIXEL_OTHERWISE)


def _refuse_if_larger(size: tuple[int, int], max_pixels: int) -> None:
    pixels = size[0] * size[1]
    if pixels > max_pixels:
        raise UnreadablePhotoError(
            f"The picture has {pixels / 1e6:,.0f} megapixels; "
            f"photofind reads this kind up to {max_pixels / 1e6:,.0f}."
        )


def _refuse_endless_scans(data: bytes, size: tuple[int, int]) -> None:
    # Within compressed data FF is never followed by DA, so this counts scans (those of an
    # embedded thumbnail too, which does not matter).
    scans = data.count(b"\xff\xda")
    if scans * size[0] * size[1] > MAX_SCAN_PIXELS:
        raise UnreadablePhotoError("The picture is made so as to take very long to decode.")


def _in_words(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "There was not enough memory to decode the picture."
    if isinstance(error, Image.DecompressionBombError):
        return "The picture claims to be far larger than photofind reads."
    if isinstance(error, EOFError) or "truncated" in str(error).lower():
        return _TOO_SHORT
    return "The picture is damaged and cannot be decoded."
