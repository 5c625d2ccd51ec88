"""photofind and rclip on the same photos with the same weights: indexing, queries, agreement.

Both get random weights of the same ViT-B-32-256, photofind as a checkpoint folder, rclip as ONNX,
and index the same folder from nothing, in turn. rclip makes no thumbnails and reads no EXIF;
photofind does, and measures in each run which arithmetic to take.

Published for rclip 3.3.0 on two cores, 1,000 photos of 400 × 500: 20.7 photos/s.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.photo_folder import make_photos
from benchmarks.photofind_process import IndexRun, PhotofindProcess, Run
from benchmarks.random_checkpoint import ARCHITECTURE, make_checkpoint
from benchmarks.rclip_process import VERSION, RclipProcess, RclipRun
from benchmarks.tables import cores, print_table, save_json
from photofind.clip.checkpoints import CheckpointShelf
from photofind.clip.loading import export_graph
from photofind.domain import Embeddings, PhotoId
from photofind.paths import LibraryPaths
from photofind.store.catalogue import open_catalogue

QUERIES = ("a dog on a beach", "two people in the snow", "a red car", "a city at night", "food")


@dataclass(frozen=True, slots=True)
class Round:
    """Both programs, one after the other."""

    photofind: IndexRun
    rclip: RclipRun

    def rates(self, count: int) -> dict[str, float]:
        """Photos a second."""
        return {
            "photofind": count / self.photofind.indexing_s,
            "rclip": self.rclip.photos_per_s,
            "photofind process": count / self.photofind.process.wall_s,
            "rclip process": count / self.rclip.process.wall_s,
            "photofind CPU-s": self.photofind.process.cpu_s,
            "rclip CPU-s": self.rclip.process.cpu_s,
        }


def index_rounds(
    photofind: PhotofindProcess, rclip: RclipProcess, folder: Path, count: int
) -> list[Round]:
    """Whoever begins changes from round to round."""
    rounds = []
    for number in range(count):
        if number % 2:
            theirs = rclip.index(folder)
            ours = photofind.index(folder)
        else:
            ours = photofind.index(folder)
            theirs = rclip.index(folder)
        rounds.append(Round(ours, theirs))
    return rounds


def query_times(
    photofind: PhotofindProcess, rclip: RclipProcess, folder: Path
) -> dict[str, list[Run]]:
    """Whole processes, in turn, after one of each to warm up."""
    programs: dict[str, Callable[[str], Run]] = {
        "photofind search": photofind.search,
        "rclip": lambda query: rclip.search(folder, query),
        "rclip --no-indexing": lambda query: rclip.search(folder, query, check=False),
    }
    taken: dict[str, list[Run]] = {name: [] for name in programs}
    for query in (QUERIES[0], *QUERIES):
        for name, search in programs.items():
            taken[name].append(search(query))
    return {name: runs[1:] for name, runs in taken.items()}


def photofind_embeddings(paths: LibraryPaths) -> dict[str, Embeddings]:
    """(dim,) by file name."""
    with open_catalogue(paths, write=False) as catalogue:
        serving = catalogue.embeddings.serving()
        if serving is None:
            raise SystemExit("photofind has indexed nothing.")
        _, (ids, vectors, _) = catalogue.embeddings.load(serving[0])
        places = catalogue.photos.paths([PhotoId(int(id_)) for id_ in ids])
    return {
        path.name: vector
        for id_, vector in zip(ids, vectors, strict=True)
        for path in places[PhotoId(int(id_))]
    }


def agreement(
    ours: dict[str, Embeddings], theirs: dict[str, Embeddings], top_k: int = 10
) -> dict[str, float]:
    """How alike the two programs' embeddings of the same photos are."""
    names = sorted(ours.keys() & theirs.keys())
    if len(names) != len(ours) or len(names) != len(theirs):
        raise SystemExit(f"{len(ours)} and {len(theirs)} photos, {len(names)} of them the same")
    left, right = (np.stack([vectors[name] for name in names]) for vectors in (ours, theirs))
    same = np.einsum("ij,ij->i", left, right)
    across, within = left @ right.T, left @ left.T
    shared = [
        len(np.intersect1d(_best(one, top_k), _best(other, top_k))) / top_k
        for one, other in zip(within, right @ right.T, strict=True)
    ]
    others = within[~np.eye(len(names), dtype=bool)]
    return {
        "photos": len(names),
        "least cosine, same photo": float(same.min()),
        "mean cosine, same photo": float(same.mean()),
        "mean cosine, different photos": float(others.mean()),
        "nearest is the same photo": float((across.argmax(1) == np.arange(len(names))).mean()),
        f"shared among {top_k} most similar": float(np.mean(shared)),
    }


