"""What one `photofind search` costs as a process, with mapped vectors and with rows read instead.

The library is a generated one (`large_library`) that photofind-mini embeds. Rounds alternate:
"mapped" finds the vectors' files, "read" does not. Files are in the system's cache.

    python -m benchmarks.cold_search --work-dir FOLDER --sizes 1000 100000
"""

import argparse
import json
import re
import statistics
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.large_library import make_large_library
from benchmarks.photofind_process import run
from benchmarks.tables import print_table, save_json
from photofind.library import Library
from photofind.paths import LibraryPaths

QUERY = "a dog on a beach"
WAYS = ("mapped", "read")


@contextmanager
def hidden(paths: list[Path]) -> Iterator[None]:
    """Files under other names for a while."""
    away = [path.rename(path.with_suffix(path.suffix + ".hidden")) for path in paths]
    try:
        yield
    finally:
        for path, back in zip(away, paths, strict=True):
            path.rename(back)


def measure(library: Path, rounds: int) -> dict[str, dict[str, float]]:
    """Medians of seconds by way; "loading" is what the log says of the vectors alone."""
    with Library(library, write=True) as opened:
        opened.save_vectors()
    taken: dict[str, list[dict[str, float]]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            with hidden([] if way == "mapped" else list(LibraryPaths(library).vectors.iterdir())):
                taken[way].append(_search(library, way))
    return {
        way: {name: statistics.median(one[name] for one in runs) for name in runs[0]}
        for way, runs in taken.items()
    }


def _search(library: Path, way: str) -> dict[str, float]:
    options = ["--json", "--verbose", "--library", str(library)]
    done = run([sys.executable, "-m", "photofind", "search", QUERY, *options])
    assert json.loads(done.stdout)["hits"]
    loading = re.search(rf"vectors: {way} \d+ in ([\d.]+) s", done.stderr)
    assert loading is not None, done.stderr
    return {"wall": done.wall_s, "cpu": done.cpu_s, "loading": float(loading[1])}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work-dir", type=Path, required=True, help="keeps the libraries")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000])
    parser.add_argument("--photos", type=Path, help="real ones; scenes are drawn without")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    found: dict[str, Any] = {}
    rows = []
    for size in arguments.sizes:
        folder = arguments.work_dir / f"library of {size}"
        library = make_large_library(folder, arguments.photos, size)
        found[str(size)] = measure(library, arguments.rounds)
        for way, figures in found[str(size)].items():
            rows.append([f"{size:,}", way, *(f"{value:.2f}" for value in figures.values())])
    print_table(["photos", "vectors", "wall s", "processor s", "of it loading s"], rows)
    if arguments.json:
        save_json(arguments.json, found)


if __name__ == "__main__":
    main()
