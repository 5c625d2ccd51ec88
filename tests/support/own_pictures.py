"""Many pictures that look alike, and of which none is a copy of another."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from PIL import Image

_PATCH = 16
_PATCHES = 5


def write_own_pictures(like: Path, targets: Iterable[Path]) -> None:
    """Write a picture to each target, in the format of `like`; patches stand for the name."""
    with Image.open(like) as opened:
        image, kind = opened.convert("RGB"), opened.format
    for target in targets:
        digest = hashlib.sha256(target.name.encode()).digest()
        for patch in range(_PATCHES):
            red, green, blue = digest[3 * patch : 3 * patch + 3]
            left = patch * _PATCH
            image.paste((red, green, blue), (left, 0, left + _PATCH, _PATCH))
        image.save(target, kind, compress_level=1)
