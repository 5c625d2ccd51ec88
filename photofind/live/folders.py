"""The folders of a library, changed while they are watched."""

from collections.abc import Sequence
from pathlib import Path

from photofind.child.client import ChildClient
from photofind.evaluation.drawn_album import draw_album
from photofind.library import Library
from photofind.live.keeper import Keeper

DEMO_PICTURES = 120


class LiveFolders:
    """Each change stops the reading, is made, and starts it again, also where it failed."""

    def __init__(self, library: Library, keeper: Keeper, child: ChildClient) -> None:
        self._library = library
        self._roots = library.catalogue.roots
        self._keeper = keeper
        self._child = child

    def add(self, folders: Sequence[Path]) -> None:
        """Add roots and begin to read them; raises `BadInputError` for one that is not there."""
        with self._keeper.stopped():
            self._library.add_roots(folders)

    def add_demo_pictures(self) -> None:
        """Draw an album beside the library's folder and add it, unless it is there already."""
        own = self._library.paths.folder
        album = own.with_name(f"{own.name} demo pictures")
        album.mkdir(exist_ok=True)
        self.add([album])
        # They appear one by one, as any photos do.
        draw_album(album, DEMO_PICTURES)

    def remove(self, root_id: int) -> None:
        """Forget a root; its photos' tags are kept for when they return."""
        with self._keeper.stopped():
            self._roots.remove(root_id)

    def rescan(self) -> None:
        """Compare all folders again now; after it had to stop, try again."""
        settings = self._library.settings
        with self._keeper.stopped():
            self._child.restart_for(self._library.paths, settings, settings.checkpoint)

    def retry(self) -> None:
        """Read every file again that could not be read."""
        with self._keeper.stopped():
            self._roots.forget_failures()
