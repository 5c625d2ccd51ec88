"""Every file below a folder that may be a photo.

[Note: visited folders] A folder that several links lead to is visited once. It is known by its
real path and, since one folder may lie at two (a bind mount), by device and inode as well. Some
file systems number nothing (inode 0) or number anew each time; there the real path alone decides,
so that no folder is taken for another.
"""

import errno
import os
import stat
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from photofind.cancel import CancelToken
from photofind.domain import FileStat, FoundFile
from photofind.photos.formats import may_be_photo
from photofind.photos.ignore import IgnoreRules
from photofind.photos.shown_folders import holds_own_files, is_shown

# FILE_ATTRIBUTE_OFFLINE, _RECALL_ON_OPEN and _RECALL_ON_DATA_ACCESS of Windows.
_RECALLED = 0x1000 | 0x40000 | 0x400000
# Of macOS, <sys/stat.h>.
_SF_DATALESS = 0x40000000
_DANGLING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}


@dataclass(frozen=True, slots=True)
class UnreadableFolder:
    """A folder not (wholly) listed: what is known to lie below it may still be there."""

    path: Path
    reason: str


def scan(
    root: Path,
    *,
    ignore: IgnoreRules | None = None,
    exclude: Path | None = None,
    cancel: CancelToken | None = None,
) -> Iterator[FoundFile | UnreadableFolder]:
    """Walks a folder in a fixed order: a folder's files by name, then its folders by name.

    Links are followed. Each real folder is visited once, under its real path rather than a link's
    if it has one below `root`; hence links to folders come last.

    Args:
        root: Visited even where its own name is hidden or ignored.
        ignore: What is left out; an ignored folder is not entered.
        exclude: A folder never entered, by whatever path: photofind's own.
        cancel: Looked at before every file.

    Raises:
        OSError: `root` itself is missing or cannot be listed.
        CancelledError: On the next file after `cancel`.
    """
    walk = _Walk(root, ignore or IgnoreRules(root, ()), cancel or CancelToken())
    os.scandir(root).close()
    if exclude is not None and exclude.is_dir():
        walk.pass_over(exclude)
    return walk.run()


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder still to be listed: the path it was met at, and its real one."""

    path: str
    real: str


@dataclass(slots=True)
class _Listing:
    """What one folder holds, sorted by name."""

    folder: _Folder
    files: list[FoundFile] = field(default_factory=list)
    folders: list[_Folder] = field(default_factory=list)
    links: list[_Folder] = field(default_factory=list)
    reason: str | None = None

    @property
    def name(self) -> str:
        return os.path.basename(self.folder.real)  # noqa: PTH119 - strings, for speed


class _Walk:
    def __init__(self, root: Path, ignored: IgnoreRules, cancel: CancelToken) -> None:
        self._root = root
        self._ignored = ignored
        self._cancel = cancel
        self._visited: set[str | tuple[int, int]] = set()

    def pass_over(self, folder: Path) -> None:
        """Makes a folder count as visited."""
        self._was_visited(_linked(os.fspath(folder)))

    def run(self) -> Iterator[FoundFile | UnreadableFolder]:
        folders = [_linked(os.fspath(self._root))]
        links: deque[_Folder] = deque()
        while folders or links:
            self._cancel.raise_if_cancelled()
            folder = folders.pop() if folders else links.popleft()
            listing = self._list(folder)
            for file in listing.files:
                self._cancel.raise_if_cancelled()
                yield file
            if listing.reason is not None:
                yield UnreadableFolder(Path(folder.path), listing.reason)
            folders.extend(reversed(listing.folders))
            links.extend(listing.links)

    def _list(self, folder: _Folder) -> _Listing:
        listing = _Listing(folder)
        try:
            if self._was_visited(folder):
                return listing
            with os.scandir(folder.path) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    self._sort_in(entry, listing)
        except OSError as error:
            listing.reason = error.strerror or str(error)
        return listing

    def _was_visited(self, folder: _Folder) -> bool:
        """See [Note: visited folders]."""
        # Not from the DirEntry, which on Windows knows neither device nor inode.
        now = os.stat(folder.path)  # noqa: PTH116 - strings, for speed
        keys: set[str | tuple[int, int]] = {folder.real}
        if now.st_ino:
            keys.add((now.st_dev, now.st_ino))
        before = not keys.isdisjoint(self._visited)
        self._visited |= keys
        return before

    def _sort_in(self, entry: os.DirEntry[str], listing: _Listing) -> None:
        name = entry.name
        if name.startswith("."):
            return
        try:
            is_folder = entry.is_dir()
            if not is_folder and not (may_be_photo(name) and holds_own_files(listing.name)):
                return
            if self._ignored.matches(entry.path, is_folder=is_folder):
                return
            if is_folder:
                if is_shown(name, listing.name) and not _has_hidden_attribute(entry):
                    if entry.is_symlink():
                        listing.links.append(_linked(entry.path))
                    else:
                        real = os.path.join(listing.folder.real, name)  # noqa: PTH118 - speed
                        listing.folders.append(_Folder(entry.path, real))
                return
            found = entry.stat()
            if stat.S_ISREG(found.st_mode) and not _is_hidden(found):
                listing.files.append(
                    FoundFile(
                        self._root, Path(entry.path), _file_stat(found), is_placeholder(found)
                    )
                )
        except OSError as error:
            # A link to nothing, or a file deleted this moment, is not there. Anything else (a
            # folder that may be listed but not entered) hides what may be.
            if error.errno not in _DANGLING:
                listing.reason = error.strerror or str(error)


def _linked(path: str) -> _Folder:
    return _Folder(path, os.path.realpath(path))


def _has_hidden_attribute(entry: os.DirEntry[str]) -> bool:
    return os.name == "nt" and _is_hidden(entry.stat())


def _is_hidden(found: os.stat_result) -> bool:
    return bool(getattr(found, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN)


def is_placeholder(found: os.stat_result) -> bool:
    """Whether a file's content lies in a cloud or on a tape, and opening it would fetch it."""
    attributes = getattr(found, "st_file_attributes", 0)
    return bool(attributes & _RECALLED or getattr(found, "st_flags", 0) & _SF_DATALESS)


def _file_stat(found: os.stat_result) -> FileStat:
    return FileStat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
