"""Embeddings by open_clip: any architecture it knows, from a folder in a hub's layout."""

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import open_clip
import torch
from torch import nn

from photofind.clip.checkpoints import Checkpoint
from photofind.clip.encoder import Pixels
from photofind.clip.falip import FovealPicture, falip_applies, foveal_tower
from photofind.clip.precision import (
    Precision,
    PrecisionMemory,
    encodes_per_s,
    fastest,
    image_tower,
)
from photofind.clip.preprocess import PREPROCESS_VERSION, Geometry, Preprocess
from photofind.clip.text import encode_text
from photofind.domain import Embeddings, EmbeddingSpace
from photofind.errors import CheckpointError

SMALLEST_SAMPLE = 8
"""Pictures a batch must hold before it is worth measuring with."""

NOTEWORTHY = 1.1
"""Times the remembered rate that a batch must reach to be remembered instead."""

_log = logging.getLogger(__name__)


class OpenClipEncoder:
    """A loaded checkpoint.

    Args:
        checkpoint: Its weights are hashed, then loaded with open_clip's `local-dir:`; only
            safetensors or torch's `weights_only`.
        threads: Of torch, for the whole process.
        memory: Where the measured precision is remembered; `None` keeps to float32.
    """

    def __init__(
        self,
        checkpoint: Checkpoint,
        *,
        threads: int | None = None,
        memory: PrecisionMemory | None = None,
    ) -> None:
        if threads is not None:
            torch.set_num_threads(threads)
        sha256 = checkpoint.sha256()
        self._model, self._tokenizer = load_model(checkpoint)
        self._model.visual.to(memory_format=torch.channels_last)
        self._memory = memory
        self._precision = memory.recall(sha256) if memory is not None else Precision.FLOAT32
        self._encodes_per_s = memory.recall_rate(sha256) if memory is not None else None
        # Made when the first picture comes; a search by words needs none.
        self._tower: nn.Module | None = None
        self.preprocess = _preprocess(self._model)
        mean, std = torch.tensor(self.preprocess.mean), torch.tensor(self.preprocess.std)
        self._scale = (1 / (255 * std)).view(1, 3, 1, 1)
        self._shift = (-mean / std).view(1, 3, 1, 1)
        dim = self.encode_texts(["a photo"]).shape[1]
        self.space = EmbeddingSpace(checkpoint.name, sha256, PREPROCESS_VERSION, dim)
        _log.info(
            "%s has weights %s, %d dimensions, and embeds in %s",
            checkpoint.name,
            sha256[:16],
            dim,
            self._precision or "an arithmetic that is still to be measured",
        )

    @property
    def precision(self) -> Precision:
        """Return the image encoder's arithmetic; float32 until a batch was measured."""
        return self._precision or Precision.FLOAT32

    @property
    def encodes_per_s(self) -> float:
        """See `Encoder.encodes_per_s`; measure on made-up pixels where no photo came yet."""
        if self._encodes_per_s is None:
            self._encodes_per_s = self._rate_on_noise()
        return self._encodes_per_s

    @torch.inference_mode()
    def encode_images(self, pixels: Pixels) -> Embeddings:
        """Embed pictures: (N, size, size, 3) uint8 → (N, dim)."""
        inputs = self._inputs(pixels)
        tower = self._tower_for(inputs)
        started = time.perf_counter()
        embeddings = _normalised(tower(inputs))
        if len(pixels) >= SMALLEST_SAMPLE:
            self._note_rate(len(pixels) / (time.perf_counter() - started))
        return embeddings

    @property
    def falip_applies(self) -> bool:
        return falip_applies(self._model.visual)

    @property
    def region_preprocess(self) -> Preprocess:
        return replace(self.preprocess, resize_mode="squash")

    def regions_of(self, pixels: Pixels, geometry: Geometry) -> FovealPicture:
        """Prepare a picture's regions, (size, size, 3) uint8; always in float32."""
        tower = foveal_tower(self._model.visual)
        if tower is None:
            raise CheckpointError(
                "Steering the attention to a region is not for this search model "
                f"('{self.space.checkpoint}').",
                "Cut the region out instead: --method crop",
            )
        return FovealPicture(tower, self._inputs(pixels[np.newaxis]), geometry)

    def _inputs(self, pixels: Pixels) -> torch.Tensor:
        channels_first = torch.from_numpy(np.ascontiguousarray(pixels)).permute(0, 3, 1, 2)
        # In memory the channels stay last: convolutions are quicker that way.
        return channels_first.float() * self._scale + self._shift

    def _tower_for(self, inputs: torch.Tensor) -> nn.Module:
        """Return the image encoder in an arithmetic measured on the first batch that allows it."""
        if self._tower is not None:
            return self._tower
        visual: nn.Module = self._model.visual
        if self._precision is not None:
            self._tower = image_tower(visual, self._precision)
            return self._tower
        if len(inputs) < SMALLEST_SAMPLE:
            return visual
        choice = fastest(visual, inputs[:SMALLEST_SAMPLE])
        self._precision, self._tower = choice.precision, choice.tower
        self._encodes_per_s = choice.encodes_per_s
        _log.info(
            "%s embeds in %s, %.1f pictures a second",
            self.space.checkpoint,
            choice.precision,
            choice.encodes_per_s,
        )
        if self._memory is not None:
            self._memory.remember(self.space.sha256, choice.precision, choice.encodes_per_s)
        return self._tower

    def _note_rate(self, encodes_per_s: float) -> None:
        """Other programs only ever make it slower: the best that was seen is the truth."""
        if encodes_per_s < NOTEWORTHY * (self._encodes_per_s or 0):
            return
        self._encodes_per_s = encodes_per_s
        if self._memory is not None:
            self._memory.remember(self.space.sha256, self.precision, encodes_per_s)

    @torch.inference_mode()
    def _rate_on_noise(self) -> float:
        side = self.preprocess.size
        noise = np.random.default_rng(0).integers(0, 256, (SMALLEST_SAMPLE, side, side, 3))
        visual: nn.Module = self._model.visual
        tower = image_tower(visual, self.precision)
        return encodes_per_s(tower, self._inputs(noise.astype(np.uint8)))

    @torch.inference_mode()
    def encode_texts(self, texts: Sequence[str]) -> Embeddings:
        """Embed texts: N texts → (N, dim), each cut at the checkpoint's context length."""
        return _normalised(encode_text(self._model, self._tokenizer(list(texts))))


