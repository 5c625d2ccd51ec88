"""Conversion of a decoded picture of any mode to upright 8-bit sRGB."""

import io
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms
from PIL.ExifTags import Base

_TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PROFILE_MODES = {"RGB ": "RGB", "CMYK": "CMYK", "GRAY": "L"}


def orientation_of(image: Image.Image) -> int:
    """Return the EXIF orientation, 1 to 8; 1 if absent or invalid."""
    try:
        orientation = image.getexif().get(Base.Orientation)
    except Exception:  # noqa: BLE001 - the picture may be whole where its EXIF is damaged
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1


def upright(image: Image.Image, orientation: int) -> Image.Image:
    method = _TRANSPOSE.get(orientation)
    return image if method is None else image.transpose(method)


def shrunk(image: Image.Image, shorter_side: int | None) -> Image.Image:
    """Average blocks of pixels if the picture has at least twice the pixels needed.

    The result's shorter side lies between `shorter_side` and twice that: averaging is cheap, and
    leaves the last step to the encoder's own resampling, which it must be to embed as trained.
    """
    factor = 1 if shorter_side is None else min(image.size) // max(shorter_side, 1)
    return image.reduce(factor) if factor >= 2 else image


def simplified(image: Image.Image) -> Image.Image:
    """Convert to one of the modes L, LA, RGB, RGBA, CMYK, LAB."""
    if image.mode.startswith("I") or image.mode == "F":
        return _eight_bits(image)
    if "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in ("L", "LA", "RGB", "RGBA", "CMYK", "LAB"):
        return image
    if image.mode in ("PA", "La", "RGBa"):
        return image.convert("RGBA")
    return image.convert("L" if image.mode == "1" else "RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Convert a simplified picture to sRGB, on white where it is transparent."""
    if image.mode in ("LA", "RGBA"):
        opaque, alpha = image.convert(image.mode[:-1]), image.getchannel("A")
        white = Image.new("RGB", image.size, "white")
        white.paste(to_srgb(opaque, profile), mask=alpha)
        return white
    transform = _to_srgb_transform(profile, image.mode) if profile else None
    if transform is not None:
        converted = transform.apply(image)
        return converted if converted.mode == "RGB" else converted.convert("RGB")
    # convert() copies even RGB: what is returned is no longer tied to the file and its EXIF.
    return image.convert("RGB")


@lru_cache(maxsize=16)
def _to_srgb_transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Build the colour transform; `None` if there is no usable profile.

    A broken profile is ignored: a picture in slightly wrong colours can still be found, and every
    viewer does the same.
    """
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if _PROFILE_MODES.get(source.profile.xcolor_space) != mode or _is_srgb(source):
            return None
        return ImageCms.ImageCmsTransform(
            source,
            ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")),
            mode,
            "RGB",
            intent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
    except (OSError, ValueError, TypeError, ImageCms.PyCMSError):
        return None


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    return "srgb" in (profile.profile.profile_description or "").lower()


def _eight_bits(image: Image.Image) -> Image.Image:
    """Scale grey of 16 or 32 bits or floats; white is the type's maximum or the picture's."""
    values = np.asarray(image)
    if image.mode.startswith("I;16"):
        return Image.fromarray((values >> 8).astype(np.uint8))
    finite = values[np.isfinite(values)] if image.mode == "F" else values
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    if low < 0 or high > 65535:
        black, white = low, high  # measurements rather than brightness: show their whole range
    elif image.mode == "F" and high <= 1:
        black, white = 0.0, 1.0
    else:
        black, white = 0.0, (255.0 if high <= 255 and image.mode == "F" else 65535.0)
    return Image.fromarray(_scaled(values, black, white))


def _scaled(values: NDArray[Any], black: float, white: float) -> NDArray[np.uint8]:
    scaled = (values.astype(np.float32) - black) * (255 / max(white - black, 1e-12))
    eight: NDArray[np.uint8] = np.nan_to_num(scaled.clip(0, 255), nan=0).astype(np.uint8)
    return eight
