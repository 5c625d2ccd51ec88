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
from photofind.store.gallery import NO_ROWS, PhotoRows
from photofind.store.ordering import PhotoOrder

SHOWN = RankingDepth(200, after_confident=True)
"""All confident hits, and this many best guesses after them."""

SORTED = RankingDepth(500, after_confident=True)
"""The same where photos are sorted; only the confident hits are kept, if there are any."""


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

    def find(self, query: Query, order: PhotoOrder | None = None) -> Results:
        """Find photos by a query's terms; without any, list all that pass its filters.

        Args:
            order: Here and below: what photos are sorted by; by default how well they match, or
                the newest first where there is nothing to match.
        """
        if not query.terms:
            return self._all_that_pass(query.filters, order or PhotoOrder.NEWEST)
        return self._results(
            lambda engine, depth: engine.rank_query(query, depth, self._vectors(query)),
            query.filters,
            order,
        )

    def find_like(
        self, picture: PhotoId | Path, filters: Filters = (), order: PhotoOrder | None = None
    ) -> Results:
        """Find photos similar to one of the library's, or to any picture file."""
        return self._find_embedding(lambda: self._embedding(picture), filters, order)

    def find_region(
        self, region: RegionOfPhoto, filters: Filters = (), order: PhotoOrder | None = None
    ) -> Results:
        """Find photos similar to a region of a picture."""
        picture, box, method, strength = region.picture, region.box, region.method, region.strength
        return self._find_embedding(
            lambda: self._child.encode_region(picture, box, method, strength, self._serving),
            filters,
            order,
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
        self,
        embed: Callable[[], NDArray[np.float32]],
        filters: Filters,
        order: PhotoOrder | None,
    ) -> Results:
        return self._results(
            lambda engine, depth: engine.rank_embedding(embed(), depth, filters), filters, order
        )

    def _all_that_pass(self, filters: Filters, order: PhotoOrder) -> Results:
        rows = self._catalogue.photos.ordered_rows(order, filters)
        return Results(rows, 0, len(rows), True, False, order, self.coverage())

    def _results(
        self,
        rank: Callable[[SearchEngine, RankingDepth], Ranking],
        filters: Filters,
        order: PhotoOrder | None,
    ) -> Results:
        engine = self._updater.fresh_engine()
        if engine is None:
            return Results(NO_ROWS, 0, 0, False, True, order, self.coverage())
        ranking = rank(engine, SHOWN if order is None else SORTED)
        rows = self._rows(ranking, filters, order)
        sure = int(np.isin(rows.photo_ids, ranking.photo_ids[ranking.is_confident]).sum())
        named = int(np.isin(rows.photo_ids, ranking.photo_ids[: ranking.named]).sum())
        return Results(
            rows, sure, ranking.total, ranking.filtered, True, order, self.coverage(), named
        )

    def _rows(self, ranking: Ranking, filters: Filters, order: PhotoOrder | None) -> PhotoRows:
        photos = self._catalogue.photos
        if order is None:
            return photos.rows(ranking.photo_ids)
        confident = ranking.photo_ids[ranking.is_confident]
        return photos.ordered_rows(
            order, filters, confident if len(confident) else ranking.photo_ids
        )
