"""Looks at a few folders of a root and finds there what a scan of the whole root would find.

Where that cannot be promised (a link to a folder, a root that is not there or became another one),
it raises `WholeRootError`, and the caller scans the whole root.
"""

import errno
import operator
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from typing import Self

from photofind.domain import FoundFile
from photofind.indexing.places import Places
from photofind.photos.ignore import IgnoreRules
from photofind.photos.scan import OnStep, UnreadableFolder, list_folder, scan
from photofind.photos.shown_folders import is_shown

_GONE = {errno.ENOENT, errno.ENOTDIR}


class WholeRootError(Exception):
    """Only a scan of the whole root can tell."""


@dataclass(slots=True)
class PartialScan:
    """What lies in the places that a scan of the whole root would look at.

    Attributes:
        seen: Those places; some may be gone.
    """

    seen: Places
    found: list[FoundFile]
    unreadable: list[UnreadableFolder]

    @classmethod
    def of(cls, items: Iterable[Places | FoundFile | UnreadableFolder]) -> Self:
        """Collect what `scan_places` yields."""
        scan = cls(Places(), [], [])
        for item in items:
            match item:
                case Places():
                    scan.seen = item
                case FoundFile():
                    scan.found.append(item)
                case UnreadableFolder():
                    scan.unreadable.append(item)
        return scan


def scan_places(
    root: Path,
    places: Places,
    *,
    ignore: IgnoreRules,
    own_folder: Path | None,
    on_step: OnStep,
) -> Iterator[Places | FoundFile | UnreadableFolder]:
    """Yield the places that are looked at, and what lies in them.

    Args:
        root: Absolute and resolved.
        places: Folders of the root.
        ignore: What is left out of the root.
        own_folder: Photofind's own, not looked at.
        on_step: As in `scan`.

    Raises:
        WholeRootError: What was yielded is of no use.
    """
    before = _identity(root)
    places = places.apart()
    if places.everywhere or root in places.trees:
        raise WholeRootError
    folders = [place for place in places.folders if _is_shown(root, place, ignore, own_folder)]
    trees = [place for place in places.trees if _is_shown(root, place, ignore, own_folder)]
    yield Places(frozenset(folders), frozenset(trees))
    met: set[Path] = set()
    for place in sorted([*folders, *trees]):
        look = list_folder if place in places.folders else scan
        for item in _items(look, place, ignore, own_folder, on_step):
            met.add(_folder_of(item))
            yield item if isinstance(item, UnreadableFolder) else replace(item, root=root)
    _refuse_links(root, met, on_step)
    # Another disk may have come in its place, or none, while the folders were read.
    if _identity(root) != before:
        raise WholeRootError


def are_there(files: Iterable[tuple[Path, int]], on_step: OnStep) -> Iterator[bool]:
    """Yield whether each of some files, given with their sizes, is where it was."""
    for path, size in files:
        on_step()
        try:
            found = path.stat()
        except OSError:
            yield False
        else:
            yield stat.S_ISREG(found.st_mode) and found.st_size == size


def _items(
    look: Callable[..., Iterator[FoundFile | UnreadableFolder]],
    place: Path,
    ignore: IgnoreRules,
    own_folder: Path | None,
    on_step: OnStep,
) -> Iterator[FoundFile | UnreadableFolder]:
    try:
        yield from look(place, ignore=ignore, exclude=own_folder, on_step=on_step)
    except OSError as error:
        if error.errno not in _GONE:
            yield UnreadableFolder(place, error.strerror or str(error))


def _folder_of(item: FoundFile | UnreadableFolder) -> Path:
    return item.path if isinstance(item, UnreadableFolder) else item.path.parent


def _is_shown(root: Path, place: Path, ignore: IgnoreRules, own_folder: Path | None) -> bool:
    """Whether a scan of the root would come to a place, supposing that it is there."""
    _, *below = accumulate(place.relative_to(root).parts, operator.truediv, initial=root)
    for path in below:
        if not is_shown(path.name, path.parent.name):
            return False
        if ignore.matches(os.fspath(path), is_folder=True):
            return False
        try:
            found = path.lstat()
            if stat.S_ISLNK(found.st_mode):
                raise WholeRootError
            if own_folder is not None and own_folder.exists() and path.samefile(own_folder):
                return False
        except OSError as error:
            if error.errno in _GONE:
                return True
            raise WholeRootError from error
        if getattr(found, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN:
            return False
    return True


def _refuse_links(root: Path, folders: Iterable[Path], on_step: OnStep) -> None:
    """Raise `WholeRootError` for a link: a scan of the whole root may show it elsewhere."""
    real_root = root.resolve()
    for folder in folders:
        on_step()
        if folder.resolve() != real_root / folder.relative_to(root):
            raise WholeRootError


def _identity(root: Path) -> tuple[int, int]:
    try:
        os.scandir(root).close()
        found = root.stat()
    except OSError as error:
        raise WholeRootError from error
    return found.st_dev, found.st_ino
