"""What a scan found, held against what the catalogue knows: which files must be read.

[Note: file systems] A file is as it was read if size, mtime, ctime and inode are. Not every file
system keeps these, and none says so; what most files of a folder tree have in common does:

    FAT, exFAT, network shares   number files anew when they are mounted, or not at all (inode 0):
                                 inodes do not count where most files that are else as they were
                                 have others
    FAT, exFAT                   keep local time, so that summer time moves all times of a card:
                                 one shift of mtime and ctime of many files does not count
    Windows                      ctime is when a file was made; it counts all the same
"""

import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from photofind.domain import FileStat, FoundFile, PhotoId
from photofind.photos.scan import UnreadableFolder
from photofind.store.photos import KnownFile

RACY_NS = 2_000_000_000
"""A file written this shortly before it was read may have been written again within the same tick
of its file system's clock (2 s on FAT), leaving no trace in its times."""


QUARTER_HOUR_NS = 900 * 1_000_000_000
LARGEST_SHIFT_NS = 26 * 3600 * 1_000_000_000
"""From one end of the world's time zones to the other."""

FEWEST_SHIFTED = 10
"""So many files are not all written a round time after they were read by chance."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The files of one root, or of some of its folders.

    Attributes:
        found: How many files there are.
        to_read: New, or perhaps changed since they were read.
        incomplete: As they were read, but something is still to be made of their photo.
        before: What was known of the files to be read for either, by path; nothing of new ones.
        unchanged: Files of photos of which a stat has told enough.
        missing: Known files the scan did not meet although it could look at their place; of a root
            that is offline, none.
        unreadable: Folders that the scan could not look into.
        offline: The root could not be seen.
    """

    found: int = 0
    to_read: tuple[FoundFile, ...] = ()
    incomplete: tuple[tuple[PhotoId, FoundFile], ...] = ()
    before: Mapping[Path, PhotoId | None] = field(default_factory=dict)
    unchanged: int = 0
    missing: tuple[KnownFile, ...] = ()
    unreadable: tuple[UnreadableFolder, ...] = ()
    offline: bool = False

    @property
    def new(self) -> list[FoundFile]:
        """The files of which nothing was known."""
        return [file for file in self.to_read if file.path not in self.before]


def compare(
    found: Iterable[FoundFile | UnreadableFolder],
    known: Iterable[KnownFile],
    pending: Collection[PhotoId],
) -> Comparison:
    """Sort the files of one root by what must be done about them.

    Keeps in memory what differs, however many files there are.

    Args:
        found: In the order of `scan`.
        known: By the bytes of their paths.
    """
    sorted_files = _Sorted(pending)
    unreadable: list[UnreadableFolder] = []
    # What counts of these is known in the end.
    other_stat: list[tuple[FoundFile, KnownFile]] = []
    not_met = _NotMet(known)
    count = same_stat = 0
    for file in found:
        if isinstance(file, UnreadableFolder):
            unreadable.append(file)
            continue
        count += 1
        before = not_met.take(file.path)
        if before is None:
            sorted_files.to_read.append(file)
        elif file.placeholder:
            # What is known of it stays true until its content has arrived and can be read.
            sorted_files.leave(before)
        elif file.stat == before.stat:
            same_stat += 1
            sorted_files.add(file, before, may_differ=_may_be_racy(before))
        else:
            other_stat.append((file, before))
    rules = _Rules.of(same_stat, [(file.stat, before.stat) for file, before in other_stat])
    for file, before in other_stat:
        differs = rules.tell_apart(file.stat, before.stat) or _may_be_racy(before)
        sorted_files.add(file, before, may_differ=differs)
    hidden = {folder.path for folder in unreadable}
    return Comparison(
        found=count,
        to_read=tuple(sorted_files.to_read),
        incomplete=tuple(sorted_files.incomplete),
        before=sorted_files.before,
        unchanged=sorted_files.unchanged,
        missing=tuple(file for file in not_met.all() if hidden.isdisjoint(file.path.parents)),
        unreadable=tuple(unreadable),
    )


