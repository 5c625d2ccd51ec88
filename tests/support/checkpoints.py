"""Checkpoints made on the spot, in the exact files a model hub delivers."""

import json
from pathlib import Path
from typing import Any

import open_clip
import torch
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from safetensors.torch import save_file

TINY_VIT: dict[str, Any] = {
    "embed_dim": 64,
    "vision_cfg": {"image_size": 64, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {
        "context_length": 16,
        "vocab_size": 49408,
        "width": 64,
        "heads": 2,
        "layers": 2,
    },
}


def make_checkpoint(
    folder: Path,
    architecture: str | None = None,
    *,
    seed: int = 0,
    weights: str = "open_clip_model.safetensors",
    **preprocess: Any,
) -> Path:
    """Random weights of one of open_clip's architectures, by default of `TINY_VIT`."""
    model_cfg = open_clip.get_model_config(architecture) if architecture else TINY_VIT
    preprocess_cfg = {
        "mean": OPENAI_DATASET_MEAN,
        "std": OPENAI_DATASET_STD,
        "interpolation": "bicubic",
        "resize_mode": "shortest",
        **preprocess,
    }
    folder.mkdir(parents=True, exist_ok=True)
    config = {"model_cfg": model_cfg, "preprocess_cfg": preprocess_cfg}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    torch.manual_seed(seed)
    state = open_clip.CLIP(**model_cfg).state_dict()
    if weights.endswith(".safetensors"):
        save_file({name: value.contiguous() for name, value in state.items()}, folder / weights)
    else:
        torch.save(state, folder / weights)
    return folder
