"""Scans a folder for files that may be photos.

[Note: visited folders] A folder that several links lead to is visited once. It is known by its
real path and, since one folder may have two (a bind mount), by device and inode as well. Some file
systems have no inodes (0) or new ones each time; there the real path alone decides, so that no
folder is mistaken for another.
"""

import errno
import operator
import os
import stat
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from photofind.domain import FileStat, FoundFile
from photofind.photos import placeholders
from photofind.photos.formats import may_be_photo
from photofind.photos.ignore import IgnoreRules
from photofind.photos.shown_folders import holds_own_files, is_shown

_DANGLING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}

OnStep = Callable[[], None]
"""Called before every step of a walk; raises to end it."""


def ignore_steps() -> None:
    """Go on with a walk: the callback of callers that do not follow it."""


@dataclass(frozen=True, slots=True)
class UnreadableFolder:
    """A folder that was not listed completely; rows below it must be kept."""

    path: Path
    reason: str


def scan(
    root: Path,
    *,
    ignore: IgnoreRules | None = None,
    exclude: Path | None = None,
    on_step: OnStep = ignore_steps,
) -> Iterator[FoundFile | UnreadableFolder]:
    """Walk a folder in the byte order of its files' paths, as the catalogue sorts them.

    Links are followed. Each real folder is visited once, under its real path rather than a link's
    if that is below `root`; hence targets of links to folders come last, out of order.

    Args:
        root: Visited even if its own name is hidden or ignored.
        ignore: Patterns of ignored files and folders; an ignored folder is not entered.
        exclude: A folder never entered, by any path: photofind's own.
        on_step: Called before every entry of every folder.

    Raises:
        OSError: `root` itself is missing or cannot be listed.
    """
    return _walk(root, ignore, exclude, on_step).run()


def list_folder(
    folder: Path,
    *,
    ignore: IgnoreRules | None = None,
    exclude: Path | None = None,
    on_step: OnStep = ignore_steps,
) -> Iterator[FoundFile | UnreadableFolder]:
    """List a folder's own files, without subfolders; arguments and errors as `scan`."""
    return _walk(folder, ignore, exclude, on_step).list_root()


def _walk(root: Path, ignore: IgnoreRules | None, exclude: Path | None, on_step: OnStep) -> "_Walk":
    walk = _Walk(root, ignore or IgnoreRules(root, ()), on_step)
    os.scandir(root).close()
    if exclude is not None and exclude.is_dir():
        walk.pass_over(exclude)
    return walk


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder in the queue: the path it was found at, and its real path."""

    path: str
    real: str


@dataclass(slots=True)
class _Listing:
    """The contents of one folder.

    Attributes:
        name: Of the folder, by its real path.
        entries: Its files and folders, each with what it is sorted by.
        reason: Why it was not (wholly) listed.
    """

    folder: _Folder
    name: str
    entries: list[tuple[bytes, FoundFile | _Folder]] = field(default_factory=list)
    reason: str | None = None


class _Walk:
    def __init__(self, root: Path, ignored: IgnoreRules, on_step: OnStep) -> None:
        self._root = root
        self._ignored = ignored
        self._on_step = on_step
        self._visited: set[str | tuple[int, int]] = set()
        self._links: deque[_Folder] = deque()

    def pass_over(self, folder: Path) -> None:
        """Mark a folder as visited."""
        self._was_visited(_linked(os.fspath(folder)))

    def run(self) -> Iterator[FoundFile | UnreadableFolder]:
        yield from self._below(_linked(os.fspath(self._root)))
        while self._links:
            yield from self._below(self._links.popleft())

    def list_root(self) -> Iterator[FoundFile | UnreadableFolder]:
        for item in self._list(_linked(os.fspath(self._root))):
            if not isinstance(item, _Folder):
                yield item

    def _below(self, top: _Folder) -> Iterator[FoundFile | UnreadableFolder]:
        # Deep trees need no recursion.
        open_folders = [self._list(top)]
        while open_folders:
            item = next(open_folders[-1], None)
            if item is None:
                open_folders.pop()
            elif isinstance(item, _Folder):
                open_folders.append(self._list(item))
            else:
                yield item

    def _list(self, folder: _Folder) -> Iterator[FoundFile | UnreadableFolder | _Folder]:
        listing = _Listing(folder, os.path.basename(folder.real))  # noqa: PTH119 - for speed
        try:
            if self._was_visited(folder):
                return
            with os.scandir(folder.path) as entries:
                for entry in entries:
                    self._on_step()
                    self._sort_in(entry, listing)
        except OSError as error:
            listing.reason = error.strerror or str(error)
        listing.entries.sort(key=operator.itemgetter(0))
        for _, item in listing.entries:
            yield item
        if listing.reason is not None:
            yield UnreadableFolder(Path(folder.path), listing.reason)

    def _was_visited(self, folder: _Folder) -> bool:
        """Return whether a folder was visited, and mark it; see [Note: visited folders]."""
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
                        self._links.append(_linked(entry.path))
                    else:
                        real = os.path.join(listing.folder.real, name)  # noqa: PTH118 - speed
                        # Sorted as part of the paths of its files.
                        key = os.fsencode(name + os.sep)
                        listing.entries.append((key, _Folder(entry.path, real)))
                return
            found = entry.stat()
            if stat.S_ISREG(found.st_mode) and not _is_hidden(found):
                path, absent = Path(entry.path), placeholders.is_placeholder(found)
                file = FoundFile(self._root, path, _file_stat(found), absent)
                listing.entries.append((os.fsencode(name), file))
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


def _file_stat(found: os.stat_result) -> FileStat:
    return FileStat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
