"""Measures an exported checkpoint through open_clip's public functions; prints JSON."""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import open_clip
import torch
from PIL import Image

from .drawn_questions import ImageEncoder, TextEncoder, measure_drawn
from .metrics import average_precision, recall_figures, top_k_figures
from .packs import read_entries, read_pictures

LABEL_TEMPLATES = ("{}", "a photo of a {}", "a photo of {}", "a picture of a {}")
WORD_QUERIES = {
    "dog": "dogs?", "beach": "beach(es)?", "bicycle": "bicycles?|bikes?|bicyclists?|bikers?",
    "snow": "snow|snowy", "water": "water", "child": "child|children", "horse": "horses?",
    "car": "cars?", "football": "football", "basketball": "basketball", "ball": "balls?",
    "grass": "grass|grassy", "mountain": "mountains?", "swimming pool": "pool", "boat": "boats?",
    "motorcycle": "motorcycles?|motorbikes?", "skateboard": "skateboards?|skateboarder",
    "climbing": "climb(s|ing)?|climber", "baby": "bab(y|ies)", "guitar": "guitars?",
    "red shirt": "red shirt", "street": "streets?", "tree": "trees?", "crowd": "crowds?",
}  # fmt: skip


def label_scores(
    pictures: np.ndarray, labels: Sequence[str], encode_texts: TextEncoder
) -> np.ndarray:
    """Scores (pictures, labels) with the mean of each label's templates."""
    total = np.zeros((len(labels), pictures.shape[1]), dtype=np.float32)
    for template in LABEL_TEMPLATES:
        total += encode_texts([template.format(label) for label in labels])
    total /= np.linalg.norm(total, axis=1, keepdims=True)
    return pictures @ total.T


def measure_held_out(
    folder: Path, encode_images: ImageEncoder, encode_texts: TextEncoder
) -> dict[str, Any]:
    """Zero-shot accuracy over the held-out labels, and recall over the held-out captions."""
    entries = read_entries(folder / "val.jsonl")
    pictures = dict(read_pictures(folder, entries))
    embedded = encode_images([pictures[row] for row in range(len(entries))])
    return held_out_figures(entries, embedded, encode_texts)


def held_out_figures(
    entries: Sequence[Any], embedded: np.ndarray, encode_texts: TextEncoder
) -> dict[str, Any]:
    """The figures of `measure_held_out` from the pictures' embeddings."""
    labelled = [row for row, entry in enumerate(entries) if not entry.captioned]
    captioned = [row for row, entry in enumerate(entries) if entry.captioned]
    labels = sorted({entries[row].texts[0] for row in labelled})
    scores = label_scores(embedded[labelled], labels, encode_texts)
    zero_shot = top_k_figures(scores, [labels.index(entries[row].texts[0]) for row in labelled])
    captions = [(at, text) for at, row in enumerate(captioned) for text in entries[row].texts]
    queries = encode_texts([text for _, text in captions])
    recall = recall_figures(queries @ embedded[captioned].T, [at for at, _ in captions])
    return {
        "zero_shot": {"labels": len(labels), "photos": len(labelled), **zero_shot},
        "captions": {"photos": len(captioned), "queries": len(captions), **recall},
    }


def read_flickr8k(folder: Path) -> tuple[list[Path], list[list[str]]]:
    """The photos and the captions of each."""
    captions: dict[str, list[str]] = {}
    lines = (folder / "captions.txt").read_text(encoding="utf-8").splitlines()[1:]
    for line in lines:
        name, caption = line.split(",", 1)
        captions.setdefault(name, []).append(caption.strip().strip('"'))
    return [folder / "images" / name for name in captions], list(captions.values())


