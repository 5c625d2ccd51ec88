"""Puts together the worker of one process."""

from collections.abc import Callable

from photofind.clip.encoder import Encoder
from photofind.clip.loading import load_encoder
from photofind.domain import Fingerprint
from photofind.indexing.stages import Stages
from photofind.indexing.worker import LocalWorker
from photofind.paths import LibraryPaths
from photofind.photos.picture_file import PictureLimits
from photofind.photos.read import OnRead, ignore_progress
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings
from photofind.store import embeddings, identity, photos
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
            preprocess=encoder.preprocess,
            thumbnails=ThumbnailCache(paths.thumbnails, settings.thumbnail_px),
            is_described=self._is_described,
            is_embedded=self._is_embedded,
            max_bytes=limits.max_bytes,
            max_pixels=limits.max_pixels,
            thumbnail_px=settings.thumbnail_px,
            has_older=self._has_older(),
            on_read=on_read,
        )
        super().__init__(encoder, stages, batch_size=settings.batch_size, threads=settings.threads)

    def close(self) -> None:
        self._database.close()

    def _has_older(self) -> bool:
        with self._database.reading() as connection:
            return identity.has_older_photos(connection)

    def _is_described(self, content: Fingerprint) -> bool:
        with self._database.reading() as connection:
            return bool(photos.photo_ids_of(connection, [content]))

    def _is_embedded(self, content: Fingerprint) -> bool:
        with self._database.reading() as connection:
            space = embeddings.space_id(connection, self.space, create=False)
            return space is not None and embeddings.is_embedded(connection, space, content)
