"""Vector stores on disk: opened by mapping them into memory, appended to, verified.

[Note: mapped vectors] A generation is two files: the rows of a store in the order of their slots,
and a journal that says which label each slot holds, and which labels went. Both only ever grow, so
a change costs its own size, and what a process has mapped never changes under it. How much of them
counts, the `Extent`, is recorded by the caller, in the transaction that names the change they are
true up to: what a killed writer left beyond it is written over, and a catalogue that was put back
finds the files as they were at its time. A store that was compacted becomes another generation,
under another name. Nothing is flushed to the disk: damage is noticed. The journal has a checksum,
each row a hash in it, and opening verifies all of them. Files that fail count as absent.
"""

import logging
import mmap
import secrets
import shutil
import time
import zlib
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings
from photofind.vectors.slots import VectorStore, is_among

_ROWS, _JOURNAL = ".rows", ".journal"

_STORED = np.dtype("<f4")

_ENTRY = np.dtype([("label", "<i8"), ("hash", "<u8")])
"""Of the journal: a label in the next slot with the hash of its row, or `~label` for one that went.

The last entry with a label decides.
"""

_HASHED_ROWS = 4096

FREE_BYTES = 256 << 20
"""What a generation must leave free on the disk."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a generation's files counts.

    Attributes:
        name: Of its files, without an ending.
        rows: Slots, dead ones included.
        entries: Of the journal.
        checksum: CRC-32 of the journal.
    """

    name: str
    dim: int
    rows: int
    entries: int
    checksum: int


class DamagedFilesError(ValueError):
    """The files of a generation are not what was written."""


def open_mapped(folder: Path, extent: Extent) -> VectorStore:
    """Map a generation into memory, and verify all of it.

    Raises:
        OSError: A file is missing or cannot be read.
        DamagedFilesError: A file is too short or damaged.
    """
    journal = np.fromfile(folder / (extent.name + _JOURNAL), _ENTRY, extent.entries)
    if len(journal) != extent.entries or zlib.crc32(journal.data) != extent.checksum:
        raise DamagedFilesError(f"the journal of {extent.name}")
    is_row = journal["label"] >= 0
    rows = _map_rows(folder / (extent.name + _ROWS), extent)
    hashes = journal["hash"][is_row]
    if len(hashes) != len(rows) or not np.array_equal(row_hashes(rows), hashes):
        raise DamagedFilesError(f"the rows of {extent.name}")
    return _store(journal["label"], is_row, rows)


def write_mapped(folder: Path, store: VectorStore) -> Extent:
    """Write a store, with its dead slots, as another generation.

    Raises:
        OSError: The disk is too full or cannot be written; nothing is left behind.
    """
    folder.mkdir(parents=True, exist_ok=True)
    needed = store.slot_count * (store.dim * _STORED.itemsize + _ENTRY.itemsize)
    free = shutil.disk_usage(folder).free
    if free < needed + FREE_BYTES:
        raise OSError(f"{free >> 20} MB are free, {needed + FREE_BYTES >> 20} needed")
    name = f"{time.time_ns():020}-{secrets.token_hex(4)}"
    paths = [folder / (name + ending) for ending in (_ROWS, _JOURNAL)]
    try:
        for path in paths:
            path.touch(exist_ok=False)
        return append_mapped(folder, Extent(name, store.dim, 0, 0, 0), store)
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise


def append_mapped(
    folder: Path, extent: Extent, store: VectorStore, before: VectorStore | None = None
) -> Extent:
    """Append to a generation what has changed in a store.

    Args:
        extent: Where to append; the files there hold `before`.
        store: Shares its slots with `before`, and is later.

    Raises:
        OSError: The disk is full or a file is missing; `extent` is as it was.
    """
    was_dead = np.zeros(store.slot_count, np.bool_)
    if before is not None:
        was_dead[: before.slot_count] = before.dead
    left = np.unique(store.slot_labels[store.dead & ~was_dead])
    gone = left[~is_among(left, store.labels)]
    entries = np.zeros(store.slot_count - extent.rows + len(gone), _ENTRY)
    entries["label"] = np.concatenate((store.slot_labels[extent.rows :], ~gone))
    with (folder / (extent.name + _ROWS)).open("r+b") as file:
        file.seek(extent.rows * extent.dim * _STORED.itemsize)
        for slots, rows in store.blocks(extent.rows):
            stored = np.ascontiguousarray(rows, _STORED)
            entries["hash"][slots.start - extent.rows : slots.stop - extent.rows] = row_hashes(
                stored
            )
            file.write(stored.data)
    with (folder / (extent.name + _JOURNAL)).open("r+b") as file:
        file.seek(extent.entries * _ENTRY.itemsize)
        file.write(entries.data)
    return Extent(
        extent.name,
        extent.dim,
        store.slot_count,
        extent.entries + len(entries),
        zlib.crc32(entries.data, extent.checksum),
    )


def remove_all_but(folder: Path, name: str) -> None:
    """Delete other generations; what another process has mapped stays for it, or for later."""
    for ending in (_ROWS, _JOURNAL):
        for path in folder.glob("*" + ending):
            if path.stem != name:
                # Windows refuses to delete a file that another process has mapped.
                with suppress(OSError):
                    path.unlink()


def row_hashes(rows: Embeddings) -> NDArray[np.uint64]:
    """Hash rows (N, dim) float32 → (N,) uint64, at the speed of memory.

    Multilinear modulo 2⁶⁴ over words of 64 bits, with odd coefficients: any change within one word
    changes the hash, and any other does but for one in 2⁶⁴ of random ones.
    """
    dim = rows.shape[1]
    word = np.dtype("<u8" if dim % 2 == 0 else "<u4")
    words = dim * _STORED.itemsize // word.itemsize
    odd = np.random.default_rng(0).integers(0, 2**64, words, np.uint64) | np.uint64(1)
    hashes = np.empty(len(rows), np.uint64)
    for start in range(0, len(rows), _HASHED_ROWS):
        some = rows[start : start + _HASHED_ROWS]
        as_words = some.view(word).astype(np.uint64, copy=False)
        # Twice as quick as a matrix product of integers.
        hashes[start : start + len(some)] = np.einsum("ij,j->i", as_words, odd)
    return hashes


def _map_rows(path: Path, extent: Extent) -> Embeddings:
    size = extent.rows * extent.dim * _STORED.itemsize
    if not size:
        return np.empty((0, extent.dim), np.float32)
    with path.open("rb") as file:
        if path.stat().st_size < size:
            raise DamagedFilesError(f"the rows of {extent.name} are too few")
        mapped = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)
    rows: Embeddings = np.frombuffer(mapped, _STORED).reshape(extent.rows, extent.dim)
    return rows


def _store(entries: NDArray[np.int64], is_row: NDArray[np.bool_], rows: Embeddings) -> VectorStore:
    """Make the store of a journal's labels (N,), of which some went."""
    labels = np.where(is_row, entries, ~entries)
    # Nearly sorted, where a stable sort takes linear time.
    order = np.argsort(labels, kind="stable")
    in_order = labels[order]
    is_last = np.ones(len(order), np.bool_)
    is_last[:-1] = in_order[1:] != in_order[:-1]
    deciding = order[is_last]
    living = deciding[is_row[deciding]]
    slots = (np.cumsum(is_row) - 1)[living]
    return VectorStore.of_slots(labels[is_row], rows, labels[living], slots)
