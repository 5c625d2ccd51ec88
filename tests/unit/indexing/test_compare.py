import os
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from photofind.domain import FileStat, FoundFile, PhotoId
from photofind.indexing.compare import RACY_NS, Comparison, compare
from photofind.photos.scan import UnreadableFolder
from photofind.store.photos import KnownFile

ROOT = Path("/photos")
HOUR_NS = 3600 * 10**9
WRITTEN = FileStat(size=10, mtime_ns=HOUR_NS, ctime_ns=HOUR_NS, inode=1)


def _found(name: str, stat: FileStat = WRITTEN) -> FoundFile:
    return FoundFile(ROOT, ROOT / name, stat)


def _known(
    name: str, stat: FileStat = WRITTEN, photo_id: int = 1, read_at_ns: int = 2 * HOUR_NS
) -> tuple[Path, KnownFile]:
    path = ROOT / name
    return path, KnownFile(1, os.fsencode(path), stat, read_at_ns, PhotoId(photo_id), None)


def _compare(
    found: Iterable[FoundFile | UnreadableFolder],
    known: Mapping[Path, KnownFile],
    pending: Collection[PhotoId] = (),
) -> Comparison:
    return compare(found, [known[path] for path in sorted(known, key=os.fsencode)], pending)


def test_that_a_new_file_is_read() -> None:
    assert _compare([_found("a.jpg")], {}).to_read == (_found("a.jpg"),)


def test_that_an_untouched_file_costs_nothing_but_its_stat() -> None:
    result = _compare([_found("a.jpg")], dict([_known("a.jpg")]))

    assert not result.to_read
    assert result.unchanged == 1


def _card(files: int = 40) -> dict[Path, KnownFile]:
    """Files of a folder, all read long after they were written."""
    return dict(
        _known(f"{n}.jpg", FileStat(n, HOUR_NS + n, HOUR_NS + n, 100 + n), n + 1)
        for n in range(files)
    )


def _read_again(
    known: dict[Path, KnownFile], stat_now: Callable[[int, FileStat], FileStat]
) -> list[str]:
    """What is read of a folder whose files' stats became others."""
    found = [
        FoundFile(ROOT, path, stat_now(n, file.stat))
        for n, (path, file) in enumerate(known.items())
    ]
    return [file.path.name for file in _compare(found, known).to_read]


@pytest.mark.parametrize("part", ["size", "mtime_ns", "ctime_ns", "inode"])
def test_that_every_part_of_the_stat_counts(part: str) -> None:
    def seventh_changed(n: int, stat: FileStat) -> FileStat:
        return replace(stat, **{part: getattr(stat, part) + 1}) if n == 7 else stat

    assert _read_again(_card(), seventh_changed) == ["7.jpg"]


def test_that_a_card_that_numbers_its_files_anew_is_not_read_again() -> None:
    assert _read_again(_card(), lambda n, stat: replace(stat, inode=9000 + n)) == []
    assert _read_again(_card(1), lambda n, stat: replace(stat, inode=9000)) == []


def test_that_files_without_numbers_are_not_read_again() -> None:
    assert _read_again(_card(), lambda _, stat: replace(stat, inode=0)) == []
    assert _read_again(_card(), lambda n, stat: replace(stat, inode=0 if n == 3 else n + 100)) == []


def test_that_a_change_is_seen_on_a_card_that_numbers_its_files_anew() -> None:
    def written(n: int, stat: FileStat) -> FileStat:
        grown = replace(stat, inode=9000 + n)
        return replace(grown, mtime_ns=stat.mtime_ns + 5) if n == 3 else grown

    assert _read_again(_card(), written) == ["3.jpg"]


@pytest.mark.parametrize("hours", [1, -1, 5.75, -14])
def test_that_summer_time_does_not_read_a_card_again(hours: float) -> None:
    def moved(n: int, stat: FileStat) -> FileStat:
        shift_ns = int(hours * HOUR_NS)
        if n % 4 == 0:  # read since, by the clock of now
            return stat
        return FileStat(stat.size, stat.mtime_ns + shift_ns, stat.ctime_ns + shift_ns, 9000 + n)

    assert _read_again(_card(), moved) == []


