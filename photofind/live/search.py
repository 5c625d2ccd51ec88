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
from photofind.live.pictures import LivePictures
from photofind.live.results import Coverage, RegionOfPhoto, Results
from photofind.live.updater import LibraryUpdater
from photofind.search.engine import PictureVectors, Ranking, RankingDepth, SearchEngine
from photofind.search.query import Query
from photofind.search.regions import RegionAnswer
from photofind.store.embeddings import producer_of
from photofind.store.filter_kinds import TAG
from photofind.store.filters import FilterKind, Filters
from photofind.store.gallery import NO_ROWS

SHOWN = RankingDepth(200, after_confident=True)
"""All confident hits, and this many best guesses after them."""


class LiveSearch:
    """Queries by text, picture and region, over the photos that are searchable now."""

    def __init__(
        self, library: Library, updater: LibraryUpdater, child: ChildClient, pictures: LivePictures
    ) -> None:
        self._library = library
        self._catalogue = library.catalogue
        self._updater = updater
        self._child = child
        self._pictures = pictures

    def coverage(self) -> Coverage:
        """Count the photos that a search covers, and those that it can cover."""
        known = self._catalogue.photos.counts()
        engine = self._updater.engine
        searchable = 0 if engine is None else len(engine)
        space = self._catalogue.embeddings.serving_space()
        failed = 0 if space is None else self._catalogue.derived.left_alone(producer_of(space))
        return Coverage(searchable, known.photos_with_files + known.waiting - failed)

    def find(self, query: Query) -> Results:
        """Find photos by a query's terms; without any, list all that pass its filters by date."""
        if not query.terms:
            return self._by_date(query.filters)
        return self._results(lambda engine: engine.rank_query(query, SHOWN, self._vectors(query)))

    def find_like(self, picture: PhotoId | Path, filters: Filters = ()) -> Results:
        """Find photos similar to one of the library's, or to any picture file."""
        return self._find_embedding(lambda: self._embedding(picture), filters)

    def find_region(self, region: RegionOfPhoto, filters: Filters = ()) -> Results:
        """Find photos similar to a region of a picture."""
        picture, box, method, strength = region.picture, region.box, region.method, region.strength
        return self._find_embedding(
            lambda: self._child.encode_region(picture, box, method, strength, self._serving),
            filters,
        )

    def classify_region(self, region: RegionOfPhoto, labels: Sequence[str] = ()) -> RegionAnswer:
        """Rank labels for a region; by default those of the vocabulary."""
        serving = self._catalogue.embeddings.serving_space()
        return self._child.classify_region(
            region.picture,
            region.box,
            labels,
            region.method,
            region.strength,
            serving and serving.checkpoint,
        )

    def tag_names(self) -> list[str]:
        """List the vocabulary and all tags in use, sorted, for completion."""
        return self.filter_values(TAG)

    def filter_values(self, kind: FilterKind[Any]) -> list[str]:
        """List a filter's values for completion; empty if the filter takes any text."""
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

    def _vectors(self, query: Query) -> PictureVectors:
        return {picture: self._embedding(picture.location) for picture in query.pictures}

    def _find_embedding(
        self, embed: Callable[[], NDArray[np.float32]], filters: Filters
    ) -> Results:
        return self._results(lambda engine: engine.rank_embedding(embed(), SHOWN, filters))

    def _by_date(self, filters: Filters) -> Results:
        """Photos that pass the filters, none of them a guess."""
        rows = self._catalogue.photos.rows_by_date(filters)
        return Results(rows, 0, len(rows), True, True, self.coverage())

    def _results(self, rank: Callable[[SearchEngine], Ranking]) -> Results:
        engine = self._updater.fresh_engine()
        if engine is None:
            return Results(NO_ROWS, 0, 0, False, False, self.coverage())
        ranking = rank(engine)
        rows = self._catalogue.photos.rows(ranking.photo_ids)
        sure = int(np.isin(rows.photo_ids, ranking.photo_ids[ranking.is_confident]).sum())
        named = int(np.isin(rows.photo_ids, ranking.photo_ids[: ranking.named]).sum())
        return Results(rows, sure, ranking.total, ranking.filtered, False, self.coverage(), named)
