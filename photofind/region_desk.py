"""Questions about regions of pictures, answered with everything loaded once.

The command line has one in its own process, the window one in the child process.
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
    RegionReader,
    falip_applies,
    generic_captions,
    region_embedding,
)
from photofind.tagging.tagger import encode_vocabulary
from photofind.tagging.vocabulary import load_vocabulary

VOCABULARY_SHOWN = 20
"""Labels of an answer from the vocabulary; of typed labels all are given."""

KEPT_LABEL_SETS = 16


@dataclass(frozen=True, slots=True)
class RegionQuestion:
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
class _State:
    """What tells, without reading a file, whether it has changed."""

    path: Path
    size: int
    mtime_ns: int


class RegionDesk:
    """Answers questions about one picture after another; a picture is kept until the next comes.

    Needs no indexed library: of the library it takes a person's own vocabulary, and room to keep
    embeddings of prompts.

    Args:
        load: Makes the encoder; called for the first question.
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
        self._view: tuple[_State, PictureView] | None = None
        self._label_sets: OrderedDict[object, LabelSet] = OrderedDict()

    def answer(self, question: RegionQuestion) -> RegionAnswer:
        """The best labels; raises `UserFacingError` where the picture or box cannot be used."""
        view = self._look_at(question.image)
        labels = self._labels_for(question)
        found = self._reader.classify(
            view, [question.box], labels, question.method, question.strength
        )[0]
        shown = found.labels if question.labels else found.labels[:VOCABULARY_SHOWN]
        return RegionAnswer(found.box, found.method, shown)

    def embedding(self, question: RegionQuestion) -> NDArray[np.float32]:
        """(dim,) of length one; raises as `answer`, and takes no notice of the labels."""
        view = self._look_at(question.image)
        return region_embedding(view, question.box, question.method, question.strength)

    def usable(self, method: RegionMethod) -> RegionMethod:
        """The method asked for, or a crop where the search model cannot do it."""
        return method if falip_applies(self._encoder) else RegionMethod.CROP

    @cached_property
    def _encoder(self) -> Encoder:
        return self._load()

    @cached_property
    def _reader(self) -> RegionReader:
        captions = generic_captions()
        embeddings = PromptCache(self._paths.cache, self._encoder).get(
            "captions", captions, lambda: encode_prompts(self._encoder, captions)
        )
        return RegionReader(self._encoder, embeddings)

    def _look_at(self, image: Path) -> PictureView:
        state = _state(image)
        if self._view is None or state is None or self._view[0] != state:
            # The last one goes first: in full, both may be more than there is room for.
            self._view = None
            # In full: a crop of a small region needs all the pixels there are.
            picture = self._open_file(image)
            view = PictureView(self._encoder, picture.image, (picture.width, picture.height))
            if state is None:
                return view
            self._view = state, view
        return self._view[1]

    def _labels_for(self, question: RegionQuestion) -> LabelSet:
        own = self._paths.vocabulary
        # A person may be writing the vocabulary while its answers are on the screen.
        key = question.labels or (own, _state(own))
        if key not in self._label_sets:
            self._label_sets[key] = (
                self._reader.label_set(question.labels)
                if question.labels
                else self._vocabulary(own)
            )
            if len(self._label_sets) > KEPT_LABEL_SETS:
                self._label_sets.popitem(last=False)
        self._label_sets.move_to_end(key)
        return self._label_sets[key]

    def _vocabulary(self, own: Path) -> LabelSet:
        """The vocabulary that comes with photofind, a person's own over it."""
        vocabulary = load_vocabulary(own)
        embeddings = encode_vocabulary(self._paths.cache, self._encoder, vocabulary)
        return LabelSet(vocabulary.labels, embeddings)


def _state(path: Path) -> _State | None:
    """`None` where there is no such file."""
    try:
        status = path.stat()
    except OSError:
        return None
    return _State(path, status.st_size, status.st_mtime_ns)
