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

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from photofind.domain import FileStat, FoundFile, PhotoId
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
        to_read: New, or perhaps changed since they were read.
        to_embed: As they were read, but their photo has no embedding yet.
        unchanged: The known files that a stat has told enough about.
        missing: Known files the scan did not meet although it could look at their place; all of
            them where the root is offline.
        offline: The root could not be seen.
    """

    to_read: tuple[FoundFile, ...]
    to_embed: tuple[tuple[PhotoId, FoundFile], ...]
    unchanged: tuple[KnownFile, ...]
    missing: tuple[KnownFile, ...]
    offline: bool = False


def compare(
    found: Iterable[FoundFile],
    known: Mapping[Path, KnownFile],
    unreadable_folders: Collection[Path],
    without_embedding: Collection[PhotoId],
) -> Comparison:
    """Sorts the files of one root by what must be done about them."""
    found = tuple(found)
    rules = _Rules.of(found, known)
    to_read: list[FoundFile] = []
    to_embed: list[tuple[PhotoId, FoundFile]] = []
    unchanged: list[KnownFile] = []
    met: set[Path] = set()
    for file in found:
        met.add(file.path)
        before = known.get(file.path)
        if file.placeholder and before is not None:
            # What is known of it stays true until its content has arrived and can be read.
            unchanged.append(before)
        elif before is None or _may_differ(file, before, rules):
            to_read.append(file)
        elif before.photo_id is not None and before.photo_id in without_embedding:
            to_embed.append((before.photo_id, file))
        else:
            unchanged.append(before)
    hidden = set(unreadable_folders)
    missing = tuple(
        file for path, file in known.items() if path not in met and hidden.isdisjoint(path.parents)
    )
    return Comparison(tuple(to_read), tuple(to_embed), tuple(unchanged), missing)


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
    def of(cls, found: Iterable[FoundFile], known: Mapping[Path, KnownFile]) -> Self:
        same = 0
        others: list[tuple[FileStat, FileStat]] = []
        for file in found:
            before = known.get(file.path)
            if before is None:
                continue
            if file.stat == before.stat:
                same += 1
            else:
                others.append((file.stat, before.stat))
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


def _may_differ(file: FoundFile, before: KnownFile, rules: _Rules) -> bool:
    if rules.tell_apart(file.stat, before.stat):
        return True
    # A time in the future says nothing about when the file was written.
    times = (before.stat.mtime_ns, before.stat.ctime_ns)
    written_ns = max((time for time in times if time <= before.read_at_ns), default=0)
    return before.read_at_ns - written_ns < RACY_NS
