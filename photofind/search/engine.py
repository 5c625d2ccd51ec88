"""From a query to ranked photos."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.clip.encoder import TextEncoder
from photofind.clip.prompts import encode_queries
from photofind.domain import Hit, PhotoId
from photofind.search.calibration import Calibration
from photofind.search.query import Query
from photofind.store.filters import Filters
from photofind.vectors.index import VectorIndex

_log = logging.getLogger(__name__)


class Catalogue(Protocol):
    """The photos that have a file, and where; `store.filters.FilteredPhotos` is one."""

    def select(self, filters: Filters) -> NDArray[np.int64]:
        """(N,) ids, strictly ascending."""
        ...

    def newest(self, filters: Filters, top_k: int) -> tuple[list[PhotoId], int]:
        """Ids by date taken, the newest first; and how many there are beyond `top_k`, too."""
        ...

    def locate(self, photo_ids: Sequence[PhotoId], filters: Filters) -> Mapping[PhotoId, Path]:
        """Where photos live now; those that live nowhere any more are absent."""
        ...


@dataclass(frozen=True, slots=True)
class RankingDepth:
    """How far down a ranking is wanted.

    Attributes:
        photos: How many.
        after_confident: Counted from the last confident one on, however many those are.
    """

    photos: int
    after_confident: bool = False

    def depth(self, confident: int) -> int:
        return self.photos + (confident if self.after_confident else 0)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Photos in order, known by their ids alone; any of them may have lost its file meanwhile.

    Attributes:
        photo_ids: (K,) int64, best first.
        scores: (K,) float32, see `SearchResult`.
        threshold: A photo is confident above it.
        confident: Photos, among all that were searched, above the threshold; as many as the index
            finds.
        total: Photos that were searched: those that pass the filters.
        filtered: Whether there were filters.
        by_date: Whether the order is that of dates, not of scores.
    """

    photo_ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    threshold: float
    confident: int
    total: int
    filtered: bool = False
    by_date: bool = False


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a query found.

    Attributes:
        hits: Best first. The score of a text query is the cosine less the photo's mean score for
            unrelated prompts; of a query by picture, the cosine. Without text the newest come
            first, every score is 0, and none is confident.
        confident: Photos, among those searched, that outscore what unrelated queries reach on the
            whole library.
        total: Photos that were searched: those that pass the filters.
        filtered: Whether there were filters.
        by_date: Whether the order is that of dates, not of scores.
    """

    hits: tuple[Hit, ...]
    confident: int
    total: int
    filtered: bool = False
    by_date: bool = False

    def without_tail(self) -> "SearchResult":
        """Only the confident hits, where there are any."""
        sure = tuple(hit for hit in self.hits if hit.confident)
        return replace(self, hits=sure or self.hits)


class SearchEngine:
    """Answers queries over one vector index, as it was when the engine was made.

    Filters are evaluated by the catalogue first, and only what passes is scored, exactly: a filter
    never costs a hit, however few photos pass it.

    Args:
        encoder: Of the space that `index` is in.
    """

    def __init__(
        self,
        encoder: TextEncoder,
        index: VectorIndex,
        calibration: Calibration,
        catalogue: Catalogue,
    ) -> None:
        self._encoder = encoder
        self._index = index
        self._calibration = calibration
        self._catalogue = catalogue

    def __len__(self) -> int:
        """Photos that can be searched."""
        return len(self._index)

    def by_text(self, query: Query, top_k: int) -> SearchResult:
        """Photos that show a query's text, or the newest where it has none."""
        return self._with_hits(self.rank_text(query, RankingDepth(top_k)), query.filters)

    def by_embedding(self, embedding: NDArray[np.float32], top_k: int) -> SearchResult:
        """Photos that look like what a (dim,) embedding of a picture, or of part of one, shows."""
        return self._with_hits(self.rank_embedding(embedding, RankingDepth(top_k)), ())

    def rank_text(self, query: Query, reach: RankingDepth) -> Ranking:
        """Rank as `by_text` does, without locating the photos."""
        if not query.text:
            return self._by_date(query.filters, reach)
        text = encode_queries(self._encoder, [query.text])[0]
        vector = self._calibration.centred(text)
        threshold = self._calibration.text_threshold(vector)
        return self._rank(vector, threshold, reach, query.filters)

    def rank_embedding(
        self, embedding: NDArray[np.float32], reach: RankingDepth, filters: Filters = ()
    ) -> Ranking:
        """Rank as `by_embedding` does, the photos that pass filters, without locating them."""
        threshold = self._calibration.picture_threshold(embedding)
        return self._rank(embedding, threshold, reach, filters)

    def _rank(
        self, vector: NDArray[np.float32], threshold: float, reach: RankingDepth, filters: Filters
    ) -> Ranking:
        started = time.monotonic()
        chosen = self._catalogue.select(filters) if filters else None
        found = self._index.query(vector, reach.photos, chosen, above=threshold)
        _log.info("Searched %d photos in %.3f s.", found.searched, time.monotonic() - started)
        confident = int(np.count_nonzero(found.scores > threshold))
        best = slice(reach.depth(confident))
        return Ranking(
            found.labels[best],
            found.scores[best],
            threshold,
            confident,
            total=found.searched,
            filtered=bool(filters),
        )

    def _by_date(self, filters: Filters, reach: RankingDepth) -> Ranking:
        photo_ids, total = self._catalogue.newest(filters, reach.photos)
        ids, scores = np.array(photo_ids, np.int64), np.zeros(len(photo_ids), np.float32)
        return Ranking(ids, scores, np.inf, 0, total, filtered=True, by_date=True)

    def _with_hits(self, ranking: Ranking, filters: Filters) -> SearchResult:
        photo_ids = [PhotoId(int(label)) for label in ranking.photo_ids]
        paths = self._catalogue.locate(photo_ids, filters)
        found = [
            (photo_id, float(score))
            for photo_id, score in zip(photo_ids, ranking.scores, strict=True)
            if photo_id in paths
        ]
        hits = tuple(
            Hit(rank, photo_id, paths[photo_id], score, score > ranking.threshold)
            for rank, (photo_id, score) in enumerate(found, start=1)
        )
        return SearchResult(
            hits, ranking.confident, ranking.total, ranking.filtered, ranking.by_date
        )
