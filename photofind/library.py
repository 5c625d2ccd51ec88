"""One library, opened for one task: indexing, watching, searching, tagging or a check.

The parts are opened when they are first used, and those that a search has no use for are imported
then: all of them together take longer than most searches. `photofind.live` is the library that
stays open.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from photofind.cancel import CancelToken
from photofind.clip.checkpoints import CheckpointShelf, changed_since
from photofind.clip.encoder import Encoder, TextEncoder, encode_picture
from photofind.clip.loading import load_encoder
from photofind.clip.prompt_cache import background_embeddings
from photofind.domain import EmbeddingSpace
from photofind.errors import BadInputError, CancelledError, LibraryDamagedError
from photofind.events import IndexFinished, Listener, ignore_events
from photofind.paths import LibraryPaths
from photofind.search.engine import PictureVectors, SearchEngine
from photofind.search.follower import SearchFollower
from photofind.search.query import Query
from photofind.search.vector_cache import VectorCache
from photofind.settings import Settings, load_settings, save_setting
from photofind.store.catalogue import open_catalogue
from photofind.store.roots import Root
from photofind.store.same_folder import is_same_folder
from photofind.store.tag_decisions import NO_CHANGES, TagChanges
from photofind.vectors.selector import EXACT_CHECKED, IndexHealth, IndexSelector
from photofind.vectors.slots import VectorStore

if TYPE_CHECKING:
    from photofind.index_run import IndexRuns
    from photofind.indexing.worker import Worker
    from photofind.library_status import LibraryStatus
    from photofind.tagging.follower import TagFollower
    from photofind.tagging.library_tags import ImageTags, TagReport
    from photofind.tagging.vocabulary import Vocabulary


def read_in_a_child(paths: LibraryPaths, settings: Settings, checkpoint: str) -> "Worker":
    """Make the worker that reads and embeds in a process that a damaged photo may crash."""
    from photofind.child.client import ChildClient

    return ChildClient(paths, settings, checkpoint)


class Library(AbstractContextManager["Library"]):
    """One library folder, opened for reading or for writing; use it as a context manager.

    Args:
        create: Whether a writer makes a library where there is none.
        make_worker: Makes the worker that reads and embeds, by default in a process of its own.

    Raises:
        LibraryBusyError: Another process writes to it.
        LibraryDamagedError: It cannot be read, or a newer photofind made it.
        BadInputError: There is no library, and none is to be created.
    """

    def __init__(
        self,
        folder: Path,
        *,
        write: bool = False,
        create: bool = True,
        make_worker: "Callable[[LibraryPaths, Settings, str], Worker]" = read_in_a_child,
    ) -> None:
        self.paths = LibraryPaths(folder.absolute())
        self.settings = load_settings(self.paths.settings)
        self._make_worker = make_worker
        self._selector: tuple[object, IndexSelector] | None = None
        self._tags: tuple[object, TagFollower] | None = None
        self._vocabulary: tuple[int | None, Vocabulary] | None = None
        self.catalogue = open_catalogue(self.paths, write=write, create=create)

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        self.catalogue.close()

    def index(
        self,
        folders: Sequence[Path] = (),
        checkpoint: str | None = None,
        *,
        listener: Listener = ignore_events,
        cancel: CancelToken | None = None,
    ) -> IndexFinished:
        """Add folders as roots and bring all roots up to date.

        Args:
            checkpoint: By default the one in the settings; saved there otherwise.

        Raises:
            BadInputError: A folder is missing, or there is nothing to index.
            CancelledError: `cancel` was cancelled; finished batches are kept.
        """
        name = checkpoint or self.settings.checkpoint
        CheckpointShelf(self.paths).find(name)
        all_roots = self.add_roots(folders)
        _raise_if_nothing(all_roots)
        if checkpoint is not None:
            # Before the run, so that after a cancelled run the next one goes on with it.
            save_setting(self.paths.settings, "checkpoint", checkpoint)
            self.settings = replace(self.settings, checkpoint=checkpoint)
        self._drop_damaged()
        with closing(self._make_worker(self.paths, self.settings, name)) as worker:
            report = self._runs(worker, listener, cancel or CancelToken()).index(all_roots)
        self.save_vectors()
        return report

    def watch(self, *, listener: Listener, cancel: CancelToken) -> Iterator[IndexFinished]:
        """Bring all roots up to date, then watch them; yields a report for each set of changes.

        Raises:
            BadInputError: There is nothing to watch.
            CancelledError: `cancel` was cancelled.
        """
        _raise_if_nothing(self.roots())
        checkpoint = self.settings.checkpoint
        self._drop_damaged()
        with closing(self._make_worker(self.paths, self.settings, checkpoint)) as worker:
            try:
                yield from self.watch_with(worker, listener=listener, cancel=cancel)
            except CancelledError:
                self.save_vectors()
                raise

    def watch_with(
        self, worker: "Worker", *, listener: Listener, cancel: CancelToken
    ) -> Iterator[IndexFinished]:
        """Watch with a worker that outlives the watch; there must be a root. Yields as `watch`."""
        yield from self._runs(worker, listener, cancel).watch()

    def _runs(self, worker: "Worker", listener: Listener, cancel: CancelToken) -> "IndexRuns":
        from photofind.index_run import IndexRuns

        return IndexRuns(self.paths, self.catalogue, self.settings, worker, listener, cancel)

    def save_vectors(self) -> None:
        """Bring the vectors' files up to date, which the next search maps."""
        serving = self.catalogue.embeddings.serving()
        if serving is not None:
            vectors = self._vector_cache(serving[0])
            vectors.save(*vectors.load())

    def _vector_cache(self, space_id: int) -> VectorCache:
        return VectorCache(self.catalogue.embeddings, self.paths.vectors, space_id)

    def _drop_damaged(self) -> None:
        """Drop damaged embeddings, so that the run embeds again; reads all of them once."""
        serving = self.catalogue.embeddings.serving()
        if serving is not None:
            self.catalogue.embeddings.drop_damaged(serving[0])

    def serving_space(self) -> EmbeddingSpace | None:
        """Return the space of the embeddings in use; `None` before anything was indexed."""
        return self.catalogue.embeddings.serving_space()

    @cached_property
    def serving_encoder(self) -> Encoder:
        """The encoder of the serving space; raises `BadInputError` before anything was indexed."""
        space = self.serving_space()
        if space is None:
            raise BadInputError("No photos have been indexed yet.", "Run: photofind index FOLDER")
        encoder = load_encoder(self.paths, self.settings, space.checkpoint)
        if encoder.space != space:
            raise changed_since(space, "Run photofind index to bring the library up to date.")
        return encoder

    @cached_property
    def _search(self) -> SearchFollower:
        return self.search_follower(self.serving_encoder)

    @property
    def search_engine(self) -> SearchEngine:
        """A search engine over the photos that are searchable now; updated on access."""
        return self._search.catch_up()

    def embed_picture(self, path: Path) -> NDArray[np.float32]:
        """Embed a picture file, (dim,) in the serving space; raises as `open_picture`."""
        from photofind.photos.picture_file import PictureLimits, open_picture

        encoder = self.serving_encoder
        limits = PictureLimits.of(self.settings)
        picture = open_picture(path, encoder.preprocess.decode_px, limits)
        return encode_picture(encoder, picture.image)

    def embed_pictures(self, query: Query) -> PictureVectors:
        """Embed the pictures of a query; raises as `embed_picture`."""
        return {picture: self.embed_picture(picture.location) for picture in query.pictures}

    def search_follower(self, encoder: TextEncoder, *, defer_graph: bool = False) -> SearchFollower:
        """Load index and calibration into a follower of the change log.

        Args:
            encoder: Of the serving space.
            defer_graph: Search exactly until `build_graph` was called, also where the settings
                force a graph.
        """
        serving = self.catalogue.embeddings.serving()
        assert serving is not None
        return SearchFollower(
            self.catalogue,
            serving[0],
            self._vector_cache(serving[0]),
            encoder,
            background_embeddings(self.paths.cache, encoder),
            self._index_selector(encoder.space),
            defer_graph=defer_graph,
        )

    def wants_graph(self) -> bool:
        """Return whether the search engine loaded last would be quicker with a graph it lacks."""
        return self._selector is not None and self._selector[1].wants_graph()

    def build_graph(self, cancel: CancelToken) -> bool:
        """Build a graph for the search engine loaded last, if it wants one; takes minutes.

        Returns:
            Whether there is a new graph, which a search engine loaded from now on would use.

        Raises:
            CancelledError: `cancel` was cancelled; nothing was changed.
        """
        return self._selector is not None and self._selector[1].build_graph(cancel)

    def tag(
        self,
        folders: Sequence[Path] = (),
        *,
        cancel: CancelToken | None = None,
    ) -> "TagReport":
        """Suggest tags by the vocabulary, with `vocabulary.toml` in the library's folder over it.

        Args:
            folders: Only photos below these; by default all.

        Raises:
            BadInputError: The vocabulary is faulty, or a folder holds no photo of the library.
            CancelledError: `cancel` was cancelled, between two batches.
        """
        from photofind.tagging.library_tags import TagReport, images_with_tags, photos_below

        search = self._search
        search.catch_up()
        paths = photos_below(self.catalogue, search.index.labels.tolist(), folders)
        ids = np.array(sorted(paths), np.int64)
        suggested = self.tag_follower(self.serving_encoder).suggest(
            search, ids, cancel or CancelToken()
        )
        images = images_with_tags(self.catalogue, paths)
        return TagReport(images, suggested, self.serving_encoder.space.checkpoint)

    def tag_follower(self, encoder: TextEncoder) -> "TagFollower":
        """Make the follower that suggests tags by the current vocabulary; cached.

        Args:
            encoder: Of the serving space.

        Raises:
            BadInputError: The vocabulary is faulty.
        """
        from photofind.tagging.follower import TagFollower
        from photofind.tagging.tagger import encode_vocabulary

        vocabulary = self.vocabulary
        if self._tags is None or self._tags[0] != (vocabulary, encoder.space):
            labels = encode_vocabulary(self.paths.cache, encoder, vocabulary)
            follower = TagFollower(self.catalogue.suggestions, vocabulary, labels)
            self._tags = (vocabulary, encoder.space), follower
        return self._tags[1]

    @property
    def vocabulary(self) -> "Vocabulary":
        """The vocabulary; cached until a person's own file changes, since parsing takes 25 ms."""
        from photofind.tagging.vocabulary import load_vocabulary

        own = self.paths.vocabulary
        written_ns = own.stat().st_mtime_ns if own.is_file() else None
        if self._vocabulary is None or self._vocabulary[0] != written_ns:
            self._vocabulary = written_ns, load_vocabulary(own)
        return self._vocabulary[1]

    def tags_of(
        self, images: Sequence[Path], changes: TagChanges = NO_CHANGES
    ) -> "list[ImageTags]":
        """Apply a person's changes to pictures and return their tags, see `tags_of_images`."""
        from photofind.photos.picture_file import PictureLimits
        from photofind.tagging.library_tags import tags_of_images

        return tags_of_images(self.catalogue, images, changes, PictureLimits.of(self.settings))

    def status(self) -> "LibraryStatus":
        from photofind.library_status import read_status

        return read_status(self.catalogue, lambda space, n: self._index_selector(space).health(n))

    def check(self) -> IndexHealth:
        """Read everything once and measure the index, which is rebuilt if its recall is low.

        Raises:
            LibraryDamagedError: The catalogue or an embedding is damaged.
        """
        self.catalogue.maintenance.check()
        serving = self.catalogue.embeddings.serving()
        if serving is None:
            return EXACT_CHECKED
        _, stored = self.catalogue.embeddings.load(serving[0])
        if len(stored.damaged):
            raise LibraryDamagedError(
                f"The embedding of photo {stored.damaged[0]} is damaged.",
                "Run photofind index; it embeds damaged photos again.",
            )
        store = VectorStore(stored.photo_ids, stored.vectors)
        return self._index_selector(serving[1]).check(store)

    def _index_selector(self, space: EmbeddingSpace) -> IndexSelector:
        """Return the selector for a space and the settings; cached, as it holds a graph."""
        key = space, self.settings.vector_index, self.settings.threads
        if self._selector is None or self._selector[0] != key:
            self._selector = key, IndexSelector(self.paths.vectors, *key)
        return self._selector[1]

    def roots(self) -> list[Root]:
        """List the roots in the order they were added."""
        return self.catalogue.roots.all()

    def add_roots(self, folders: Sequence[Path]) -> list[Root]:
        """Add folders and return all roots; raises `BadInputError` for a missing folder."""
        return self.catalogue.roots.add(self.resolve_folders(folders))

    def resolve_folders(self, folders: Sequence[Path]) -> list[Path]:
        """Resolve folders to be added; raises `BadInputError` for one missing or not answering."""
        from photofind.photos.scanner import DISK_ANSWERS_S, RootScanner

        disks = RootScanner(silence_s=DISK_ANSWERS_S)
        for folder in folders:
            if not disks.answers(folder, folder.is_dir):
                raise BadInputError(
                    f"The disk of {folder} does not answer.",
                    "See whether it is connected, and try again.",
                )
        known = [root.path for root in self.roots()]
        paths = [folder.resolve() for folder in folders]
        for folder, path in zip(folders, paths, strict=True):
            if not any(is_same_folder(path, root) for root in known) and not _is_folder(path):
                raise BadInputError(
                    f"There is no folder {folder}.",
                    "Check the path, and that the disk it is on is connected.",
                )
        return paths


def _raise_if_nothing(all_roots: Sequence[Root]) -> None:
    if not all_roots:
        raise BadInputError("There is nothing to index yet.", "Run: photofind index FOLDER")


def _is_folder(path: Path) -> bool:
    """Return `False` also where a broken mount or missing rights keep a folder from being seen."""
    try:
        return path.is_dir()
    except OSError:
        return False
