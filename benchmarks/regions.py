"""How often a region of a drawn scene gets its label by each way of looking, and how fast.

The scenes are drawn from seeds held out of training and know where their things are; the labels
are those of all things in them, colours included ("red car"), so that most have one right answer
among a hundred or more. `--grid` measures several strengths and contexts, from which the defaults
were chosen (docs/decisions/0005-region-method.md). Times are of one thread: a picture as it comes
(preprocess, what its regions share, the regions) and one that was asked before.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.tables import print_table, save_json
from photofind.clip.checkpoints import EMBEDDED, Checkpoint, CheckpointShelf
from photofind.clip.encoder import HARD_MASK, PAPER_STRENGTH
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.clip.prompts import encode_prompts
from photofind.domain import Box
from photofind.evaluation.boxes import BoxedPicture, measure_boxes
from photofind.evaluation.drawn_scenes import draw_scene, held_out_seeds
from photofind.paths import LibraryPaths
from photofind.search.regions import CONTEXT, RegionScorer, generic_captions

STRENGTHS = (PAPER_STRENGTH, 1.0, 2.0, 4.0, HARD_MASK)
CONTEXTS = (1.2, 1.35, 1.5)
SIZE = (384, 288)
TRIES = 20


def boxed_scenes(count: int) -> list[BoxedPicture]:
    """Scenes of the first held-out seeds; those with nothing in them are left out."""
    scenes = [draw_scene(seed, SIZE) for seed in held_out_seeds[:count]]
    return [
        BoxedPicture(
            scene.image,
            SIZE,
            tuple(one.box for one in scene.objects),
            tuple(one.label for one in scene.objects),
        )
        for scene in scenes
        if scene.objects
    ]


def label_figures(
    encoder: OpenClipEncoder, scorer: RegionScorer, scenes: int, *, grid: bool
) -> list[dict[str, object]]:
    """Top-1 by way of looking, at the defaults or for several strengths and contexts."""
    pictures = boxed_scenes(scenes)
    names = sorted({label for picture in pictures for label in picture.labels})
    settings = _grid() if grid else [(PAPER_STRENGTH, CONTEXT), (HARD_MASK, CONTEXT)]
    figures: list[dict[str, object]] = []
    for strength, context in settings:
        found = measure_boxes(encoder, scorer, pictures, names, strength=strength, context=context)
        figures.append(
            {
                "strength": "hard" if strength == HARD_MASK else strength,
                "context": context,
                "regions": found.boxes,
                "labels": len(names),
                **{way: round(share, 4) for way, share in found.top1.items()},
            }
        )
    return figures


def _grid() -> list[tuple[float, float]]:
    """Every strength at the default context, and the other contexts at the two that matter."""
    others = [context for context in CONTEXTS if context != CONTEXT]
    return [(strength, CONTEXT) for strength in STRENGTHS] + [
        (strength, context) for context in others for strength in (PAPER_STRENGTH, HARD_MASK)
    ]


def time_figures(encoder: OpenClipEncoder, scorer: RegionScorer) -> list[dict[str, object]]:
    """Median milliseconds to embed the regions of one 1024 × 768 picture in memory."""
    image = draw_scene(held_out_seeds[0], (1024, 768)).image
    boxes: list[Box] = [(100.0 * n, 70.0 * n, 100.0 * n + 300, 70.0 * n + 250) for n in range(8)]
    figures: list[dict[str, object]] = []
    for count in (1, 8):
        some, kept = boxes[:count], scorer.view(image, image.size)
        kept.foveal(some)
        figures.append(
            {
                "regions": count,
                "falip_ms": _milliseconds(
                    lambda some=some: scorer.view(image, image.size).foveal(some)  # type: ignore[misc]  # bound on purpose
                ),
                "falip_cached_ms": _milliseconds(
                    lambda some=some, kept=kept: kept.foveal(some)  # type: ignore[misc]  # bound on purpose
                ),
                "crop_ms": _milliseconds(
                    lambda some=some, kept=kept: kept.crops(some)  # type: ignore[misc]  # bound on purpose
                ),
            }
        )
    return figures


def _milliseconds(run: Callable[[], object]) -> float:
    times = []
    for _ in range(TRIES):
        started = time.perf_counter()
        run()
        times.append(1000 * (time.perf_counter() - started))
    return round(float(np.median(times)), 2)


def _print(figures: Sequence[dict[str, object]]) -> None:
    headings = tuple(figures[0])
    print_table(headings, [tuple(str(row[heading]) for heading in headings) for row in figures])


def _checkpoint(name: str) -> Checkpoint:
    folder = Path(name)
    return (
        Checkpoint(folder.name, folder)
        if folder.is_dir()
        else CheckpointShelf(LibraryPaths(Path())).find(name)
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--checkpoint", default=EMBEDDED, help="a name or a folder")
    parser.add_argument("--scenes", type=int, default=400)
    parser.add_argument("--grid", action="store_true", help="several strengths and contexts")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    encoder = OpenClipEncoder(_checkpoint(arguments.checkpoint), threads=1)
    scorer = RegionScorer(encoder, encode_prompts(encoder, generic_captions()))
    labels = label_figures(encoder, scorer, arguments.scenes, grid=arguments.grid)
    print(f"Share of regions that get their label, {arguments.scenes} drawn scenes")
    _print(labels)
    times = time_figures(encoder, scorer)
    print("Milliseconds for the regions of one picture, one thread")
    _print(times)
    save_json(
        arguments.json,
        {"checkpoint": encoder.space.sha256, "labels": labels, "times": times},
    )


if __name__ == "__main__":
    main()
