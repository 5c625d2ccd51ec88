"""Every file below a folder that may be a photo."""

import errno
import os
import re
import stat
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import translate
from pathlib import Path

from photofind.cancel import CancelToken
from photofind.domain import FileStat, FoundFile
from photofind.photos.formats import may_be_photo

# Compared in lower case; names with a leading dot are passed over anyway.
SYSTEM_FOLDERS = frozenset({
    "$recycle.bin", "system volume information", "lost+found", "found.000", "recycler",
    "@eadir", "#recycle", "@recycle", "@tmp", "#snapshot",
    "node_modules", "__pycache__", "__macosx",
})  # fmt: skip
_DANGLING = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}


@dataclass(frozen=True, slots=True)
class UnreadableFolder:
    """A folder not (wholly) listed: what is known to lie below it may still be there."""

    path: Path
    reason: str


def scan(
    root: Path,
    *,
    ignore: Sequence[str] = (),
    exclude: Path | None = None,
    cancel: CancelToken | None = None,
) -> Iterator[FoundFile | UnreadableFolder]:
    """Walks a folder in a fixed order: a folder's files by name, then its folders by name.

    Links are followed. Each real folder is visited once, under its real path rather than a link's
    if it has one below `root`; hence links to folders come last.

    Args:
        root: Visited even where its own name is hidden or ignored.
        ignore: Shell patterns, compared with a file's or folder's name and, where they contain a
            slash, with its path below `root`. As in gitignore, a trailing slash means folders
            only, a leading one (or one within) ties the pattern to `root`.
        exclude: A folder never entered, by whatever path: photofind's own.
        cancel: Looked at before every file.

    Raises:
        OSError: `root` itself is missing or cannot be listed.
        CancelledError: On the next file after `cancel`.
    """
    walk = _Walk(root, _Ignored(ignore), cancel or CancelToken())
    os.scandir(root).close()
    if exclude is not None and exclude.is_dir():
        walk.pass_over(exclude)
    return walk.run()


@dataclass(slots=True)
class _Listing:
    """What one folder holds, sorted by name."""

    files: list[FoundFile] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    reason: str | None = None


class _Walk:
    def __init__(self, root: Path, ignored: "_Ignored", cancel: CancelToken) -> None:
        self._root = root
        self._prefix = len(os.path.join(root, ""))  # noqa: PTH118 - strings, for speed
        self._ignored = ignored
        self._cancel = cancel
        self._visited: set[tuple[int, int]] = set()

    def pass_over(self, folder: Path) -> None:
        """Makes a folder count as visited."""
        self._was_visited(os.fspath(folder))

    def run(self) -> Iterator[FoundFile | UnreadableFolder]:
        folders = [os.fspath(self._root)]
        links: deque[str] = deque()
        while folders or links:
            self._cancel.raise_if_cancelled()
            path = folders.pop() if folders else links.popleft()
            listing = self._list(path)
            for file in listing.files:
                self._cancel.raise_if_cancelled()
                yield file
            if listing.reason is not None:
                yield UnreadableFolder(Path(path), listing.reason)
            folders.extend(reversed(listing.folders))
            links.extend(listing.links)

    def _list(self, path: str) -> _Listing:
        listing = _Listing()
        try:
            if self._was_visited(path):
                return listing
            with os.scandir(path) as entries:
                for entry in sorted(entries, key=lambda entry: entry.name):
                    self._sort_in(entry, listing)
        except OSError as error:
            listing.reason = error.strerror or str(error)
        return listing

    def _was_visited(self, path: str) -> bool:
        # Not from the DirEntry, which on Windows knows neither device nor inode.
        now = os.stat(path)  # noqa: PTH116 - strings, for speed
        key = (now.st_dev, now.st_ino)
        if key in self._visited:
            return True
        self._visited.add(key)
        return False

    def _sort_in(self, entry: os.DirEntry[str], listing: _Listing) -> None:
        name = entry.name
        if name.startswith("."):
            return
        try:
            is_folder = entry.is_dir()
            if not is_folder and not may_be_photo(name):
                return
            if self._ignored.matches(name, entry.path[self._prefix :], is_folder):
                return
            if is_folder:
                if name.lower() not in SYSTEM_FOLDERS and not _has_hidden_attribute(entry):
                    (listing.links if entry.is_symlink() else listing.folders).append(entry.path)
                return
            found = entry.stat()
            if stat.S_ISREG(found.st_mode) and not _is_hidden(found):
                listing.files.append(FoundFile(self._root, Path(entry.path), _file_stat(found)))
        except OSError as error:
            # A link to nothing, or a file deleted this moment, is not there. Anything else (a
            # folder that may be listed but not entered) hides what may be.
            if error.errno not in _DANGLING:
                listing.reason = error.strerror or str(error)


class _Ignored:
    def __init__(self, patterns: Sequence[str]) -> None:
        cleaned = [pattern for pattern in patterns if pattern.strip("/")]
        self._folders = _Rule([pattern.rstrip("/") for pattern in cleaned])
        self._files = _Rule([pattern for pattern in cleaned if not pattern.endswith("/")])

    def matches(self, name: str, relative: str, is_folder: bool) -> bool:
        rule = self._folders if is_folder else self._files
        return rule.matches(name, relative)


class _Rule:
    def __init__(self, patterns: list[str]) -> None:
        self._names = _any_of([p for p in patterns if "/" not in p])
        self._paths = _any_of([p.lstrip("/") for p in patterns if "/" in p])

    def matches(self, name: str, relative: str) -> bool:
        if self._names is not None and self._names.match(name):
            return True
        if self._paths is None:
            return False
        return self._paths.match(relative.replace(os.sep, "/")) is not None


def _any_of(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(translate(pattern) for pattern in patterns)) if patterns else None


def _has_hidden_attribute(entry: os.DirEntry[str]) -> bool:
    return os.name == "nt" and _is_hidden(entry.stat())


def _is_hidden(found: os.stat_result) -> bool:
    return bool(getattr(found, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN)


def _file_stat(found: os.stat_result) -> FileStat:
    return FileStat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
