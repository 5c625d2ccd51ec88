"""A library that is kept up to date while it is searched: what the window works on.

    keeper's threads  folders are indexed, then watched; the search takes in what is new (keeper.py)
    caller's thread   everything else: reads of the catalogue, queries, a person's tags

Every method may be called from any thread and may take long; the window calls them on its lanes.
What happens by itself is told to a listener, on the keeper's threads.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.answers import Coverage, RegionOfPhoto, Results
from photofind.child.messages import PixelPicture
from photofind.child.worker import ChildWorker
from photofind.domain import EmbeddingSpace, Failure, PhotoId
from photofind.errors import BadInputError
from photofind.evaluation.drawn_album import draw_album
from photofind.events import Listener
from photofind.keeper import Keeper
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.photos.thumbnails import ThumbnailCache
from photofind.search.engine import Ranking, Reach, SearchEngine
from photofind.search.query import Query
from photofind.search.regions import RegionAnswer
from photofind.settings import Concern, Settings, concerned, load_settings, save_settings
from photofind.store import counts, embeddings, failures, gallery, photos, roots, state, tags
from photofind.store.catalogue import Catalogue
from photofind.store.database import Database
from photofind.store.filter_kinds import TAG
from photofind.store.filters import FilterKind, Filters
from photofind.store.gallery import NO_ROWS, FolderSummary, PhotoDetails, PhotoRows
from photofind.store.tags import PhotoTag, Suggestion, TagCount
from photofind.store.timeline import Timeline
from photofind.trash import PhotoTrash

REACH = Reach(200, beyond_sure=True)
"""What is shown: the photos that are sure, and this many best guesses after them."""

DEMO_PICTURES = 120


class LiveLibrary:
    """Opens a library for writing; `start` keeps it up to date; close it.

    Args:
        listener: Told of every event, on the keeper's threads.
        make_worker: Makes what reads photos and embeds photos and texts.

    Raises:
        LibraryBusyError: Another photofind has it open.
        LibraryDamagedError: It cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        listener: Listener,
        *,
        make_worker: Callable[[LibraryPaths, Settings, str], ChildWorker] = ChildWorker,
    ) -> None:
        self._library = Library(folder, write=True)
        settings = self.settings
        # It takes seconds to come up; whoever needs it waits then.
        self._child = make_worker(self.paths, settings, settings.checkpoint)
        self._keeper = Keeper(self._library, self._child, listener)
        self._timeline = Timeline(self._library.database)
        self.catalogue = Catalogue(self._library.database)
        self.trash = PhotoTrash(self.catalogue.photos)

    @property
    def paths(self) -> LibraryPaths:
        return self._library.paths

    def stop(self) -> None:
        """Ends what works by itself; whoever waits for the child gets `CancelledError`."""
        self._keeper.cancel()
        self._child.close()
        self._keeper.stop_all()

    def close(self) -> None:
        """Stops at once; every batch that was done is kept."""
        self.stop()
        self._library.close()

    # Keeping up to date

    def start(self) -> None:
        """Begins to read what is new, in the background."""
        self._keeper.start()

    @property
    def paused(self) -> bool:
        return self._keeper.paused

    def pause(self) -> None:
        """Until `resume`; searches go on."""
        self._keeper.pause()

    def resume(self) -> None:
        self._keeper.resume()

    def rescan(self) -> None:
        """Compares all folders again now; after it had to stop, tries again."""
        with self._keeper.stopped():
            self._child.restart_for(self.paths, self.settings, self.settings.checkpoint)

    def failures(self) -> list[Failure]:
        with self._database.reading() as connection:
            return photos.failures(connection)

    def retry(self) -> None:
        """Reads every file again that could not be read."""
        with self._keeper.stopped(), self._database.writing() as connection:
            failures.forget_failures(connection)

    def coverage(self) -> Coverage:
        with self._database.reading() as connection:
            known = counts.overall(connection)
        engine = self._keeper.engine
        searchable = 0 if engine is None else len(engine)
        return Coverage(searchable, known.photos_with_files + known.waiting)

    # Folders

    def folders(self) -> list[FolderSummary]:
        with self._database.reading() as connection:
            return gallery.folders(connection)

    def add_folders(self, folders: Sequence[Path]) -> None:
        """Adds roots and begins to read them; raises `BadInputError` for one that is not there."""
        with self._keeper.stopped():
            self._library.add_roots(folders)

    def add_demo_pictures(self) -> None:
        """Draws an album beside the library's folder and adds it, unless it is there already."""
        own = self.paths.folder
        album = own.with_name(f"{own.name} demo pictures")
        album.mkdir(exist_ok=True)
        self.add_folders([album])
        # They appear one by one, as any photos do.
        draw_album(album, DEMO_PICTURES)

    def remove_folder(self, root_id: int) -> None:
        """Forgets a root; its photos' tags are kept for when they return."""
        with self._keeper.stopped(), self._database.writing() as connection:
            roots.remove_root(connection, root_id)

    # Photos

    def all_photos(self) -> PhotoRows:
        """The newest first."""
        return self._timeline.rows()

    def count(self) -> int:
        """Photos there are to see."""
        with self._database.reading() as connection:
            return counts.overall(connection).photos_with_files

    def rows(self, photo_ids: Sequence[PhotoId]) -> PhotoRows:
        """In the order of the ids; those that have no file any more are left out."""
        with self._database.reading() as connection:
            return gallery.rows_of(connection, photo_ids)

    def details(self, photo_id: PhotoId, filters: Filters = ()) -> PhotoDetails | None:
        """Args: filters: Under which the photo was found, for the file to show."""
        return self.catalogue.photos.details(photo_id, filters)

    def paths_of(self, photo_ids: Sequence[PhotoId], filters: Filters = ()) -> list[Path]:
        """The file shown of each photo that has any; arguments as `details`."""
        found = self.catalogue.photos.files(photo_ids, filters)
        return [files[0].path for files in found.values()]

    def thumbnail(self, photo_id: PhotoId) -> bytes | None:
        """A JPEG; made anew where the cache lost it; `None` where the photo cannot be reached."""
        with self._database.reading() as connection:
            fingerprint = gallery.fingerprint_of(connection, photo_id)
        if fingerprint is None:
            return None
        kept = ThumbnailCache(self.paths.thumbnails, self.settings.thumbnail_px).load(fingerprint)
        if kept is not None:
            return kept
        try:
            return self._child.make_thumbnail(self._reachable(photo_id), fingerprint)
        except BadInputError:
            return None

    def picture(self, photo_id: PhotoId, longest_side: int) -> PixelPicture:
        """The photo itself; raises `BadInputError` where it cannot be reached or read."""
        return self.picture_file(self._reachable(photo_id), longest_side)

    def picture_file(self, path: Path, longest_side: int) -> PixelPicture:
        """As `picture`, of any file."""
        return self._child.read_picture(path, longest_side)

    # Search

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
        serving = self._library.serving_space()
        return self._child.answer_region(
            region.picture,
            region.box,
            labels,
            region.method,
            region.strength,
            serving and serving.checkpoint,
        )

    # Tags

    def tag_counts(self) -> list[TagCount]:
        with self._database.reading() as connection:
            return tags.counts_by_tag(connection)

    def review_queue(self, limit: int, name: str | None = None) -> list[Suggestion]:
        with self._database.reading() as connection:
            return tags.review_queue(connection, limit, name)

    def tags_of(self, photo_ids: Sequence[PhotoId]) -> list[list[PhotoTag]]:
        """Of each photo, in their order: a person's by name, then suggestions, best first."""
        with self._database.reading() as connection:
            found = tags.tags_of(connection, photo_ids)
        return [found[photo_id] for photo_id in photo_ids]

    def tag_names(self) -> list[str]:
        """Every name of the vocabulary and every tag in use, sorted; for completion."""
        return self.filter_values(TAG)

    def filter_values(self, kind: FilterKind[Any]) -> list[str]:
        """What can stand after a filter's colon, for completion; nothing where anything can."""
        if kind.suggestions is None:
            return []
        with self._database.reading() as connection:
            return list(kind.suggestions(connection, self._library.vocabulary.labels))

    def photos_by_year(self) -> dict[int, int]:
        with self._database.reading() as connection:
            return gallery.photos_by_year(connection)

    # Settings

    @property
    def settings(self) -> Settings:
        return self._library.settings

    def save_settings(self, settings: Settings) -> None:
        """Write what differs; reading begins again with it, unless only the window is concerned.

        Raises:
            UserFacingError: They cannot be written, and everything goes on as before.
        """
        if concerned(self.settings, settings) <= {Concern.WINDOW}:
            self._write_settings(settings)
            return
        with self._keeper.stopped():
            self._write_settings(settings)
            self._keeper.give_up_graph()
            self._child.restart_for(self.paths, self.settings, self.settings.checkpoint)

    # What the methods above share

    def _write_settings(self, settings: Settings) -> None:
        save_settings(self.paths.settings, settings)
        self._library.settings = load_settings(self.paths.settings)

    @property
    def _database(self) -> Database:
        return self._library.database

    @property
    def _serving(self) -> EmbeddingSpace:
        serving = self._library.serving_space()
        if serving is None:
            raise BadInputError(
                "No photos can be searched yet.", "Wait until the first of them have been read."
            )
        return serving

    def _reachable(self, photo_id: PhotoId) -> Path:
        known = self.details(photo_id)
        if known is None or not known.files:
            raise BadInputError("This photo is not there any more.", "Search again.")
        file = known.files[0]
        if file.offline:
            raise BadInputError(
                f"This photo is on ‘{file.root.name}’, which is not connected.",
                "Connect it to see the photo.",
            )
        return file.path

    def _embedding(self, picture: PhotoId | Path) -> NDArray[np.float32]:
        if isinstance(picture, Path):
            return self._child.encode_picture(picture, self._serving)
        with self._database.reading() as connection:
            serving = state.serving_space(connection)
            stored = serving and embeddings.embedding_of(connection, serving[0], picture)
        if stored is not None:
            return stored
        return self._embedding(self._reachable(picture))

    def _find_embedding(
        self, embed: Callable[[], NDArray[np.float32]], filters: Filters
    ) -> Results:
        return self._results(lambda engine: engine.rank_embedding(embed(), REACH, filters))

    def _by_date(self, filters: Filters) -> Results:
        """All that pass: there are no guesses among them."""
        with self._database.reading() as connection:
            rows = gallery.newest_rows(connection, filters)
        return Results(rows, 0, len(rows), True, True, self.coverage())

    def _results(self, rank: Callable[[SearchEngine], Ranking]) -> Results:
        engine = self._keeper.engine_of_now()
        if engine is None:
            return Results(NO_ROWS, 0, 0, False, False, self.coverage())
        ranking = rank(engine)
        with self._database.reading() as connection:
            rows = gallery.rows_of(connection, ranking.photo_ids)
        is_sure = ranking.scores > ranking.threshold
        sure = int(np.isin(rows.photo_ids, ranking.photo_ids[is_sure]).sum())
        return Results(rows, sure, ranking.total, ranking.filtered, False, self.coverage())
