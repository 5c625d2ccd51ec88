"""How many photos a second each stage of indexing takes on one thread, and all of it together.

The ideal is what this machine would reach if every core did nothing but the stages' work, no
thread ever waited and nothing was done twice:

    ideal = cores / sum over the stages of CPU-seconds per photo, each measured on one thread

The share of the ideal is the rate of a whole run divided by it. Less than one has three causes:
cores that wait, work that no stage counts (the scan, comparing, events), and threads that slow
one another down (shared caches, memory and clock).
"""

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.photofind_process import IndexRun, PhotofindProcess, checkpoint_name
from benchmarks.tables import cores, print_table, save_json
from photofind.clip.checkpoints import CheckpointShelf
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.clip.precision import Precision, PrecisionMemory
from photofind.domain import Embeddings, Fingerprint, FoundFile, Photo
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture, decode
from photofind.photos.fingerprint import fingerprint
from photofind.photos.metadata import read_metadata
from photofind.photos.read import read_file
from photofind.photos.scan import UnreadableFolder, scan
from photofind.photos.thumbnails import ThumbnailCache, average_colour
from photofind.settings import Settings
from photofind.store.catalogue import Catalogue, open_catalogue
from photofind.store.embeddings import producer_of
from photofind.store.photos import ReadFile

STAGES = ("read", "decode", "thumbnail", "metadata", "preprocess", "embed", "store")


@dataclass(slots=True)
class Stopwatch:
    """Seconds by stage, of the clock on the wall and of the processor."""

    wall_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))
    cpu_s: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    @contextmanager
    def time(self, stage: str) -> Iterator[None]:
        wall, cpu = time.perf_counter(), time.process_time()
        yield
        self.wall_s[stage] += time.perf_counter() - wall
        self.cpu_s[stage] += time.process_time() - cpu


@dataclass(frozen=True, slots=True)
class Prepared:
    """A photo before it is embedded."""

    found: FoundFile
    photo: Photo
    pixels: NDArray[np.uint8]


class OneThread:
    """Puts photos through the stages one after the other, as `indexing.stages` does."""

    def __init__(self, library: LibraryPaths, encoder: OpenClipEncoder) -> None:
        self.watch = Stopwatch()
        self._library = library
        self._encoder = encoder
        self._embedding = producer_of(encoder.space)
        self._settings = Settings()
        self._thumbnails = ThumbnailCache(library.thumbnails, self._settings.thumbnail_px)

    def run(self, root: Path, found: Sequence[FoundFile]) -> None:
        size = self._settings.batch_size
        batches = [found[start : start + size] for start in range(0, len(found), size)]
        with open_catalogue(self._library, write=True) as catalogue:
            catalogue.roots.add([root])
            catalogue.embeddings.prepare(self._encoder.space, [self._embedding])
            for batch in batches:
                prepared = [self._prepare(file) for file in batch]
                with self.watch.time("embed"):
                    vectors = self._encoder.encode_images(np.stack([p.pixels for p in prepared]))
                with self.watch.time("store"):
                    self._store(catalogue, prepared, vectors)

    def _prepare(self, found: FoundFile) -> Prepared:
        preprocess, time_stage = self._encoder.preprocess, self.watch.time
        with time_stage("read"):
            data = read_file(found, self._settings.max_file_mb * 1_000_000)
            content = fingerprint(data)
        with time_stage("decode"):
            picture = decode(data, name=found.path.name, shorter_side=2 * preprocess.size)
        with time_stage("thumbnail"):
            self._thumbnails.store(content, picture.image)
            colour = average_colour(picture.image)
        with time_stage("metadata"):
            photo = _photo(content, picture, colour, data)
        with time_stage("preprocess"):
            pixels = preprocess.pixels(picture.image)
        return Prepared(found, photo, pixels)

    def _store(self, catalogue: Catalogue, batch: Sequence[Prepared], vectors: Embeddings) -> None:
        kind = self._embedding.kind
        files = [
            ReadFile(item.found, time.time_ns(), photo=item.photo, products={kind: vector})
            for item, vector in zip(batch, vectors, strict=True)
        ]
        roots = {root.path: root for root in catalogue.roots.all()}
        catalogue.files.record(roots, [self._embedding], files, ())


def _photo(
    content: Fingerprint, picture: Picture, colour: tuple[int, int, int], data: bytes
) -> Photo:
    return Photo(
        content, picture.format, picture.width, picture.height, colour, read_metadata(data)
    )


def find(folder: Path) -> list[FoundFile]:
    """The photos of a folder, read once, so that the disk is the same for all that follows."""
    found = [item for item in scan(folder) if not isinstance(item, UnreadableFolder)]
    if not found:
        raise SystemExit(f"There are no photos in {folder}.")
    for file in found:
        file.path.read_bytes()
    return found


