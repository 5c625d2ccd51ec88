"""What one changed photo costs, by the size of the library: it should be the same at any size.

The real window on the real engine, without a screen, with a child process that reads and decodes
as ever and embeds at once (see `recorded_clip`). The library is a generated one (`large_library`)
of 1,000 to 1,000,000 photos, every one of them a file on the disk; beside it lies a small folder in
which one photo after the other is added, overwritten by another picture, tagged, moved to another
folder and deleted. Milliseconds count from when the watcher has seen the folder come to rest:

searchable  a search finds the photo (under its new path; or does not find it any more)
counted     the panel's folders, years, tags and the total say so
drawn       the grid holds it (its new tags, its new name); what a deleted one left is gone
all done    nothing is at work any more: 1 s with less than 8 % of one core
writer      the longest and all transactions of the only writer
read        bytes, by the window's process, from the system's cache or the disk

    python -m benchmarks.one_change --recorded ../shared/data/recorded_clip --work-dir FOLDER
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.measured_window import Change, Figures, MeasuredWindow
from benchmarks.recorded_clip import FOLDER
from benchmarks.tables import print_table, save_json
from photofind.domain import PhotoId
from photofind.search.query import Query
from photofind.store.filter_kinds import TAG
from photofind.store.filters import Filter

CHANGES = ("added", "changed", "tagged", "moved", "deleted")
MOMENTS = {"searchable": "searchable", "counted": "counted", "drawn": "drawn", "done": "all done"}


def _round(measured: MeasuredWindow, number: int) -> dict[str, Figures]:
    """Make every change once."""
    window, base = measured.opened.window, measured.total_before
    first, second = measured.draw(1999), measured.draw(1998)
    path, moved = measured.photos / "one.jpg", measured.photos / f"sub {number}" / "moved.jpg"
    moved.parent.mkdir()
    one, other = (_kept(picture) for picture in (first, second))
    tag = f"one change {time.time_ns()}"
    tagged = Query(filters=(Filter(TAG, tag),))
    changes = {
        "added": Change(
            measured,
            lambda: _put(first, path),
            lambda: measured.finds(one, path),
            lambda: measured.counts(base + 1, {1999: 1}),
            lambda: measured.holds(one),
        ),
        "changed": Change(
            measured,
            lambda: _put(second, path),
            lambda: measured.finds(other, path),
            lambda: measured.counts(base + 1, {1999: 0, 1998: 1}),
            lambda: measured.holds(other) and not measured.holds(one),
        ),
        "tagged": Change(
            measured,
            lambda: window.tags.add([_known(measured.photo_id(other))], tag),
            lambda: len(measured.opened.library.search.find(tagged).rows) == 1,
            lambda: measured.counts(base + 1, {}, tag),
            lambda: measured.is_tagged(other, tag),
        ),
        "moved": Change(
            measured,
            lambda: _put(path, moved),
            lambda: measured.finds(other, moved),
            lambda: measured.counts(base + 1, {1998: 1}),
            lambda: measured.holds(other),
        ),
        "deleted": Change(
            measured,
            moved.unlink,
            lambda: not measured.finds(other, moved),
            lambda: measured.counts(base, {1998: 0}),
            lambda: not measured.holds(other),
        ),
    }
    assert tuple(changes) == CHANGES
    figures = {}
    for name, change in changes.items():
        figures[name] = change.measure(watched=name != "tagged")
        print(f"  {name}: {figures[name]}", file=sys.stderr)
    return figures


def _kept(picture: Path) -> Path:
    """A copy that nothing happens to."""
    return Path(shutil.copy2(picture, picture.with_suffix(".kept.jpg")))


def _put(path: Path, target: Path) -> None:
    path.replace(target)


def _known(photo_id: PhotoId | None) -> PhotoId:
    assert photo_id is not None
    return photo_id


def measure(folder: Path, rounds: int) -> list[dict[str, Figures]]:
    with closing(MeasuredWindow(folder)) as measured:
        return [_round(measured, number) for number in range(rounds)]


def _print(photos: int, rounds: Sequence[dict[str, Figures]]) -> None:
    print(f"{photos:,} photos; milliseconds, the median of {len(rounds)}")
    headings = (*MOMENTS.values(), "processor", "writer: longest", "all", "read KB")
    columns = (*MOMENTS, "cpu", "writer_longest", "writer", "read")
    rows = []
    for change in CHANGES:
        medians = [statistics.median(one[change][column] for one in rounds) for column in columns]
        medians[-1] /= 1000
        rows.append((change, *(f"{median:,.0f}" for median in medians)))
    print_table(("", *headings), rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recorded", type=Path, required=True, help="recorded CLIP vectors")
    parser.add_argument("--photos", type=Path, help="real ones; scenes are drawn without")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--work-dir", type=Path, help="keeps the libraries for the next time")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--only", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_own_process(module: str, *arguments: object) -> bytes:
    command = [sys.executable, "-m", f"benchmarks.{module}", *map(str, arguments)]
    return subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout


def main() -> None:
    arguments = _arguments()
    recorded = ("--recorded", arguments.recorded.absolute())
    os.environ[FOLDER] = str(recorded[1])
    if arguments.only is not None:
        json.dump(measure(arguments.only, arguments.rounds), sys.stdout)
        return
    figures = {}
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work_dir or Path(temporary)).absolute()
        photos = () if arguments.photos is None else ("--photos", arguments.photos)
        for size in arguments.sizes:
            folder = work / f"library of {size}"
            _in_own_process("large_library", folder, size, *photos, *recorded)
            options = (*recorded, "--only", folder, "--rounds", arguments.rounds)
            figures[size] = json.loads(_in_own_process("one_change", *options))
            _print(size, figures[size])
            save_json(arguments.json, {"load": os.getloadavg(), "photos": figures})


if __name__ == "__main__":
    main()