def measure_flickr8k(
    folder: Path, encode_images: ImageEncoder, encode_texts: TextEncoder
) -> dict[str, Any]:
    """Caption to photo recall, and average precision of words that captions name."""
    paths, captions = read_flickr8k(folder)
    embedded = encode_images([Image.open(path).convert("RGB") for path in paths])
    flat = [(row, text) for row, texts in enumerate(captions) for text in texts]
    queries = encode_texts([text for _, text in flat])
    recall = recall_figures(queries @ embedded.T, [row for row, _ in flat])
    return {
        "captions": {"photos": len(paths), "queries": len(flat), **recall},
        "words": _word_figures(embedded, captions, encode_texts),
    }


def _word_figures(
    embedded: np.ndarray, captions: list[list[str]], encode_texts: TextEncoder
) -> dict[str, Any]:
    """A photo is relevant where one of its captions names the word."""
    scores = label_scores(embedded, list(WORD_QUERIES), encode_texts)
    figures: dict[str, dict[str, float]] = {}
    for column, (word, pattern) in enumerate(WORD_QUERIES.items()):
        named = re.compile(rf"\b({pattern})\b", re.IGNORECASE)
        relevant = np.array([any(map(named.search, texts)) for texts in captions])
        precision = average_precision(scores[:, column], relevant)
        figures[word] = {"AP": round(precision, 3), "chance": round(float(relevant.mean()), 3)}
    mean = {key: float(np.mean([f[key] for f in figures.values()])) for key in ("AP", "chance")}
    return {
        "queries": len(figures),
        "mAP": round(mean["AP"], 4),
        "chance": round(mean["chance"], 4),
        "times_chance": round(mean["AP"] / mean["chance"], 2),
        "each": figures,
    }


class Checkpoint:
    """A checkpoint folder, loaded as the program loads it."""

    def __init__(self, folder: Path) -> None:
        name = f"local-dir:{folder}"
        model, _, self.preprocess = open_clip.create_model_and_transforms(name)
        self.model = model.eval()
        self.tokenizer = open_clip.get_tokenizer(name)

    @torch.inference_mode()
    def encode_images(self, pictures: Sequence[Image.Image]) -> np.ndarray:
        """(N, dim) normalised embeddings."""
        parts = []
        for start in range(0, len(pictures), 64):
            pixels = [self.preprocess(picture) for picture in pictures[start : start + 64]]
            parts.append(self.model.encode_image(torch.stack(pixels), normalize=True).numpy())
        return np.concatenate(parts)

    @torch.inference_mode()
    def encode_texts(self, texts: Sequence[str]) -> np.ndarray:
        """(N, dim) normalised embeddings."""
        parts = []
        for start in range(0, len(texts), 256):
            tokens = self.tokenizer(list(texts[start : start + 256]))
            parts.append(self.model.encode_text(tokens, normalize=True).numpy())
        return np.concatenate(parts)

    @torch.inference_mode()
    def photos_per_second(self, seconds: float = 5.0) -> float:
        """How many preprocessed photos a second the image tower embeds, in batches of 32."""
        size = self.model.visual.image_size
        height, width = size if isinstance(size, tuple) else (size, size)
        pixels = torch.randn(32, 3, height, width)
        self.model.encode_image(pixels)
        start, done = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            self.model.encode_image(pixels)
            done += len(pixels)
        return round(done / (time.perf_counter() - start), 1)


def main() -> None:
    """Measure one checkpoint folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--packs", type=Path, required=True, help="folder with val.jsonl")
    parser.add_argument("--flickr8k", type=Path, help="folder with captions.txt and images/")
    arguments = parser.parse_args()
    checkpoint = Checkpoint(arguments.checkpoint)
    encoders = checkpoint.encode_images, checkpoint.encode_texts
    figures: dict[str, Any] = {
        "threads": torch.get_num_threads(),
        "photos_per_second": checkpoint.photos_per_second(),
        "held_out": measure_held_out(arguments.packs, *encoders),
        "drawn": measure_drawn(*encoders),
    }
    if arguments.flickr8k:
        figures["flickr8k"] = measure_flickr8k(arguments.flickr8k, *encoders)
    print(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