def _normalised(embeddings: torch.Tensor) -> Embeddings:
    result: Embeddings = nn.functional.normalize(embeddings.float(), dim=-1).numpy()
    return result


def load_model(checkpoint: Checkpoint) -> tuple[Any, Any]:
    """Load a model of open_clip's and its tokenizer, or raise `CheckpointError`."""
    name = f"local-dir:{checkpoint.folder}"
    with _quiet():
        try:
            model = open_clip.create_model(name, require_pretrained=True, weights_only=True)
            return model.eval(), open_clip.get_tokenizer(name)
        except ImportError as error:
            raise CheckpointError(
                f"The search model '{checkpoint.name}' needs an optional part of photofind.",
                "Run: pip install 'photofind[multilingual]'",
            ) from error
        # open_clip raises whatever its parts raise, and all it does here is load these files.
        except Exception as error:
            raise CheckpointError(
                f"The search model '{checkpoint.name}' cannot be loaded: {error}",
                "Its files may be damaged or belong to different models; add it again.",
            ) from error


def _preprocess(model: Any) -> Preprocess:
    config = model.visual.preprocess_cfg
    size = config["size"]
    height, width = (size, size) if isinstance(size, int) else size
    if height != width:
        raise CheckpointError(
            f"This search model takes pictures of {width} × {height} pixels; "
            "photofind needs square ones.",
            "Choose another search model: photofind checkpoints list",
        )
    return Preprocess(
        size=height,
        mean=tuple(config["mean"]),
        std=tuple(config["std"]),
        resize_mode=config.get("resize_mode") or "shortest",
        bicubic=config.get("interpolation") != "bilinear",
        fill=config.get("fill_color") or 0,
    )


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """open_clip reports every step to the root logger."""
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(level)