def measure_stages(
    found: Sequence[FoundFile], folder: Path, checkpoint: str, precision: Precision
) -> Stopwatch:
    """One pass over the photos with one thread in all, torch's included."""
    with tempfile.TemporaryDirectory() as temporary:
        paths = LibraryPaths(Path(temporary))
        model = CheckpointShelf(paths).find(checkpoint)
        memory = PrecisionMemory(paths.precision)
        memory.remember(model.sha256(), precision)
        encoder = OpenClipEncoder(model, threads=1, memory=memory)
        side = encoder.preprocess.size
        # The first batch pays for setting up: once a process, not once a photo.
        encoder.encode_images(np.zeros((Settings().batch_size, side, side, 3), np.uint8))
        one_thread = OneThread(paths, encoder)
        one_thread.run(folder, found)
        return one_thread.watch


def measure_runs(folder: Path, checkpoint: str, rounds: int) -> dict[str, list[IndexRun]]:
    """Whole runs on an empty library, the arithmetics in turn."""
    runs: defaultdict[str, list[IndexRun]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as temporary:
        process = PhotofindProcess(Path(temporary) / "library", checkpoint)
        for _ in range(rounds):
            first = process.index(folder)
            runs["measured in the run"].append(first)
            runs["known before"].append(process.index(folder, first.precision))
            runs["float32"].append(process.index(folder, Precision.FLOAT32))
    return runs


def ideal_rate(watch: Stopwatch, count: int) -> float:
    """Photos a second, as the module's docstring says."""
    return cores() * count / sum(watch.cpu_s.values())


def print_stages(watch: Stopwatch, count: int, precision: Precision) -> None:
    total = sum(watch.cpu_s.values())
    rows = [
        (
            stage,
            f"{count / watch.wall_s[stage]:,.0f}",
            f"{1000 * watch.wall_s[stage] / count:.2f}",
            f"{1000 * watch.cpu_s[stage] / count:.2f}",
            f"{watch.cpu_s[stage] / total:.1%}",
        )
        for stage in STAGES
    ]
    print(f"One thread a stage, {count:,} photos, {precision}")
    print_table(("stage", "photos/s", "ms/photo", "CPU ms/photo", "share of CPU"), rows)
    ideal = ideal_rate(watch, count)
    print(f"Ideal: {cores()} cores / {total / count:.4f} CPU-s per photo = {ideal:.1f} photos/s\n")


def print_runs(runs: Mapping[str, Sequence[IndexRun]], ideals: Mapping[Precision, float]) -> None:
    rows = []
    for name, same in runs.items():
        rate = _median(same, lambda run: run.photos / run.indexing_s)
        share = rate / ideals[same[0].precision]
        whole = _median(same, lambda run: run.photos / run.process.wall_s)
        cpu_ms = _median(same, lambda run: 1000 * run.process.cpu_s / run.photos)
        rows.append((name, f"{rate:.1f}", f"{share:.0%}", f"{whole:.1f}", f"{cpu_ms:.2f}"))
    print("Whole runs on an empty library, median of the rounds")
    headings = ("arithmetic", "photos/s", "of ideal", "photos/s of process", "CPU ms/photo")
    print_table(headings, rows)


def _median(runs: Sequence[IndexRun], value: Callable[[IndexRun], float]) -> float:
    return statistics.median(value(run) for run in runs)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="with 300 photos or more")
    parser.add_argument(
        "--checkpoint", default=Settings().checkpoint, metavar="NAME", help="or its folder"
    )
    parser.add_argument("--library", type=Path, metavar="DIR", help="that has the checkpoint")
    parser.add_argument("--rounds", type=int, default=3, help="whole runs of each arithmetic")
    parser.add_argument("--stage-photos", type=int, default=300, help="for the stages")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    folder: Path = arguments.folder.resolve()
    checkpoint = checkpoint_name(arguments.checkpoint, arguments.library)
    found = find(folder)
    runs = measure_runs(folder, checkpoint, arguments.rounds)
    chosen = {run.precision for same in runs.values() for run in same}
    some = found[: arguments.stage_photos]
    watches = {
        precision: measure_stages(some, folder, checkpoint, precision) for precision in chosen
    }
    for precision, watch in watches.items():
        print_stages(watch, len(some), precision)
    ideals = {precision: ideal_rate(watch, len(some)) for precision, watch in watches.items()}
    picks = ", ".join(run.precision for run in runs["measured in the run"])
    print(f"Arithmetic that photofind chose, by round: {picks}\n")
    print_runs(runs, ideals)
    save_json(arguments.json, _document(runs, watches, ideals, len(some)))


def _document(
    runs: Mapping[str, Sequence[IndexRun]],
    watches: Mapping[Precision, Stopwatch],
    ideals: Mapping[Precision, float],
    stage_photos: int,
) -> dict[str, object]:
    return {
        "stage_photos": stage_photos,
        "stages": {
            precision: {"wall_s": watch.wall_s, "cpu_s": watch.cpu_s}
            for precision, watch in watches.items()
        },
        "ideal_photos_per_s": dict(ideals),
        "runs": {
            name: [
                {
                    "precision": run.precision,
                    "photos_per_s": run.photos / run.indexing_s,
                    "process_wall_s": run.process.wall_s,
                    "process_cpu_s": run.process.cpu_s,
                }
                for run in same
            ]
            for name, same in runs.items()
        },
    }


if __name__ == "__main__":
    main()
