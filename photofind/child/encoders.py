"""The search models that the child has loaded."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from photofind.child.memory import MemoryLimit
from photofind.child.messages import Model
from photofind.clip.checkpoints import Checkpoint, CheckpointShelf, changed_since
from photofind.clip.encoder import Encoder
from photofind.clip.loading import load_whole_encoder
from photofind.paths import LibraryPaths
from photofind.photos.decode import Picture
from photofind.region_classifier import RegionClassifier
from photofind.settings import Settings

KEPT = 2
"""While a library changes its search model, searches use one and reading another."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Weights:
    """A checkpoint as its files are now."""

    checkpoint: Checkpoint
    size: int
    mtime_ns: int


class Encoders:
    """Loads checkpoints when they are first needed; an LRU cache of two.

    What is loaded serves its space also after its files changed. All methods raise
    `CheckpointError` where a model cannot be loaded, or not as it was.

    Args:
        load: As `load_whole_encoder`.
        memory: Lifted while one is loaded.
        open_file: Reads a picture in full.
    """

    def __init__(
        self,
        memory: MemoryLimit,
        open_file: Callable[[Path], Picture],
        load: Callable[[LibraryPaths, Settings, str], Encoder] = load_whole_encoder,
    ) -> None:
        self._memory = memory
        self._open_file = open_file
        self._load = load
        self._loaded: OrderedDict[_Weights, Encoder] = OrderedDict()
        self._classifiers: dict[_Weights, RegionClassifier] = {}

    def leave_library(self) -> None:
        """Drop what belongs to a library, and keep what is loaded."""
        self._classifiers.clear()

    def encoder(self, paths: LibraryPaths, settings: Settings, model: Model) -> Encoder:
        """Load an encoder as `load_whole_encoder`, or take the one that is loaded."""
        return self._loaded[self._use(paths, settings, model)]

    def region_classifier(
        self, paths: LibraryPaths, settings: Settings, model: Model
    ) -> RegionClassifier:
        weights = self._use(paths, settings, model)
        encoder = self._loaded[weights]
        return self._classifiers.setdefault(
            weights, RegionClassifier(paths, lambda: encoder, self._open_file)
        )

    def _use(self, paths: LibraryPaths, settings: Settings, model: Model) -> _Weights:
        if isinstance(model, str):
            return self._use_named(paths, settings, model)
        loaded = (weights for weights, encoder in self._loaded.items() if encoder.space == model)
        weights = next(loaded, None)
        if weights is None:
            weights = self._use_named(paths, settings, model.checkpoint)
            if self._loaded[weights].space != model:
                raise changed_since(model, "Wait until the photos have been read again.")
        self._loaded.move_to_end(weights)
        return weights

    def _use_named(self, paths: LibraryPaths, settings: Settings, name: str) -> _Weights:
        weights = _weights(CheckpointShelf(paths).find(name))
        if weights not in self._loaded:
            while len(self._loaded) >= KEPT:
                unused, _ = self._loaded.popitem(last=False)
                self._classifiers.pop(unused, None)
                _log.info("Dropped the search model %s", unused.checkpoint.name)
            started = time.monotonic()
            with self._memory.lifted():
                self._loaded[weights] = self._load(paths, settings, name)
            _log.info("Loaded the search model %s in %.1f s", name, time.monotonic() - started)
        self._loaded.move_to_end(weights)
        return weights


def _weights(checkpoint: Checkpoint) -> _Weights:
    status = checkpoint.weights.stat()
    return _Weights(checkpoint, status.st_size, status.st_mtime_ns)
