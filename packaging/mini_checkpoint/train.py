"""Trains the embedded checkpoint; see README.md beside this file."""

from __future__ import annotations

import argparse
import copy
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel

from .batches import Batch, Batches, Corpus, make_corpus, to_floats
from .concepts import TEMPLATES
from .evaluate import held_out_figures
from .losses import contrastive_loss, naming_loss
from .model import (
    ARCHITECTURES,
    IMAGE_SIZE,
    CompactTokenizer,
    encode_pixels,
    encode_texts,
    make_model,
)
from .muon import Muon
from .packs import PixelStore, read_entries
from .schedule import Progress, rate_factor, side_at

EMA_DECAY = 0.998
MAX_LOGIT_SCALE = 4.6052
JITTER = 0.3
NAMING_WEIGHT = 0.7


class Run:
    """One training run: the weights, their average, the optimisers and where they stand."""

    def __init__(self, arguments: argparse.Namespace, corpus: Corpus) -> None:
        torch.manual_seed(arguments.seed)
        self.arguments = arguments
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.tokenizer = CompactTokenizer.for_texts(_all_texts(corpus))
        self.model = make_model(arguments.architecture, self.tokenizer.size).to(self.device)
        self.head = nn.Linear(256, len(corpus.concepts)).to(self.device)
        self.average = copy.deepcopy(self.model).requires_grad_(False).eval()
        self.optimisers = _optimisers(self.model, self.head, arguments)
        self.progress = Progress(arguments.steps, arguments.minutes)
        self.batches = Batches(corpus, arguments.batch, arguments.seed)
        self.noise = torch.Generator().manual_seed(arguments.seed)

    def train_one(self) -> dict[str, float]:
        """Take one step and return its losses."""
        share = self.progress.share
        batch = self.batches.batch(self.progress.step, side_at(share))
        for optimiser in self.optimisers:
            for group in optimiser.param_groups:
                group["lr"] = group["top_lr"] * rate_factor(share)
        contrast, naming = self._losses(batch)
        torch.autograd.backward(contrast + NAMING_WEIGHT * naming)
        nn.utils.clip_grad_norm_(self.model.parameters(), 5.0)
        for optimiser in self.optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        with torch.no_grad():
            self.model.logit_scale.clamp_(0, MAX_LOGIT_SCALE)
        self._average_weights()
        self.progress.advance()
        return {"contrast": contrast.item(), "naming": naming.item()}

    def _losses(self, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
        pixels = to_floats(batch.images.to(self.device), JITTER, self.noise)
        with torch.autocast(self.device.type, torch.bfloat16, self.arguments.bfloat16):
            pictures = encode_pixels(self.model, pixels)
            texts = encode_texts(self.model, self.tokenizer, batch.texts)
        names = self.head(pictures.float())
        cosines = _unit(pictures) @ _unit(texts).T
        logits = self.model.logit_scale.exp() * cosines
        contrast = contrastive_loss(
            logits, batch.positives.to(self.device), batch.ignored.to(self.device)
        )
        return contrast, naming_loss(names, batch.targets.to(self.device))

    @torch.no_grad()
    def _average_weights(self) -> None:
        decay = min(EMA_DECAY, (1 + self.progress.step) / (10 + self.progress.step))
        own, averaged = self.model.state_dict(), self.average.state_dict()
        floats = [name for name, value in own.items() if value.is_floating_point()]
        torch._foreach_lerp_(
            [averaged[name] for name in floats], [own[name] for name in floats], 1 - decay
        )

    @torch.inference_mode()
    def encode_images(self, pixels: torch.Tensor) -> np.ndarray:
        """Embed (N, 3, side, side) uint8 with the averaged weights."""
        parts = [
            _unit(self._encode_part(to_floats(part.to(self.device)))).cpu().numpy()
            for part in torch.split(pixels, 64)
        ]
        return np.concatenate(parts)

    def _encode_part(self, pixels: torch.Tensor) -> torch.Tensor:
        with torch.autocast(self.device.type, torch.bfloat16, self.arguments.bfloat16):
            return encode_pixels(self.average, pixels)

    @torch.inference_mode()
    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """Embed texts with the averaged weights."""
        parts = [
            _unit(encode_texts(self.average, self.tokenizer, texts[start : start + 256]))
            for start in range(0, len(texts), 256)
        ]
        return torch.cat(parts).cpu().numpy()

    def state(self) -> dict[str, Any]:
        """Everything that a resumed run needs, and what `export.py` reads."""
        return {
            "architecture": self.arguments.architecture,
            "tokens": self.tokenizer.used,
            "model": self.model.state_dict(),
            "average": self.average.state_dict(),
            "head": self.head.state_dict(),
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
            "noise": self.noise.get_state(),
            "step": self.progress.step,
            "elapsed_s": self.progress.elapsed_s,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Take a saved state over."""
        self.model.load_state_dict(state["model"])
        self.average.load_state_dict(state["average"])
        self.head.load_state_dict(state["head"])
        for optimiser, saved in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(saved)
        self.noise.set_state(state["noise"])
        self.progress.step, self.progress.elapsed_s = state["step"], state["elapsed_s"]
        self.progress.pause()


def _unit(vectors: torch.Tensor) -> torch.Tensor:
    unit: torch.Tensor = nn.functional.normalize(vectors.float(), dim=-1)
    return unit


def _all_texts(corpus: Corpus) -> list[str]:
    texts = [text for picture in corpus.pictures for text in (*picture.captions, *picture.labels)]
    return [*texts, *corpus.concepts.names * 2, *TEMPLATES * 2]


def _optimisers(
    model: nn.Module, head: nn.Module, arguments: argparse.Namespace
) -> list[torch.optim.Optimizer]:
    """Muon for the hidden matrices and convolutions, AdamW for all else."""
    hidden: list[nn.Parameter] = []
    matrices = list(head.parameters())
    vectors: list[nn.Parameter] = []
    for name, parameter in model.named_parameters():
        if arguments.optimiser == "muon" and _is_hidden(name, parameter):
            parameter.muon_parts = 3 if "in_proj" in name else 1  # type: ignore[attr-defined]  # ours
            hidden.append(parameter)
        else:
            (matrices if parameter.ndim > 1 else vectors).append(parameter)
    groups = [
        {"params": matrices, "weight_decay": 0.1, "lr": arguments.lr},
        {"params": vectors, "weight_decay": 0.0, "lr": arguments.lr},
    ]
    optimisers: list[torch.optim.Optimizer] = [
        torch.optim.AdamW(groups, betas=(0.9, 0.98), eps=1e-8, foreach=True)
    ]
    if hidden:
        optimisers.append(Muon(hidden, lr=arguments.muon_lr, weight_decay=0.1))
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group["top_lr"] = group["lr"]
    return optimisers


def _is_hidden(name: str, parameter: torch.Tensor) -> bool:
    if parameter.ndim == 4:
        return not name.endswith("visual.conv1.weight")
    return "transformer.resblocks" in name and parameter.ndim == 2


def save(state: dict[str, Any], file: Path) -> None:
    """Write a state so that a stop at any moment leaves a whole file."""
    unfinished = file.with_suffix(".part")
    torch.save(state, unfinished)
    unfinished.replace(file)


def log(file: Path, **values: Any) -> None:
    """Append a line to the log, and show it."""
    line = json.dumps(values)
    with file.open("a", encoding="utf-8") as out:
        out.write(line + "\n")
    print(line, flush=True)


def _centre_squares(store: PixelStore) -> torch.Tensor:
    squares = []
    for picture in store.pictures:
        top, left = ((side - IMAGE_SIZE) // 2 for side in picture.shape[:2])
        squares.append(picture[top : top + IMAGE_SIZE, left : left + IMAGE_SIZE])
    return torch.from_numpy(np.stack(squares)).permute(0, 3, 1, 2)


class Recorder:
    """Logs, validates and saves a run at set intervals."""

    def __init__(self, run: Run, arguments: argparse.Namespace) -> None:
        self._run = run
        self._log_file = arguments.work / "log.jsonl"
        self._state_file = arguments.work / "state.pt"
        self._save_s = 60 * arguments.save_minutes
        self._entries = read_entries(arguments.packs / "val.jsonl")
        cache = arguments.cache / "val.u8"
        self._held_out = _centre_squares(PixelStore.open(arguments.packs, self._entries, cache))
        self._saved_at = self._logged_at = time.monotonic()
        self._recent: list[dict[str, float]] = []

    def note(self, losses: dict[str, float]) -> None:
        """Take a step's losses; log every 20 s, validate and save every few minutes."""
        self._recent.append(losses)
        now = time.monotonic()
        if now - self._logged_at >= 20:
            self._log_losses(now - self._logged_at)
        if now - self._saved_at >= self._save_s:
            self.validate_and_save()

    def _log_losses(self, seconds: float) -> None:
        progress = self._run.progress
        means = {
            name: round(float(np.mean([losses[name] for losses in self._recent])), 4)
            for name in self._recent[0]
        }
        photos = len(self._recent) * self._run.arguments.batch / seconds
        log(
            self._log_file, step=progress.step, share=round(progress.share, 4),
            minutes=round(progress.elapsed_s / 60, 2), side=side_at(progress.share), **means,
            scale=round(self._run.model.logit_scale.exp().item(), 2), photos_s=round(photos, 1),
        )  # fmt: skip
        self._recent.clear()
        self._logged_at = time.monotonic()

    def validate_and_save(self) -> None:
        """Log the held-out figures of the averaged weights and save the state."""
        embedded = self._run.encode_images(self._held_out)
        figures = held_out_figures(self._entries, embedded, self._run.encode_texts)
        progress = self._run.progress
        log(self._log_file, step=progress.step, minutes=round(progress.elapsed_s / 60, 2),
            held_out=figures)  # fmt: skip
        save(self._run.state(), self._state_file)
        self._run.progress.pause()
        self._saved_at = self._logged_at = time.monotonic()
        self._recent.clear()


def main() -> None:
    """Train until the steps or minutes are over."""
    arguments = _parse()
    arguments.work.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(arguments.threads)
    entries = read_entries(arguments.packs / "train.jsonl")
    pixels = PixelStore.open(arguments.packs, entries, arguments.cache / "train.u8")
    run = Run(arguments, make_corpus(pixels, entries, arguments.drawn))
    state_file = arguments.work / "state.pt"
    if state_file.exists():
        run.restore(torch.load(state_file, map_location="cpu", weights_only=True))
    recorder = Recorder(run, arguments)
    described = {name: str(value) for name, value in vars(arguments).items()}
    log(arguments.work / "log.jsonl", arguments=described, tokens=run.tokenizer.size,
        concepts=run.head.out_features)  # fmt: skip
    run.model.train()
    run.progress.pause()
    while run.progress.share < 1:
        with sdpa_kernel(_attention_kernels(run.device)):
            losses = run.train_one()
        recorder.note(losses)
        if (arguments.work / "finish-now").exists():
            run.progress.finish_soon()
    recorder.validate_and_save()
    log(arguments.work / "log.jsonl", finished=True, steps=run.progress.step)


def _attention_kernels(device: torch.device) -> list[SDPBackend]:
    """On a CPU the fused attention takes two to three times as long at these short lengths."""
    if device.type == "cpu":
        return [SDPBackend.MATH]
    return [SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION, SDPBackend.MATH]


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--packs", type=Path, required=True, help="folder with train.jsonl")
    parser.add_argument("--work", type=Path, required=True, help="folder for state and log")
    parser.add_argument("--cache", type=Path, help="folder for decoded pixels (default: work)")
    parser.add_argument("--architecture", choices=ARCHITECTURES, default="resnet")
    length = parser.add_mutually_exclusive_group(required=True)
    length.add_argument("--steps", type=int)
    length.add_argument("--minutes", type=float)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--drawn", type=int, default=6000, help="drawn scenes to add")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--optimiser", choices=("muon", "adamw"), default="muon")
    parser.add_argument("--lr", type=float, default=2.5e-3)
    parser.add_argument("--muon-lr", type=float, default=5e-3)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--save-minutes", type=float, default=4.0)
    parser.add_argument("--no-bfloat16", dest="bfloat16", action="store_false")
    arguments = parser.parse_args()
    arguments.cache = arguments.cache or arguments.work
    return arguments


if __name__ == "__main__":
    main()
