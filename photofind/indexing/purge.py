"""Forget photos that have been gone for long, a few at a time."""

import logging
from datetime import UTC, datetime, timedelta

from photofind.cancel import CancelToken
from photofind.photos.thumbnails import ThumbnailCache
from photofind.store.catalogue import PhotoRepository

BATCH = 200
"""Photos in one transaction, so that nobody waits long to write."""

_log = logging.getLogger(__name__)


def purge(
    photos: PhotoRepository, thumbnails: ThumbnailCache, days: int, cancel: CancelToken
) -> int:
    """Delete photos that have been gone for `days`, with their thumbnails; 0 days is never.

    Photos with a person's tags stay, and all do while a root is offline.

    Returns:
        How many there were.

    Raises:
        CancelledError: Between two batches.
    """
    if not days:
        return 0
    before = datetime.now(UTC) - timedelta(days=days)
    purged = 0
    while True:
        cancel.raise_if_cancelled()
        deleted = photos.delete_gone(before, BATCH, thumbnails.remove)
        purged += deleted
        if deleted < BATCH:
            break
    if purged:
        _log.info("Forgot %d photos that were gone for %d days.", purged, days)
    return purged
