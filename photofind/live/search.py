"""Searches of a library that is kept up to date."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.child.client import ChildClient
from photofind.domain import EmbeddingSpace, PhotoId
from photofind.errors import BadInputError
from photofind.library import Library
from photofind.live.keeper import Keeper
from photofind.live.pictures import LivePictures
from photofind.live.results import Coverage, RegionOfPhoto, Results
from photofind.search.engine import Ranking, Reach, SearchEngine
from photofind.search.query import Query
from photofind.search.regions import RegionAnswer
from photofind.store.filter_kinds import TAG
from photofind.store.filters import FilterKind, Filters
from photofind.store.gallery import NO_ROWS

REACH = Reach(200, beyond_sure=True)
"""What is shown: the photos that are sure, and this many best guesses after them."""


class LiveSearch:
    """Queries by text, picture and region, over the photos that can be searched now."""

    def __init__(
        self, library: Library, keeper: Keeper, child: ChildClient, pictures: LivePictures
    ) -> None:
        self._library = library
        self._catalogue = library.catalogue
        self._keeper = keeper
        self._child = child
        self._pictures = pictures

    def coverage(self) -> Coverage:
        """How much of the library a search looks at."""
        known = self._catalogue.photos.counts()
        engine = self._keeper.engine
        searchable = 0 if engine is None else len(engine)
        return Coverage(searchable, known.photos_with_files + known.waiting)

    def find(self, query: Query) -> Results:
        """Photos that show a query's text; without one, all that pass its filters, by date."""
        if not query.text:
            return self._by_date(query.filters)
        return self._results(lambda engine: engine.rank_text(query, REACH))

    def find_like(self, picture: PhotoId | Path, filters: Filters = ()) -> Results:
        """Photos that look like one of the library's, or like any picture file."""
        return self._find_embedding(lambda: self._embedding(picture), filters)

    def find_region(self, region: RegionOfPhoto, filters: Filters = ()) -> Results:
        """Photos that look like a part of a picture."""
        picture, box, method, strength = region.picture, region.box, region.method, region.strength
        return self._find_embedding(
            lambda: self._child.encode_region(picture, box, method, strength, self._serving),
            filters,
        )

    def say_what(self, region: RegionOfPhoto, labels: Sequence[str] = ()) -> RegionAnswer:
        """What a region shows; without labels, by the vocabulary."""
        serving = self._catalogue.embeddings.serving_space()
        return self._child.answer_region(
            region.picture,
            region.box,
            labels,
            region.method,
            region.strength,
            serving and serving.checkpoint,
        )

    def tag_names(self) -> list[str]:
        """Every name of the vocabulary and every tag in use, sorted; for completion."""
        return self.filter_values(TAG)

    def filter_values(self, kind: FilterKind[Any]) -> list[str]:
        """What can stand after a filter's colon, for completion; nothing where anything can."""
        return self._catalogue.photos.filter_values(kind, self._library.vocabulary.labels)

    @property
    def _serving(self) -> EmbeddingSpace:
        serving = self._catalogue.embeddings.serving_space()
        if serving is None:
            raise BadInputError(
                "No photos can be searched yet.", "Wait until the first of them have been read."
            )
        return serving

    def _embedding(self, picture: PhotoId | Path) -> NDArray[np.float32]:
        if isinstance(picture, Path):
            return self._child.encode_picture(picture, self._serving)
        stored = self._catalogue.embeddings.of(picture)
        if stored is not None:
            return stored
        return self._embedding(self._pictures.reachable_file(picture))

    def _find_embedding(
        self, embed: Callable[[], NDArray[np.float32]], filters: Filters
    ) -> Results:
        return self._results(lambda engine: engine.rank_embedding(embed(), REACH, filters))

    def _by_date(self, filters: Filters) -> Results:
        """All that pass: there are no guesses among them."""
        rows = self._catalogue.photos.rows_by_date(filters)
        return Results(rows, 0, len(rows), True, True, self.coverage())

    def _results(self, rank: Callable[[SearchEngine], Ranking]) -> Results:
        engine = self._keeper.engine_of_now()
        if engine is None:
            return Results(NO_ROWS, 0, 0, False, False, self.coverage())
        ranking = rank(engine)
        rows = self._catalogue.photos.rows(ranking.photo_ids)
        is_sure = ranking.scores > ranking.threshold
        sure = int(np.isin(rows.photo_ids, ranking.photo_ids[is_sure]).sum())
        return Results(rows, sure, ranking.total, ranking.filtered, False, self.coverage())
