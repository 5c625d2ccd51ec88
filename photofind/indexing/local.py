"""Puts together the worker of one process."""

from photofind.clip.loading import load_encoder
from photofind.domain import Fingerprint
from photofind.indexing.stages import Claims, Stages
from photofind.indexing.worker import LocalWorker
from photofind.paths import LibraryPaths
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings
from photofind.store import embeddings
from photofind.store.database import Database


class CatalogueWorker(LocalWorker):
    """A worker that asks a library's catalogue which contents are embedded already.

    Raises:
        CheckpointError: The checkpoint cannot be loaded.
    """

    def __init__(self, paths: LibraryPaths, settings: Settings, checkpoint: str) -> None:
        encoder = load_encoder(paths, settings, checkpoint)
        self._database = Database.open(paths, write=False)
        stages = Stages(
            preprocess=encoder.preprocess,
            thumbnails=ThumbnailCache(paths.thumbnails, settings.thumbnail_px),
            is_embedded=self._is_embedded,
            claims=Claims(),
            max_bytes=settings.max_file_mb * 1_000_000,
            max_pixels=settings.max_megapixels * 1_000_000,
        )
        super().__init__(encoder, stages, batch_size=settings.batch_size, threads=settings.threads)

    def close(self) -> None:
        self._database.close()

    def _is_embedded(self, content: Fingerprint) -> bool:
        with self._database.reading() as connection:
            space = embeddings.space_id(connection, self.space, create=False)
            return space is not None and embeddings.is_embedded(connection, space, content)
