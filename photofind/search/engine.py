"""From a query to ranked photos."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photofind.clip.encoder import Encoder
from photofind.clip.prompts import encode_queries
from photofind.domain import Hit, PhotoId
from photofind.search.calibration import Calibration
from photofind.search.parser import parse
from photofind.search.planner import plan
from photofind.store.filters import PhotoFilter
from photofind.vectors.index import Neighbours, VectorIndex

EVERYTHING = PhotoFilter()


class Catalogue(Protocol):
    """The photos that have a file, and where; `store.filters.FilteredPhotos` is one."""

    def select(self, wanted: PhotoFilter) -> NDArray[np.int64]:
        """(N,) ids, strictly ascending."""
        ...

    def newest(self, wanted: PhotoFilter, top_k: int) -> tuple[list[PhotoId], int]:
        """Ids by date taken, the newest first; and how many there are beyond `top_k`, too."""
        ...

    def locate(self, photo_ids: Sequence[PhotoId], wanted: PhotoFilter) -> Mapping[PhotoId, Path]:
        """Where photos live now; those that live nowhere any more are absent."""
        ...


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

    Filters are asked of the catalogue first, and only what passes is scored, exactly: a filter
    never costs a hit, however few photos pass it.
    """

    def __init__(
        self, encoder: Encoder, index: VectorIndex, calibration: Calibration, catalogue: Catalogue
    ) -> None:
        self._encoder = encoder
        self._index = index
        self._calibration = calibration
        self._catalogue = catalogue

    def by_text(self, query: str, top_k: int) -> SearchResult:
        """Raises `QueryError` where the query cannot be understood."""
        planned = plan(parse(query))
        if planned.text is None:
            return self._by_date(planned.wanted, top_k)
        text = encode_queries(self._encoder, [planned.text])[0]
        vector = self._calibration.centred(text)
        threshold = self._calibration.text_threshold(vector)
        return self._search(vector, threshold, top_k, planned.wanted)

    def by_picture(self, picture: Image.Image, top_k: int) -> SearchResult:
        """Photos that look like an upright RGB picture."""
        pixels = self._encoder.preprocess.pixels(picture)
        return self.by_region(self._encoder.encode_images(pixels[np.newaxis])[0], top_k)

    def by_region(self, embedding: NDArray[np.float32], top_k: int) -> SearchResult:
        """Photos that look like what a (dim,) embedding of a picture, or of part of one, shows."""
        return self._search(embedding, self._calibration.picture_threshold(embedding), top_k)

    def _search(
        self,
        vector: NDArray[np.float32],
        threshold: float,
        top_k: int,
        wanted: PhotoFilter = EVERYTHING,
    ) -> SearchResult:
        if wanted:
            return self._search_some(vector, threshold, top_k, wanted)
        return SearchResult(
            self._hits(self._index.query(vector, top_k), threshold, wanted),
            self._index.count_above(vector, threshold),
            total=len(self._index),
        )

    def _search_some(
        self, vector: NDArray[np.float32], threshold: float, top_k: int, wanted: PhotoFilter
    ) -> SearchResult:
        chosen = self._catalogue.select(wanted)
        # All of them: they have to be scored anyway, to be counted.
        scored = self._index.query(vector, len(chosen), chosen)
        best = Neighbours(scored.labels[:top_k], scored.scores[:top_k])
        return SearchResult(
            self._hits(best, threshold, wanted),
            int(np.count_nonzero(scored.scores > threshold)),
            total=len(scored.labels),
            filtered=True,
        )

    def _by_date(self, wanted: PhotoFilter, top_k: int) -> SearchResult:
        photo_ids, total = self._catalogue.newest(wanted, top_k)
        newest = Neighbours(np.array(photo_ids, np.int64), np.zeros(len(photo_ids), np.float32))
        hits = self._hits(newest, np.inf, wanted)
        return SearchResult(hits, 0, total, filtered=True, by_date=True)

    def _hits(
        self, neighbours: Neighbours, threshold: float, wanted: PhotoFilter
    ) -> tuple[Hit, ...]:
        photo_ids = [PhotoId(int(label)) for label in neighbours.labels]
        paths = self._catalogue.locate(photo_ids, wanted)
        found = [
            (photo_id, float(score))
            for photo_id, score in zip(photo_ids, neighbours.scores, strict=True)
            if photo_id in paths
        ]
        return tuple(
            Hit(rank, photo_id, paths[photo_id], score, score > threshold)
            for rank, (photo_id, score) in enumerate(found, start=1)
        )
