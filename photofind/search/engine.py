"""From a query to ranked photos."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photofind.clip.encoder import Encoder
from photofind.clip.prompts import encode_queries
from photofind.domain import Hit, PhotoId
from photofind.search.calibration import Calibration
from photofind.search.parser import parse
from photofind.vectors.index import VectorIndex

Locate = Callable[[Sequence[PhotoId]], Mapping[PhotoId, Path]]
"""Where photos live now; photos that live nowhere any more are absent from the answer."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a query found.

    Attributes:
        hits: Best first. The score of a text query is the cosine less the photo's mean score for
            unrelated prompts; of a query by picture, the cosine.
        confident: Photos of the whole library that outscore what unrelated queries reach.
        total: Photos that were searched.
    """

    hits: tuple[Hit, ...]
    confident: int
    total: int

    def without_tail(self) -> "SearchResult":
        """Only the confident hits, where there are any."""
        sure = tuple(hit for hit in self.hits if hit.confident)
        return SearchResult(sure or self.hits, self.confident, self.total)


class SearchEngine:
    """Answers queries over one vector index, as it was when the engine was made."""

    def __init__(
        self, encoder: Encoder, index: VectorIndex, calibration: Calibration, locate: Locate
    ) -> None:
        self._encoder = encoder
        self._index = index
        self._calibration = calibration
        self._locate = locate

    def by_text(self, query: str, top_k: int) -> SearchResult:
        """Raises `QueryError` where the query cannot be understood."""
        text = encode_queries(self._encoder, [parse(query).text])[0]
        vector = self._calibration.centred(text)
        return self._search(vector, self._calibration.text_threshold(vector), top_k)

    def by_picture(self, picture: Image.Image, top_k: int) -> SearchResult:
        """Photos that look like an upright RGB picture."""
        pixels = self._encoder.preprocess.pixels(picture)
        vector = self._encoder.encode_images(pixels[np.newaxis])[0]
        return self._search(vector, self._calibration.picture_threshold(vector), top_k)

    def _search(self, vector: NDArray[np.float32], threshold: float, top_k: int) -> SearchResult:
        neighbours = self._index.query(vector, top_k)
        photo_ids = [PhotoId(int(label)) for label in neighbours.labels]
        paths = self._locate(photo_ids)
        found = [
            (photo_id, float(score))
            for photo_id, score in zip(photo_ids, neighbours.scores, strict=True)
            if photo_id in paths
        ]
        hits = tuple(
            Hit(rank, photo_id, paths[photo_id], score, score > threshold)
            for rank, (photo_id, score) in enumerate(found, start=1)
        )
        return SearchResult(
            hits, self._index.count_above(vector, threshold), total=len(self._index)
        )
