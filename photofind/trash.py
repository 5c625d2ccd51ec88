"""Moves files of photos to the system's trash and back, and updates the catalogue.

[Note: what may go] A person sees every path before it goes, and only that goes: a link, never what
it leads to; nothing behind a folder that is a link; nothing that is no longer the photo shown.
"""

import os
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache
from pathlib import Path

from photofind.domain import FileStat, PhotoId
from photofind.photos import placeholders
from photofind.photos.fingerprint import is_known_by
from photofind.photos.scanner import DISK_ANSWERS_S, RootScanner
from photofind.store.catalogue import PhotoRepository
from photofind.store.filters import Filters
from photofind.store.shown_files import StoredFile
from photofind.system_trash import SystemTrash, TrashEntry, system_trash

_JUNCTION = 0xA0000003
"""IO_REPARSE_TAG_MOUNT_POINT: a folder of Windows that is a link and no symbolic one."""


class Why(Enum):
    """Why a file stays where it is."""

    NOT_CONNECTED = "not connected"
    GONE = "gone"
    BEHIND_LINK = "behind a link"
    CHANGED = "changed"
    NOT_HERE = "not on this computer"
    PLACE_TAKEN = "place taken"
    NOT_IN_TRASH = "not in the trash"
    NO_FOLDER = "no folder"
    ONE_WAY = "one way"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not moved.

    Attributes:
        detail: The system's own words, of `Why.SYSTEM`.
    """

    path: Path
    why: Why
    detail: str = ""


@dataclass(frozen=True, slots=True)
class TrashChoice:
    """The files of some photos that can be moved to the trash.

    Attributes:
        shown: Of each photo the file that is shown.
        copies: Other files of these photos.
        refused: Files of them that must stay.
    """

    shown: tuple[StoredFile, ...]
    copies: tuple[StoredFile, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True, slots=True)
class TrashedFile:
    """A file that was moved.

    Attributes:
        entry: Where it lies now; `None` where the trash does not say.
    """

    file: StoredFile
    entry: TrashEntry | None


@dataclass(frozen=True, slots=True)
class Trashed:
    """The outcome of moving files to the trash.

    Attributes:
        gone: Photos that have no file left.
    """

    moved: tuple[TrashedFile, ...]
    refused: tuple[Refused, ...]
    gone: tuple[PhotoId, ...]


@dataclass(frozen=True, slots=True)
class Restored:
    """The outcome of moving files back.

    Attributes:
        left: Still in the trash, for the reasons in `refused`.
    """

    files: tuple[StoredFile, ...]
    left: tuple[TrashedFile, ...]
    refused: tuple[Refused, ...]


class PhotoTrash:
    """The trash, for photos of one catalogue that is open for writing; see [Note: what may go]."""

    def __init__(self, photos: PhotoRepository, system: SystemTrash | None = None) -> None:
        self._photos = photos
        self._system = system or system_trash()
        # What is on a disk that does not answer must not hold up what else a person does.
        self._disks = RootScanner(silence_s=DISK_ANSWERS_S)

    def choice(self, photo_ids: Sequence[PhotoId], filters: Filters = ()) -> TrashChoice:
        """List the files to trash; `filters` are those the photos are shown under."""
        found = self._photos.files(photo_ids, filters)
        every = [file for files in found.values() for file in files]
        looks = _Looks(self._disks)
        refused = {file.path: problem for file in every if (problem := _must_stay(file, looks))}
        return TrashChoice(
            tuple(files[0] for files in found.values() if files[0].path not in refused),
            tuple(one for files in found.values() for one in files[1:] if one.path not in refused),
            tuple(refused.values()),
        )

    def move(self, files: Sequence[StoredFile]) -> Trashed:
        """Move the files to the trash that still hold the photo they were chosen for."""
        looks = _Looks(self._disks)
        refused = [problem for file in files if (problem := _changed(file, looks))]
        kept = {one.path for one in refused}
        # A link to a file that goes too would lead nowhere if it came second.
        going = sorted(
            (file for file in files if file.path not in kept),
            key=lambda file: not file.path.is_symlink(),
        )
        # Before they go: a full disk, where the catalogue cannot be written, stops it in time.
        going, unknown = self._photos.take_out(going)
        moved = self._system.move([file.path for file in going])
        self._record([file for file in going if file.path in moved.failures])
        refused += [Refused(file.path, Why.CHANGED) for file in unknown]
        refused += [_refused(path, error) for path, error in moved.failures.items()]
        ids = list(dict.fromkeys(file.photo_id for file in going))
        still_there = self._photos.paths(ids)
        return Trashed(
            tuple(
                TrashedFile(file, moved.entries[file.path])
                for file in going
                if file.path in moved.entries
            ),
            tuple(refused),
            tuple(photo_id for photo_id in ids if photo_id not in still_there),
        )

    def restore(self, trashed: Sequence[TrashedFile]) -> Restored:
        """Move files back to their paths, unless those are occupied."""
        files: list[StoredFile] = []
        left: list[TrashedFile] = []
        refused: list[Refused] = []
        looks = _Looks(self._disks)
        # The last first: what links lead to comes back before them.
        for one in reversed(trashed):
            problem = self._restore(one, looks)
            if problem is None:
                files.append(one.file)
            else:
                left.append(one)
                refused.append(problem)
        self._record(files)
        return Restored(tuple(reversed(files)), tuple(reversed(left)), tuple(refused))

    def _restore(self, trashed: TrashedFile, looks: "_Looks") -> Refused | None:
        path = trashed.file.path
        if not looks.answers(trashed.file.root):
            return Refused(path, Why.NOT_CONNECTED)
        if trashed.entry is None:
            return Refused(path, Why.ONE_WAY)
        if not os.path.lexists(trashed.entry.file):
            return Refused(path, Why.NOT_IN_TRASH)
        if not path.parent.is_dir():
            return Refused(path, Why.NO_FOLDER)
        try:
            self._system.restore(trashed.entry)
        except FileExistsError:
            return Refused(path, Why.PLACE_TAKEN)
        except OSError as error:
            return Refused(path, Why.SYSTEM, error.strerror or str(error))
        return None

    def _record(self, files: Iterable[StoredFile]) -> None:
        there = [(file, found) for file in files if (found := _stat_if_same(file)) is not None]
        if there:
            self._photos.put_back(there)


class _Looks:
    """Looks at disks and folders, each once.

    Attributes:
        answers: Whether a root's disk answers.
        is_link: Whether a folder is a link.
    """

    def __init__(self, disks: RootScanner) -> None:
        self.answers = cache(lambda root: disks.answers(root, root.lstat))
        self.is_link = cache(_is_link)


def _must_stay(file: StoredFile, looks: _Looks) -> Refused | None:
    """Return why a file must stay, judged by its path and attributes, or `None`."""
    if file.offline or not looks.answers(file.root):
        return Refused(file.path, Why.NOT_CONNECTED)
    try:
        file.path.lstat()
        folders = [folder for folder in file.path.parents if file.root in folder.parents]
        behind_link = any(looks.is_link(folder) for folder in folders)
    except OSError as error:
        return _refused(file.path, error)
    return Refused(file.path, Why.BEHIND_LINK) if behind_link else None


def _is_link(folder: Path) -> bool:
    found = folder.lstat()
    return stat.S_ISLNK(found.st_mode) or getattr(found, "st_reparse_tag", 0) == _JUNCTION


def _changed(file: StoredFile, looks: _Looks) -> Refused | None:
    """Return why a chosen file must stay after all, or `None`."""
    problem = _must_stay(file, looks)
    if problem is not None:
        return problem
    try:
        now, then = file.path.stat(), file.stat
        if (now.st_size, now.st_mtime_ns, now.st_ctime_ns) == (
            then.size,
            then.mtime_ns,
            then.ctime_ns,
        ):
            return None
        if placeholders.is_placeholder(now):
            return Refused(file.path, Why.NOT_HERE)
        same = is_known_by(file.path.read_bytes(), file.fingerprint)
    except OSError as error:
        return _refused(file.path, error)
    return None if same else Refused(file.path, Why.CHANGED)


def _stat_if_same(file: StoredFile) -> FileStat | None:
    try:
        now = _stat(file.path)
    except OSError:
        return None
    same = (now.size, now.mtime_ns) == (file.stat.size, file.stat.mtime_ns)
    return now if same else None


def _stat(path: Path) -> FileStat:
    """Stat a file as a scan does, following links."""
    found = path.stat()
    return FileStat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _refused(path: Path, error: OSError) -> Refused:
    if not os.path.lexists(path):
        return Refused(path, Why.GONE)
    return Refused(path, Why.SYSTEM, error.strerror or str(error))
