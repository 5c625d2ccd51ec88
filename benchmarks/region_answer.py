"""How long the region tool waits for labels: from a box to the answer, as its child process works.

The first box of a picture reads and decodes the file, and does once what all regions share; the
boxes that follow only move. Pictures are drawn scenes saved as JPEGs; labels are the vocabulary's;
the search model is loaded and the vocabulary's labels are known before anything is timed.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks.tables import cores, print_table, save_json
from photofind.clip.checkpoints import EMBEDDED, CheckpointShelf
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.domain import Box
from photofind.evaluation.drawn_scenes import draw_scene, held_out_seeds
from photofind.paths import LibraryPaths
from photofind.region_classifier import RegionClassifier, RegionQuery
from photofind.search.regions import RegionMethod

SIZES = ((1024, 768), (4000, 3000))
DRAWN = (1024, 768)


def save_pictures(folder: Path, size: tuple[int, int], count: int) -> list[Path]:
    """Scenes as JPEGs of a size; drawn smaller and enlarged, since only the pixels matter."""
    paths = []
    for seed in held_out_seeds[:count]:
        path = folder / f"{size[0]}-{seed}.jpg"
        draw_scene(seed, DRAWN).image.resize(size).save(path, quality=90)
        paths.append(path)
    return paths


def dragged_boxes(size: tuple[int, int], count: int) -> list[Box]:
    """A box that moves and grows, as under a pointer."""
    width, height = size
    return [
        (
            width * (0.1 + 0.3 * step / count),
            height * (0.1 + 0.2 * step / count),
            width * (0.4 + 0.5 * step / count),
            height * (0.4 + 0.4 * step / count),
        )
        for step in range(count)
    ]


def answer_figures(
    classifier: RegionClassifier, folder: Path, pictures: int, boxes: int
) -> list[dict[str, object]]:
    """Milliseconds of first and of following boxes, by size of picture and way of looking."""
    figures: list[dict[str, object]] = []
    for size in SIZES:
        paths = save_pictures(folder, size, pictures)
        for method in RegionMethod:
            first, following = [], []
            for path in paths:
                times = [
                    _milliseconds(classifier, RegionQuery(path, box, (), method))
                    for box in dragged_boxes(size, boxes)
                ]
                first.append(times[0])
                following += times[1:]
            figures.append(
                {
                    "picture": f"{size[0]} × {size[1]}",
                    "method": method.value,
                    **_spread("first", first),
                    **_spread("following", following),
                }
            )
    return figures


def _milliseconds(classifier: RegionClassifier, query: RegionQuery) -> float:
    started = time.perf_counter()
    classifier.classify(query)
    return 1000 * (time.perf_counter() - started)


def _spread(name: str, times: list[float]) -> dict[str, object]:
    median, late = np.percentile(times, (50, 95))
    return {f"{name}_p50_ms": round(float(median), 1), f"{name}_p95_ms": round(float(late), 1)}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkpoint", default=EMBEDDED, help="a name")
    parser.add_argument("--pictures", type=int, default=20)
    parser.add_argument("--boxes", type=int, default=20, help="of each picture")
    parser.add_argument("--threads", type=int, default=cores(), help="of the search model")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        paths = LibraryPaths(Path(folder))
        encoder = OpenClipEncoder(
            CheckpointShelf(paths).find(arguments.checkpoint), threads=arguments.threads
        )
        classifier = RegionClassifier(paths, lambda: encoder)
        warm = save_pictures(Path(folder), DRAWN, 1)[0]
        classifier.classify(RegionQuery(warm, (100, 100, 400, 400)))
        figures = answer_figures(classifier, Path(folder), arguments.pictures, arguments.boxes)
    headings = tuple(figures[0])
    print("Milliseconds from a box to its labels")
    print_table(headings, [tuple(str(row[heading]) for heading in headings) for row in figures])
    save_json(arguments.json, {"checkpoint": arguments.checkpoint, "answers": figures})


if __name__ == "__main__":
    main()
