"""Puts the parts of one library together: opens them when they are needed, closes them all."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from photofind.cancel import CancelToken
from photofind.clip.checkpoints import CheckpointShelf
from photofind.clip.encoder import Encoder
from photofind.clip.prompts import background_queries, encode_queries
from photofind.domain import Embeddings, Failure, PhotoId
from photofind.errors import BadInputError, CheckpointError
from photofind.events import IndexFinished, Listener, ignore_events
from photofind.indexing.indexer import Indexer
from photofind.paths import LibraryPaths
from photofind.photos.thumbnails import ThumbnailCache
from photofind.search.calibration import calibrate
from photofind.search.engine import SearchEngine
from photofind.settings import load_settings, save_setting
from photofind.store import embeddings, photos, roots, state
from photofind.store.database import Database
from photofind.store.photos import Counts
from photofind.store.roots import Root
from photofind.vectors.exact import ExactIndex


@dataclass(frozen=True, slots=True)
class LibraryStatus:
    """What a library holds.

    Attributes:
        checkpoint: Of the embeddings that searches use; `None` before anything was indexed.
        embedded: Photos among `counts.photos_with_files` that can be searched.
    """

    counts: Counts
    roots: tuple[Root, ...]
    checkpoint: str | None
    embedded: int
    failures: tuple[Failure, ...]


def load_encoder(paths: LibraryPaths, name: str) -> Encoder:
    """Loads a checkpoint, in seconds; raises `CheckpointError` where it is not on this machine."""
    # torch takes seconds to import, and most commands never need it.
    from photofind.clip.open_clip_encoder import OpenClipEncoder
    from photofind.clip.precision import PrecisionMemory

    return OpenClipEncoder(
        CheckpointShelf(paths).find(name),
        threads=load_settings(paths.settings).threads or None,
        memory=PrecisionMemory(paths.precision),
    )


class Library:
    """One library folder, opened for reading or for writing; use it as a context manager.

    Raises:
        LibraryBusyError: Another process writes to it.
        LibraryDamagedError: It cannot be read, or a newer photofind made it.
        BadInputError: It is to be read and is not there.
    """

    def __init__(self, folder: Path, *, write: bool = False) -> None:
        self.paths = LibraryPaths(folder.absolute())
        self.settings = load_settings(self.paths.settings)
        self._database = Database.open(self.paths, write=write)
        if write:
            # Before anything is built on it, and while the last snapshot is still good.
            self._database.quick_check()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()

    def index(
        self,
        folders: Sequence[Path] = (),
        checkpoint: str | None = None,
        *,
        listener: Listener = ignore_events,
        cancel: CancelToken | None = None,
    ) -> IndexFinished:
        """Adds folders as roots and brings all roots up to date.

        Args:
            checkpoint: By default the one in the settings.

        Raises:
            BadInputError: A folder is not there, or there is nothing to index.
            CancelledError: Asked to stop; what was done until then is kept.
        """
        name = checkpoint or self.settings.checkpoint
        CheckpointShelf(self.paths).find(name)
        all_roots = self._add_roots(folders)
        encoder = load_encoder(self.paths, name)
        indexer = Indexer(
            self._database,
            encoder,
            ThumbnailCache(self.paths.thumbnails, self.settings.thumbnail_px),
            self.settings,
            own_folder=self.paths.folder,
            listener=listener,
            cancel=cancel,
        )
        report = indexer.run(all_roots)
        if checkpoint is not None:
            save_setting(self.paths.settings, "checkpoint", checkpoint)
        # The first search should not have to wait for it.
        self._background(encoder)
        return report

    @cached_property
    def serving_encoder(self) -> Encoder:
        """The checkpoint that searches use; raises `BadInputError` before anything was indexed."""
        with self._database.reading() as connection:
            serving = state.serving_space(connection)
        if serving is None:
            raise BadInputError("No photos have been indexed yet.", "Run: photofind index FOLDER")
        _, space = serving
        encoder = load_encoder(self.paths, space.checkpoint)
        if encoder.space != space:
            raise CheckpointError(
                f"The search model '{space.checkpoint}' has changed since the photos were indexed.",
                "Run photofind index to bring the library up to date.",
            )
        return encoder

    @cached_property
    def search_engine(self) -> SearchEngine:
        """Over the photos that are searchable now."""
        encoder = self.serving_encoder
        with self._database.reading() as connection:
            space = embeddings.space_id(connection, encoder.space, create=False)
            assert space is not None
            labels, vectors = embeddings.load_embeddings(connection, space)
        calibration = calibrate(self._background(encoder), vectors)
        return SearchEngine(encoder, ExactIndex(labels, vectors), calibration, self._locate)

    def status(self) -> LibraryStatus:
        with self._database.reading() as connection:
            serving = state.serving_space(connection)
            embedded = embeddings.coverage(connection, serving[0])[0] if serving else 0
            return LibraryStatus(
                counts=photos.counts(connection),
                roots=tuple(roots.list_roots(connection)),
                checkpoint=serving[1].checkpoint if serving else None,
                embedded=embedded,
                failures=tuple(photos.failures(connection)),
            )

    def check(self) -> None:
        """Reads everything once; raises `LibraryDamagedError` where something is not as written."""
        self._database.quick_check()
        with self._database.reading() as connection:
            serving = state.serving_space(connection)
            if serving is not None:
                embeddings.load_embeddings(connection, serving[0])

    def _add_roots(self, folders: Sequence[Path]) -> list[Root]:
        with self._database.writing() as connection:
            known = {root.path for root in roots.list_roots(connection)}
            for folder in folders:
                path = folder.resolve()
                if path not in known and not path.is_dir():
                    raise BadInputError(
                        f"There is no folder {folder}.",
                        "Check the path, and that the disk it is on is connected.",
                    )
                roots.add_root(connection, path)
            all_roots = roots.list_roots(connection)
        if not all_roots:
            raise BadInputError("There is nothing to index yet.", "Run: photofind index FOLDER")
        return all_roots

    def _locate(self, photo_ids: Sequence[PhotoId]) -> Mapping[PhotoId, Path]:
        with self._database.reading() as connection:
            paths = photos.paths_of(connection, photo_ids)
        return {photo_id: places[0] for photo_id, places in paths.items()}

    def _background(self, encoder: Encoder) -> Embeddings:
        """Kept on disk, since a large text encoder takes seconds for it."""
        queries = background_queries()
        wording = zlib.crc32("\n".join(queries).encode())
        name = f"background-{encoder.space.sha256[:16]}-{wording:08x}.npy"
        path = self.paths.cache / name
        if path.is_file():
            kept: Embeddings = np.load(path)
            return kept
        background = encode_queries(encoder, queries)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(name + ".partial")
        with partial.open("wb") as file:
            np.save(file, background)
        partial.replace(path)
        return background
