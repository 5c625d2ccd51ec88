"""Paths of photofind's own files; never among the photos."""

import os
from dataclasses import dataclass
from pathlib import Path

import platformdirs

LIBRARY_VARIABLE = "PHOTOFIND_LIBRARY"


@dataclass(frozen=True, slots=True)
class LibraryPaths:
    """The files of one library, all below one folder."""

    folder: Path

    @property
    def catalogue(self) -> Path:
        return self.folder / "catalogue.sqlite3"

    @property
    def snapshots(self) -> Path:
        return self.folder / "snapshots"

    @property
    def suspect(self) -> Path:
        """A marker that exists from when damage was found until a check or a restore."""
        return self.folder / "catalogue.suspect"

    @property
    def set_aside(self) -> Path:
        """Damaged catalogues that were replaced by a copy."""
        return self.folder / "damaged"

    @property
    def vectors(self) -> Path:
        """Vector indexes; can be rebuilt from the catalogue."""
        return self.folder / "vectors"

    @property
    def thumbnails(self) -> Path:
        return self.folder / "thumbnails"

    @property
    def checkpoints(self) -> Path:
        return self.folder / "checkpoints"

    @property
    def precision(self) -> Path:
        return self.cache / "precision.toml"

    @property
    def cache(self) -> Path:
        """Caches; may be deleted at any time."""
        return self.folder / "cache"

    @property
    def settings(self) -> Path:
        return self.folder / "settings.toml"

    @property
    def vocabulary(self) -> Path:
        """A person's own tags; most have none."""
        return self.folder / "vocabulary.toml"

    @property
    def log(self) -> Path:
        return self.folder / "photofind.log"

    @property
    def recent_searches(self) -> Path:
        return self.folder / "recent_searches.txt"

    @property
    def window_state(self) -> Path:
        """Size, place and arrangement of the window."""
        return self.folder / "window.ini"

    @property
    def pasted(self) -> Path:
        """Pictures that were pasted, or dropped without a file."""
        return self.cache / "pasted"

    @property
    def writer_lock(self) -> Path:
        return self.folder / "writer.lock"


def default_library_folder() -> Path:
    """`PHOTOFIND_LIBRARY` where it is set, else the platform's data folder."""
    named = os.environ.get(LIBRARY_VARIABLE)
    if named:
        return Path(named)
    return Path(platformdirs.user_data_dir("photofind", appauthor=False))


def resource(name: str) -> Path:
    """Return the path of a file or folder shipped with photofind, from a wheel or a checkout."""
    package = Path(__file__).parent
    for folder in (package / "resources", package.parent / "resources"):
        if folder.is_dir():
            return folder / name
    raise FileNotFoundError(f"photofind's resources are missing beside {package}")
