"""The vectors of a library between runs: mapped files, so that starting reads no rows.

    files as of a change, recorded in the catalogue → changes since → a store as of now

See [Note: mapped vectors] in vectors/mapped.py and [Note: change feed] in store/changes.py. Only
the process that writes to a library saves; any may load. The catalogue stays the only truth: where
the files are missing, damaged or too far behind, all rows are read, and the next save mends them.
"""

import logging
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.store.changes import SEARCHED, ChangeKind, Changes
from photofind.store.embeddings import StoredEmbeddings
from photofind.store.indexed import EmbeddingRepository
from photofind.vectors.generations import sealed, unsealed
from photofind.vectors.mapped import (
    Extent,
    append_mapped,
    open_mapped,
    remove_all_but,
    write_mapped,
)
from photofind.vectors.slots import VectorStore, is_among

MOST_BEHIND = 10_000
"""Changes of other kinds that a record may stay behind: reading past them costs milliseconds."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Record:
    """What the catalogue knows of the files: a space, and the change number they are true up to."""

    space_id: int
    seq: int
    extent: Extent

    def written(self) -> str:
        return sealed(asdict(self))

    @classmethod
    def read(cls, written: str) -> "_Record":
        """Parse what `written` wrote; raises `ValueError` if it is damaged."""
        try:
            body = unsealed(written)
            return cls(**{**body, "extent": Extent(**body["extent"])})
        except (KeyError, TypeError) as error:
            raise ValueError("the record of the vectors' files is of another photofind") from error


class VectorCache:
    """Loads and saves the vectors of the photos that are searchable in one space; thread-safe.

    Args:
        folder: Of the mapped files.
    """

    def __init__(self, embeddings: EmbeddingRepository, folder: Path, space_id: int) -> None:
        self._embeddings = embeddings
        self._folder = folder
        self._space_id = space_id
        self._lock = threading.Lock()
        self._saved: tuple[_Record, VectorStore] | None = None
        self._gave_up = False

    def load(self) -> tuple[int, VectorStore]:
        """Load the vectors of all photos that have a file, and their change number."""
        started = time.monotonic()
        with self._lock:
            self._saved = self._open()
            found = None if self._saved is None else self._follow(*self._saved)
            how = "mapped"
            if found is None:
                how, self._saved = "read", None
                seq, stored = self._embeddings.load(self._space_id)
                found = seq, VectorStore(stored.photo_ids, stored.vectors)
        seconds = time.monotonic() - started
        _log.info("vectors: %s %d in %.2f s", how, len(found[1]), seconds)
        return found

    def save(self, seq: int, store: VectorStore) -> None:
        """Save a store derived from the one loaded last, or another; for the writer of a library.

        Appends what differs where both share their slots. A disk that is full is logged, and left
        alone until photofind starts again.
        """
        with self._lock:
            if self._gave_up or not self._is_due(seq, store):
                return
            try:
                extent = self._write(store)
            except OSError as error:
                self._gave_up = True
                _log.warning("The vectors could not be saved in %s: %s", self._folder, error)
                return
            record = _Record(self._space_id, seq, extent)
            self._embeddings.record_files(record.written())
            remove_all_but(self._folder, extent.name)
            self._saved = record, store

    def _open(self) -> tuple[_Record, VectorStore] | None:
        written = self._embeddings.recorded_files()
        if written is None:
            return None
        try:
            record = _Record.read(written)
            if record.space_id != self._space_id:
                return None
            return record, open_mapped(self._folder, record.extent)
        except (OSError, ValueError) as error:
            _log.warning("The vectors' files cannot be used (%s); they will be made again.", error)
            return None

    def _follow(self, record: _Record, store: VectorStore) -> tuple[int, VectorStore] | None:
        """Apply the changes since a record; `None` where the log does not reach back."""
        found = self._embeddings.load_changed(self._space_id, record.seq)
        if found is None:
            _log.info("vectors: the files are too far behind the change log")
            return None
        gone, came, vectors = difference(store.labels, *found)
        if len(gone) or len(came):
            store = store.updated(gone, came, vectors)
        return found[0].up_to, store

    def _is_due(self, seq: int, store: VectorStore) -> bool:
        if self._saved is None or seq - self._saved[0].seq > MOST_BEHIND:
            return True
        saved = self._saved[1]
        return not (
            store.shares_slots_with(saved)
            and store.slot_count == saved.slot_count
            and np.array_equal(store.dead, saved.dead)
        )

    def _write(self, store: VectorStore) -> Extent:
        if self._saved is not None and store.shares_slots_with(self._saved[1]):
            record, saved = self._saved
            try:
                return append_mapped(self._folder, record.extent, store, saved)
            except FileNotFoundError:
                _log.warning("The vectors' files are gone; they are made again.")
        started = time.monotonic()
        extent = write_mapped(self._folder, store)
        seconds = time.monotonic() - started
        _log.info("vectors: wrote %d in %.2f s", extent.rows, seconds)
        return extent


def difference(
    labels: NDArray[np.int64], changed: Changes, stored: StoredEmbeddings
) -> tuple[NDArray[np.int64], NDArray[np.int64], Embeddings]:
    """Compare changes with the photos that are known.

    Args:
        labels: (N,) int64, strictly ascending: the known photos.
        changed: Of kinds that affect whether a photo is searchable.
        stored: The embeddings that the changed photos have now.

    Returns:
        (M,) int64, photos that went; (K,) int64, ascending, photos that came or have another
        embedding; (K, dim) float32, their embeddings. One that only moved is in neither.
    """
    ids = changed.of(*SEARCHED)
    left = ids[~is_among(ids, stored.photo_ids)]
    is_new = ~is_among(stored.photo_ids, labels)
    is_new |= is_among(stored.photo_ids, changed.of(ChangeKind.EMBEDDING))
    return left[is_among(left, labels)], stored.photo_ids[is_new], stored.vectors[is_new]
