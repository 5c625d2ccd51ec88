"""The trash of the system: what goes in, and where it can, what comes back out.

Linux, BSD      the trash of freedesktop.org says where everything came from: undoable
macOS, Windows  files go in; nothing says where one lies in there: not undoable
"""

import errno
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote_to_bytes

from send2trash import send2trash


@dataclass(frozen=True, slots=True)
class TrashEntry:
    """A file in the trash.

    Attributes:
        file: Where it lies now.
        info: The note that says where it came from.
        original: Where it came from.
    """

    file: Path
    info: Path
    original: Path


@dataclass(frozen=True, slots=True)
class MovedFiles:
    """The outcome of moving files to the trash.

    Attributes:
        entries: By original path; `None` where it cannot be brought back from here.
        failures: Why a file is still where it was.
    """

    entries: Mapping[Path, TrashEntry | None]
    failures: Mapping[Path, OSError]


class SystemTrash(Protocol):
    """The interface of a trash."""

    def move(self, paths: Sequence[Path]) -> MovedFiles:
        """Move files or links to the trash, never the target of a link."""
        ...

    def restore(self, entry: TrashEntry) -> None:
        """Move a file back.

        Raises:
            FileExistsError: Another file is in its place now.
            FileNotFoundError: It is no longer in the trash, or its folder is gone.
            OSError: It cannot be written there.
        """
        ...


def system_trash() -> SystemTrash:
    return OneWayTrash() if sys.platform in ("darwin", "win32") else FreedesktopTrash()


class OneWayTrash:
    """A trash that cannot restore: a person does that with the system's own program."""

    def move(self, paths: Sequence[Path]) -> MovedFiles:
        moved, failures = _send(paths)
        return MovedFiles(dict.fromkeys(moved), failures)

    def restore(self, entry: TrashEntry) -> None:
        raise OSError(errno.ENOTSUP, os.strerror(errno.ENOTSUP), str(entry.original))


class FreedesktopTrash:
    """The trash folders of https://specifications.freedesktop.org/trash-spec/.

    Whatever moves the files (Send2Trash, GIO), each gets a note `info/NAME.trashinfo` with the path
    that it came from, beside `files/NAME`.
    """

    def move(self, paths: Sequence[Path]) -> MovedFiles:
        before = {path: _identity(path) for path in paths if os.path.lexists(path)}
        trashes = {trash for path in paths for trash in _trashes_for(path)}
        notes = {trash: _names(trash / "info") for trash in trashes}
        moved, failures = _send(paths)
        entries: dict[Path, TrashEntry | None] = dict.fromkeys(moved)
        for trash in trashes:
            for name in _names(trash / "info") - notes[trash]:
                entry = _read_note(trash, name)
                if entry is None or entry.original not in entries:
                    continue
                # A note alone is no proof: another program may have written it just now.
                if _identity(entry.file) == before[entry.original]:
                    entries[entry.original] = entry
        return MovedFiles(entries, failures)

    def restore(self, entry: TrashEntry) -> None:
        if not os.path.lexists(entry.file):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(entry.file))
        # Taken first, because a rename would replace whatever has come there meanwhile.
        os.close(os.open(entry.original, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        try:
            _move_over(entry.file, entry.original)
        except OSError:
            entry.original.unlink()
            raise
        entry.info.unlink(missing_ok=True)


def _send(paths: Sequence[Path]) -> tuple[list[Path], dict[Path, OSError]]:
    moved: list[Path] = []
    failures: dict[Path, OSError] = {}
    for path in paths:
        try:
            send2trash(path)
            moved.append(path)
        except OSError as error:
            failures[path] = error
    return moved, failures


def _move_over(source: Path, target: Path) -> None:
    try:
        source.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Whole before it is seen under its name; a name with a dot is passed over by scans.
        beside = target.with_name(f".photofind-{os.getpid()}")
        try:
            shutil.copy2(source, beside, follow_symlinks=False)
            beside.replace(target)
        finally:
            beside.unlink(missing_ok=True)
        source.unlink()


def _identity(path: Path) -> tuple[int, int]:
    """Return what identifies a file after a move, to another disk too."""
    found = path.lstat()
    return found.st_size, found.st_mtime_ns


def _trashes_for(path: Path) -> Iterator[Path]:
    """List the trash folders for a file: the person's own, and those of the file's disk."""
    # An empty or relative value counts as none, says the base directory specification.
    data = Path(os.environ.get("XDG_DATA_HOME", ""))
    yield (data if data.is_absolute() else Path.home() / ".local/share") / "Trash"
    user = os.getuid()
    disk = _mount_point(path.parent)
    yield disk / ".Trash" / str(user)
    yield disk / f".Trash-{user}"


def _mount_point(folder: Path) -> Path:
    folder = folder.resolve()
    while not folder.is_mount():
        folder = folder.parent
    return folder


def _names(folder: Path) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208 - only names, of thousands
    except OSError:
        # A trash nothing was ever moved to, or one that is not for this person.
        return frozenset()


def _read_note(trash: Path, name: str) -> TrashEntry | None:
    """Read a note; `None` if it is malformed or its file is missing."""
    stem, suffix = os.path.splitext(name)  # noqa: PTH122 - a name
    file = trash / "files" / stem
    if suffix != ".trashinfo" or not os.path.lexists(file):
        return None
    note = ConfigParser(interpolation=None)
    try:
        note.read_string((trash / "info" / name).read_text("utf-8", "replace"))
        written = note.get("Trash Info", "Path")
    except (OSError, ConfigError):
        return None
    # Relative paths begin at the folder that the trash serves.
    top = trash.parent.parent if trash.parent.name == ".Trash" else trash.parent
    original = Path(os.path.normpath(top / os.fsdecode(unquote_to_bytes(written))))
    return TrashEntry(file, trash / "info" / name, original)
