"""How long comparing all folders takes where nothing has changed, and how much memory.

Makes a tree of tiny files and the catalogue that indexing them would have left, and lets an indexer
look through all of it in a process of its own. No file is opened, as none has changed.

    python -m benchmarks.reconcile --sizes 10000 100000 1000000
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection, Generator, Sequence
from pathlib import Path

import numpy as np

from benchmarks.tables import print_table, save_json
from photofind.domain import (
    Embeddings,
    EmbeddingSpace,
    FileStat,
    Fingerprint,
    FoundFile,
    Photo,
    PhotoMetadata,
)
from photofind.indexing.compare import RACY_NS
from photofind.indexing.indexer import Indexer
from photofind.indexing.producers import thumbnail_version
from photofind.indexing.stages import Result
from photofind.paths import LibraryPaths
from photofind.settings import Settings
from photofind.store.catalogue import open_catalogue
from photofind.store.embeddings import producer_of
from photofind.store.photos import ReadFile

FILES_A_FOLDER = 100
SPACE = EmbeddingSpace("made up", "0" * 64, 1, 8)
VECTOR = np.eye(1, SPACE.dim, dtype=np.float32)[0]
_BATCH = 5_000
_RUNS = 3


class NothingToRead:
    """A worker for files of which none has changed."""

    space = SPACE
    producers = (producer_of(SPACE), thumbnail_version(Settings().thumbnail_px))
    encodes_per_s = 1.0

    def run(
        self, files: Sequence[FoundFile], kinds: Collection[str] | None = None
    ) -> Generator[list[Result], None, None]:
        if files:
            raise AssertionError(f"{len(files)} files are to be read, {files[0].path} first")
        yield from ()

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        raise AssertionError(texts)

    def close(self) -> None:
        """Nothing is held."""


def make(folder: Path, count: int) -> None:
    """Make `folder/photos` and `folder/library`."""
    root_path = folder / "photos"
    producers = NothingToRead.producers
    with open_catalogue(LibraryPaths(folder / "library"), write=True) as catalogue:
        (root,) = catalogue.roots.add([root_path])
        catalogue.embeddings.prepare(SPACE, producers)
        for start in range(0, count, _BATCH):
            stop = min(start + _BATCH, count)
            files = [_made(root_path, number) for number in range(start, stop)]
            catalogue.files.record({root_path: root}, producers, files, ())


def _made(root: Path, number: int) -> ReadFile:
    path = root / f"{number // FILES_A_FOLDER:05}" / f"IMG_{number:07}.jpg"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    found = path.stat()
    kept = FileStat(found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)
    photo = Photo(
        Fingerprint(number.to_bytes(16, "big")), "jpeg", 640, 480, (0, 0, 0), PhotoMetadata()
    )
    # As if read long after it was written.
    read_at_ns = found.st_ctime_ns + 2 * RACY_NS
    products = {producer.kind: VECTOR for producer in NothingToRead.producers}
    return ReadFile(FoundFile(root, path, kept), read_at_ns, photo=photo, products=products)


def measure(folder: Path) -> None:
    """Print the best time of some runs and the memory that they took, beyond what came before."""
    with open_catalogue(LibraryPaths(folder / "library"), write=True) as catalogue:
        before = _peak_mb()
        best = best_cpu = float("inf")
        for _ in range(_RUNS):
            known = catalogue.roots.all()
            started, started_cpu = time.perf_counter(), time.process_time()
            report = Indexer(catalogue, NothingToRead(), Settings()).run(known)
            best = min(best, time.perf_counter() - started)
            best_cpu = min(best_cpu, time.process_time() - started_cpu)
            assert report.unchanged == report.found
            assert not report.removed
        print(report.found, best, best_cpu, _peak_mb() - before)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--sizes", nargs="+", type=int, default=[10_000, 100_000])
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure is not None:
        measure(options.measure)
        return
    figures = []
    for size in options.sizes:
        with tempfile.TemporaryDirectory() as folder:
            make(Path(folder), size)
            command = [sys.executable, "-m", "benchmarks.reconcile", "--measure", folder]
            said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        figures.append(tuple(map(float, said.split())))
    print_table(
        ["files", "seconds", "of them CPU", "MB more"],
        [
            [f"{found:,.0f}", f"{seconds:.2f}", f"{cpu:.2f}", f"{mb:.0f}"]
            for found, seconds, cpu, mb in figures
        ],
    )
    save_json(options.json, {"files_seconds_cpu_megabytes": figures})


if __name__ == "__main__":
    main()
