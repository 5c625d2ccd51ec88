"""Tag suggestions of one library, kept true to the catalogue in small steps.

    change log, photos without tags → what stands out on them → suggestions that differ

See [Note: change feed] in store/changes.py and [Note: derived facts] in store/derived.py. What
stands out depends on the whole library, but on no single photo: it is measured on a sample, and all
photos are looked at again only when the library has become another one (see `REMEASURED_SHARE`),
the vocabulary or the search model changed, or the log does not reach back. That is another version
of the producer of tags; a pass that is stopped goes on where it was.
"""

import hashlib
import json
import logging
import time
from dataclasses import asdict, dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.cancel import CancelToken
from photofind.domain import Embeddings, PhotoId
from photofind.events import IndexPhase, Listener, PhaseProgress, ignore_events
from photofind.store.derived import ProducerVersion
from photofind.store.indexed import SuggestionRepository
from photofind.store.tags import Suggestion
from photofind.tagging.tagger import SAMPLE, TagScale, measure, suggest_tags
from photofind.tagging.vocabulary import Vocabulary
from photofind.vectors.index import VectorIndex
from photofind.vectors.sampling import fixed_sample
from photofind.vectors.slots import is_among

REMEASURED_SHARE = 0.1
"""Growth of a library after which all its photos are looked at again."""

BATCH = 1000
"""Photos looked at in one transaction: a person's own tag need not wait for a million."""

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
        seq: The number of the change since when all photos are looked at.
    """

    space_id: int
    vocabulary: str
    photos: int
    seq: int

    def holds_for(self, other: "_Basis") -> bool:
        """Whether what was measured once still means the same."""
        if (self.space_id, self.vocabulary) != (other.space_id, other.vocabulary):
            return False
        return abs(other.photos - self.photos) <= REMEASURED_SHARE * self.photos

    @property
    def producer(self) -> ProducerVersion:
        """What suggests tags on this basis."""
        return ProducerVersion("tags", hashlib.sha256(self.written.encode()).hexdigest())

    @property
    def written(self) -> str:
        return json.dumps(asdict(self))


class TagFollower:
    """Suggests tags for what has changed; one thread at a time.

    Args:
        suggestions: Of a catalogue that is open for writing.
        labels: (T, dim) embeddings of the vocabulary's labels.
    """

    def __init__(
        self, suggestions: SuggestionRepository, vocabulary: Vocabulary, labels: Embeddings
    ) -> None:
        self._suggestions = suggestions
        self._names = vocabulary.labels
        self._labels = labels
        self._digest = _digest(vocabulary)
        self._scale: tuple[_Basis, TagScale] | None = None

    def catch_up(
        self,
        searchable: Searchable,
        cancel: CancelToken,
        listener: Listener = ignore_events,
    ) -> int:
        """Look at what changed since the last time, by whoever it was; return how many photos.

        Args:
            listener: Called with the progress, where there is something to do.

        Raises:
            CancelledError: Asked to stop, between two batches; what was done is kept, and the next
                time goes on from there.
        """
        index, seq = searchable.index, searchable.seq
        basis, kept = self._basis(searchable), self._kept_basis()
        followed, changed = self._suggestions.changed(searchable.space_id)
        if changed is None or basis != kept:
            _log.info("tags: looking at all %d photos", len(index))
            basis, changed = replace(basis, seq=seq), np.empty(0, np.int64)
            self._suggestions.begin(basis.producer, basis.written, seq)
        there = is_among(changed, index.labels)
        unseen = self._suggestions.unseen(basis.producer, index.labels, changed[there])
        photo_ids = np.union1d(unseen, changed[there])
        started = time.monotonic()
        self._suggest(searchable, basis, photo_ids, cancel, listener)
        if len(photo_ids):
            seconds = time.monotonic() - started
            _log.info("tags: looked at %d photos in %.2f s", len(photo_ids), seconds)
        if followed != seq:
            self._suggestions.follow(basis.producer, seq, changed[~there].tolist())
        return len(photo_ids)

    def suggest(
        self, searchable: Searchable, photo_ids: NDArray[np.int64], cancel: CancelToken
    ) -> int:
        """Suggest tags for some photos now; return how many suggestions of theirs there are.

        Args:
            photo_ids: (N,) int64, of photos that the index holds.

        Raises:
            CancelledError: Asked to stop, between two batches.
        """
        return self._suggest(searchable, self._basis(searchable), photo_ids, cancel)

    def _suggest(
        self,
        searchable: Searchable,
        basis: _Basis,
        photo_ids: NDArray[np.int64],
        cancel: CancelToken,
        listener: Listener = ignore_events,
    ) -> int:
        if not len(photo_ids):
            return 0
        suggested = 0
        progress = PhaseProgress(IndexPhase.TAGS, len(photo_ids), listener)
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
            suggested += self._suggestions.suggest(
                basis.producer, searchable.space_id, some.tolist(), suggestions
            )
            progress.advance(len(some))
        progress.finish()
        return suggested

    def _basis(self, searchable: Searchable) -> _Basis:
        """Return the kept one as long as it holds."""
        now = _Basis(searchable.space_id, self._digest, len(searchable.index), searchable.seq)
        kept = self._kept_basis()
        return now if kept is None or not kept.holds_for(now) else kept

    def _kept_basis(self) -> _Basis | None:
        written = self._suggestions.basis()
        facts = {} if written is None else json.loads(written)
        # Before revision 0006 nobody wrote down which photos were looked at.
        return _Basis(**facts) if "seq" in facts else None

    def _scale_of(self, index: VectorIndex, basis: _Basis) -> TagScale:
        """Measured when it is first needed, and again for another basis."""
        if self._scale is None or self._scale[0] != basis:
            sample = index.vectors_of(fixed_sample(index.labels, SAMPLE))
            self._scale = basis, measure(self._labels, sample)
        return self._scale[1]


def _digest(vocabulary: Vocabulary) -> str:
    wording = [[label, *vocabulary.prompts_of(label)] for label in vocabulary.labels]
    return hashlib.sha256(json.dumps(wording).encode()).hexdigest()
