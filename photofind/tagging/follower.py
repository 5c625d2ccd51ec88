"""Tag suggestions of one library, kept true to the catalogue in small steps.

    change log → photos that came or changed → what stands out on them → suggestions that differ

See [Note: change feed] in store/changes.py. What stands out depends on the whole library, but on no
single photo: it is measured on a sample, and all photos are looked at again only when the library
has become another one (see `REMEASURED_SHARE`), the vocabulary or the search model changed, or the
log does not reach back.
"""

import hashlib
import json
import logging
import time
from dataclasses import asdict, dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.cancel import CancelToken
from photofind.domain import Embeddings, PhotoId
from photofind.store import changes, state, tags
from photofind.store.changes import ChangeKind
from photofind.store.database import Database
from photofind.store.tags import Suggestion
from photofind.tagging.tagger import SAMPLE, TagScale, measure, suggest_tags
from photofind.tagging.vocabulary import Vocabulary
from photofind.vectors.index import VectorIndex
from photofind.vectors.sampling import fixed_sample

FOLLOWER = "tags"

REMEASURED_SHARE = 0.1
"""Growth of a library after which all its photos are looked at again."""

BATCH = 1000
"""Photos looked at in one transaction: a person's own tag need not wait for a million."""

_BASIS = "tags_basis"
_FOLLOWED = (ChangeKind.FILES, ChangeKind.EMBEDDING)

_log = logging.getLogger(__name__)


class Searchable(Protocol):
    """The photos there are, as they were at one change; `SearchFollower` is one."""

    @property
    def space_id(self) -> int: ...

    @property
    def index(self) -> VectorIndex: ...

    @property
    def seq(self) -> int:
        """The number of the change that `index` is true up to."""
        ...


@dataclass(frozen=True, slots=True)
class _Basis:
    """What the suggestions of a whole library rest on.

    Attributes:
        vocabulary: A hash of names and prompts.
        photos: How many photos it was measured on.
    """

    space_id: int
    vocabulary: str
    photos: int

    def holds_for(self, other: "_Basis") -> bool:
        """Whether what was measured once still means the same."""
        if (self.space_id, self.vocabulary) != (other.space_id, other.vocabulary):
            return False
        return abs(other.photos - self.photos) <= REMEASURED_SHARE * self.photos


class TagFollower:
    """Suggests tags for what has changed; one thread at a time.

    Args:
        database: Opened for writing.
        labels: (T, dim) embeddings of the vocabulary's labels.
    """

    def __init__(self, database: Database, vocabulary: Vocabulary, labels: Embeddings) -> None:
        self._database = database
        self._names = vocabulary.labels
        self._labels = labels
        self._digest = _digest(vocabulary)
        self._scale: tuple[_Basis, TagScale] | None = None

    def catch_up(self, searchable: Searchable, cancel: CancelToken) -> int:
        """Look at what changed since the last time, by whoever it was; returns how many photos.

        Raises:
            CancelledError: Asked to stop, between two batches; what was done is kept, and the next
                time begins where this one did.
        """
        index, seq = searchable.index, searchable.seq
        now = _Basis(searchable.space_id, self._digest, len(index))
        basis = self._kept_basis()
        changed = None
        if basis is not None and basis.holds_for(now):
            changed = self._changed(searchable)
        if changed is None or basis is None:
            _log.info("tags: looking at all %d photos", len(index))
            basis, photo_ids = now, index.labels
        else:
            photo_ids = np.intersect1d(changed, index.labels)
        started = time.monotonic()
        self._suggest(searchable, basis, photo_ids, cancel)
        if len(photo_ids):
            seconds = time.monotonic() - started
            _log.info("tags: looked at %d photos in %.2f s", len(photo_ids), seconds)
        with self._database.reading() as connection:
            is_noted = changes.followed(connection, FOLLOWER) == seq
        if not is_noted or basis != self._kept_basis():
            with self._database.writing() as connection:
                state.write_fact(connection, _BASIS, json.dumps(asdict(basis)))
                changes.set_followed(connection, FOLLOWER, seq)
        return len(photo_ids)

    def suggest(
        self, searchable: Searchable, photo_ids: NDArray[np.int64], cancel: CancelToken
    ) -> int:
        """Suggest tags for some photos now; returns how many suggestions of theirs there are.

        Args:
            photo_ids: (N,) int64, of photos that the index holds.

        Raises:
            CancelledError: Asked to stop, between two batches.
        """
        now = _Basis(searchable.space_id, self._digest, len(searchable.index))
        return self._suggest(searchable, now, photo_ids, cancel)

    def _suggest(
        self,
        searchable: Searchable,
        basis: _Basis,
        photo_ids: NDArray[np.int64],
        cancel: CancelToken,
    ) -> int:
        suggested = 0
        for start in range(0, len(photo_ids), BATCH):
            cancel.raise_if_cancelled()
            some = photo_ids[start : start + BATCH]
            found = suggest_tags(
                self._scale_of(searchable.index, basis), searchable.index.vectors_of(some)
            )
            suggestions = [
                Suggestion(PhotoId(int(some[row])), self._names[tag], round(float(score), 3))
                for row, tag, score in zip(found.rows, found.tags, found.scores, strict=True)
            ]
            with self._database.writing() as connection:
                suggested += tags.suggest(
                    connection, searchable.space_id, some.tolist(), suggestions
                )
        return suggested

    def _changed(self, searchable: Searchable) -> NDArray[np.int64] | None:
        """Photos to look at; `None` where only all will do."""
        with self._database.reading() as connection:
            followed = changes.followed(connection, FOLLOWER)
            if followed is None:
                return None
            found = changes.changes_since(connection, followed, _FOLLOWED, searchable.space_id)
        return None if found is None else found.of(*_FOLLOWED)

    def _kept_basis(self) -> _Basis | None:
        with self._database.reading() as connection:
            written = state.read_fact(connection, _BASIS)
        return None if written is None else _Basis(**json.loads(written))

    def _scale_of(self, index: VectorIndex, basis: _Basis) -> TagScale:
        """Measured when it is first needed, and again for another basis."""
        if self._scale is None or self._scale[0] != basis:
            sample = index.vectors_of(fixed_sample(index.labels, SAMPLE))
            self._scale = basis, measure(self._labels, sample)
        return self._scale[1]


def _digest(vocabulary: Vocabulary) -> str:
    wording = [[label, *vocabulary.prompts_of(label)] for label in vocabulary.labels]
    return hashlib.sha256(json.dumps(wording).encode()).hexdigest()
