"""The search engine: ranks photos for a query."""

import logging
import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from photofind.clip.encoder import TextEncoder
from photofind.clip.prompts import encode_queries
from photofind.domain import Hit, PhotoId
from photofind.search.calibration import Calibration
from photofind.search.query import Query
from photofind.store.catalogue import FilterRepository
from photofind.store.filters import Filters
from photofind.vectors.index import VectorIndex

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RankingDepth:
    """How many results of a ranking are wanted.

    Attributes:
        photos: Number of results.
        after_confident: Whether all confident ones are wanted, and `photos` more after them.
    """

    photos: int
    after_confident: bool = False

    def limit(self, confident: int) -> int:
        """Return the number of results, of which so many are confident."""
        return self.photos + (confident if self.after_confident else 0)


@dataclass(frozen=True, slots=True)
class Ranking:
    """Ranked photo ids; any of the photos may have lost its file meanwhile.

    Attributes:
        photo_ids: (K,) int64, best first.
        scores: (K,) float32, see `SearchResult`.
        threshold: Scores above it are confident.
        confident: Number of scores above the threshold, as far as the index finds them.
        total: Photos that were searched: those that pass the filters.
        filtered: Whether the query has filters.
        by_date: Whether photos are sorted by date, not by score.
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
    """The hits of a query.

    Attributes:
        hits: Best first. The score of a text query is the cosine less the photo's mean score for
            unrelated prompts; of a query by picture, the cosine. Without text the newest come
            first, every score is 0, and none is confident.
        confident: Photos, among those searched, that outscore the best that unrelated queries reach
            on the whole library; see photofind.search.calibration.
        total: Photos that were searched: those that pass the filters.
        filtered: Whether the query has filters.
        by_date: Whether hits are sorted by date, not by score.
    """

    hits: tuple[Hit, ...]
    confident: int
    total: int
    filtered: bool = False
    by_date: bool = False

    def without_tail(self) -> "SearchResult":
        """Return only the confident hits, or all if there are none."""
        sure = tuple(hit for hit in self.hits if hit.confident)
        return replace(self, hits=sure or self.hits)


class SearchEngine:
    """Ranks photos by one immutable vector index.

    Filters are evaluated first, by the catalogue, and only photos that pass are scored, exactly: a
    filter never costs a hit, however few photos pass it.

    Args:
        encoder: Of the space that `index` is in.
    """

    def __init__(
        self,
        encoder: TextEncoder,
        index: VectorIndex,
        calibration: Calibration,
        filtered: FilterRepository,
    ) -> None:
        self._encoder = encoder
        self._index = index
        self._calibration = calibration
        self._filtered = filtered

    def __len__(self) -> int:
        """Return the number of searchable photos."""
        return len(self._index)

    def by_text(self, query: Query, top_k: int) -> SearchResult:
        """Find photos by a query's text, or the newest if it has none."""
        return self._with_hits(self.rank_text(query, RankingDepth(top_k)), query.filters)

    def by_embedding(self, embedding: NDArray[np.float32], top_k: int) -> SearchResult:
        """Find photos similar to a (dim,) float32 embedding of a picture or region."""
        return self._with_hits(self.rank_embedding(embedding, RankingDepth(top_k)), ())

    def rank_text(self, query: Query, depth: RankingDepth) -> Ranking:
        """Rank photos for a query as `by_text` does, without locating them."""
        if not query.text:
            return self._by_date(query.filters, depth)
        texts = encode_queries(self._encoder, [query.text])
        threshold = self._calibration.text_threshold(texts, [1], len(self))
        return self._rank(self._calibration.centred(texts[0]), threshold, depth, query.filters)

    def rank_embedding(
        self, embedding: NDArray[np.float32], depth: RankingDepth, filters: Filters = ()
    ) -> Ranking:
        """Rank photos that pass filters by similarity to an embedding (dim,) float32."""
        threshold = self._calibration.picture_threshold(embedding)
        return self._rank(embedding, threshold, depth, filters)

    def _rank(
        self, vector: NDArray[np.float32], threshold: float, depth: RankingDepth, filters: Filters
    ) -> Ranking:
        started = time.monotonic()
        chosen = self._filtered.select(filters) if filters else None
        found = self._index.query(vector, depth.photos, chosen, above=threshold)
        _log.info("Searched %d photos in %.3f s.", found.searched, time.monotonic() - started)
        confident = int(np.count_nonzero(found.scores > threshold))
        best = slice(depth.limit(confident))
        return Ranking(
            found.labels[best],
            found.scores[best],
            threshold,
            confident,
            total=found.searched,
            filtered=bool(filters),
        )

    def _by_date(self, filters: Filters, depth: RankingDepth) -> Ranking:
        photo_ids, total = self._filtered.newest(filters, depth.photos)
        ids, scores = np.array(photo_ids, np.int64), np.zeros(len(photo_ids), np.float32)
        return Ranking(ids, scores, np.inf, 0, total, filtered=True, by_date=True)

    def _with_hits(self, ranking: Ranking, filters: Filters) -> SearchResult:
        photo_ids = [PhotoId(int(label)) for label in ranking.photo_ids]
        paths = self._filtered.locate(photo_ids, filters)
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
