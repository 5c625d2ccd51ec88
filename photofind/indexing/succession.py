"""Judges which photo is an edit of which, see [Note: successions] in `photofind.store.successions`.

    date and camera are the same             an edit, however different it looks
    date and camera are both others          another shot, however alike it looks
    otherwise                                what the embeddings say, see `ALIKE_STDS`

Where the numbers come from is told in docs/decisions/0012-which-photo-follows.md.
"""

import logging
import string
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from photofind.domain import PhotoId, PhotoMetadata
from photofind.store.catalogue import ContinuityRepository
from photofind.store.lookalikes import Candidate, Lookalikes
from photofind.store.successions import Succession, Verdict

ALIKE_STDS = 3.0
"""A photo is alike another where their cosine is so many standard deviations above the mean of
different photos, as that of one to three in a thousand pairs of different photos is."""

MOST_ALIKE_STDS = 4.0
"""The same where only their looks connect photos and there are many: one pair in 50,000 or less."""

FEW_PAIRS = 1000
"""So many pairs of different photos hold about one that is alike."""

SAMPLE = 256
"""Photos of the library that say how alike different photos are."""

FEWEST = 32
"""With fewer photos it is what different photos are to the embedded checkpoint."""

_MEAN, _STD = 0.35, 0.15
_HIGHEST = 0.97
"""No bound asks for more: saving a picture anew changes its embedding, too."""

_WORD = frozenset(string.ascii_lowercase + string.digits)

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bounds:
    """Cosines from which on photos are alike.

    Attributes:
        alike: See `ALIKE_STDS`.
        most_alike: See `MOST_ALIKE_STDS`.
    """

    alike: float
    most_alike: float


def judge(
    before: PhotoMetadata, after: PhotoMetadata, cosine: float | None, bound: float
) -> Verdict:
    """Say what a photo is to the one that lay at its path before.

    Returns:
        `EDITED`, `REPLACED`, or `UNDECIDED` where there is nothing to judge by.
    """
    if is_same_shot(before, after):
        return Verdict.EDITED
    if is_other_shot(before, after):
        return Verdict.REPLACED
    if cosine is None:
        return Verdict.UNDECIDED
    return Verdict.EDITED if cosine >= bound else Verdict.REPLACED


def is_same_shot(one: PhotoMetadata, other: PhotoMetadata) -> bool:
    """Whether both name the same second and camera."""
    named = one.taken_at is not None and one.camera is not None
    return named and (one.taken_at, one.camera) == (other.taken_at, other.camera)


def is_other_shot(one: PhotoMetadata, other: PhotoMetadata) -> bool:
    """Whether they name another time and another camera."""
    return _differ(one.taken_at, other.taken_at) and _differ(one.camera, other.camera)


def bounds_of(cosines: Sequence[float]) -> Bounds:
    """Args: cosines: Of pairs of different photos; none for those of the embedded checkpoint."""
    mean, std = (float(np.mean(cosines)), float(np.std(cosines))) if cosines else (_MEAN, _STD)
    return Bounds(
        min(mean + ALIKE_STDS * std, _HIGHEST), min(mean + MOST_ALIKE_STDS * std, _HIGHEST)
    )


def best_matches(found: Lookalikes, bounds: Bounds) -> Iterator[tuple[Candidate, Candidate, float]]:
    """Of each photo that is gone, what looks most like it, if anything looks enough like it.

    Yields:
        The photo that is gone, the other one, the cosine of their embeddings.
    """
    few = len(found.gone) * len(found.new) <= FEW_PAIRS
    anywhere = bounds.alike if few else bounds.most_alike
    related = _Related([*found.new, *found.neighbours])
    looks = _Looks(found.new)
    shots = defaultdict[object, list[Candidate]](list)
    for here in found.new:
        shots[here.metadata.taken_at].append(here)
    for gone in found.gone:
        likes = [(here, bounds.alike) for here in related.to(gone) if here.photo > gone.photo]
        likes += [(here, anywhere) for here in looks.nearest(gone)]
        scored = [
            (_cosine(gone, here), here)
            for here, bound in likes
            if not is_other_shot(gone.metadata, here.metadata) and _cosine(gone, here) >= bound
        ]
        scored += [
            (_cosine(gone, here), here)
            for here in shots[gone.metadata.taken_at]
            if is_same_shot(gone.metadata, here.metadata)
        ]
        fresh = [pair for pair in scored if (gone.photo, pair[1].photo) not in found.known]
        if fresh:
            cosine, here = max(fresh, key=lambda pair: pair[0])
            yield gone, here, cosine


