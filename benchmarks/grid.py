"""How fast the photo grid shows a large library and scrolls through it.

Runs without a screen. Rows are drawn from a seed; thumbnails are real JPEGs of drawn scenes,
decoded and scaled on the lane of the grid while it scrolls. A frame is one scroll step together
with everything that is handled until it is painted: one above 16.7 ms came late.
"own" is the processor time of the window's thread alone, without waiting for other work.
"""

import argparse
import io
import os
import resource
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
from PySide6.QtWidgets import QApplication

from benchmarks.tables import print_table, save_json
from photofind.domain import PhotoId
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.gui.grid.model import PhotoModel
from photofind.gui.grid.thumbnails import Thumbnails
from photofind.gui.grid.view import GridView
from photofind.gui.theme import LIGHT, apply_theme
from photofind.store.gallery import PhotoRows

SCENES = 24
SHAPES = ((384, 288), (384, 256), (288, 384), (384, 216), (384, 384))

Figures = dict[str, float | int]


def made_up_rows(count: int, seed: int) -> PhotoRows:
    chance = np.random.default_rng(seed)
    shapes = np.array([width / height for width, height in SHAPES], np.float32)
    return PhotoRows(
        np.arange(count, dtype=np.int64),
        shapes[np.arange(count) % len(shapes)],
        chance.integers(0, 0xFFFFFF, count, dtype=np.uint32),
        np.zeros(count, np.bool_),
    )


def drawn_thumbnails() -> Callable[[PhotoId], bytes]:
    """Each row's JPEG has the row's shape."""
    jpegs: list[bytes] = []
    for number in range(SCENES * len(SHAPES)):
        jpeg = io.BytesIO()
        draw_scene(number, SHAPES[number % len(SHAPES)]).image.save(jpeg, "JPEG", quality=85)
        jpegs.append(jpeg.getvalue())
    return lambda photo_id: jpegs[photo_id % len(jpegs)]


def first_paint(app: QApplication, grid: GridView, model: PhotoModel, rows: PhotoRows) -> float:
    """Milliseconds from handing over the rows until they are painted."""
    started = time.perf_counter()
    model.show(rows, None)
    grid.viewport().repaint()
    taken = time.perf_counter() - started
    app.processEvents()
    return 1000 * taken


class Frames:
    """Times of frames in milliseconds, by the clock and of the window's own thread."""

    def __init__(self, app: QApplication, grid: GridView) -> None:
        self._app = app
        self._grid = grid
        self.clock: list[float] = []
        self.own: list[float] = []

    def take(self, change: Callable[[], object]) -> None:
        clock, own = time.perf_counter(), time.thread_time()
        change()
        self._grid.viewport().repaint()
        self._app.processEvents()
        self.own.append(1000 * (time.thread_time() - own))
        self.clock.append(1000 * (time.perf_counter() - clock))
        time.sleep(max(0.0, 1 / 60 - self.clock[-1] / 1000))

    def figures(self) -> Figures:
        p50, p99 = np.percentile(self.clock, (50, 99))
        own50, own99 = np.percentile(self.own, (50, 99))
        return {
            "p50_ms": float(p50),
            "p99_ms": float(p99),
            "own_p50_ms": float(own50),
            "own_p99_ms": float(own99),
        }


def scrolled(app: QApplication, grid: GridView, steps: Iterator[int]) -> Figures:
    frames = Frames(app, grid)
    for value in steps:
        frames.take(partial(grid.verticalScrollBar().setValue, value))
    return frames.figures()


def wheel_steps(grid: GridView, count: int) -> Iterator[int]:
    """Ten frames a notch, as it glides."""
    for _ in range(count):
        yield grid.verticalScrollBar().value() + 15


def jumps(grid: GridView, count: int, seed: int) -> Iterator[int]:
    chance = np.random.default_rng(seed)
    for _ in range(count):
        yield int(chance.integers(0, grid.verticalScrollBar().maximum()))


def resized(app: QApplication, grid: GridView, count: int) -> Figures:
    frames, width, height = Frames(app, grid), grid.width(), grid.height()
    for number in range(count):
        frames.take(partial(grid.resize, width - 3 * (number % 100), height))
    grid.resize(width, height)
    return frames.figures()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--photos", type=int, default=1_000_000)
    parser.add_argument("--frames", type=int, default=600)
    parser.add_argument("--size", type=int, nargs=2, default=[1280, 800])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    apply_theme(app, LIGHT)
    rows = made_up_rows(arguments.photos, arguments.seed)
    thumbnails, model = Thumbnails(drawn_thumbnails()), PhotoModel()
    grid = GridView(model, thumbnails)
    grid.resize(*arguments.size)
    grid.show()
    app.processEvents()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    shown = first_paint(app, grid, model, rows)
    count = arguments.frames
    timed = {
        "wheel": scrolled(app, grid, wheel_steps(grid, count)),
        "jumps": scrolled(app, grid, jumps(grid, count, arguments.seed)),
        "resize": resized(app, grid, count // 4),
    }
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    thumbnails.close()
    print(f"{arguments.photos:,} photos, first paint {shown:.1f} ms, {memory:.0f} MiB more")
    print_table(
        ("frames", "p50 ms", "p99 ms", "own p50 ms", "own p99 ms"),
        [(name, *(f"{value:.1f}" for value in row.values())) for name, row in timed.items()],
    )
    figures = {"photos": arguments.photos, "first_paint_ms": shown, "memory_mib": memory}
    save_json(arguments.json, {**figures, "frames": timed})


if __name__ == "__main__":
    main()
