"""Which tags of a vocabulary stand out on which photos.

[Note: standing out] A cosine says little by itself: some photos score high for any words, some
words on any photo, and tags are not exclusive, so a softmax over them means nothing. A tag is
suggested for a photo where its score stands out twice: among this library's photos for that tag,
and among this photo's scores for all tags. Both are counted in spreads, and the smaller counts.

The spread of a tag is measured below its median only: photos that do show the tag lie above, and
would otherwise raise the bar for themselves. What that gains, and where the threshold comes from:
docs/decisions/0006-tag-suggestions.md.

Prompt ensembles are from Radford et al. 2021, section 3.1.4.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photofind.clip.encoder import TextEncoder
from photofind.clip.prompt_cache import PromptCache
from photofind.clip.prompts import encode_wordings
from photofind.domain import Embeddings
from photofind.tagging.vocabulary import Vocabulary

Scores = NDArray[np.float32]

STANDS_OUT = 4.0
"""Spreads above the middle, among the library's photos and among the photo's tags."""

MOST_PER_PHOTO = 8

LARGEST_SHARE = 0.3
"""A tag that stands out on more of the library than this tells nobody anything."""

FEWEST_PHOTOS = 30
"""In fewer photos nothing can be said to stand out."""

SAMPLE = 8000
"""Photos whose scores stand for the library's."""

_BELOW = 0.0228
"""Share of a normal distribution below two standard deviations under its median."""


@dataclass(frozen=True, slots=True)
class Suggested:
    """M suggestions, by photo and best first within each.

    Attributes:
        rows: (M,) int64, rows of the photos' embeddings.
        tags: (M,) int64, rows of the labels' embeddings.
        scores: (M,) float32, spreads above the middle, see [Note: standing out].
    """

    rows: NDArray[np.int64]
    tags: NDArray[np.int64]
    scores: Scores


@dataclass(frozen=True, slots=True)
class TagScale:
    """What the scores of T tags mean on one library.

    Attributes:
        labels: (T, dim) the tags' embeddings less their mean, which takes each photo's mean score
            over all tags off its scores.
        middle: (T,) median score over the library.
        spread: (T,) standard deviation of the part below it.
        usable: (T,) bool; false for a tag that stands out on too much of the library.
    """

    labels: Scores
    middle: Scores
    spread: Scores
    usable: NDArray[np.bool_]

    def standing_out(self, photos: Embeddings) -> Scores:
        """(N, dim) embeddings → (N, T) how far each tag stands out on each photo."""
        in_library = _in_spreads(photos @ self.labels.T, self.middle, self.spread)
        in_photo = in_library - in_library.mean(axis=1, keepdims=True)
        in_photo /= np.maximum(in_library.std(axis=1, keepdims=True), 1e-6)
        result: Scores = np.minimum(in_library, in_photo)
        return result


def encode_vocabulary(cache: Path, encoder: TextEncoder, vocabulary: Vocabulary) -> Embeddings:
    """(T, dim), each label the mean over its prompts, in the order of `labels`.

    Args:
        cache: The folder where they are kept, see `PromptCache`.
    """
    prompts = [vocabulary.prompts_of(label) for label in vocabulary.labels]
    wording = ["\t".join(own) for own in prompts]
    return PromptCache(cache, encoder).get(
        "vocabulary", wording, lambda: encode_wordings(encoder, prompts)
    )


def measure(labels: Embeddings, sample: Embeddings) -> TagScale:
    """Measure what the scores of tags mean on a library.

    Args:
        labels: (T, dim), as `encode_vocabulary` makes them.
        sample: (N, dim) photos that stand for the library's: `SAMPLE` of them, or all.
    """
    centred = labels - labels.mean(axis=0) if len(labels) else labels
    if len(sample) < FEWEST_PHOTOS or not len(labels):
        none = np.zeros(len(labels), np.float32)
        return TagScale(centred, none, none + 1, np.zeros(len(labels), np.bool_))
    scores = sample @ centred.T
    middle = np.median(scores, axis=0).astype(np.float32)
    spread = (middle - np.quantile(scores, _BELOW, axis=0)) / 2
    # A library of copies has no spread to speak of; no tag's may be next to nothing.
    spread = np.maximum(spread, max(0.5 * float(np.median(spread)), 1e-6)).astype(np.float32)
    everywhere = TagScale(centred, middle, spread, np.ones(len(labels), dtype=np.bool_))
    share = (everywhere.standing_out(sample) >= STANDS_OUT).mean(axis=0)
    return TagScale(centred, middle, spread, share <= LARGEST_SHARE)


def suggest_tags(scale: TagScale, photos: Embeddings) -> Suggested:
    """Suggest tags for photos; for many, a block at a time."""
    if not len(photos) or not scale.usable.any():
        return Suggested(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float32))
    scores = scale.standing_out(photos)
    places, tags = np.nonzero((scores >= STANDS_OUT) & scale.usable)
    best_first = np.lexsort((-scores[places, tags], places))
    places, tags = places[best_first], tags[best_first]
    firsts = np.searchsorted(places, np.arange(len(photos)))
    kept = np.arange(len(places)) - firsts[places] < MOST_PER_PHOTO
    places, tags = places[kept], tags[kept]
    return Suggested(places, tags, scores[places, tags])


def _in_spreads(scores: Scores, middle: Scores, spread: Scores) -> Scores:
    """In place: (N, T) scores as distances from each tag's middle."""
    scores -= middle
    scores /= spread
    return scores
