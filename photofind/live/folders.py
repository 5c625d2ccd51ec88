"""Changes of the roots of a library while they are watched."""

from collections.abc import Sequence
from pathlib import Path

from photofind.child.client import ChildClient
from photofind.errors import UserFacingError
from photofind.evaluation.drawn_album import draw_album
from photofind.library import Library
from photofind.live.updater import LibraryUpdater

DEMO_PICTURES = 120


class LiveFolders:
    """Adds, removes and rescans roots; each change stops the updater and restarts it."""

    def __init__(self, library: Library, updater: LibraryUpdater, child: ChildClient) -> None:
        self._library = library
        self._roots = library.catalogue.roots
        self._updater = updater
        self._child = child

    def add(self, folders: Sequence[Path]) -> None:
        """Add roots and start indexing them; raises `BadInputError` for a missing folder."""
        # Beforehand: a disk that does not answer must hold up neither the updater nor its end.
        paths = self._library.resolve_folders(folders)
        with self._updater.stopped():
            self._roots.add(paths)

    def demo_album(self) -> Path:
        """Return the folder of the demo pictures, next to the library's; makes it if need be.

        Raises:
            UserFacingError: It cannot be made.
        """
        own = self._library.paths.folder
        album = own.with_name(f"{own.name} demo pictures")
        try:
            album.mkdir(exist_ok=True)
        except OSError as error:
            raise UserFacingError(
                f"The folder for the demo pictures cannot be made: {error.strerror or error}.",
                f"See that the disk of {album.parent} has room and can be written, and try again.",
            ) from error
        return album

    def draw_demo_pictures(self) -> None:
        """Draw the pictures of the demo album; those that are there are kept."""
        draw_album(self.demo_album(), DEMO_PICTURES)

    def remove(self, root_id: int) -> None:
        """Remove a root; its photos' tags are kept for when they return."""
        with self._updater.stopped():
            self._roots.remove(root_id)

    def rescan(self) -> None:
        """Compare all roots again now; retries after `LibraryStopped`, too."""
        settings = self._library.settings
        with self._updater.stopped():
            self._child.restart_for(self._library.paths, settings, settings.checkpoint)

    def retry(self) -> None:
        """Retry every file that could not be read."""
        with self._updater.stopped():
            self._roots.forget_failures()
