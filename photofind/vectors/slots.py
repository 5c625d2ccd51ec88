"""A store of vectors in memory that grows and shrinks without copying them.

[Note: slots] A vector keeps its slot, a row in a list of blocks, for the life of the store. Adding
takes the next slot, deleting leaves a dead slot, and replacing does both. So the cost follows the
change, plus a copy of the labels (8 MB for a million), never of the vectors. A store is immutable:
`updated` returns another one that shares the blocks. It writes only past the slots of its
predecessor, so concurrent queries are not disturbed. Once many slots are dead, the store is
compacted into a copy without them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.domain import Embeddings

BLOCK_ROWS = 8192
"""Slots allocated together: 16 MB of 512-d vectors, committed by the system when written."""

MOST_DEAD = 0.25
"""Share of dead slots above which a store is compacted."""

_FEWEST_DEAD = 1024

_GATHERED_ROWS = 1024
"""Rows gathered together: 2 MB of 512-d vectors stay in the CPU cache until they are scored."""

Slots = NDArray[np.intp]
"""(K,) slots of vectors in a store."""


def is_among(labels: NDArray[Any], ascending: NDArray[Any]) -> NDArray[np.bool_]:
    """Return whether each of M labels is among N ascending ones, (M,); costs M log N, not N."""
    places = np.searchsorted(ascending, labels)
    there = places < len(ascending)
    there[there] = ascending[places[there]] == labels[there]
    return there


@dataclass(slots=True)
class _Blocks:
    """The blocks shared by all stores derived from one another.

    Attributes:
        vectors: (rows, dim) each; slots count through them.
        starts: The first slot of each.
        labels: (capacity,) int64 of each slot.
        used: Number of slots taken by any store.
    """

    vectors: list[Embeddings]
    starts: list[int]
    labels: NDArray[np.int64]
    used: int

    def reserve(self, count: int) -> None:
        """Allocate blocks for `count` slots in all."""
        while count > (room := self.starts[-1] + len(self.vectors[-1])):
            rows = max(BLOCK_ROWS, count - room)
            self.vectors.append(np.empty((rows, self.vectors[0].shape[1]), np.float32))
            self.starts.append(room)
        if count > len(self.labels):
            grown = np.empty(max(count + BLOCK_ROWS, len(self.labels) * 9 // 8), np.int64)
            grown[: self.used] = self.labels[: self.used]
            self.labels = grown

    def within(self, first: int, stop: int) -> Iterator[tuple[slice, Embeddings]]:
        """Yield views of the vectors of a range of slots, each with its slots."""
        for start, block in zip(self.starts, self.vectors, strict=True):
            begin, end = max(first, start), min(stop, start + len(block))
            if begin < end:
                yield slice(begin, end), block[begin - start : end - start]


class VectorStore:
    """An immutable snapshot of labelled vectors; see [Note: slots].

    Args:
        labels: (N,) int64, strictly ascending.
        vectors: (N, dim) float32; referenced, not copied, and never written to.
    """

    def __init__(self, labels: NDArray[np.int64], vectors: Embeddings) -> None:
        if len(labels) != len(vectors):
            raise ValueError(f"{len(labels)} labels for {len(vectors)} vectors")
        if np.any(labels[1:] <= labels[:-1]):
            raise ValueError("labels must be strictly ascending")
        self._blocks = _Blocks([vectors], [0], labels, len(labels))
        self._count = len(labels)
        self.labels = labels
        """(N,) int64, strictly ascending, of all live vectors."""
        self.slots: Slots = np.arange(len(labels))
        """(N,) the slot of each label."""
        self.dead: NDArray[np.bool_] = np.zeros(len(labels), np.bool_)
        """(slots,) whether the vector was deleted."""

    @classmethod
    def of_slots(
        cls,
        slot_labels: NDArray[np.int64],
        vectors: Embeddings,
        labels: NDArray[np.int64],
        slots: Slots,
    ) -> "VectorStore":
        """Make a store of which some slots are dead.

        Args:
            slot_labels: (S,) int64, the label of each slot; referenced, not copied.
            vectors: (S, dim) float32; referenced, not copied, and never written to.
            labels: (N,) int64, strictly ascending: those that live.
            slots: (N,) their slots.
        """
        store = object.__new__(cls)
        store._blocks = _Blocks([vectors], [0], slot_labels, len(slot_labels))
        store._count = len(slot_labels)
        store.labels, store.slots = labels, slots
        store.dead = np.ones(len(slot_labels), np.bool_)
        store.dead[slots] = False
        return store

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def dim(self) -> int:
        return int(self._blocks.vectors[0].shape[1])

    @property
    def slot_count(self) -> int:
        """Number of slots used, dead ones included."""
        return self._count

    @property
    def slot_labels(self) -> NDArray[np.int64]:
        """(slots,) int64, the label of each slot; of a dead one, its last label."""
        return self._blocks.labels[: self._count]

    def shares_slots_with(self, other: "VectorStore") -> bool:
        """Return whether both stores number their slots alike."""
        return self._blocks is other._blocks

    def updated(
        self, gone: NDArray[np.int64], labels: NDArray[np.int64], vectors: Embeddings
    ) -> "VectorStore":
        """Return the store after a change.

        Args:
            gone: Labels to delete; absent ones are ignored.
            labels: (K,) int64, strictly ascending: labels to add or replace.
            vectors: (K, dim) float32, of `labels`.
        """
        leaving = np.unique(np.concatenate((gone, labels)))
        places = np.searchsorted(self.labels, leaving)
        places = places[places < len(self)]
        places = places[np.isin(self.labels[places], leaving)]
        kept_labels, kept_slots = np.delete(self.labels, places), np.delete(self.slots, places)
        if self._count != self._blocks.used:
            # Another store was derived from this one and has taken the next slots.
            return VectorStore(*self._joined(kept_labels, kept_slots, labels, vectors))
        dead_count = int(np.count_nonzero(self.dead)) + len(places)
        if dead_count > max(_FEWEST_DEAD, MOST_DEAD * self._count):
            return VectorStore(*self._joined(kept_labels, kept_slots, labels, vectors))
        return self._grown(self.slots[places], kept_labels, kept_slots, labels, vectors)

    def _grown(
        self,
        left: Slots,
        kept_labels: NDArray[np.int64],
        kept_slots: Slots,
        labels: NDArray[np.int64],
        vectors: Embeddings,
    ) -> "VectorStore":
        first, stop = self._count, self._count + len(labels)
        blocks = self._blocks
        blocks.reserve(stop)
        for slots, block in blocks.within(first, stop):
            block[:] = vectors[slots.start - first : slots.stop - first]
        blocks.labels[first:stop] = labels
        blocks.used = stop
        grown = object.__new__(VectorStore)
        grown._blocks = blocks
        grown._count = stop
        places = np.searchsorted(kept_labels, labels)
        grown.labels = np.insert(kept_labels, places, labels)
        grown.slots = np.insert(kept_slots, places, np.arange(first, stop))
        grown.dead = np.zeros(stop, np.bool_)
        grown.dead[:first] = self.dead
        grown.dead[left] = True
        return grown

    def _joined(
        self,
        kept_labels: NDArray[np.int64],
        kept_slots: Slots,
        labels: NDArray[np.int64],
        vectors: Embeddings,
    ) -> tuple[NDArray[np.int64], Embeddings]:
        places = np.searchsorted(kept_labels, labels)
        joined = np.insert(kept_labels, places, labels)
        is_new = np.isin(joined, labels)
        matrix = np.empty((len(joined), vectors.shape[1]), np.float32)
        matrix[~is_new] = self.vectors_at(kept_slots)
        matrix[is_new] = vectors
        return joined, matrix

    def blocks(self, first: int = 0) -> Iterator[tuple[slice, Embeddings]]:
        """Yield views of the vectors of all slots from `first` on, each with its slots."""
        return self._blocks.within(first, self._count)

    def matrix(self) -> Embeddings:
        """Return all vectors (N, dim) in the order of `labels`; a view if nothing ever changed."""
        if len(self._blocks.vectors) == 1 and len(self) == self._count:
            return self._blocks.vectors[0][: self._count]
        return self.vectors_at(self.slots)

    def slots_of(self, labels: NDArray[np.int64]) -> Slots:
        """Return the slots (K,) of labels; raises `KeyError` if one is absent."""
        held = is_among(labels, self.labels)
        if not np.all(held):
            raise KeyError(f"labels not in the index: {labels[~held].tolist()[:5]}")
        return self.slots[np.searchsorted(self.labels, labels)]

    def vectors_at(self, slots: Slots) -> Embeddings:
        """Copy the vectors (K, dim) of slots, in their order."""
        found = np.empty((len(slots), self._blocks.vectors[0].shape[1]), np.float32)
        for some, block in self.blocks():
            here = (slots >= some.start) & (slots < some.stop)
            found[here] = block[slots[here] - some.start]
        return found

    def scores(self, vector: NDArray[np.float32], first: int = 0) -> NDArray[np.float32]:
        """Return inner products (slots - first,) with a (dim,) vector; -inf for dead slots."""
        found = np.empty(self._count - first, np.float32)
        for some, block in self.blocks(first):
            np.matmul(block, vector, out=found[some.start - first : some.stop - first])
        found[self.dead[first:]] = -np.inf
        return found

    def scores_at(self, slots: Slots, vector: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return inner products (K,) of some slots with a (dim,) vector, gathered in chunks."""
        found = np.empty(len(slots), np.float32)
        for start in range(0, len(slots), _GATHERED_ROWS):
            some = slots[start : start + _GATHERED_ROWS]
            found[start : start + len(some)] = self.vectors_at(some) @ vector
        return found
