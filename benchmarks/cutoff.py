"""When does a query have sure hits, and which? Statistics of "this library clearly shows it".

Words that a library shows are told from words that it does not, and from words that mean nothing.
Every word belongs to the tuning half or to the held-out half, by a hash of it; the held-out half is
printed (`--tuning` prints the other).

    python -m benchmarks.cutoff --recorded FOLDER --captioned FOLDER --packs FOLDER
"""

import argparse
import math
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.labelled_libraries import (
    LEAST,
    LabelledLibrary,
    captioned_library,
    packed_library,
    recorded_library,
)
from benchmarks.tables import print_table, save_json
from photofind.clip.checkpoints import EMBEDDED
from photofind.clip.encoder import Encoder
from photofind.clip.loading import load_whole_encoder
from photofind.domain import Embeddings
from photofind.paths import LibraryPaths
from photofind.search.calibration import SAMPLE, Calibration, calibrate
from photofind.settings import Settings

SIZES = (100, 300)
"""Photos of smaller libraries, drawn from those above."""

LARGE = 10_000
SUBJECTS = ("dog", "food")
SUBJECT_PHOTOS = 300
ANSWERED = 0.9
MIXTURES = 200
DISCOVERED = 100
"""Photos among which a false discovery rate is looked for."""

LOGIT_SCALE = 100
"""Of CLIP's softmax (Radford et al. 2021, section 2.5)."""

Statistic = NDArray[np.float64]


@dataclass(frozen=True)
class Scores:
    """Scores of one library's words and background queries, centred as the engine does."""

    library: LabelledLibrary

    @cached_property
    def texts(self) -> Embeddings:
        return _mean(self.library.wordings)

    @cached_property
    def background(self) -> Embeddings:
        return _mean(self.library.background)

    @cached_property
    def calibration(self) -> Calibration:
        return calibrate(self.background, self.library.photos[:SAMPLE])

    @cached_property
    def words(self) -> NDArray[np.float32]:
        """(W, N)."""
        found: NDArray[np.float32] = self.calibration.centred(self.texts) @ self.library.photos.T
        return found

    @property
    def sampled(self) -> NDArray[np.float32]:
        """(W, N) on the photos that the calibration was measured with."""
        return self.words[:, :SAMPLE]

    @cached_property
    def null(self) -> NDArray[np.float32]:
        """(B, N)."""
        found: NDArray[np.float32] = (
            self.calibration.centred(self.background) @ self.library.photos.T
        )
        return found

    @cached_property
    def own(self) -> NDArray[np.float32]:
        """(W, N) in each word's own spread over the library."""
        mean, spread = self.words.mean(axis=1, keepdims=True), self.words.std(axis=1, keepdims=True)
        found: NDArray[np.float32] = (self.words - mean) / spread
        return found

    @cached_property
    def against(self) -> NDArray[np.float32]:
        """(W, N) in each photo's spread over the background queries."""
        found: NDArray[np.float32] = (self.words - self.null.mean(axis=0)) / self.null.std(axis=0)
        return found

    def best(self, values: NDArray[np.float32], count: int) -> Statistic:
        """(W,) mean of values (W, N) at the `count` photos that score best."""
        order = np.argsort(-self.words, axis=1)[:, :count]
        found: Statistic = np.take_along_axis(values, order, axis=1).mean(axis=1).astype(float)
        return found


def cosine(scores: Scores) -> Statistic:
    """Any flat threshold."""
    best = np.sort(scores.texts @ scores.library.photos.T, axis=1)[:, -3:]
    found: Statistic = best.mean(axis=1).astype(float)
    return found


def above_own_mean(scores: Scores) -> Statistic:
    """The rule before: the best score above the query's mean over the library."""
    found: Statistic = (scores.words.max(axis=1) - scores.words.mean(axis=1)).astype(float)
    return found


def in_own_spread(scores: Scores) -> Statistic:
    return scores.best(scores.own, 10)


def with_softmax(scores: Scores) -> Statistic:
    """The mean z of the best ten, and 0.2 of the log-softmax among the background there."""
    words = LOGIT_SCALE * (scores.words - scores.null.mean(axis=0))
    others = np.logaddexp.reduce(LOGIT_SCALE * (scores.null - scores.null.mean(axis=0)), axis=0)
    return in_own_spread(scores) + 0.2 * scores.best(words - np.logaddexp(words, others), 10)


def against_background(scores: Scores) -> Statistic:
    """In the photo's own spread over background queries, as NegLabel (arXiv 2403.20078)."""
    return scores.best(scores.against, 3)