class SuccessionJudge:
    """Judges what indexing comes across; each call is a transaction of its own.

    Args:
        space: Of the embeddings that are made now.
    """

    def __init__(self, continuity: ContinuityRepository, space: int) -> None:
        self._continuity = continuity
        self._space = space
        self._bounds: dict[int, Bounds] = {}

    def judge_new(self, photo_ids: Collection[PhotoId]) -> None:
        """Judge what can be judged at once of photos that are new in the catalogue."""
        self._settle(
            (succession, self._verdict(succession))
            for succession in self._continuity.undecided(self._space)
            if succession.new in photo_ids and not succession.known_before
        )

    def judge_all(self) -> None:
        """Judge the rest, once it is known which photos lie nowhere any more; then offer."""
        judged = self._settle(
            (succession, None if _is_none(succession) else self._final_verdict(succession))
            for succession in self._continuity.undecided(self._space)
        )
        found = self._continuity.lookalikes(self._space)
        bounds = self._bounds_in(self._space) if found.gone else bounds_of(())
        matches = list(best_matches(found, bounds))
        self._continuity.offer(matches)
        judged[Verdict.SIMILAR] += len(matches)
        if judged.total():
            _log.info("photos that followed others: %s", dict(judged))

    def _settle(self, judged: Iterable[tuple[Succession, Verdict | None]]) -> Counter[Verdict]:
        verdicts = list(judged)
        if verdicts:
            self._continuity.settle(verdicts)
        return Counter(verdict for _, verdict in verdicts if verdict is not None)

    def _verdict(self, succession: Succession) -> Verdict:
        space = succession.space
        bound = 1.0 if space is None else self._bounds_in(space).alike
        return judge(*succession.metadata, succession.cosine, bound)

    def _final_verdict(self, succession: Succession) -> Verdict:
        verdict = self._verdict(succession)
        if verdict is Verdict.UNDECIDED:
            return Verdict.REPLACED
        shared = succession.known_before and succession.new_files > 1 and not succession.was_edit
        # Tags of one photo would appear on files that nobody touched.
        return Verdict.SIMILAR if verdict is Verdict.EDITED and shared else verdict

    def _bounds_in(self, space: int) -> Bounds:
        if space not in self._bounds:
            vectors = self._continuity.sample(space, SAMPLE)
            pairs = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
            self._bounds[space] = bounds_of(pairs.tolist() if len(vectors) >= FEWEST else ())
        return self._bounds[space]


def _is_none(succession: Succession) -> bool:
    """Whether the old photo only lies elsewhere now, or the new one was gone at once."""
    lies_elsewhere = succession.known_before and succession.old_files > 0
    # What lies there is a copy where an earlier state of the photo was restored here.
    return (lies_elsewhere and not succession.was_edit) or succession.new_files == 0


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _cosine(one: Candidate, other: Candidate) -> float:
    if one.vector is None or other.vector is None:
        return 0.0
    return float(one.vector @ other.vector)


class _Looks:
    """Candidates by their embeddings."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._candidates = [one for one in candidates if one.vector is not None]
        vectors = [one.vector for one in candidates if one.vector is not None]
        self._vectors = np.stack(vectors) if vectors else None

    def nearest(self, gone: Candidate, most: int = 5) -> list[Candidate]:
        if self._vectors is None or gone.vector is None:
            return []
        cosines = self._vectors @ gone.vector
        return [self._candidates[row] for row in np.argsort(-cosines)[:most]]


class _Related:
    """Candidates by names: `IMG_1-edited` is related to `IMG_1`, and `IMG_1` to it."""

    def __init__(self, candidates: Sequence[Candidate]) -> None:
        self._by_stem: defaultdict[str, list[Candidate]] = defaultdict(list)
        self._by_beginning: defaultdict[str, list[Candidate]] = defaultdict(list)
        for candidate in candidates:
            for stem in {path.stem.casefold() for path in candidate.paths}:
                self._by_stem[stem].append(candidate)
                for beginning in _beginnings(stem):
                    self._by_beginning[beginning].append(candidate)

    def to(self, gone: Candidate) -> list[Candidate]:
        found: dict[PhotoId, Candidate] = {}
        for stem in {path.stem.casefold() for path in gone.paths}:
            longer = self._by_beginning.get(stem, [])
            shorter = [one for part in _beginnings(stem) for one in self._by_stem.get(part, [])]
            found |= {one.photo: one for one in (*longer, *shorter)}
        return list(found.values())


def _beginnings(stem: str) -> Iterator[str]:
    """Return the whole stem, and where a word ends in it."""
    yield stem
    for at in range(1, len(stem)):
        if stem[at] not in _WORD and stem[at - 1] in _WORD:
            yield stem[:at]
