"""How the window of a large library starts, stays awake, answers, and what memory it takes.

The real window on the real engine, its child process beside it, without a screen. Each measurement
is a process of its own:

start    from the start of the process to the first paint, to photos in sight, and until a query
         that was typed at the first paint is answered; with nothing of photofind, its packages and
         the library in the system's cache ("cold", as far as no other process holds it there), and
         once more ("warm")
reading  how long the event loop does not look at what a person does, while photos are read
typing   from the last key to the painted answer; the pause after which a search begins is part of
         the total and left out of the rest
memory   of the window and of its child: at rest, after a look through all photos, after searches
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
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

import photofind
from benchmarks.photo_folder import make_photos
from benchmarks.tables import print_table, save_json
from photofind.library import Library

MEASURES = ("start", "reading", "typing", "memory")
START = {"first_paint_s": "first paint", "photos_s": "photos seen", "usable_s": "answered"}
TYPING = {
    "total_ms": "from the last key",
    "after_pause_ms": "without the pause",
    "answer_ms": "of it the search",
    "paint_ms": "and the paint",
    "thumbnails_ms": "all thumbnails",
}
MEMORY = ("window_mib", "child_mib")
PHOTO_SIZE = (1024, 768)
SITE_PACKAGES = Path(np.__file__).parents[1]
STANDARD_LIBRARY = Path(os.__file__).parent

Figures = dict[str, Any]


class Measurements:
    """Runs one measurement at a time.

    Args:
        work: Libraries and photos are made in it.
        source: Real photos; `None` draws scenes.
    """

    def __init__(self, work: Path, source: Path | None, photos: int, explain: Path | None) -> None:
        self._work = work
        self._source = source
        self._photos = photos
        self._explain = explain

    def start(self, tries: int) -> Figures:
        return {
            f"{count:,} photos": {
                "cold": self._starts(library, tries, partial(forget_files, library)),
                "warm": self._starts(library, tries, lambda: None),
            }
            for count, library in ((0, self._empty()), (self._photos, self._large()))
        }

    def reading(self, count: int) -> Figures:
        photos = self._work / f"read {count}"
        make_photos(photos, self._source, count, PHOTO_SIZE)
        with tempfile.TemporaryDirectory(dir=self._work) as library:
            return self._run("reading", Path(library), "--photos", str(photos))

    def typing(self, rounds: int) -> Figures:
        return self._run("typing", self._large(), "--rounds", str(rounds))

    def memory(self) -> Figures:
        return self._run("memory", self._large())

    def _starts(
        self, library: Path, tries: int, prepare: Callable[[], None]
    ) -> list[dict[str, float]]:
        # One more, to compile what is not compiled and to make what is made once.
        self._start(library)
        taken = []
        for _ in range(tries):
            prepare()
            taken.append(self._start(library))
        return taken

    def _start(self, library: Path) -> Figures:
        return self._run("start", library, "--began", str(time.monotonic()))

    def _run(self, measure: str, library: Path, *arguments: str) -> Figures:
        command = [sys.executable, "-m", "benchmarks.window_measures", measure, str(library)]
        if self._explain is not None:
            arguments = (*arguments, "--explain", str(self._explain))
        # Compiled as an installation is.
        environment = os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
        done = subprocess.run(
            [*command, *arguments], env=environment, stdout=subprocess.PIPE, check=True
        )
        figures: Figures = json.loads(done.stdout)
        return figures

    def _large(self) -> Path:
        folder = self._work / f"library of {self._photos}"
        command = [sys.executable, "-m", "benchmarks.large_library", str(folder), str(self._photos)]
        source = [] if self._source is None else ["--photos", str(self._source)]
        # In a process of its own: it imports torch, which the window's process never does.
        subprocess.run([*command, *source], check=True)
        return folder / "library"

    def _empty(self) -> Path:
        """A library with a folder in which there are no photos."""
        folder = self._work / "empty"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "photos").mkdir(parents=True)
        with Library(folder / "library", write=True) as library:
            library.add_roots([folder / "photos"])
        return folder / "library"


def forget_files(library: Path) -> None:
    """Ask the system to keep no file in memory that a start reads."""
    if not hasattr(os, "posix_fadvise"):
        raise SystemExit("Cold starts can be measured on Linux only.")
    os.sync()
    for path in _read_at_start(library):
        if path.is_file():
            descriptor = os.open(path, os.O_RDONLY)
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(descriptor)


def _read_at_start(library: Path) -> Iterator[Path]:
    package = Path(photofind.__file__).parent
    for folder in (package, package.parent / "resources", SITE_PACKAGES, STANDARD_LIBRARY):
        yield from folder.rglob("*")
    yield from library.glob("*")
    yield from (library / "cache").rglob("*")
    # The library's thumbnails are hard links to these.
    yield from (library.parent / "thumbnails").rglob("*")


def _print_start(figures: Figures) -> None:
    print("Seconds from the start of the process: the median, and the worst")
    rows = [
        (f"{photos}, {state}", *(_median_and_worst(runs, name) for name in START))
        for photos, states in figures.items()
        for state, runs in states.items()
    ]
    print_table(("library", *START.values()), rows)


def _median_and_worst(runs: Sequence[Figures], name: str) -> str:
    times = [run[name] for run in runs if name in run]
    return f"{statistics.median(times):.2f} ({max(times):.2f})" if times else "–"


def _print_reading(figures: Figures) -> None:
    print(
        f"{figures['photos']:,} photos read, {figures['photos_per_s']:.0f} a second; "
        "the event loop was silent for"
    )
    _print_stalls(figures)


def _print_stalls(figures: Figures) -> None:
    worst = figures["worst"][0]
    row = (
        *(f"{figures[name]:.1f}" for name in ("p99_ms", "p999_ms")),
        f"{worst['ms']:.1f}",
        f"{worst['own_ms']:.1f}",
        *(str(figures[name]) for name in ("over_16_ms", "over_50_ms")),
    )
    print_table(("p99 ms", "p99.9 ms", "worst ms", "of it own", "> 16.7 ms", "> 50 ms"), [row])


def _print_typing(figures: Figures) -> None:
    print(f"{len(figures['answers'])} queries, milliseconds")
    rows = []
    for name, said in TYPING.items():
        p50, p95, p99 = np.percentile([answer[name] for answer in figures["answers"]], (50, 95, 99))
        rows.append((said, f"{p50:.0f}", f"{p95:.0f}", f"{p99:.0f}"))
    print_table(("", "p50", "p95", "p99"), rows)


def _print_memory(figures: Figures) -> None:
    print(f"{figures['photos']:,} photos, MiB in memory")
    rows = [
        (name.replace("_", " "), *(f"{figures[name][one]:.0f}" for one in MEMORY))
        for name in ("at_rest", "after_scrolling", "after_searching")
    ]
    print_table(("", "window", "child"), rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("measures", nargs="*", choices=[*MEASURES, []], default=MEASURES)
    parser.add_argument("--photos", type=Path, help="real ones; scenes are drawn without")
    parser.add_argument("--library", type=int, default=100_000, help="photos in the large one")
    parser.add_argument("--read", type=int, default=2000, help="photos that are read")
    parser.add_argument("--tries", type=int, default=5, help="of each start")
    parser.add_argument("--rounds", type=int, default=5, help="of the queries")
    parser.add_argument("--work-dir", type=Path, help="kept for the next time")
    parser.add_argument("--explain", type=Path, metavar="FILE", help="what ran in long stalls")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as temporary:
        work = (arguments.work_dir or Path(temporary)).absolute()
        measured = Measurements(work, arguments.photos, arguments.library, arguments.explain)
        run: dict[str, tuple[Callable[[], Figures], Callable[[Figures], None]]] = {
            "start": (lambda: measured.start(arguments.tries), _print_start),
            "reading": (lambda: measured.reading(arguments.read), _print_reading),
            "typing": (lambda: measured.typing(arguments.rounds), _print_typing),
            "memory": (measured.memory, _print_memory),
        }
        figures = {}
        for measure in arguments.measures:
            take, show = run[measure]
            figures[measure] = take()
            show(figures[measure])
    save_json(arguments.json, {"load": os.getloadavg(), **figures})


if __name__ == "__main__":
    main()
