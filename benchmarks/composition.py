"""How well queries of several terms rank: texts, pictures, negatives and weights in one query.

    python -m benchmarks.composition --recorded FOLDER --flickr8k FOLDER --work-dir FOLDER

Tasks are made from captions (`composition_tasks`): A and not B, A and B, A and B and not C, a
picture with a word more or less, two pictures. Every way of mixing (`composition_methods`) ranks
the photos, on recorded vectors of a real CLIP ViT-B/32 and on those of photofind-mini. Concepts are
split into two halves by a hash of their words, and tasks have all their concepts in one half: the
tuning half (`--half tuning`) is for choosing, the held-out half for figures.
"""

import argparse
import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.composition_methods import METHODS, Photos, measured
from benchmarks.composition_null import null_figures, sure_figures
from benchmarks.composition_tasks import (
    NAMES,
    WORDS,
    Task,
    Word,
    halves,
    make_tasks,
    read_captions,
    shown,
)
from benchmarks.tables import print_table, save_json
from photofind.clip.checkpoints import EMBEDDED
from photofind.clip.encoder import TextEncoder
from photofind.clip.loading import load_whole_encoder
from photofind.clip.prompts import background_queries, encode_queries
from photofind.domain import Embeddings
from photofind.evaluation.retrieval import average_precision
from photofind.paths import LibraryPaths
from photofind.search.composition import Modality, WeightedVector, compose
from photofind.settings import Settings

KINDS = ("A + B", "picture + B", "picture + picture", "A − B", "picture − B", "A + B − C")
BACKGROUND = 222
"""Names that no caption mentions, which stand for background queries on the recorded vectors."""

RESAMPLES = 2000
CHOSEN = "the same, negatives ×.3 (chosen)"
RIVALS = (
    "first term alone", "plain sum", "both centred, by own spread",
    "both centred, by kind's spread", "chosen, texts wholly centred", "projected",
    "standard scores, softplus",
)  # fmt: skip
"""Compared with the chosen one task by task."""

FIRST = 10
"""Hits that a person looks at."""

MORE_LIKE, LESS_LIKE = 1.0, -0.5
"""Weight that all photos marked "more like this", or "less like this", have together."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A labelled library.

    Attributes:
        texts: (C, dim) float32, the concepts' embeddings.
        seen: (C, N) which photo shows which concept.
        encoder: None where texts are recorded.
    """

    name: str
    photos: Photos
    background: Embeddings
    concepts: Sequence[str]
    texts: Embeddings
    seen: NDArray[np.bool_]
    encoder: TextEncoder | None

    def terms(self, task: Task) -> list[WeightedVector]:
        return [
            WeightedVector(weight, self.texts[term.concept], Modality.TEXT)
            if isinstance(term, Word)
            else WeightedVector(weight, self.photos.embeddings[term.row], Modality.PICTURE)
            for weight, term in task.terms
        ]


