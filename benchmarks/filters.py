"""How long filters and names take in a catalogue of many photos, and what their words cost it.

Fills a catalogue with made-up photos in folders of a thousand, and asks it for each filter, and for
words that are and are not the names of files and folders.

    python -m benchmarks.filters --photos 1000000
"""

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median

from benchmarks.tables import print_table, save_json
from photofind.domain import FileStat, Fingerprint, FoundFile, Photo, PhotoMetadata
from photofind.paths import LibraryPaths
from photofind.search.parser import parse
from photofind.store import photos, roots
from photofind.store.database import Database
from photofind.store.filters import Filters, SqliteFilters
from photofind.store.names import names_in
from photofind.store.photos import ReadFile

QUERIES = (
    "from:2010 to:2012", "folder:Italy", "file:0012345", "camera:nikon", "type:jpg", "tag:beach",
    "rating:>=4", "has:gps", "near:48.85,2.35,10km", "near:48.85,2.35,1000km",
    "orientation:portrait", "size:>5MB", "rating:>=4 OR folder:Italy",
    "near:48.85,2.35,10km -(rating:5 OR size:>5MB)",
)  # fmt: skip
NAMES = (
    "a dog on a beach",
    "holiday in italy 7",
    "holiday in spain",
    "straße in köln",
    "IMG_0012345",
    "IMG_00123",
)
MOST_NAMED = 50
_REPEATED = 5
_BATCH = 1000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        Database.open(LibraryPaths(Path(folder) / "library"), write=True) as database,
    ):
        _fill(database, options.photos)
        filtered = SqliteFilters(database)
        found = [
            *(_measured(typed, *_select(filtered, parse(typed).filters)) for typed in QUERIES),
            *(_measured(text, *_named(filtered, text)) for text in NAMES),
        ]
    print_table(("query", "photos", "ms"), [(q, f"{n:,}", f"{ms:.1f}") for q, n, ms in found])
    save_json(options.json, {"photos": options.photos, "ms": {q: ms for q, _, ms in found}})


def _fill(database: Database, count: int) -> None:
    chance = random.Random(0)
    with database.writing() as connection:
        root = roots.add_root(connection, Path("/pictures"))
        for first in range(0, count, _BATCH):
            numbers = range(first, min(first + _BATCH, count))
            photos.record_files(connection, root, [_file(number, chance) for number in numbers])


def _file(number: int, chance: random.Random) -> ReadFile:
    about = PhotoMetadata(
        taken_at=f"{2000 + number % 25}-06-01T12:00:00",
        camera=chance.choice(("NIKON D750", "Canon EOS 80D", None)),
        latitude=chance.uniform(-60, 70),
        longitude=chance.uniform(-180, 180),
        rating=chance.choice((None, 0, 3, 5)),
    )
    content = Fingerprint(number.to_bytes(16, "big"))
    place = ("Italy", "Rome")[number // _BATCH % 2]
    folder = Path("/pictures") / f"{1990 + number % 30}" / f"Holiday in {place} {number // _BATCH}"
    stat = FileStat(chance.randrange(9_000_000), 2, 3, number)
    found = FoundFile(Path("/pictures"), folder / f"IMG_{number:07}.jpg", stat)
    return ReadFile(found, 5, photo=Photo(content, "jpeg", 4000, 3000, (0, 0, 0), about))


def _select(filtered: SqliteFilters, filters: Filters) -> tuple[int, Callable[[], object]]:
    return len(filtered.select(filters)), lambda: filtered.select(filters)


def _named(filtered: SqliteFilters, text: str) -> tuple[int, Callable[[], object]]:
    condition = names_in(text)
    assert condition is not None
    return filtered.newest((condition,), MOST_NAMED)[1], lambda: filtered.newest(
        (condition,), MOST_NAMED
    )


def _measured(query: str, count: int, ask: Callable[[], object]) -> tuple[str, int, float]:
    """Return the query, how many photos it finds, and the median of its milliseconds."""
    taken: Sequence[float] = [_seconds(ask) for _ in range(_REPEATED)]
    return query, count, median(taken) * 1000


def _seconds(ask: Callable[[], object]) -> float:
    started = time.perf_counter()
    ask()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
