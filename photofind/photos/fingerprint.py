"""The fingerprint of a photo: a hash of its picture, independent of path and metadata.

See docs/decisions/0010-what-a-photo-is.md.
"""

import hashlib
import zlib

from photofind.domain import Fingerprint
from photofind.photos.formats import HEAD_BYTES, HEIF, JPEG, PNG, sniff
from photofind.photos.opening import open_header
from photofind.photos.picture_data import PIXELS, picture_parts, png_chunks
from photofind.photos.pixels import orientation_of

FINGERPRINT_BYTES = 16
# 128 bits: among ten million photos two share a fingerprint by chance once in 10^24.


def fingerprint(data: bytes | memoryview) -> Fingerprint:
    """Hash what decides a picture's pixels and EXIF rotation: BLAKE2b, 16 bytes.

    Files of one fingerprint decode to the same upright picture. Where picture and metadata cannot
    be told apart, it is `file_fingerprint`.
    """
    content = data if isinstance(data, bytes) else bytes(data)
    parts = picture_parts(content)
    if parts is None:
        return file_fingerprint(content)
    digest = hashlib.blake2b(digest_size=FINGERPRINT_BYTES, person=b"picture")
    digest.update(bytes([_orientation(content)]))
    for kind, part in parts:
        # How pixels are spread over chunks or extents is not part of the picture.
        if kind != PIXELS:
            digest.update(kind + len(part).to_bytes(8, "big"))
        digest.update(part)
    return Fingerprint(digest.digest())


def file_fingerprint(data: bytes | memoryview) -> Fingerprint:
    """Hash the whole file (BLAKE2b, 16 bytes), as catalogues before 0005 did."""
    return Fingerprint(hashlib.blake2b(data, digest_size=FINGERPRINT_BYTES).digest())


def is_known_by(data: bytes, known: Fingerprint) -> bool:
    """Return whether a file holds the photo of a fingerprint, an older one included."""
    return known == fingerprint(data) or known == file_fingerprint(data)


def _orientation(data: bytes) -> int:
    """Return the orientation the decoder will apply, or 1 if the parts contain it."""
    known = sniff(data[:HEAD_BYTES])
    if known is None or known is HEIF:
        return 1
    if known is PNG:
        return _orientation_of_png(data)
    # Opening them is half the cost of fingerprinting small pictures, which often have neither.
    if known is JPEG and not any(mark in data for mark in _JPEG_METADATA):
        return 1
    try:
        return orientation_of(open_header(data, known))
    except Exception:  # noqa: BLE001 - what cannot be opened will not be decoded either
        return 1


_JPEG_METADATA = (b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0")
_PNG_METADATA = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")


def _orientation_of_png(data: bytes) -> int:
    """Read it from a small PNG with the same metadata, which avoids a full decode."""
    written = [(kind, part) for kind, part in png_chunks(data) if kind in _PNG_METADATA]
    if not written:
        return 1
    header = b"\0\0\0\1\0\0\0\1\x08\0\0\0\0"
    chunks = [(b"IHDR", header), *written, (b"IDAT", zlib.compress(b"\0\0")), (b"IEND", b"")]
    small = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, part) for kind, part in chunks)
    try:
        return orientation_of(open_header(small, PNG))
    except Exception:  # noqa: BLE001 - as above
        return 1


def _chunk(kind: bytes, part: bytes | memoryview) -> bytes:
    checksum = zlib.crc32(part, zlib.crc32(kind))
    return len(part).to_bytes(4, "big") + kind + part + checksum.to_bytes(4, "big")
