from pathlib import Path

from photofind.domain import FileStat, FoundFile, PhotoId
from photofind.indexing.compare import RACY_NS, compare
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
    return path, KnownFile(1, path, stat, read_at_ns, PhotoId(photo_id), None)


def test_that_a_new_file_is_read() -> None:
    assert compare([_found("a.jpg")], {}, [], set()).to_read == (_found("a.jpg"),)


def test_that_an_untouched_file_costs_nothing_but_its_stat() -> None:
    result = compare([_found("a.jpg")], dict([_known("a.jpg")]), [], set())

    assert not result.to_read
    assert len(result.unchanged) == 1


def test_that_every_part_of_the_stat_counts() -> None:
    for changed in (
        FileStat(11, HOUR_NS, HOUR_NS, 1),
        FileStat(10, HOUR_NS + 1, HOUR_NS, 1),
        FileStat(10, HOUR_NS, HOUR_NS + 1, 1),
        FileStat(10, HOUR_NS, HOUR_NS, 2),
    ):
        assert compare([_found("a.jpg", changed)], dict([_known("a.jpg")]), [], set()).to_read


def test_that_a_file_read_within_the_tick_it_was_written_is_read_again() -> None:
    read_too_soon = dict([_known("a.jpg", read_at_ns=HOUR_NS + RACY_NS - 1)])
    read_late_enough = dict([_known("a.jpg", read_at_ns=HOUR_NS + RACY_NS)])

    assert compare([_found("a.jpg")], read_too_soon, [], set()).to_read
    assert not compare([_found("a.jpg")], read_late_enough, [], set()).to_read


def test_that_a_time_in_the_future_does_not_cost_a_reading_each_time() -> None:
    future = FileStat(10, 99 * HOUR_NS, HOUR_NS, 1)

    assert not compare(
        [_found("a.jpg", future)], dict([_known("a.jpg", future)]), [], set()
    ).to_read


def test_that_a_photo_without_embedding_is_embedded_however_unchanged() -> None:
    known = dict([_known("a.jpg", photo_id=7)])

    result = compare([_found("a.jpg")], known, [], {PhotoId(7)})
    assert (result.to_read, result.unchanged) == ((), ())
    assert result.to_embed == ((PhotoId(7), _found("a.jpg")),)
    assert not compare([_found("a.jpg")], known, [], {PhotoId(8)}).to_embed


def test_that_files_below_an_unreadable_folder_are_not_missing() -> None:
    known = dict([_known("shut/deep/a.jpg"), _known("shutter/b.jpg"), _known("c.jpg")])

    result = compare([], known, [ROOT / "shut"], set())

    assert [file.path.name for file in result.missing] == ["b.jpg", "c.jpg"]
