"""Photos, files and vectors for the catalogue, made from small numbers."""

from pathlib import Path

import numpy as np

from photofind.domain import (
    Embeddings,
    EmbeddingSpace,
    FileStat,
    Fingerprint,
    FoundFile,
    Photo,
    PhotoMetadata,
)
from photofind.store.photos import ReadFile

ROOT = Path("/pictures")
DIM = 8
SPACE = EmbeddingSpace("tiny", "ab" * 32, 1, DIM)


def fingerprint_of(number: int) -> Fingerprint:
    return Fingerprint(number.to_bytes(16, "big"))


def photo_of(number: int) -> Photo:
    about = PhotoMetadata("2019-07-01T12:00:00", 120, "Nikon D750", "50mm", -33.5, 151.25)
    return Photo(fingerprint_of(number), "JPEG", 4000 + number, 3000, (1, 200, 255), about)


def found(path: Path, number: int = 0) -> FoundFile:
    return FoundFile(ROOT, path, FileStat(number + 1, number + 2, number + 3, number + 4))


def read_photo(path: Path, number: int) -> ReadFile:
    return ReadFile(found(path, number), 5, photo=photo_of(number))


def read_failure(path: Path, reason: str) -> ReadFile:
    return ReadFile(found(path), 5, failure=reason)


def unit_vectors(count: int, seed: int = 0) -> Embeddings:
    vectors = np.random.default_rng(seed).standard_normal((count, DIM)).astype(np.float32)
    unit: Embeddings = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit
