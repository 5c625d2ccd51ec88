"""What a scan found, held against what the catalogue knows: which files must be read."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from photofind.domain import FoundFile, PhotoId
from photofind.store.photos import KnownFile

RACY_NS = 2_000_000_000
"""A file written this shortly before it was read may have been written again within the same tick
of its file system's clock (2 s on FAT), leaving no trace in its times."""


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
        elif before is None or _may_differ(file, before):
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


def _may_differ(file: FoundFile, before: KnownFile) -> bool:
    if file.stat != before.stat:
        return True
    # A time in the future says nothing about when the file was written.
    times = (before.stat.mtime_ns, before.stat.ctime_ns)
    written_ns = max((time for time in times if time <= before.read_at_ns), default=0)
    return before.read_at_ns - written_ns < RACY_NS
