"""Load an encoder by a checkpoint's name."""

import logging
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.clip.checkpoints import Checkpoint, CheckpointShelf, changed_since
from photofind.clip.encoder import Encoder, PictureRegions, Pixels, RegionEncoder
from photofind.clip.preprocess import Geometry, Preprocess
from photofind.domain import Embeddings, EmbeddingSpace
from photofind.paths import LibraryPaths
from photofind.settings import Settings

if TYPE_CHECKING:
    from photofind.clip.onnx_text import OnnxTextEncoder, TextTower
    from photofind.clip.open_clip_encoder import OpenClipEncoder

_log = logging.getLogger(__name__)


def load_encoder(paths: LibraryPaths, settings: Settings, name: str) -> Encoder:
    """Load a checkpoint: its text tower in a moment where it was exported, the rest in seconds.

    The rest waits for the first picture. For a process that will meet some, and limits its memory,
    there is `load_whole_encoder`.

    Raises:
        CheckpointError: It is not on this machine, or damaged.
    """
    text = load_text_encoder(paths, settings, name)
    if text is None:
        return load_whole_encoder(paths, settings, name)
    return _TwoTowers(text, lambda: load_whole_encoder(paths, settings, name))


def load_text_encoder(
    paths: LibraryPaths, settings: Settings, name: str
) -> "OnnxTextEncoder | None":
    """Load a checkpoint's text tower in a moment; `None` where it was not exported.

    Raises:
        CheckpointError: It is not on this machine, or damaged.
    """
    checkpoint = CheckpointShelf(paths).find(name)
    with ThreadPoolExecutor(1) as pool:
        # Reading the weights to hash them takes as long as all else: the tower is loaded meanwhile.
        towers = {
            graph: pool.submit(_load_tower, checkpoint, graph, settings.threads or None)
            for graph in checkpoint.text_graphs()
        }
        sha256 = checkpoint.sha256()
        tower = towers.get(checkpoint.text_graph(sha256))
        if tower is None:
            return None
        loaded = tower.result()
    from photofind.clip.onnx_text import OnnxTextEncoder

    return OnnxTextEncoder(loaded, sha256)


def _load_tower(checkpoint: Checkpoint, graph: Path, threads: int | None) -> "TextTower":
    # Most commands embed nothing.
    from photofind.clip.onnx_text import TextTower

    return TextTower(checkpoint, graph, threads=threads)


def load_whole_encoder(paths: LibraryPaths, settings: Settings, name: str) -> "OpenClipEncoder":
    """Load a checkpoint with all it can do, in seconds; raises as `load_encoder`."""
    checkpoint = CheckpointShelf(paths).find(name)
    # torch takes seconds to import, and most commands never need it.
    from photofind.clip.open_clip_encoder import OpenClipEncoder
    from photofind.clip.precision import PrecisionMemory

    memory = PrecisionMemory(paths.precision)
    return OpenClipEncoder(checkpoint, threads=settings.threads or None, memory=memory)


def export_graph(checkpoint: Checkpoint) -> None:
    """Make the graph that embeds text without torch, where the checkpoint allows one; in seconds.

    In a process of its own: this one may never need torch. What fails is only logged, since torch
    embeds text as well.
    """
    command = [sys.executable, "-m", "photofind.clip.onnx_export", str(checkpoint.folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        _log.warning("%s has no graph: %s", checkpoint.name, said[-1] if said else "no reason")


class _TwoTowers:
    """Embeds text without torch, and loads open_clip with the first picture.

    Raises `CheckpointError` wherever that fails.
    """

    def __init__(self, text: "OnnxTextEncoder", load: Callable[[], RegionEncoder]) -> None:
        self._text = text
        self._load = load

    @cached_property
    def _pictures(self) -> RegionEncoder:
        pictures = self._load()
        if pictures.space != self._text.space:
            raise changed_since(self._text.space, "Start again.")
        return pictures

    @property
    def space(self) -> EmbeddingSpace:
        return self._text.space

    @property
    def preprocess(self) -> Preprocess:
        return self._text.preprocess

    @property
    def encodes_per_s(self) -> float:
        return self._pictures.encodes_per_s

    @property
    def falip_applies(self) -> bool:
        return self._pictures.falip_applies

    @property
    def region_preprocess(self) -> Preprocess:
        return self._pictures.region_preprocess

    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        return self._text.encode_texts(texts)

    def encode_images(self, pixels: Pixels) -> Embeddings:
        return self._pictures.encode_images(pixels)

    def regions_of(self, pixels: Pixels, geometry: Geometry) -> PictureRegions:
        return self._pictures.regions_of(pixels, geometry)