def _best(scores: Embeddings, top_k: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    best: np.ndarray[tuple[int], np.dtype[np.int64]] = np.argsort(-scores, kind="stable")[:top_k]
    return best


def print_rounds(rounds: Sequence[Round], count: int) -> None:
    rows = []
    for number, one in enumerate(rounds, start=1):
        rates = one.rates(count)
        ratio = rates["photofind"] / rates["rclip"]
        whole = rates["photofind process"] / rates["rclip process"]
        figures = (*(f"{rate:.1f}" for rate in rates.values()), f"{ratio:.2f}", f"{whole:.2f}")
        rows.append((str(number), *figures, one.photofind.precision))
    headings = (*rounds[0].rates(count), "ratio", "ratio process", "arithmetic")
    print(f"{count:,} photos, photos a second, {cores()} cores")
    print_table(("round", *headings), rows)
    print(
        f"Median ratio photofind / rclip: {_ratio(rounds, count, ''):.2f} while indexing, "
        f"{_ratio(rounds, count, ' process'):.2f} as whole processes\n"
    )


def _ratio(rounds: Sequence[Round], count: int, kind: str) -> float:
    every = [one.rates(count) for one in rounds]
    return statistics.median(rates[f"photofind{kind}"] / rates[f"rclip{kind}"] for rates in every)


def print_queries(taken: dict[str, list[Run]]) -> None:
    rows = [
        (
            name,
            f"{statistics.median(run.wall_s for run in runs):.2f}",
            f"{statistics.median(run.cpu_s for run in runs):.2f}",
        )
        for name, runs in taken.items()
    ]
    print(f"One query as a whole process, median of {len(QUERIES)}")
    print_table(("program", "seconds", "CPU-s"), rows)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=Path, metavar="FOLDER", help="real photos; else drawn")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--size", type=_size, default=(400, 500), metavar="WIDTHxHEIGHT")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--work-dir",
        type=Path,
        default=Path(tempfile.gettempdir()) / "photofind-against-rclip",
        metavar="DIR",
        help="for rclip, weights and photos (3 GB), kept for the next time [%(default)s]",
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def _size(text: str) -> tuple[int, int]:
    width, height = text.lower().split("x")
    return int(width), int(height)


def _prepare(arguments: argparse.Namespace) -> tuple[PhotofindProcess, RclipProcess, Path]:
    work: Path = arguments.work_dir.resolve()
    checkpoint, library = work / ARCHITECTURE, LibraryPaths(work / "library")
    make_checkpoint(checkpoint)
    if ARCHITECTURE not in [known.name for known in CheckpointShelf(library)]:
        CheckpointShelf(library).add(checkpoint)
        export_graph(CheckpointShelf(library).find(ARCHITECTURE))
    kind = "drawn" if arguments.photos is None else "real"
    width, height = arguments.size
    folder = work / f"photos-{kind}-{width}x{height}-{arguments.count}"
    make_photos(folder, arguments.photos, arguments.count, arguments.size)
    rclip = RclipProcess(work, checkpoint)
    return PhotofindProcess(library.folder, ARCHITECTURE), rclip, folder


def main() -> None:
    arguments = _arguments()
    photofind, rclip, folder = _prepare(arguments)
    rounds = index_rounds(photofind, rclip, folder, arguments.rounds)
    print(f"\nphotofind against rclip {VERSION}")
    print_rounds(rounds, arguments.count)
    alike = agreement(photofind_embeddings(photofind.paths), rclip.embeddings())
    print("Embeddings of the last round")
    print_table(("agreement", ""), [(name, f"{value:.5g}") for name, value in alike.items()])
    queries = query_times(photofind, rclip, folder)
    print_queries(queries)
    save_json(
        arguments.json,
        {
            "rclip": VERSION,
            "photos": arguments.count,
            "rounds": [
                {**one.rates(arguments.count), "arithmetic": one.photofind.precision}
                for one in rounds
            ],
            "agreement": alike,
            "query_s": {name: [run.wall_s for run in runs] for name, runs in queries.items()},
        },
    )


if __name__ == "__main__":
    main()
