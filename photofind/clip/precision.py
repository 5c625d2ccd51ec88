"""Which arithmetic embeds pictures fastest on this machine without changing the answer.

CPU flags do not tell: bfloat16 was four times faster than float32 on one machine and several
times slower on another. So it is measured, on the person's own photos, once per checkpoint and
machine, and a faster arithmetic is taken only if its embeddings agree with float32. How many
photos a second it embeds is remembered with it.
"""

import copy
import logging
import math
import platform
import time
import tomllib
import warnings
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import tomlkit
import torch
from torch import nn

from photofind.atomic_files import write_file

LEAST_AGREEMENT = 0.999
"""Cosine to the float32 embedding that every sample picture must reach."""

_log = logging.getLogger(__name__)


class Precision(StrEnum):
    FLOAT32 = "float32"
    BFLOAT16 = "bfloat16"
    INT8 = "int8"


def image_tower(visual: nn.Module, precision: Precision) -> nn.Module:
    """Copy a float32 image encoder in another arithmetic; it takes and gives float32."""
    if precision is Precision.FLOAT32:
        return visual
    if precision is Precision.BFLOAT16:
        return _Bfloat16(copy.deepcopy(visual).to(torch.bfloat16))
    with warnings.catch_warnings():
        # WORKAROUND for torch's notice that quantize_dynamic moves to torchao: there is no
        # replacement inside torch.
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", UserWarning)
        # Untyped in torch.
        quantize = torch.ao.quantization.quantize_dynamic
        quantized: nn.Module = quantize(  # type: ignore[no-untyped-call]  # torch's own lack
            copy.deepcopy(visual), {nn.Linear}, dtype=torch.qint8
        )
    return quantized


class _Bfloat16(nn.Module):
    def __init__(self, tower: nn.Module) -> None:
        super().__init__()
        self.tower = tower

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        embeddings: torch.Tensor = self.tower(pixels.to(torch.bfloat16))
        return embeddings.float()


@dataclass(frozen=True, slots=True)
class Choice:
    """The arithmetic that was found best.

    Attributes:
        tower: The image encoder in it.
        encodes_per_s: Pictures a second.
    """

    precision: Precision
    tower: nn.Module
    encodes_per_s: float


def fastest(visual: nn.Module, sample: torch.Tensor) -> Choice:
    """Find the fastest arithmetic that agrees with float32 on a sample of real pictures.

    Args:
        visual: The float32 image encoder.
        sample: (N, 3, size, size) float32, preprocessed; eight or more pictures.
    """
    best, best_tower = Precision.FLOAT32, visual
    expected, best_seconds = _measured(visual, sample)
    for precision in (Precision.BFLOAT16, Precision.INT8):
        try:
            tower = image_tower(visual, precision)
            found, seconds = _measured(tower, sample)
        except (RuntimeError, TypeError, AttributeError, NotImplementedError) as error:
            # Not every architecture, and not every build of torch, can do all of them.
            _log.info("%s is not to be had: %s", precision, error)
            continue
        agreement = (found * expected).sum(-1).min().item()
        _log.info("%s: %.3f s, agreement %.5f", precision, seconds, agreement)
        if agreement >= LEAST_AGREEMENT and seconds < best_seconds:
            best, best_tower, best_seconds = precision, tower, seconds
    return Choice(best, best_tower, len(sample) / best_seconds)


def encodes_per_s(tower: nn.Module, sample: torch.Tensor) -> float:
    """Measure the pictures a second, whatever they show."""
    return len(sample) / _measured(tower, sample)[1]


def _measured(tower: nn.Module, sample: torch.Tensor) -> tuple[torch.Tensor, float]:
    """Embeddings of length one, and the seconds they take.

    The lesser of two, since other programs, and a first run, only ever make it slower.
    """
    seconds = []
    for _ in range(2):
        started = time.perf_counter()
        embeddings = tower(sample)
        seconds.append(time.perf_counter() - started)
    return nn.functional.normalize(embeddings, dim=-1), min(seconds)


class PrecisionMemory:
    """Remembers what was measured, in a small file that may be deleted at any time.

    Where it is damaged, or the disk is full, the measurement is made again.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def recall(self, checkpoint_sha256: str) -> Precision | None:
        """Return the precision that was measured; `None` where none was."""
        value = self._entry(checkpoint_sha256).get("precision")
        return next((precision for precision in Precision if precision == value), None)

    def recall_rate(self, checkpoint_sha256: str) -> float | None:
        """Return the photos a second by that precision; `None` where it was not measured."""
        value = self._entry(checkpoint_sha256).get("encodes_per_s")
        return float(value) if isinstance(value, int | float) and 0 < value < math.inf else None

    def remember(
        self, checkpoint_sha256: str, precision: Precision, encodes_per_s: float | None = None
    ) -> None:
        entry: dict[str, Any] = {"precision": precision.value}
        if encodes_per_s is not None:
            entry["encodes_per_s"] = round(encodes_per_s, 2)
        entries = self._entries() | {self._key(checkpoint_sha256): entry}
        try:
            write_file(self._path, tomlkit.dumps(entries).encode(), durable=False)
        except OSError as error:
            _log.warning("%s cannot be kept and will be measured again: %s", self._path, error)

    def _entry(self, checkpoint_sha256: str) -> dict[str, Any]:
        entry = self._entries().get(self._key(checkpoint_sha256))
        # Before rates were remembered, there was the precision alone.
        return entry if isinstance(entry, dict) else {}

    def _entries(self) -> dict[str, Any]:
        try:
            return tomllib.loads(self._path.read_text("utf-8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError) as error:
            _log.warning("%s is damaged and is measured again: %s", self._path, error)
            return {}

    def _key(self, checkpoint_sha256: str) -> str:
        # A library may lie on a disk that moves between machines.
        machine = f"{platform.node()} {platform.machine()} torch {torch.__version__}"
        return f"{checkpoint_sha256[:16]} {machine}"
