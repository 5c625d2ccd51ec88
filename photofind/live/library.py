"""A library that is kept up to date while it is searched: what the window works on.

    keeper's threads  folders are indexed, then watched; search and tags follow (keeper.py)
    caller's thread   everything else: reads of the catalogue, queries, a person's tags

Every method may be called from any thread and may take long; the window calls them on its lanes.
What happens by itself goes to a listener, on the keeper's threads.
"""

from collections.abc import Callable
from pathlib import Path

from photofind.child.client import ChildClient
from photofind.events import Listener
from photofind.library import Library
from photofind.live.folders import LiveFolders
from photofind.live.keeper import Keeper
from photofind.live.pictures import LivePictures
from photofind.live.search import LiveSearch
from photofind.paths import LibraryPaths
from photofind.settings import Concern, Settings, concerned, load_settings, save_settings
from photofind.trash import PhotoTrash


class LiveLibrary:
    """Opens a library for writing; `start` keeps it up to date; close it.

    Args:
        listener: Called with every event, on the keeper's threads.
        make_worker: Makes what reads photos and embeds photos and texts.

    Attributes:
        catalogue: What is known: photos, folders, tags.
        search: Queries.
        pictures: Thumbnails and photos to look at.
        folders: Changes of the folders that are searched.
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
        # It takes seconds to come up; whoever needs it waits then.
        self._child = make_worker(self.paths, settings, settings.checkpoint)
        self._keeper = Keeper(self._library, self._child, listener)
        self.catalogue = self._library.catalogue
        self.pictures = LivePictures(self._library, self._child)
        self.search = LiveSearch(self._library, self._keeper, self._child, self.pictures)
        self.folders = LiveFolders(self._library, self._keeper, self._child)
        self.trash = PhotoTrash(self.catalogue.photos)

    @property
    def paths(self) -> LibraryPaths:
        return self._library.paths

    def start(self) -> None:
        """Begin to read what is new, in the background."""
        self._keeper.start()

    def stop(self) -> None:
        """End what works by itself; whoever waits for the child gets `CancelledError`."""
        self._keeper.cancel()
        self._child.close()
        self._keeper.stop_all()

    def close(self) -> None:
        """Stop at once; every batch that was done is kept."""
        self.stop()
        self._library.close()

    @property
    def paused(self) -> bool:
        return self._keeper.paused

    def pause(self) -> None:
        """Until `resume`; searches go on."""
        self._keeper.pause()

    def resume(self) -> None:
        self._keeper.resume()

    @property
    def settings(self) -> Settings:
        return self._library.settings

    def save_settings(self, settings: Settings) -> None:
        """Write what differs; reading begins again with it, unless only the window is concerned.

        Raises:
            UserFacingError: They cannot be written, and everything goes on as before.
        """
        if concerned(self.settings, settings) <= {Concern.WINDOW}:
            self._write_settings(settings)
            return
        with self._keeper.stopped():
            self._write_settings(settings)
            self._keeper.give_up_graph()
            self._child.restart_for(self.paths, self.settings, self.settings.checkpoint)

    def _write_settings(self, settings: Settings) -> None:
        save_settings(self.paths.settings, settings)
        self._library.settings = load_settings(self.paths.settings)
