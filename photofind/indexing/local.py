"""Puts together the worker of one process."""

from collections.abc import Callable

from photofind.clip.encoder import Encoder
from photofind.clip.loading import load_encoder
from photofind.domain import Fingerprint
from photofind.indexing.producers import Sources, make_producers
from photofind.indexing.stages import Stages
from photofind.indexing.worker import LocalWorker
from photofind.paths import LibraryPaths
from photofind.photos.picture_file import PictureLimits
from photofind.photos.read import OnRead, ignore_progress
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings
from photofind.store import derived, identity, photos
from photofind.store.database import Database


class CatalogueWorker(LocalWorker):
    """A worker that asks a library's catalogue what it knows of contents already.

    Args:
        load: What makes an encoder of a checkpoint's name.
        on_read: Called with the bytes that came, while a file is read; from several threads.

    Raises:
        CheckpointError: The checkpoint cannot be loaded.
    """

    def __init__(
        self,
        paths: LibraryPaths,
        settings: Settings,
        checkpoint: str,
        *,
        load: Callable[[LibraryPaths, Settings, str], Encoder] = load_encoder,
        on_read: OnRead = ignore_progress,
    ) -> None:
        encoder = load(paths, settings, checkpoint)
        self._database = Database.open(paths, write=False)
        limits = PictureLimits.of(settings)
        stages = Stages(
            producers=make_producers(Sources(encoder, paths, settings)),
            missing_kinds=self._missing_kinds,
            thumbnails=ThumbnailCache(paths.thumbnails, settings.thumbnail_px),
            max_bytes=limits.max_bytes,
            max_pixels=limits.max_pixels,
            has_older=self._has_older(),
            on_read=on_read,
        )
        super().__init__(encoder, stages, batch_size=settings.batch_size, threads=settings.threads)

    def close(self) -> None:
        self._database.close()

    def _has_older(self) -> bool:
        with self._database.reading() as connection:
            return identity.has_older_photos(connection)

    def _missing_kinds(self, content: Fingerprint) -> frozenset[str] | None:
        with self._database.reading() as connection:
            known = photos.photo_ids_of(connection, [content])
            if not known:
                return None
            return derived.pending_kinds(connection, self.producers, known[content])
