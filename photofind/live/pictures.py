"""Pictures of a library's photos, decoded by the child process."""

from pathlib import Path

from photofind.child.client import ChildClient
from photofind.child.messages import PixelPicture
from photofind.domain import PhotoId
from photofind.errors import BadInputError
from photofind.library import Library
from photofind.photos.thumbnails import ThumbnailCache


class LivePictures:
    """Thumbnails, and photos in display size."""

    def __init__(self, library: Library, child: ChildClient) -> None:
        self._library = library
        self._photos = library.catalogue.photos
        self._child = child

    def thumbnail(self, photo_id: PhotoId) -> bytes | None:
        """Load a JPEG from the cache or make it; `None` if the photo cannot be reached."""
        fingerprint = self._photos.fingerprint(photo_id)
        if fingerprint is None:
            return None
        paths, longest_side = self._library.paths, self._library.settings.thumbnail_px
        cached = ThumbnailCache(paths.thumbnails, longest_side).load(fingerprint)
        if cached is not None:
            return cached
        try:
            return self._child.make_thumbnail(self.reachable_file(photo_id), fingerprint)
        except BadInputError:
            return None

    def of_photo(self, photo_id: PhotoId, longest_side: int) -> PixelPicture:
        """Decode a photo, no larger than needed for display.

        Args:
            longest_side: Of the area it is shown in, in pixels.

        Raises:
            BadInputError: It cannot be reached or read.
        """
        return self.of_file(self.reachable_file(photo_id), longest_side)

    def of_file(self, path: Path, longest_side: int) -> PixelPicture:
        """Decode any picture file; arguments and errors as `of_photo`."""
        return self._child.read_picture(path, longest_side)

    def reachable_file(self, photo_id: PhotoId) -> Path:
        """Return a file of the photo; raises `BadInputError` if none can be read now."""
        known = self._photos.details(photo_id)
        if known is None or not known.files:
            raise BadInputError("This photo is not there any more.", "Search again.")
        file = known.files[0]
        if file.offline:
            raise BadInputError(
                f"This photo is on ‘{file.root.name}’, which is not connected.",
                "Connect it to see the photo.",
            )
        return file.path
