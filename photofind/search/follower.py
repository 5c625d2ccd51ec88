"""Keeps the search engine of one library up to date, incrementally.

    change log → photos added, changed, deleted → index, calibration → another SearchEngine

See [Note: change feed] in store/changes.py.
"""

import logging
import threading
import time

import numpy as np

from photofind.clip.encoder import TextEncoder
from photofind.domain import Embeddings
from photofind.search.calibration import SAMPLE, Calibration, calibrate
from photofind.search.engine import SearchEngine
from photofind.search.vector_cache import VectorCache, difference
from photofind.store.catalogue import Catalogue
from photofind.vectors.index import VectorIndex
from photofind.vectors.sampling import fixed_sample, is_sample_changed
from photofind.vectors.selector import IndexSelector

RECALIBRATED_SHARE = 0.02
"""Share of the library that may change during a run before the calibration is renewed."""

_log = logging.getLogger(__name__)


class SearchFollower:
    """Follows the change log and makes search engines; thread-safe.

    Args:
        space_id: The serving space.
        vectors: Of that space.
        encoder: Of that space.
        background: (B, dim) embeddings of background queries.
        selector: Selects the index.
        defer_graph: Search exactly until a graph was built in the background, also where the
            settings force one.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        space_id: int,
        vectors: VectorCache,
        encoder: TextEncoder,
        background: Embeddings,
        selector: IndexSelector,
        *,
        defer_graph: bool = False,
    ) -> None:
        self._catalogue = catalogue
        self._space_id = space_id
        self._vectors = vectors
        self._encoder = encoder
        self._background = background
        self._selector = selector
        self._defer_graph = defer_graph
        self._lock = threading.Lock()
        self._seq = 0
        self._unsettled = 0
        self._sample = np.empty(0, np.int64)
        self._index, self._calibration = self._build()
        self._engine = self._make_engine()

    @property
    def space_id(self) -> int:
        return self._space_id

    @property
    def encoder(self) -> TextEncoder:
        return self._encoder

    @property
    def engine(self) -> SearchEngine:
        """The engine made last, without pending changes."""
        return self._engine

    @property
    def index(self) -> VectorIndex:
        return self._index

    @property
    def seq(self) -> int:
        """The sequence number of the last change that engine and index include."""
        return self._seq

    def catch_up(self, *, settle: bool = True) -> SearchEngine:
        """Apply pending changes and return the current engine.

        Args:
            settle: Whether to renew the calibration after any change of its sample; otherwise only
                once `RECALIBRATED_SHARE` of the library has changed.
        """
        with self._lock:
            followed = self._follow()
            if self._recalibrate(settle=settle) or followed:
                self._engine = self._make_engine()
            return self._engine

    def adopt_graph(self) -> SearchEngine:
        """Apply pending changes, adopt a new graph if there is one, and return the engine."""
        none = np.empty(0, np.int64)
        with self._lock:
            self._follow()
            self._index = self._selector.update(none, none, self._index.vectors_of(none))
            self._engine = self._make_engine()
            return self._engine

    def save_vectors(self) -> None:
        """Save the vectors for the next start; only the process that writes to the library may."""
        with self._lock:
            seq, store = self._seq, self._index.store
        self._vectors.save(seq, store)

    def _build(self) -> tuple[VectorIndex, Calibration]:
        started = time.monotonic()
        self._seq, store = self._vectors.load()
        selector = self._selector
        index = (selector.available_index if self._defer_graph else selector.index)(store)
        self._sample = fixed_sample(store.labels, SAMPLE)
        self._unsettled = 0
        calibration = calibrate(self._background, index.vectors_of(self._sample))
        seconds = time.monotonic() - started
        _log.info("search: loaded %d photos in %.2f s", len(index), seconds)
        return index, calibration

    def _follow(self) -> bool:
        """Apply pending changes to the index; return whether there were any."""
        found = self._catalogue.embeddings.load_changed(self._space_id, self._seq)
        if found is None:
            _log.info("search: too far behind the change log, loading all")
            self._index, self._calibration = self._build()
            return True
        changed, stored = found
        self._seq = changed.up_to
        if not changed:
            return False
        gone, came, vectors = difference(self._index.labels, changed, stored)
        if not len(gone) and not len(came):
            return False
        self._index = self._selector.update(gone, came, vectors)
        if is_sample_changed(self._sample, SAMPLE, gone, came):
            self._unsettled += len(gone) + len(came)
        _log.debug("search: %d photos came or changed, %d went", len(came), len(gone))
        return True

    def _recalibrate(self, *, settle: bool) -> bool:
        """Renew the calibration if it is due; return whether it was."""
        tolerated = 0 if settle else RECALIBRATED_SHARE * len(self._index)
        if self._unsettled <= tolerated:
            return False
        self._sample = fixed_sample(self._index.labels, SAMPLE)
        self._calibration = calibrate(self._background, self._index.vectors_of(self._sample))
        self._unsettled = 0
        return True

    def _make_engine(self) -> SearchEngine:
        return SearchEngine(self._encoder, self._index, self._calibration, self._catalogue.filtered)
