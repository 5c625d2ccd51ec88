"""Disk cache of embeddings of fixed texts, for which a large encoder takes seconds.

A file is the SHA-256 of what follows, then an .npy array. It can be deleted at any time.
"""

import hashlib
import io
import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from photofind.atomic_files import write_file
from photofind.clip.encoder import TextEncoder
from photofind.clip.prompts import background_queries, encode_queries
from photofind.domain import Embeddings

_DIGEST_BYTES = 32

_log = logging.getLogger(__name__)


class PromptCache:
    """Keeps one encoder's embeddings; any number of threads and processes may use one folder.

    Args:
        folder: Made when first needed.
    """

    def __init__(self, folder: Path, encoder: TextEncoder) -> None:
        self._folder = folder
        self._encoder = encoder

    def get(self, kind: str, texts: Sequence[str], encode: Callable[[], Embeddings]) -> Embeddings:
        """Return what is kept, or make it with `encode` and keep it where the disk allows.

        Args:
            kind: What the embeddings are for; a word, the beginning of the file's name.
            texts: All that the embeddings depend on, beside the encoder.
        """
        path = self._path_of(kind, texts)
        kept = _read(path)
        if kept is None:
            kept = encode()
            _write(path, kept)
        return kept

    def _path_of(self, kind: str, texts: Sequence[str]) -> Path:
        wording = hashlib.sha256("\n".join(texts).encode()).hexdigest()
        checkpoint = self._encoder.space.sha256
        return self._folder / f"{kind}-{checkpoint[:16]}-{wording[:16]}.prompts"


def background_embeddings(cache: Path, encoder: TextEncoder) -> Embeddings:
    """Embed the background queries → (B, dim) float32, unit length; cached on disk."""
    queries = background_queries()
    return PromptCache(cache, encoder).get(
        "background", queries, lambda: encode_queries(encoder, queries)
    )


def _read(path: Path) -> Embeddings | None:
    """Return `None` where there is none, or not what was written."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("%s cannot be read and is made again: %s", path, error)
        return None
    digest, array = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
    if hashlib.sha256(array).digest() != digest:
        _log.warning("%s is damaged and is made again", path)
        return None
    kept: Embeddings = np.load(io.BytesIO(array), allow_pickle=False)
    return kept


def _write(path: Path, embeddings: Embeddings) -> None:
    array = io.BytesIO()
    np.save(array, embeddings, allow_pickle=False)
    content = hashlib.sha256(array.getvalue()).digest() + array.getvalue()
    try:
        # The digest tells what a power cut leaves behind.
        write_file(path, content, durable=False)
    except OSError as error:
        # Searching goes on; it is only slower the next time.
        _log.warning("%s cannot be kept and will be made again: %s", path, error)
