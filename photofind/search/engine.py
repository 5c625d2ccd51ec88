"""The search engine: ranks photos for a query."""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from photofind.clip.encoder import TextEncoder
from photofind.clip.prompts import encode_queries
from photofind.domain import Hit, PhotoId
from photofind.search.calibration import Calibration
from photofind.search.composition import Modality, WeightedVector, compose, shares
from photofind.search.query import PictureFile, Query, Text
from photofind.store.catalogue import FilterRepository
from photofind.store.filters import Condition, Filters
from photofind.store.names import names_in
from photofind.vectors.index import VectorIndex

_log = logging.getLogger(__name__)

PictureVectors = Mapping[PictureFile, NDArray[np.float32]]
"""The embedding (dim,) of each picture in a query."""

MOST_NAMED = 50
"""Photos found by their names that come before all others."""

NO_PICTURES: PictureVectors = MappingProxyType({})


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
        confident: Number of confident photos, as far as the index finds them.
        total: Photos that were searched: those that pass the filters.
        filtered: Whether the query has filters.
        by_date: Whether photos are sorted by date, not by score.
        named: How many of the first photos are found by their names.
    """

    photo_ids: NDArray[np.int64]
    scores: NDArray[np.float32]
    threshold: float
    confident: int
    total: int
    filtered: bool = False
    by_date: bool = False
    named: int = 0

    @property
    def is_confident(self) -> NDArray[np.bool_]:
        """(K,) bool: whether a photo is called what was searched for, or its score stands out."""
        by_name: NDArray[np.bool_] = np.arange(len(self.photo_ids)) < self.named
        return by_name | (self.scores > self.threshold)


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The hits of a query.

    Attributes:
        hits: Best first. The score of a query is the product of the photo's embedding and the
            vector that `composition` makes of the terms: of a text, the cosine less the photo's
            mean score for unrelated prompts. Of a query by picture alone it is the cosine. Without
            terms the newest come first, every score is 0, and none is confident. Photos found by
            their names come before all others, the newest first.
        confident: Photos, among those searched, that are found by their names, or outscore the best
            that unrelated queries reach on the whole library; see photofind.search.calibration.
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

    def by_query(
        self, query: Query, top_k: int, pictures: PictureVectors = NO_PICTURES
    ) -> SearchResult:
        """Find photos by a query's terms, or the newest if it has none."""
        ranking = self.rank_query(query, RankingDepth(top_k), pictures)
        return self._with_hits(ranking, query.filters, _names_of(query))

    def by_embedding(self, embedding: NDArray[np.float32], top_k: int) -> SearchResult:
        """Find photos similar to a (dim,) float32 embedding of a picture or region."""
        return self._with_hits(self.rank_embedding(embedding, RankingDepth(top_k)))

    def rank_query(
        self, query: Query, depth: RankingDepth, pictures: PictureVectors = NO_PICTURES
    ) -> Ranking:
        """Rank photos for a query as `by_query` does, without locating them."""
        if not query.terms:
            return self._by_date(query.filters, depth)
        terms = self._weighted(query, pictures)
        vector = compose(terms, self._calibration)
        ranking = self._rank(vector, self._threshold(terms, vector), depth, query.filters)
        names = _names_of(query)
        if names is None:
            return ranking
        named, _ = self._filtered.newest((*query.filters, names), MOST_NAMED)
        return self._with_named(ranking, np.array(named, np.int64), vector, depth)

    def _with_named(
        self,
        ranking: Ranking,
        named: NDArray[np.int64],
        vector: NDArray[np.float32],
        depth: RankingDepth,
    ) -> Ranking:
        """Put photos (N,) int64 before all others; those that have no embedding yet score 0."""
        if not len(named):
            return ranking
        found = self._index.query(vector, len(named), np.sort(named), above=np.inf)
        score_of = dict(zip(found.labels.tolist(), found.scores.tolist(), strict=True))
        scores = np.array([score_of.get(one, 0.0) for one in named.tolist()], np.float32)
        others = ~np.isin(ranking.photo_ids, named)
        above = int(np.count_nonzero(found.scores > ranking.threshold))
        confident = ranking.confident - above + len(named)
        best = slice(depth.limit(confident))
        return replace(
            ranking,
            photo_ids=np.concatenate([named, ranking.photo_ids[others]])[best],
            scores=np.concatenate([scores, ranking.scores[others]])[best],
            confident=confident,
            named=min(len(named), depth.limit(confident)),
        )

    def _threshold(self, terms: Sequence[WeightedVector], vector: NDArray[np.float32]) -> float:
        """Return the score above which hits of terms are confident, given their query vector."""
        factors = shares(terms, self._calibration)
        of = {
            modality: [
                (term.vector, factor)
                for term, factor in zip(terms, factors, strict=True)
                if term.modality is modality
            ]
            for modality in Modality
        }
        texts, pictures = of[Modality.TEXT], of[Modality.PICTURE]
        if not texts:
            return self._calibration.picture_threshold(vector)
        return self._calibration.text_threshold(
            np.stack([text for text, _ in texts]),
            [factor for _, factor in texts],
            len(self),
            [factor for _, factor in pictures],
        )

    def _weighted(self, query: Query, pictures: PictureVectors) -> list[WeightedVector]:
        sources = [term.source for term in query.terms]
        words = [one.words for one in sources if isinstance(one, Text)]
        vectors = (
            dict(zip(words, encode_queries(self._encoder, words), strict=True)) if words else {}
        )
        return [
            WeightedVector(term.weight, pictures[term.source], Modality.PICTURE)
            if isinstance(term.source, PictureFile)
            else WeightedVector(term.weight, vectors[term.source.words], Modality.TEXT)
            for term in query.terms
        ]

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

    def _with_hits(
        self, ranking: Ranking, filters: Filters = (), names: Condition | None = None
    ) -> SearchResult:
        photo_ids = [PhotoId(int(label)) for label in ranking.photo_ids]
        paths = dict(self._filtered.locate(photo_ids, filters))
        if names is not None and ranking.named:
            # The file of that name, whichever else would be shown.
            named = photo_ids[: ranking.named]
            paths |= self._filtered.locate(named, (*filters, names))
        sure, scores = ranking.is_confident.tolist(), ranking.scores.tolist()
        found = [at for at, photo_id in enumerate(photo_ids) if photo_id in paths]
        hits = tuple(
            Hit(
                rank,
                photo_ids[at],
                paths[photo_ids[at]],
                scores[at],
                sure[at],
                named=at < ranking.named,
            )
            for rank, at in enumerate(found, start=1)
        )
        return SearchResult(
            hits, ranking.confident, ranking.total, ranking.filtered, ranking.by_date
        )


def _names_of(query: Query) -> Condition | None:
    """Return the condition that a photo is called what a query says, if that may be a name."""
    return None if query.only_text is None else names_in(query.only_text)