def recorded(folder: Path) -> Source:
    """Read the recorded vectors of the photos that have captions."""
    captions = read_captions(folder / "captions.csv", "row")
    photos = np.load(folder / "flickr8k_1000_image_vitb32_f16.npy")[[int(row) for row in captions]]
    names = json.loads((folder / "text_names.json").read_text("utf-8"))
    with np.load(folder / "text_vitb32.npz") as texts:
        vectors = {
            name.replace("_", " "): vector
            for part in ("lvis", "coco")
            for name, vector in zip(names[part], _unit(texts[part]), strict=True)
        }
    words = [name.split(" (")[0].replace("-", " ").lower() for name in vectors]
    named = shown(words, list(captions.values()))
    unnamed = [name for name, seen in zip(vectors, named, strict=True) if not seen.any()]
    unnamed.sort(key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    background = np.stack([vectors[name] for name in unnamed[:BACKGROUND]])
    return Source(
        "recorded ViT-B-32",
        measured(_unit(photos), background),
        background,
        NAMES,
        np.stack([vectors[name] for name in NAMES]),
        shown(NAMES, list(captions.values())),
        None,
    )


def embedded(folder: Path, work: Path) -> Source:
    """Embed photos and words with photofind-mini; embeddings of photos are kept in `work`."""
    captions = read_captions(folder / "captions.txt", "image")
    encoder = load_whole_encoder(LibraryPaths(work), Settings(), EMBEDDED)
    kept = work / f"{encoder.space.sha256[:16]}.npy"
    if not kept.exists():
        opened = (Image.open(folder / "images" / name).convert("RGB") for name in captions)
        pixels = np.stack([encoder.preprocess.pixels(picture) for picture in opened])
        parts = [encoder.encode_images(pixels[at : at + 64]) for at in range(0, len(pixels), 64)]
        np.save(kept, np.concatenate(parts))
    background = encode_queries(encoder, background_queries())
    return Source(
        EMBEDDED,
        measured(np.load(kept), background),
        background,
        WORDS,
        encode_queries(encoder, WORDS),
        shown(WORDS, list(captions.values())),
        encoder,
    )


def _unit(vectors: NDArray[np.float16]) -> Embeddings:
    wide = vectors.astype(np.float32)
    unit: Embeddings = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    return unit


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one task was answered: average precision, and shares of the first hits."""

    pair: tuple[int, int]
    precision: float
    right: float
    unwanted: float


def answered(source: Source, task: Task, scores: NDArray[np.float32]) -> Outcome:
    ranked = np.ones(len(scores), bool)
    ranked[list(task.out)] = False
    relevant, unwanted = task.relevant[ranked], source.seen[task.pair[1]][ranked]
    first = np.argsort(-scores[ranked], kind="stable")[:FIRST]
    return Outcome(
        task.pair,
        average_precision(scores[ranked], relevant),
        float(relevant[first].mean()),
        float(unwanted[first].mean()),
    )


Outcomes = Mapping[str, Mapping[str, list[Outcome]]]


def outcomes(source: Source, tasks: Sequence[Task]) -> Outcomes:
    """Answer every task by every method: method → kind → outcomes, in the order of tasks."""
    found: defaultdict[str, defaultdict[str, list[Outcome]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for task in tasks:
        terms = source.terms(task)
        for name, method in METHODS.items():
            scores = method(source.photos, terms)
            found[name][task.kind].append(answered(source, task, scores))
    if source.encoder is not None:
        spoken = [task for task in tasks if task.sentence]
        words = [
            task.sentence.format(*(source.concepts[at] for at in task.pair)) for task in spoken
        ]
        for task, text in zip(spoken, encode_queries(source.encoder, words), strict=True):
            scores = source.photos.embeddings @ source.photos.calibration.centred(text)
            found["plain words"][task.kind].append(answered(source, task, scores))
    return found


def _by_pair(some: Sequence[Outcome]) -> NDArray[np.float64]:
    """Average precision of each pair (P,), in the order of pairs."""
    pairs: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for one in some:
        pairs[one.pair].append(one.precision)
    return np.array([np.mean(pairs[pair]) for pair in sorted(pairs)])


def interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the mean of values of pairs and its bootstrapped 95 % interval."""
    chance = np.random.default_rng(16)
    means = values[chance.integers(len(values), size=(RESAMPLES, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(values.mean()), float(low), float(high)


def ranking_tables(found: Outcomes) -> dict[str, object]:
    """Print mAP by method and kind, and the chosen method less its rivals."""
    rows, figures = [], {}
    for name, kinds in found.items():
        cells = {kind: interval(_by_pair(kinds[kind])) for kind in KINDS if kinds.get(kind)}
        figures[name] = cells
        rows.append((name, *(_cell(cells.get(kind)) for kind in KINDS)))
    print_table(("mAP, 95 % interval over pairs", *KINDS), rows)
    less = {
        rival: {
            kind: interval(_by_pair(found[CHOSEN][kind]) - _by_pair(found[rival][kind]))
            for kind in KINDS
        }
        for rival in RIVALS
    }
    print_table(
        ("chosen less", *KINDS),
        [(rival, *(_cell(cells[kind], "+") for kind in KINDS)) for rival, cells in less.items()],
    )
    return {"mAP": figures, "chosen less": less}


def _cell(values: tuple[float, float, float] | None, sign: str = "") -> str:
    if values is None:
        return "–"
    mean, low, high = (f"{value:{sign}.3f}" for value in values)
    return f"{mean} [{low}, {high}]"


def first_hits_table(found: Outcomes) -> dict[str, object]:
    """Print what the first hits of queries with a negative show."""
    figures: dict[str, object] = {}
    rows = []
    for name, kinds in found.items():
        some = {
            kind: kinds[kind] for kind in ("A − B", "picture − B", "A + B − C") if kind in kinds
        }
        cells = {
            kind: (
                float(np.mean([one.right for one in own])),
                float(np.mean([one.unwanted for one in own])),
            )
            for kind, own in some.items()
        }
        figures[name] = cells
        rows.append((name, *(f"{right:.3f} / {bad:.3f}" for right, bad in cells.values())))
    rows = [row + ("–",) * (4 - len(row)) for row in rows]
    headings = (f"right / unwanted of the first {FIRST}", "A − B", "picture − B", "A + B − C")
    print_table(headings, rows)
    return figures


def weight_figures(source: Source, tasks: Sequence[Task]) -> dict[str, list[float]]:
    """Print how far a weight moves "A + B" towards A: AP of A's photos and of B's."""
    figures: dict[str, list[float]] = {}
    for weight in (0.25, 0.5, 1.0, 2.0, 4.0):
        own = []
        for task in (one for one in tasks if one.kind == "A + B"):
            first, second = source.terms(task)
            query = compose(
                [WeightedVector(weight, first.vector, first.modality), second],
                source.photos.calibration,
            )
            scores = source.photos.embeddings @ query
            own.append([average_precision(scores, source.seen[at]) for at in task.pair])
        figures[f"{weight:g}:A + B"] = np.mean(own, axis=0).tolist()
    rows = [(name, *(f"{value:.3f}" for value in pair)) for name, pair in figures.items()]
    print_table(("weight", "AP of A", "AP of B"), rows)
    return figures


def _marked(more: Embeddings, less: Embeddings) -> list[WeightedVector]:
    """Make terms of the photos that a person marked among the hits of a query.

    Added to the query's own, they are one step of relevance feedback (Rocchio 1971; Manning et al.
    2008, "Introduction to Information Retrieval", section 9.1.1).

    Args:
        more: (M, dim) float32, embeddings of photos marked "more like this".
        less: (L, dim) float32, of photos marked "less like this".
    """
    return [
        WeightedVector(weight / len(photos), photo, Modality.PICTURE)
        for weight, photos in ((MORE_LIKE, more), (LESS_LIKE, less))
        for photo in photos
    ]


def feedback_figures(source: Source, concepts: set[int]) -> dict[str, list[float]]:
    """Print mAP of words after photos were marked; what was marked is not ranked.

    Marked photos are drawn from the first 50 that are right, and the first 20 that are wrong.
    """
    chance = np.random.default_rng(17)
    calibration, photos = source.photos.calibration, source.photos.embeddings
    found: defaultdict[str, defaultdict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for concept in sorted(concepts):
        word = WeightedVector(1, source.texts[concept], Modality.TEXT)
        order = np.argsort(-(photos @ compose([word], calibration)), kind="stable")
        right, wrong = (
            order[:50][source.seen[concept][order[:50]]],
            order[:20][~source.seen[concept][order[:20]]],
        )
        for count in (1, 2, 3):
            if min(len(right), len(wrong)) < count or source.seen[concept].sum() < 2 * count + 1:
                continue
            for _ in range(5):
                yes, no = (chance.choice(one, count, replace=False) for one in (right, wrong))
                ranked = np.ones(len(photos), bool)
                ranked[np.concatenate([yes, no])] = False
                for name, more, less in (
                    ("words alone", [], []),
                    ("more like", yes, []),
                    ("less like", [], no),
                    ("both", yes, no),
                ):
                    terms = [word, *_marked(photos[more], photos[less])]
                    scores = photos @ compose(terms, calibration)
                    found[name][count].append(
                        average_precision(scores[ranked], source.seen[concept][ranked])
                    )
    figures = {name: [float(np.mean(own[n])) for n in (1, 2, 3)] for name, own in found.items()}
    rows = [(name, *(f"{value:.3f}" for value in own)) for name, own in figures.items()]
    print_table(("photos marked, of each", "1", "2", "3"), rows)
    return figures


def figures_of(source: Source, half: str) -> dict[str, object]:
    """Measure and print everything about one library."""
    tuning, held_out = halves(source.concepts)
    concepts = tuning if half == "tuning" else held_out
    tasks = make_tasks(source.seen, concepts)
    pairs = {kind: len({task.pair for task in tasks if task.kind == kind}) for kind in KINDS}
    counts = {kind: sum(task.kind == kind for task in tasks) for kind in KINDS}
    print(f"{source.name}, {half} half, {len(concepts)} concepts")
    print_table(
        ("", *KINDS),
        [
            (name, *(str(own[k]) for k in KINDS))
            for name, own in (("pairs", pairs), ("tasks", counts))
        ],
    )
    found = outcomes(source, tasks)
    return {
        "tasks": counts,
        "pairs": pairs,
        **ranking_tables(found),
        "first hits": first_hits_table(found),
        "weights": weight_figures(source, tasks),
        "feedback": feedback_figures(source, concepts),
        "null": null_figures(source.photos, source.background),
        "sure": sure_figures(
            source.photos,
            source.background,
            {
                "A": [
                    ([WeightedVector(1, source.texts[one], Modality.TEXT)], source.seen[one])
                    for one in sorted(concepts)
                ],
                **{
                    kind: [(source.terms(one), one.relevant) for one in tasks if one.kind == kind]
                    for kind in KINDS
                },
            },
        ),
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recorded", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--flickr8k", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--work-dir", type=Path, required=True, metavar="FOLDER")
    parser.add_argument("--half", choices=("tuning", "held-out"), default="held-out")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    sources = (
        recorded(arguments.recorded),
        embedded(arguments.flickr8k, arguments.work_dir),
    )
    save_json(
        arguments.json, {source.name: figures_of(source, arguments.half) for source in sources}
    )


if __name__ == "__main__":
    main()