class _Sorted:
    """Files by what must be done about them, see `Comparison`."""

    def __init__(self, pending: Collection[PhotoId]) -> None:
        self._pending = pending
        self.to_read: list[FoundFile] = []
        self.incomplete: list[tuple[PhotoId, FoundFile]] = []
        self.before: dict[Path, PhotoId | None] = {}
        self.unchanged = 0

    def add(self, file: FoundFile, before: KnownFile, *, may_differ: bool) -> None:
        """Sort in a file that is known and can be read."""
        photo_id = before.photo_id
        if may_differ:
            self.to_read.append(file)
        elif photo_id is not None and photo_id in self._pending:
            self.incomplete.append((photo_id, file))
        else:
            self.leave(before)
            return
        self.before[file.path] = photo_id

    def leave(self, before: KnownFile) -> None:
        self.unchanged += before.photo_id is not None


class _NotMet:
    """The known files that a scan has not met, in step with it.

    Args:
        known: By the bytes of their paths.
    """

    def __init__(self, known: Iterable[KnownFile]) -> None:
        self._ahead = iter(known)
        self._next = next(self._ahead, None)
        # What the scan has passed by; mostly nothing.
        self._behind: dict[bytes, KnownFile] = {}

    def take(self, path: Path) -> KnownFile | None:
        """Take what is known of a file; files come in order, but for those behind links."""
        key = os.fsencode(path)
        while self._next is not None and self._next.raw_path <= key:
            current, self._next = self._next, next(self._ahead, None)
            if current.raw_path == key:
                return current
            self._behind[current.raw_path] = current
        return self._behind.pop(key, None)

    def all(self) -> Iterator[KnownFile]:
        """Take what is left after the last file."""
        yield from self._behind.values()
        if self._next is not None:
            yield self._next
        yield from self._ahead


@dataclass(frozen=True, slots=True)
class _Rules:
    """What counts on the file system at hand, see [Note: file systems].

    Attributes:
        inodes: Whether they count.
        shift_ns: By how much all times may have moved.
    """

    inodes: bool
    shift_ns: int

    @classmethod
    def of(cls, same: int, others: Sequence[tuple[FileStat, FileStat]]) -> Self:
        """Tell the rules by what many files have in common.

        Args:
            same: How many files are in all as they were read.
            others: Of all other known files: as they are, and as they were read.
        """
        shifts = Counter(_shift_ns(now, before) for now, before in others)
        del shifts[0]
        shift_ns, shifted = max(shifts.items(), key=lambda item: item[1], default=(0, 0))
        if shifted < FEWEST_SHIFTED:
            shift_ns = 0
        alike = [
            now.inode == before.inode
            for now, before in others
            if _has_moved_by(0, now, before) or _has_moved_by(shift_ns, now, before)
        ]
        numbered_as_before = same + sum(alike)
        return cls(2 * numbered_as_before > same + len(alike), shift_ns)

    def tell_apart(self, now: FileStat, before: FileStat) -> bool:
        if not (_has_moved_by(0, now, before) or _has_moved_by(self.shift_ns, now, before)):
            return True
        numbered = self.inodes and now.inode != 0 and before.inode != 0
        return numbered and now.inode != before.inode


def _has_moved_by(shift_ns: int, now: FileStat, before: FileStat) -> bool:
    return (now.size, now.mtime_ns, now.ctime_ns) == (
        before.size,
        before.mtime_ns + shift_ns,
        before.ctime_ns + shift_ns,
    )


def _shift_ns(now: FileStat, before: FileStat) -> int:
    """By how much both times moved, where that may be another time zone."""
    shift_ns = now.mtime_ns - before.mtime_ns
    may_be_zone = shift_ns % QUARTER_HOUR_NS == 0 and abs(shift_ns) <= LARGEST_SHIFT_NS
    return shift_ns if may_be_zone and _has_moved_by(shift_ns, now, before) else 0


def _may_be_racy(before: KnownFile) -> bool:
    """Whether a file may have been written again within the tick in which it was read."""
    # A time in the future says nothing about when the file was written.
    times = (before.stat.mtime_ns, before.stat.ctime_ns)
    written_ns = max((time for time in times if time <= before.read_at_ns), default=0)
    return before.read_at_ns - written_ns < RACY_NS
