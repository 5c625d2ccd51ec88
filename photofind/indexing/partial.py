"""Looks at a few folders of a root and finds there what a scan of the whole root would find.

Where that cannot be promised (a link to a folder, a root that is not there or became another one),
it says so, and the caller scans the whole root.
"""

import errno
import operator
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

from photofind.cancel import CancelToken
from photofind.domain import FoundFile
from photofind.indexing.places import Places
from photofind.photos.ignore import IgnoreRules
from photofind.photos.scan import UnreadableFolder, list_folder, scan
from photofind.photos.shown_folders import is_shown

_GONE = {errno.ENOENT, errno.ENOTDIR}


@dataclass(slots=True)
class PartialScan:
    """What lies in the places that a scan of the whole root would look at.

    Attributes:
        seen: Those places; some may be gone.
    """

    seen: Places
    found: list[FoundFile] = field(default_factory=list)
    unreadable: list[UnreadableFolder] = field(default_factory=list)


class _WholeRootError(Exception):
    """Only a scan of the whole root can tell."""


def scan_places(
    root: Path,
    places: Places,
    *,
    ignore: IgnoreRules,
    own_folder: Path | None,
    cancel: CancelToken,
) -> PartialScan | None:
    """`None` where only a scan of the whole root can tell.

    Args:
        root: Absolute and resolved.
        places: Folders of the root.
        ignore: What is left out of the root.
        own_folder: Photofind's own, not looked at.
        cancel: Looked at before every file.
    """
    try:
        before = _identity(root)
        result = _look(root, places.apart(), ignore, own_folder, cancel)
        # Another disk may have come in its place, or none, while the folders were read.
        return result if _identity(root) == before else None
    except _WholeRootError:
        return None


def any_is_there(files: Iterable[tuple[Path, int]]) -> bool:
    """Whether one of some files, given with their sizes, is where it was."""
    for path, size in files:
        try:
            found = path.stat()
        except OSError:
            continue
        if stat.S_ISREG(found.st_mode) and found.st_size == size:
            return True
    return False


def _look(
    root: Path,
    places: Places,
    ignore: IgnoreRules,
    own_folder: Path | None,
    cancel: CancelToken,
) -> PartialScan:
    if places.everywhere or root in places.trees:
        raise _WholeRootError
    folders = [place for place in places.folders if _is_shown(root, place, ignore, own_folder)]
    trees = [place for place in places.trees if _is_shown(root, place, ignore, own_folder)]
    result = PartialScan(Places(frozenset(folders), frozenset(trees)))
    for place in sorted([*folders, *trees]):
        look = list_folder if place in places.folders else scan
        _sort_in(root, _items(look, place, ignore, own_folder, cancel), result)
    _refuse_links(root, result)
    return result


def _items(
    look: Callable[..., Iterator[FoundFile | UnreadableFolder]],
    place: Path,
    ignore: IgnoreRules,
    own_folder: Path | None,
    cancel: CancelToken,
) -> Iterator[FoundFile | UnreadableFolder]:
    try:
        yield from look(place, ignore=ignore, exclude=own_folder, cancel=cancel)
    except OSError as error:
        if error.errno not in _GONE:
            yield UnreadableFolder(place, error.strerror or str(error))


def _folder_of(item: FoundFile | UnreadableFolder) -> Path:
    return item.path if isinstance(item, UnreadableFolder) else item.path.parent


def _sort_in(
    root: Path, items: Iterable[FoundFile | UnreadableFolder], result: PartialScan
) -> None:
    for item in items:
        if isinstance(item, UnreadableFolder):
            result.unreadable.append(item)
        else:
            result.found.append(replace(item, root=root))


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
                raise _WholeRootError
            if own_folder is not None and own_folder.exists() and path.samefile(own_folder):
                return False
        except OSError as error:
            if error.errno in _GONE:
                return True
            raise _WholeRootError from error
        if getattr(found, "st_file_attributes", 0) & stat.FILE_ATTRIBUTE_HIDDEN:
            return False
    return True


def _refuse_links(root: Path, result: PartialScan) -> None:
    """A scan of the whole root shows what lies behind a link to one of its folders elsewhere."""
    real_root = root.resolve()
    items: list[FoundFile | UnreadableFolder] = [*result.found, *result.unreadable]
    for folder in {_folder_of(item) for item in items}:
        if folder.resolve() != real_root / folder.relative_to(root):
            raise _WholeRootError


def _identity(root: Path) -> tuple[int, int]:
    try:
        os.scandir(root).close()
        found = root.stat()
    except OSError as error:
        raise _WholeRootError from error
    return found.st_dev, found.st_ino
