"""Turns a training state into a checkpoint folder that open_clip loads with `local-dir:`."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import open_clip
import torch
from safetensors.torch import save_file

from .model import CompactTokenizer, encode_texts, make_model, model_config, preprocess_config

WEIGHTS = "open_clip_model.safetensors"
CONFIG = "open_clip_config.json"
PROBES = ["a photo of a dog", "two children playing football on the beach", "snow", "a red circle"]


def full_weights(state: dict[str, Any]) -> dict[str, torch.Tensor]:
    """The averaged weights in half precision, with a row for each of open_clip's tokens."""
    tokenizer = CompactTokenizer(state["tokens"])
    weights = dict(state["average"])
    table = weights["token_embedding.weight"]
    weights["token_embedding.weight"] = table[torch.from_numpy(tokenizer.compact_of)]
    return {
        name: (value.half() if value.is_floating_point() else value).contiguous().clone()
        for name, value in weights.items()
    }


def write_files(state: dict[str, Any], resize_mode: str, folder: Path) -> None:
    """Write the weights and the config into a folder."""
    save_file(full_weights(state), folder / WEIGHTS, metadata={"format": "pt"})
    config = {
        "model_cfg": model_config(state["architecture"]),
        "preprocess_cfg": preprocess_config(resize_mode),
    }
    (folder / CONFIG).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")


@torch.inference_mode()
def largest_difference(state: dict[str, Any], folder: Path) -> float:
    """Load a folder the way the program does and compare its embeddings with the state's.

    Returns:
        The largest difference of any component of the normalised embeddings.
    """
    tokenizer = CompactTokenizer(state["tokens"])
    own = make_model(state["architecture"], tokenizer.size)
    own.load_state_dict(state["average"])
    own.eval()
    name = f"local-dir:{folder}"
    loaded, _, _ = open_clip.create_model_and_transforms(name)
    loaded.eval()
    pixels = torch.randn(4, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    texts = encode_texts(own, tokenizer, PROBES)
    gaps = (
        own.encode_image(pixels, normalize=True) - loaded.encode_image(pixels, normalize=True),
        torch.nn.functional.normalize(texts, dim=-1)
        - loaded.encode_text(open_clip.get_tokenizer(name)(PROBES), normalize=True),
    )
    return max(float(gap.abs().max()) for gap in gaps)


def main() -> None:
    """Export a state; files of an earlier export are replaced only by whole, checked ones."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("state", type=Path, help="state.pt of a run")
    parser.add_argument("folder", type=Path, help="checkpoint folder to write")
    parser.add_argument("--resize-mode", choices=("shortest", "squash"), default="squash")
    arguments = parser.parse_args()
    state = torch.load(arguments.state, map_location="cpu", weights_only=True)
    arguments.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=arguments.folder.parent) as name:
        unfinished = Path(name)
        write_files(state, arguments.resize_mode, unfinished)
        difference = largest_difference(state, unfinished)
        if difference > 5e-3:
            raise SystemExit(f"exported embeddings differ from the state's by {difference:.4f}")
        for file in (CONFIG, WEIGHTS):
            (unfinished / file).chmod(0o644)
            (unfinished / file).replace(arguments.folder / file)
    size = (arguments.folder / WEIGHTS).stat().st_size
    print(json.dumps({"step": state["step"], "bytes": size, "largest_difference": difference}))


if __name__ == "__main__":
    main()
