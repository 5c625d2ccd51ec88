"""What a photo is, wherever it lives."""

import hashlib

from photofind.domain import Fingerprint

FINGERPRINT_BYTES = 16


def fingerprint(data: bytes | memoryview) -> Fingerprint:
    """BLAKE2b, 16 bytes, over the whole content."""
    # 128 bits: among ten million photos two share a fingerprint by chance once in 10^24.
    return Fingerprint(hashlib.blake2b(data, digest_size=FINGERPRINT_BYTES).digest())
