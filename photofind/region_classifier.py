"""Classifies regions of pictures, with the encoder, labels and the current picture cached.

The command line has one classifier in its own process, the window one in the child process.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photofind.clip.encoder import PAPER_STRENGTH, Encoder
from photofind.clip.prompt_cache import PromptCache
from photofind.clip.prompts import encode_prompts
from photofind.domain import Box
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture
from photofind.photos.picture_file import open_picture
from photofind.search.regions import (
    DEFAULT_METHOD,
    LabelSet,
    PictureView,
    RegionAnswer,
    RegionMethod,
    RegionScorer,
    falip_applies,
    generic_captions,
    region_embedding,
)
from photofind.tagging.tagger import encode_vocabulary
from photofind.tagging.vocabulary import load_vocabulary

VOCABULARY_SHOWN = 20
"""Labels returned of the vocabulary; of a query's own labels all are."""

KEPT_LABEL_SETS = 16
"""Size of the LRU cache of embedded labels."""


@dataclass(frozen=True, slots=True)
class RegionQuery:
    """One region of one picture.

    Attributes:
        labels: Empty for the vocabulary.
    """

    image: Path
    box: Box
    labels: tuple[str, ...] = ()
    method: RegionMethod = DEFAULT_METHOD
    strength: float = PAPER_STRENGTH


@dataclass(frozen=True, slots=True)
class _Version:
    """Path, size and time of a file, to tell without reading it whether it has changed."""

    path: Path
    size: int
    mtime_ns: int


class RegionClassifier:
    """Handles queries about one picture after another; caches the last picture.

    Needs no indexed library, only its folder: for a person's own vocabulary and the prompt cache.

    Args:
        load: Loads the encoder; called for the first query.
        open_file: Reads a picture in full.
    """

    def __init__(
        self,
        paths: LibraryPaths,
        load: Callable[[], Encoder],
        open_file: Callable[[Path], Picture] = open_picture,
    ) -> None:
        self._paths = paths
        self._load = load
        self._open_file = open_file
        self._view: tuple[_Version, PictureView] | None = None
        self._label_sets: OrderedDict[object, LabelSet] = OrderedDict()

    def classify(self, query: RegionQuery) -> RegionAnswer:
        """Rank the query's labels, or the vocabulary's.

        Raises:
            UserFacingError: The picture, box or vocabulary cannot be used.
        """
        view = self._view_of(query.image)
        labels = self._labels_for(query)
        found = self._scorer.classify(view, [query.box], labels, query.method, query.strength)[0]
        shown = found.labels if query.labels else found.labels[:VOCABULARY_SHOWN]
        return RegionAnswer(found.box, found.method, shown)

    def embed(self, query: RegionQuery) -> NDArray[np.float32]:
        """Embed the region → (dim,), unit length; ignores the labels, raises as `classify`."""
        view = self._view_of(query.image)
        return region_embedding(view, query.box, query.method, query.strength)

    def usable(self, method: RegionMethod) -> RegionMethod:
        """Return the requested method, or `CROP` if FALIP does not apply to the encoder."""
        return method if falip_applies(self._encoder) else RegionMethod.CROP

    @cached_property
    def _encoder(self) -> Encoder:
        return self._load()

    @cached_property
    def _scorer(self) -> RegionScorer:
        captions = generic_captions()
        embeddings = PromptCache(self._paths.cache, self._encoder).get(
            "captions", captions, lambda: encode_prompts(self._encoder, captions)
        )
        return RegionScorer(self._encoder, embeddings)

    def _view_of(self, image: Path) -> PictureView:
        version = _version_of(image)
        if self._view is None or version is None or self._view[0] != version:
            # Freed first: two full pictures may be more than there is room for.
            self._view = None
            # In full: a crop of a small region needs all the pixels there are.
            picture = self._open_file(image)
            view = PictureView(self._encoder, picture.image, (picture.width, picture.height))
            if version is None:
                return view
            self._view = version, view
        return self._view[1]

    def _labels_for(self, query: RegionQuery) -> LabelSet:
        own = self._paths.vocabulary
        # The version too: a person may be editing the vocabulary while the window is open.
        key = query.labels or (own, _version_of(own))
        if key not in self._label_sets:
            self._label_sets[key] = (
                self._scorer.label_set(query.labels) if query.labels else self._vocabulary(own)
            )
            if len(self._label_sets) > KEPT_LABEL_SETS:
                self._label_sets.popitem(last=False)
        self._label_sets.move_to_end(key)
        return self._label_sets[key]

    def _vocabulary(self, own: Path) -> LabelSet:
        """Load and embed the built-in vocabulary with a person's own over it."""
        vocabulary = load_vocabulary(own)
        embeddings = encode_vocabulary(self._paths.cache, self._encoder, vocabulary)
        return LabelSet(vocabulary.labels, embeddings)


def _version_of(path: Path) -> _Version | None:
    """`None` where there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return _Version(path, status.st_size, status.st_mtime_ns)
