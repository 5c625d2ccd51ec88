"""Puts together the worker of one process."""

from collections.abc import Callable
from functools import partial

from photofind.clip.encoder import Encoder
from photofind.clip.loading import load_whole_encoder
from photofind.indexing.producers import Sources, make_producers
from photofind.indexing.stages import Stages
from photofind.indexing.worker import LocalWorker
from photofind.paths import LibraryPaths
from photofind.photos.picture_file import PictureLimits
from photofind.photos.read import OnRead, ignore_progress
from photofind.photos.thumbnails import ThumbnailCache
from photofind.settings import Settings
from photofind.store.catalogue import open_catalogue


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
        load: Callable[[LibraryPaths, Settings, str], Encoder] = load_whole_encoder,
        on_read: OnRead = ignore_progress,
    ) -> None:
        encoder = load(paths, settings, checkpoint)
        self._catalogue = open_catalogue(paths, write=False)
        limits = PictureLimits.of(settings)
        producers = make_producers(Sources(encoder, paths, settings))
        versions = [producer.version for producer in producers]
        stages = Stages(
            producers=producers,
            missing_kinds=partial(self._catalogue.derived.missing_kinds, versions),
            thumbnails=ThumbnailCache(paths.thumbnails, settings.thumbnail_px),
            max_bytes=limits.max_bytes,
            max_pixels=limits.max_pixels,
            has_older=self._catalogue.photos.has_older(),
            on_read=on_read,
        )
        super().__init__(encoder, stages, batch_size=settings.batch_size, threads=settings.threads)

    def close(self) -> None:
        self._catalogue.close()
