"""How long the exact index takes for a search, and how long a catalogue takes to load.

A search asks for the sure photos and the best guesses beyond them; three photos in a thousand are
sure, as many as unrelated queries may reach.

The vectors are drawn to lie as embeddings of a person's photos do, not evenly over the sphere:
a direction that all share (two photos of different things have a cosine of about 0.5), themes
(40 photos each on average, about 0.8), and within a theme a photo's own part. A query is a theme
with a part of its own, as a text that fits some photos is. `--seed` fixes them all.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.tables import print_table, save_json
from photofind.clip.preprocess import PREPROCESS_VERSION
from photofind.domain import (
    Embeddings,
    EmbeddingSpace,
    FileStat,
    FoundFile,
    Photo,
    PhotoMetadata,
)
from photofind.paths import LibraryPaths
from photofind.photos.fingerprint import fingerprint
from photofind.store.catalogue import open_catalogue
from photofind.store.embeddings import producer_of
from photofind.store.photos import ReadFile
from photofind.vectors.exact import ExactIndex

PHOTOS_PER_THEME = 40
SHARED, THEME, OWN = 0.5, 0.3, 0.2
"""Parts of a vector's squared length."""

SURE_SHARE = 0.003

_BLOCK = 10_000


class Photos:
    """Draws unit vectors that lie in clusters."""

    def __init__(self, count: int, dim: int, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._dim = dim
        themes = self._directions(max(1, count // PHOTOS_PER_THEME))
        self._themes = np.sqrt(SHARED) * self._directions(1) + np.sqrt(THEME) * themes

    def draw(self, count: int) -> Embeddings:
        """(count, dim), every row of length one."""
        vectors = np.empty((count, self._dim), np.float32)
        for start in range(0, count, _BLOCK):
            block = vectors[start : start + _BLOCK]
            chosen = self._random.integers(len(self._themes), size=len(block))
            block[:] = _unit(self._themes[chosen] + np.sqrt(OWN) * self._directions(len(block)))
        return vectors

    def _directions(self, count: int) -> Embeddings:
        return _unit(self._random.standard_normal((count, self._dim), dtype=np.float32))


def _unit(vectors: Embeddings) -> Embeddings:
    unit: Embeddings = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit.astype(np.float32, copy=False)


def query_times(
    index: ExactIndex, queries: Embeddings, top_ks: Sequence[int]
) -> dict[int, NDArray[np.float64]]:
    """Milliseconds of each search by `top_k`, in turn, after one of each to warm up."""
    taken: dict[int, list[float]] = {top_k: [] for top_k in top_ks}
    for vector in (queries[0], *queries):
        above = float(index.query(vector, 1 + int(SURE_SHARE * len(index))).scores[-1])
        for top_k in top_ks:
            search = partial(index.query, vector, top_k, above=above)
            taken[top_k].append(_milliseconds(search))
    return {top_k: np.array(times[1:]) for top_k, times in taken.items()}


def load_times(folder: Path, vectors: Embeddings, tries: int) -> NDArray[np.float64]:
    """Milliseconds to read all embeddings of a catalogue, its file in the system's cache."""
    paths = LibraryPaths(folder)
    space = _fill(paths, vectors)
    taken = []
    for _ in range(tries):
        with open_catalogue(paths, write=False) as catalogue:
            taken.append(_milliseconds(partial(catalogue.embeddings.load, space)))
    return np.array(taken)


def _fill(paths: LibraryPaths, vectors: Embeddings) -> int:
    root_path = paths.folder / "photos"
    space = EmbeddingSpace("benchmark", "0" * 64, PREPROCESS_VERSION, vectors.shape[1])
    embedding = producer_of(space)
    with open_catalogue(paths, write=True) as catalogue:
        space_id = catalogue.embeddings.prepare(space, [embedding])
        (root,) = catalogue.roots.add([root_path])
        for start in range(0, len(vectors), _BLOCK):
            files = [
                replace(_file(root_path, start + row), products={embedding.kind: vector})
                for row, vector in enumerate(vectors[start : start + _BLOCK])
            ]
            catalogue.files.record({root_path: root}, [embedding], files, ())
    return space_id


def _file(root: Path, number: int) -> ReadFile:
    path = root / f"{number // 1000:04}" / f"IMG_{number:07}.jpg"
    found = FoundFile(root, path, FileStat(4_000_000, 1 + number, 1 + number, 1 + number))
    content = fingerprint(number.to_bytes(8, "big"))
    photo = Photo(content, "JPEG", 4000, 3000, (128, 128, 128), PhotoMetadata())
    return ReadFile(found, time.time_ns(), photo=photo)


def _milliseconds(run: Callable[[], object]) -> float:
    started = time.perf_counter()
    run()
    return 1000 * (time.perf_counter() - started)


def _p50_p95(times: NDArray[np.float64]) -> tuple[float, float]:
    p50, p95 = np.percentile(times, (50, 95))
    return float(p50), float(p95)


def _search_figures(arguments: argparse.Namespace) -> list[dict[str, float]]:
    figures = []
    for count in arguments.sizes:
        drawn = Photos(count, arguments.dim, arguments.seed)
        index = ExactIndex(np.arange(count, dtype=np.int64), drawn.draw(count))
        times = query_times(index, drawn.draw(arguments.queries), arguments.top_k)
        for top_k, taken in times.items():
            p50, p95 = _p50_p95(taken)
            figures.append({"vectors": count, "top_k": top_k, "p50_ms": p50, "p95_ms": p95})
        del index
    return figures


def _load_figures(arguments: argparse.Namespace) -> dict[str, float]:
    drawn = Photos(arguments.catalogue, arguments.dim, arguments.seed)
    with tempfile.TemporaryDirectory() as folder:
        times = load_times(Path(folder), drawn.draw(arguments.catalogue), tries=5)
    p50, p95 = _p50_p95(times)
    return {"vectors": arguments.catalogue, "p50_ms": p50, "p95_ms": p95}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--top-k", type=int, nargs="+", default=[20, 200])
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--queries", type=int, default=100)
    parser.add_argument("--catalogue", type=int, default=100_000, help="photos in the catalogue")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    searches = _search_figures(arguments)
    print(f"Exact index, {arguments.dim} dimensions, {arguments.queries} searches")
    rows = [
        (f"{row['vectors']:,}", str(row["top_k"]), f"{row['p50_ms']:.2f}", f"{row['p95_ms']:.2f}")
        for row in searches
    ]
    print_table(("vectors", "top_k", "p50 ms", "p95 ms"), rows)
    load = _load_figures(arguments)
    print("Embeddings from a catalogue into memory, checksums included")
    row = (f"{load['vectors']:,}", f"{load['p50_ms']:.0f}", f"{load['p95_ms']:.0f}")
    print_table(("photos", "p50 ms", "p95 ms"), [row])
    save_json(arguments.json, {"queries": searches, "load": load})


if __name__ == "__main__":
    main()
