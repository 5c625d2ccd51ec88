"""What the graph index costs and finds, against scoring every photo.

Two libraries are drawn for each size: "themes", as in search_latency.py, and "bursts", where half
of the photos lie in bursts of 30 with cosines of about 0.98 and a tenth in bursts of 200 with
cosines above 0.999, as screens, scans and dark frames do. Half of the queries are photos of the
library, half are made as centred texts lie. A search asks for the sure ones and the best 10 beyond
them, where three photos in a thousand are sure; "sure" is how many of them the graph finds.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.search_latency import Photos
from benchmarks.tables import cores, print_table, save_json
from photofind.domain import Embeddings
from photofind.vectors.exact import ExactIndex
from photofind.vectors.graph import Graph, GraphParameters
from photofind.vectors.hnsw import HnswIndex
from photofind.vectors.index import VectorIndex
from photofind.vectors.recall import recall_at_k, sample_queries

SMALL_BURST, SMALL_SHARE, SMALL_SPREAD = 30, 0.5, 0.14
TIGHT_BURST, TIGHT_SHARE, TIGHT_SPREAD = 200, 0.1, 0.02
"""Photos of a burst, share of the library, and how far its photos lie from its first."""

TOP_K = 10

SURE_SHARE = 0.003
"""Of a library, about as many as are sure hits of a word."""

Figures = dict[str, float | int | str]


def draw_library(kind: str, count: int, dim: int, seed: int) -> Embeddings:
    """(count, dim) unit vectors of "themes" or "bursts", in no order."""
    vectors = Photos(count, dim, seed).draw(count)
    random = np.random.default_rng(seed + 1)
    if kind == "bursts":
        small = int(count * SMALL_SHARE)
        _gather(vectors[:small], SMALL_BURST, SMALL_SPREAD, random)
        tight = vectors[small : small + int(count * TIGHT_SHARE)]
        _gather(tight, TIGHT_BURST, TIGHT_SPREAD, random)
    random.shuffle(vectors)
    return vectors


def _gather(vectors: Embeddings, size: int, spread: float, random: np.random.Generator) -> None:
    """Move every vector, in place, near the first of its burst."""
    for start in range(0, len(vectors), size):
        burst = vectors[start : start + size]
        apart = random.standard_normal(burst.shape, dtype=np.float32)
        apart *= spread / np.linalg.norm(apart, axis=1, keepdims=True)
        burst[:] = burst[0] + apart
        burst /= np.linalg.norm(burst, axis=1, keepdims=True)


def make_graph(vectors: Embeddings, parameters: GraphParameters, folder: Path) -> None:
    """Build and save a graph into an empty folder, with what that took."""
    started, cpu = time.perf_counter(), time.process_time()
    graph = Graph.build(vectors, parameters, threads=cores())
    built, built_cpu = time.perf_counter(), time.process_time()
    size = graph.save(folder / "graph.bin")
    saved = time.perf_counter()
    np.save(folder / "hidden.npy", graph.hidden)
    figures = {
        "build_s": built - started,
        "build_cpu_s": built_cpu - cpu,
        "save_s": saved - built,
        "file_mb": size / 1e6,
    }
    (folder / "figures.json").write_text(json.dumps(figures))


def measure(
    vectors: Embeddings, parameters: GraphParameters, queries: Embeddings, folder: Path
) -> Figures:
    """With the graph in a folder, which is made if the folder holds none."""
    if not (folder / "figures.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        make_graph(vectors, parameters, folder)
    labels = np.arange(len(vectors), dtype=np.int64)
    exact = ExactIndex(labels, vectors)
    hidden = np.load(folder / "hidden.npy")
    started = time.perf_counter()
    graph = Graph.load(folder / "graph.bin", vectors.shape[1], parameters, hidden)
    load_s = time.perf_counter() - started
    index = HnswIndex(labels, vectors, graph)
    figures: Figures = {
        **json.loads((folder / "figures.json").read_text()),
        "load_s": load_s,
        "m": parameters.m,
        "ef_construction": parameters.ef_construction,
        "beside": index.unindexed,
        "recall@10": recall_at_k(index, exact, queries, TOP_K),
    }
    sure = [_sure_scores(exact, query) for query in queries]
    figures["sure"] = float(
        np.mean([_found(index, query, scores) for query, scores in zip(queries, sure, strict=True)])
    )
    for name, measured in (("hnsw", index), ("exact", exact)):
        asks = [partial(measured.query, query, TOP_K) for query in queries]
        figures |= _percentiles(f"{name}_query", asks)
        searches = [
            partial(ask, above=float(scores[-1])) for ask, scores in zip(asks, sure, strict=True)
        ]
        figures |= _percentiles(f"{name}_search", searches)
    return figures


def _sure_scores(exact: ExactIndex, query: NDArray[np.float32]) -> NDArray[np.float32]:
    """Of the sure photos, and of the first that is not."""
    return exact.query(query, 1 + max(1, int(SURE_SHARE * len(exact)))).scores


def _found(index: VectorIndex, query: NDArray[np.float32], scores: NDArray[np.float32]) -> float:
    """Share of the sure photos that an index finds."""
    above = float(scores[-1])
    found = np.count_nonzero(index.query(query, TOP_K, above=above).scores > above)
    return float(found / max(1, int(np.count_nonzero(scores > above))))


def _percentiles(name: str, asks: Sequence[Callable[[], object]]) -> Figures:
    asks[0]()
    taken = []
    for ask in asks:
        started = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - started))
    p50, p95 = np.percentile(taken, (50, 95))
    return {f"{name}_p50_ms": float(p50), f"{name}_p95_ms": float(p95)}


def _row(figures: Figures) -> tuple[str, ...]:
    def times(name: str) -> str:
        return f"{figures[name + '_p50_ms']:.2f} / {figures[name + '_p95_ms']:.2f}"

    return (
        f"{figures['vectors']:,} {figures['library']}",
        f"{figures['m']}, {figures['ef_construction']}",
        f"{figures['build_s']:.0f}, {figures['build_cpu_s']:.0f}",
        f"{figures['save_s']:.1f}, {figures['load_s']:.1f}",
        f"{figures['recall@10']:.4f}",
        f"{figures['sure']:.4f}",
        f"{figures['beside']:,}",
        *(times(name) for name in ("hnsw_query", "exact_query", "hnsw_search", "exact_search")),
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--million", action="store_true", help="1,000,000 too: 6 GB, minutes")
    parser.add_argument("--libraries", nargs="+", default=["themes", "bursts"])
    parser.add_argument("--dim", type=int, default=512)
    parser.add_argument("--queries", type=int, default=400)
    defaults = GraphParameters()
    parser.add_argument("--m", type=int, nargs="+", default=[defaults.m])
    parser.add_argument("--ef-construction", type=int, default=defaults.ef_construction)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--graphs",
        type=Path,
        metavar="FOLDER",
        help="keep the graphs here, and measure those that are kept without building them again",
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as passing:
        rows = _measure_all(arguments, arguments.graphs or Path(passing))
    print(f"{arguments.dim} dimensions, {arguments.queries} queries, p50 / p95 in ms")
    headings = ("vectors", "M, ef_c", "build s, CPU", "save, load s", "recall@10", "sure", "beside")
    times = ("hnsw query", "exact query", "hnsw search", "exact search")
    print_table((*headings, *times), [_row(row) for row in rows])
    save_json(arguments.json, {"rows": rows})


def _measure_all(arguments: argparse.Namespace, graphs: Path) -> list[Figures]:
    rows: list[Figures] = []
    for count in [*arguments.sizes, *([1_000_000] if arguments.million else [])]:
        for library in arguments.libraries:
            vectors = draw_library(library, count, arguments.dim, arguments.seed)
            queries = sample_queries(vectors, arguments.queries, arguments.seed + 1)
            for m in arguments.m:
                parameters = GraphParameters(m, arguments.ef_construction)
                kept = graphs / f"{library}-{count}x{arguments.dim}-{arguments.seed}-{m}"
                figures = measure(vectors, parameters, queries, kept)
                rows.append({"vectors": count, "library": library, **figures})
    return rows


if __name__ == "__main__":
    main()