def false_discovery(scores: Scores) -> Statistic:
    """Benjamini and Hochberg 1995 over the photos, normal tails of `against`."""
    best = -np.sort(-scores.against, axis=1)[:, :DISCOVERED]
    tails = np.vectorize(math.erfc, otypes=[float])(best / math.sqrt(2)) / 2
    ranks = np.arange(1, best.shape[1] + 1)
    expected = tails * scores.against.shape[1] / ranks
    found: Statistic = -np.log(np.maximum(expected, 1e-300)).max(axis=1)
    return found


def extreme_value(scores: Scores) -> Statistic:
    """The best score in the exponential tail fitted to the query's own best twentieth."""
    start = np.quantile(scores.words, 0.95, axis=1, keepdims=True)
    over = np.maximum(scores.words - start, 0)
    scale = over.sum(axis=1) / np.count_nonzero(over, axis=1)
    found: Statistic = over.max(axis=1) / scale
    return found


def wordings_agree(scores: Scores) -> Statistic:
    """The cosine of the two wordings' embeddings, each less its background's mean."""
    wordings = scores.library.wordings - scores.library.background.mean(axis=0)
    wordings /= np.linalg.norm(wordings, axis=-1, keepdims=True)
    found: Statistic = (wordings[:, 0] * wordings[:, -1]).sum(axis=-1).astype(np.float64)
    return found


def known_word(scores: Scores) -> Statistic:
    """How far a text lies from where the tuning half of the invented words lies."""
    unknown = scores.library.invented & scores.library.tuning
    if not unknown.any():
        return np.zeros(len(scores.texts))
    centre = scores.background.mean(axis=0)
    found: Statistic = -_unit(scores.texts - centre) @ _unit(scores.texts[unknown] - centre).mean(0)
    return found


def best_score(scores: Scores) -> Statistic:
    found: Statistic = scores.words.max(axis=1).astype(float)
    return found


def best_three(scores: Scores) -> Statistic:
    return scores.best(scores.words, 3)


def evidence(scores: Scores) -> Statistic:
    """What the engine decides by."""
    confidence = scores.calibration.text_confidence
    assert confidence is not None
    return confidence.null.evidence(scores.sampled).astype(float)


STATISTICS: Mapping[str, Callable[[Scores], Statistic]] = {
    "cosine, best 3": cosine,
    "above its own mean (before)": above_own_mean,
    "z in its own spread, best 10": in_own_spread,
    "the same + 0.2 log-softmax": with_softmax,
    "z against background, best 3": against_background,
    "false discovery rate": false_discovery,
    "extreme value fit": extreme_value,
    "wordings agree": wordings_agree,
    "far from invented words": known_word,
    "centred score, best": best_score,
    "centred score, best 3": best_three,
    "evidence (now)": evidence,
}


def auroc(shown: Statistic, others: Statistic) -> float:
    """Share of pairs of which the shown word has the higher statistic; ties are halves."""
    above = (shown[:, np.newaxis] > others).mean() + 0.5 * (shown[:, np.newaxis] == others).mean()
    return float(above)


def false_sure(shown: Statistic, others: Statistic) -> float:
    """Share of the others that pass where `ANSWERED` of the shown words do."""
    return float(np.mean(others >= np.quantile(shown, 1 - ANSWERED)))


def f1(sure: NDArray[np.bool_], shows: NDArray[np.bool_]) -> float:
    """Mean F1 of the returned sets (W, N)."""
    both = (sure & shows).sum(axis=1)
    return float(np.mean(2 * both / np.maximum(1, sure.sum(axis=1) + shows.sum(axis=1))))


def statistic_rows(library: LabelledLibrary, words: NDArray[np.bool_]) -> list[dict[str, object]]:
    """How well each statistic tells words that are shown from the others."""
    scores = Scores(library)
    shown, absent = library.present & words, library.absent & words
    invented = library.invented & words
    rows: list[dict[str, object]] = []
    for name, statistic in STATISTICS.items():
        found = statistic(scores)
        row = {
            "auroc": auroc(found[shown], found[absent]),
            "false_sure": false_sure(found[shown], found[absent]),
        }
        if invented.any():
            row["auroc_invented"] = auroc(found[shown], found[invented])
            row["false_sure_invented"] = false_sure(found[shown], found[invented])
        rows.append({"statistic": name, **{key: round(value, 3) for key, value in row.items()}})
    return rows