def test_that_files_rewritten_to_a_round_time_are_read() -> None:
    def only_mtime(_: int, stat: FileStat) -> FileStat:
        # As a program that corrects dates does: the change is later than the time it sets.
        return replace(stat, mtime_ns=stat.mtime_ns + HOUR_NS, ctime_ns=stat.ctime_ns + 7 * HOUR_NS)

    def few(n: int, stat: FileStat) -> FileStat:
        return FileStat(
            stat.size, stat.mtime_ns + HOUR_NS * (n < 9), stat.ctime_ns + HOUR_NS * (n < 9), n + 100
        )

    assert len(_read_again(_card(), only_mtime)) == 40
    assert len(_read_again(_card(), few)) == 9


def test_that_a_file_read_within_the_tick_it_was_written_is_read_again() -> None:
    read_too_soon = dict([_known("a.jpg", read_at_ns=HOUR_NS + RACY_NS - 1)])
    read_late_enough = dict([_known("a.jpg", read_at_ns=HOUR_NS + RACY_NS)])

    assert _compare([_found("a.jpg")], read_too_soon).to_read
    assert not _compare([_found("a.jpg")], read_late_enough).to_read


def test_that_a_time_in_the_future_does_not_cost_a_reading_each_time() -> None:
    future = FileStat(10, 99 * HOUR_NS, HOUR_NS, 1)

    assert not _compare([_found("a.jpg", future)], dict([_known("a.jpg", future)])).to_read


def test_that_a_photo_that_misses_something_is_read_however_unchanged() -> None:
    known = dict([_known("a.jpg", photo_id=7)])

    result = _compare([_found("a.jpg")], known, {PhotoId(7)})
    assert (result.to_read, result.unchanged) == ((), 0)
    assert result.incomplete == ((PhotoId(7), _found("a.jpg")),)
    assert not _compare([_found("a.jpg")], known, {PhotoId(8)}).incomplete


def test_that_files_below_an_unreadable_folder_are_not_missing() -> None:
    known = dict([_known("shut/deep/a.jpg"), _known("shutter/b.jpg"), _known("c.jpg")])

    result = _compare([UnreadableFolder(ROOT / "shut", "")], known)

    assert [file.path.name for file in result.missing] == ["c.jpg", "b.jpg"]


def test_that_files_behind_links_come_late_and_are_known() -> None:
    known = dict([_known("album/1.jpg"), _known("b.jpg"), _known("gone.jpg"), _known("z/2.jpg")])
    found = [_found(name) for name in ("b.jpg", "z/2.jpg", "album/1.jpg", "album/new.jpg")]

    result = _compare(found, known)

    assert [file.path.name for file in result.to_read] == ["new.jpg"]
    assert [file.path.name for file in result.missing] == ["gone.jpg"]
    assert (result.found, result.unchanged) == (4, 3)


def test_that_names_are_held_against_each_other_in_the_order_of_their_bytes() -> None:
    names = [
        "a-b/1.jpg",
        "a/1.jpg",
        "a/b/2.jpg",
        "a/c.jpg",
        "a.jpg",
        "é.jpg",
        "\udcff.jpg",
        "😀.jpg",
    ]
    known = dict(_known(name) for name in names)

    result = _compare(sorted(map(_found, names), key=lambda file: os.fsencode(file.path)), known)

    assert (result.unchanged, result.to_read, result.missing) == (len(names), (), ())


def test_that_what_was_known_is_told_of_the_files_to_be_read() -> None:
    edited = FileStat(11, HOUR_NS, HOUR_NS, 1)
    known = dict([_known("a.jpg", photo_id=7), _known("b.jpg", photo_id=8)])

    result = _compare([_found("a.jpg", edited), _found("b.jpg"), _found("c.jpg")], known)

    assert result.before == {ROOT / "a.jpg": PhotoId(7)}
    assert [file.path.name for file in result.new] == ["c.jpg"]


def test_that_a_placeholder_is_what_is_known_of_it_or_else_to_be_listed() -> None:
    changed = FileStat(11, HOUR_NS, HOUR_NS, 1)
    away = [replace(_found(name, changed), placeholder=True) for name in ("a.jpg", "b.jpg")]

    result = _compare(away, dict([_known("a.jpg", photo_id=7)]), {PhotoId(7)})

    assert (result.to_read, result.incomplete, result.unchanged) == ((away[1],), (), 1)
