"""One set of random weights in the two forms that photofind and rclip read.

Speed does not depend on the weights' values, and both programs must find the same embeddings.

Run as a program (`--onnx`), it exports to ONNX; that needs the package `onnx`, which is no
dependency of photofind: `against_rclip.py` puts it into a folder of its own.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import open_clip
import torch
from open_clip.constants import OPENAI_DATASET_MEAN, OPENAI_DATASET_STD
from safetensors.torch import save_file
from torch import nn

from photofind.clip.checkpoints import CONFIG_FILE, WEIGHT_FILES

ARCHITECTURE = "ViT-B-32-256"
SEED = 0
OPSET = 17


def make_checkpoint(folder: Path) -> None:
    """Write a folder as a model hub delivers it, unless it is there already."""
    if (folder / CONFIG_FILE).is_file():
        return
    folder.mkdir(parents=True, exist_ok=True)
    model_cfg = open_clip.get_model_config(ARCHITECTURE)
    torch.manual_seed(SEED)
    state = open_clip.CLIP(**model_cfg).state_dict()
    arrays = {name: value.contiguous() for name, value in state.items()}
    save_file(arrays, folder / WEIGHT_FILES[0])
    preprocess_cfg = {
        "mean": OPENAI_DATASET_MEAN,
        "std": OPENAI_DATASET_STD,
        "interpolation": "bicubic",
        "resize_mode": "shortest",
    }
    config = {"model_cfg": model_cfg, "preprocess_cfg": preprocess_cfg}
    (folder / CONFIG_FILE).write_text(json.dumps(config), "utf-8")


class _TextEncoder(nn.Module):
    def __init__(self, model: Any) -> None:
        super().__init__()
        self.model = model

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        embeddings: torch.Tensor = self.model.encode_text(tokens)
        return embeddings


def export_onnx(checkpoint: Path, visual: Path, textual: Path) -> None:
    """float32 with a batch of any size; inputs named `input`, outputs named `output`."""
    model: Any = open_clip.create_model(
        f"local-dir:{checkpoint}", require_pretrained=True, weights_only=True
    ).eval()
    side = model.visual.image_size[0]
    _export(model.visual, torch.zeros(2, 3, side, side), visual)
    tokens = torch.zeros(2, model.context_length, dtype=torch.long)
    _export(_TextEncoder(model), tokens, textual)


def _export(encoder: nn.Module, example: torch.Tensor, path: Path) -> None:
    # The fused attention of torch's inference has no counterpart in ONNX.
    torch.backends.mha.set_fastpath_enabled(False)
    partial = path.with_suffix(".partial")
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            encoder,
            (example,),
            str(partial),
            input_names=["input"],
            output_names=["output"],
            dynamic_axes={"input": {0: "batch"}, "output": {0: "batch"}},
            opset_version=OPSET,
            dynamo=False,
        )
    partial.replace(path)


def main() -> None:
    parser = argparse.ArgumentParser(description="Exports a checkpoint folder to ONNX.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--packages", type=Path, required=True, help="folder with 'onnx'")
    parser.add_argument("--visual", type=Path, required=True, metavar="FILE")
    parser.add_argument("--textual", type=Path, required=True, metavar="FILE")
    arguments = parser.parse_args()
    # Last, so that numpy and the like stay those that torch was built for.
    sys.path.append(str(arguments.packages))
    export_onnx(arguments.checkpoint, arguments.visual, arguments.textual)


if __name__ == "__main__":
    main()
