"""A library that is kept up to date while it is searched: what the window works on.

    updater's threads  folders are indexed, then watched; search and tags follow (updater.py)
    caller's thread   everything else: reads of the catalogue, queries, a person's tags

Every method may be called from any thread and may take long; the window calls them on its lanes.
What happens by itself goes to a listener, on the updater's threads.
"""

from collections.abc import Callable
from pathlib import Path

from photofind.child.client import ChildClient
from photofind.events import Listener
from photofind.library import Library
from photofind.live.folders import LiveFolders
from photofind.live.pictures import LivePictures
from photofind.live.search import LiveSearch
from photofind.live.updater import LibraryUpdater
from photofind.paths import LibraryPaths
from photofind.settings import Concern, Settings, concerned, load_settings, save_settings
from photofind.trash import PhotoTrash


class LiveLibrary:
    """Opens a library for writing; `start` begins to keep it up to date. Close it after use.

    Args:
        listener: Called with every event, on the updater's threads.
        make_worker: Makes the child process, which reads photos and embeds photos and texts.

    Attributes:
        catalogue: The repositories of photos, folders and tags.
        search: Queries.
        pictures: Thumbnails, and photos in display size.
        folders: Changes of the roots.
        trash: Moves photos to the system's trash, and back.

    Raises:
        LibraryBusyError: Another photofind has it open.
        LibraryDamagedError: It cannot be read.
    """

    def __init__(
        self,
        folder: Path,
        listener: Listener,
        *,
        make_worker: Callable[[LibraryPaths, Settings, str], ChildClient] = ChildClient,
    ) -> None:
        self._library = Library(folder, write=True)
        settings = self.settings
        # Takes seconds to start; the first request waits for it.
        self._child = make_worker(self.paths, settings, settings.checkpoint)
        self._updater = LibraryUpdater(self._library, self._child, listener)
        self.catalogue = self._library.catalogue
        self.pictures = LivePictures(self._library, self._child)
        self.search = LiveSearch(self._library, self._updater, self._child, self.pictures)
        self.folders = LiveFolders(self._library, self._updater, self._child)
        self.trash = PhotoTrash(self.catalogue.photos)

    @property
    def paths(self) -> LibraryPaths:
        return self._library.paths

    def start(self) -> None:
        """Begin to read what is new, in the background."""
        self._updater.start()

    def stop(self) -> None:
        """Stop all background work; pending requests to the child raise `CancelledError`."""
        self._updater.cancel()
        self._child.close()
        self._updater.stop_all()

    def close(self) -> None:
        """Stop at once and close the library; finished batches are kept."""
        self.stop()
        self._library.close()

    @property
    def paused(self) -> bool:
        return self._updater.paused

    def pause(self) -> None:
        """Pause indexing until `resume`; searches go on."""
        self._updater.pause()

    def resume(self) -> None:
        self._updater.resume()

    @property
    def settings(self) -> Settings:
        return self._library.settings

    def save_settings(self, settings: Settings) -> None:
        """Save settings; indexing restarts with them, unless they only concern the window.

        Raises:
            UserFacingError: They cannot be written, and everything goes on as before.
        """
        if concerned(self.settings, settings) <= {Concern.WINDOW}:
            self._write_settings(settings)
            return
        with self._updater.stopped():
            self._write_settings(settings)
            self._updater.cancel_graph()
            self._child.restart_for(self.paths, self.settings, self.settings.checkpoint)

    def _write_settings(self, settings: Settings) -> None:
        save_settings(self.paths.settings, settings)
        self._library.settings = load_settings(self.paths.settings)