def rule_row(library: LabelledLibrary, words: NDArray[np.bool_]) -> dict[str, object]:
    """What the engine's rule, and the one before, do; and the best flat thresholds in hindsight."""
    scores = Scores(library)
    shown, absent = library.present & words, library.absent & words
    invented, shows = library.invented & words, library.shows[shown]
    threshold = np.array(
        [
            [scores.calibration.text_threshold(text, [1], len(library.photos))]
            for text in scores.texts[:, np.newaxis]
        ]
    )
    own_mean = scores.words.mean(axis=1, keepdims=True)
    null = scores.null - scores.null.mean(axis=1, keepdims=True)
    row: dict[str, object] = {
        "library": library.name,
        "words": f"{shown.sum()} / {absent.sum()} / {invented.sum()}",
    }
    for name, sure in (
        ("now", scores.words > threshold),
        ("before", scores.words > own_mean + np.quantile(null, 0.997)),
    ):
        for kind, chosen in (("shown", shown), ("absent", absent), ("invented", invented)):
            if chosen.any():
                row[f"{name} {kind}"] = round(float(sure[chosen].any(axis=1).mean()), 2)
        row[f"{name} F1"] = round(f1(sure[shown], shows), 3)
    for name, values in (
        ("flat cosine F1", scores.texts[shown] @ library.photos.T),
        ("flat centred F1", scores.words[shown]),
    ):
        tried = np.quantile(values, np.linspace(0.5, 0.9999, 200))
        row[name] = round(max(f1(values > one, shows) for one in tried), 3)
    return row


def mixture_row(library: LabelledLibrary, words: NDArray[np.bool_]) -> dict[str, object]:
    """Shares of mixtures of two words, in equal parts, that have a sure hit."""
    scores = Scores(library)
    shown, absent = np.flatnonzero(library.present & words), np.flatnonzero(library.absent & words)
    pairs = np.array([(one, other) for one in shown for other in shown if one < other])
    together = (library.shows[pairs[:, 0]] & library.shows[pairs[:, 1]]).sum(axis=1)
    row: dict[str, object] = {"library": library.name}
    for name, chosen in (
        ("shown together", pairs[together >= LEAST]),
        ("shown apart", pairs[together == 0]),
        ("one not shown", np.array([(one, other) for one in shown for other in absent])),
    ):
        some = np.random.default_rng(1).permutation(chosen)[:MIXTURES]
        sure = [
            (
                scores.words[pair].mean(axis=0)
                > scores.calibration.text_threshold(
                    scores.texts[pair], [0.5, 0.5], len(library.photos)
                )
            ).any()
            for pair in some
        ]
        row[name] = f"{np.mean(sure):.2f} of {len(some)}" if len(some) else "–"
    return row


def libraries(arguments: argparse.Namespace, encoder: Encoder) -> list[LabelledLibrary]:
    found: list[LabelledLibrary] = []
    if arguments.recorded:
        found.append(recorded_library(arguments.recorded))
    if arguments.captioned:
        found.append(captioned_library(arguments.captioned, encoder))
    if arguments.packs:
        found += [
            packed_library(arguments.packs, "val", encoder, LARGE),
            packed_library(arguments.packs, "train", encoder, LARGE),
        ]
    found += [one.some(size, seed=1) for one in found for size in SIZES]
    if arguments.packs:
        found += [
            packed_library(arguments.packs, "train", encoder, SUBJECT_PHOTOS, of=subject)
            for subject in SUBJECTS
        ]
    return found


def _mean(wordings: Embeddings) -> Embeddings:
    return _unit(wordings.mean(axis=1))


def _unit(vectors: Embeddings) -> Embeddings:
    unit: Embeddings = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return unit.astype(np.float32, copy=False)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recorded", type=Path, metavar="FOLDER", help="recorded CLIP vectors")
    parser.add_argument("--captioned", type=Path, metavar="FOLDER", help="images/, captions.txt")
    parser.add_argument("--packs", type=Path, metavar="FOLDER", help="{train,val}.jsonl and .tar")
    parser.add_argument("--checkpoint", default=EMBEDDED)
    parser.add_argument("--tuning", action="store_true", help="the half to tune with")
    parser.add_argument("--json", type=Path, metavar="FILE")
    return parser.parse_args()


def main() -> None:
    arguments = _arguments()
    figures: dict[str, object] = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = LibraryPaths(Path(folder))
        encoder = load_whole_encoder(paths, Settings(), arguments.checkpoint)
        found = libraries(arguments, encoder)
    rules = []
    for library in found:
        words = library.tuning if arguments.tuning else ~library.tuning
        rows = statistic_rows(library, words)
        print(library.name)
        _print(rows)
        figures[library.name] = rows
        rules.append(rule_row(library, words))
    print("words: shown / absent / invented; shares of them that have a sure hit")
    _print(rules)
    mixtures = [
        mixture_row(library, library.tuning if arguments.tuning else ~library.tuning)
        for library in found
        if len(library.photos) > max(SIZES) and len(library.photos) < LARGE
    ]
    print("mixtures of two words")
    _print(mixtures)
    save_json(arguments.json, figures | {"rules": rules, "mixtures": mixtures})


def _print(rows: list[dict[str, object]]) -> None:
    headings = tuple(dict.fromkeys(heading for row in rows for heading in row))
    print_table(headings, [tuple(str(row.get(name, "–")) for name in headings) for row in rows])


if __name__ == "__main__":
    main()
