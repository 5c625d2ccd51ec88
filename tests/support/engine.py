"""The engine of `photofind watch` by itself: index runs over real folders, with any worker."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from photofind.cancel import CancelToken
from photofind.clip.encoder import Encoder
from photofind.events import IndexFinished, Listener, ignore_events
from photofind.indexing.indexer import Indexer
from photofind.indexing.local import CatalogueWorker
from photofind.indexing.places import Changes
from photofind.indexing.worker import Worker
from photofind.paths import LibraryPaths
from photofind.settings import Settings
from photofind.store import counts, embeddings
from photofind.store.catalogue import catalogue_in
from photofind.store.database import Database
from tests.support.fake_encoder import FakeEncoder


def in_this_process(paths: LibraryPaths, settings: Settings, encoder: Encoder) -> Worker:
    return CatalogueWorker(paths, settings, "made up", load=lambda *_: encoder)


class Engine(AbstractContextManager["Engine"]):
    """A library that is written to; use it as a context manager.

    Args:
        folders: Become its roots.
        make_worker: By default one in this process, with `FakeEncoder`.
    """

    def __init__(
        self,
        library: Path,
        folders: Sequence[Path] = (),
        *,
        settings: Settings | None = None,
        make_worker: Callable[[LibraryPaths, Settings], Worker] | None = None,
    ) -> None:
        self.paths = LibraryPaths(library)
        self.settings = settings or Settings()
        self.database = Database.open(self.paths, write=True)
        self.catalogue = catalogue_in(self.database)
        try:
            self.catalogue.roots.add(folders)
        except BaseException:
            self.database.close()
            raise
        self.worker = (
            make_worker(self.paths, self.settings)
            if make_worker is not None
            else in_this_process(self.paths, self.settings, FakeEncoder("made up"))
        )

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        self.worker.close()
        self.database.close()

    def run(
        self,
        changes: Changes | None = None,
        *,
        listener: Listener = ignore_events,
        cancel: CancelToken | None = None,
    ) -> IndexFinished:
        """Bring places, or all roots, up to date."""
        known = self.catalogue.roots.all()
        indexer = Indexer(
            self.catalogue,
            self.worker,
            self.settings,
            own_folder=self.paths.folder,
            listener=listener,
            cancel=cancel,
        )
        chosen = [root for root in known if changes is None or root.path in changes]
        return indexer.run(chosen, changes)

    def coverage(self) -> tuple[int, int, int]:
        """Photos embedded, photos there are, files that wait to be read."""
        with self.database.reading() as connection:
            space = embeddings.space_id(connection, self.worker.space, create=False)
            known = counts.overall(connection)
            if space is None:
                return 0, known.photos_with_files, known.waiting
            return *embeddings.coverage(connection, space), known.waiting
