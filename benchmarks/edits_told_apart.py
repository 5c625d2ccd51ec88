"""How well an edited photo is told from another one put in its place, by embeddings alone.

python benchmarks/edits_told_apart.py FOLDER [CHECKPOINT]

FOLDER holds photos that do not show the same. Every edit is made of each of `EDITED` photos; told
is the share of which the cosine to the original reaches the bound of `indexing.succession`.
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from photofind.clip.encoder import Encoder
from photofind.clip.loading import load_encoder
from photofind.domain import Embeddings
from photofind.indexing.succession import SAMPLE, bounds_of
from photofind.paths import LibraryPaths
from photofind.settings import Settings

PHOTOS = 1000
EDITED = 150
BATCH = 32

Edit = Callable[[Image.Image], Image.Image]


def _cropped(image: Image.Image, part: float, x: float = 0.5, y: float = 0.5) -> Image.Image:
    size = int(image.width * part), int(image.height * part)
    left, top = int((image.width - size[0]) * x), int((image.height - size[1]) * y)
    return image.crop((left, top, left + size[0], top + size[1]))


def _grey(image: Image.Image) -> Image.Image:
    return image.convert("L").convert("RGB")


def _saved(image: Image.Image, quality: int) -> Image.Image:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return Image.open(io.BytesIO(file.getvalue())).convert("RGB")


def _warm(image: Image.Image) -> Image.Image:
    factors = zip(image.split(), (1.2, 1.0, 0.75), strict=True)
    return Image.merge(
        "RGB", [band.point(lambda v, k=k: min(255, int(v * k))) for band, k in factors]
    )


EDITS: dict[str, Edit] = {
    "saved as JPEG 60": lambda image: _saved(image, 60),
    "half the size": lambda image: image.resize((image.width // 2, image.height // 2)),
    "cropped to 90 %": lambda image: _cropped(image, 0.9),
    "cropped to 80 %": lambda image: _cropped(image, 0.8),
    "cropped to 70 %, a corner": lambda image: _cropped(image, 0.7, 0, 0),
    "cropped to 50 %": lambda image: _cropped(image, 0.5),
    "cropped to a square": lambda image: ImageOps.fit(image, (min(image.size),) * 2),
    "straightened by 5°": lambda image: _cropped(image.rotate(5, Image.Resampling.BICUBIC), 0.85),
    "mirrored": ImageOps.mirror,
    "turned by 90°": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "40 % brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.4),
    "40 % darker": lambda image: ImageEnhance.Brightness(image).enhance(0.6),
    "50 % more contrast": lambda image: ImageEnhance.Contrast(image).enhance(1.5),
    "80 % more colour": lambda image: ImageEnhance.Color(image).enhance(1.8),
    "warmer": _warm,
    "sharpened": lambda image: image.filter(ImageFilter.UnsharpMask(3, 200)),
    "black and white": _grey,
    "sepia": lambda image: ImageOps.colorize(image.convert("L"), "#2b1500", "#fff2d0"),
    "black and white, cropped to 70 %": lambda image: _grey(_cropped(image, 0.7)),
    "with a white border": lambda image: ImageOps.expand(image, max(image.size) // 12, "white"),
}


def _embedded(encoder: Encoder, images: list[Image.Image]) -> Embeddings:
    pixels = [encoder.preprocess.pixels(image) for image in images]
    starts = range(0, len(pixels), BATCH)
    return np.concatenate(
        [encoder.encode_images(np.stack(pixels[start : start + BATCH])) for start in starts]
    )


def main(folder: Path, checkpoint: str) -> None:
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    images = [Image.open(path).convert("RGB") for path in files[:PHOTOS]]
    with TemporaryDirectory() as library:
        encoder = load_encoder(LibraryPaths(Path(library)), Settings(), checkpoint)
        originals = _embedded(encoder, images)
        chance = np.random.default_rng(0)
        sample = originals[chance.choice(len(images), min(SAMPLE, len(images)), replace=False)]
        bound = bounds_of(_pairs(sample).tolist()).alike
        others = _pairs(originals)
        print(f"bound {bound:.3f}; different photos above it: {np.mean(others >= bound):.4%}")
        chosen = chance.choice(len(images), min(EDITED, len(images)), replace=False)
        for name, edit in EDITS.items():
            edited = _embedded(encoder, [edit(images[row]) for row in chosen])
            cosines = np.sum(edited * originals[chosen], axis=1)
            low, median = np.quantile(cosines, [0.05, 0.5])
            told = np.mean(cosines >= bound)
            print(f"{name:34} 5 % below {low:.2f}, median {median:.2f}, told {told:.0%}")


def _pairs(vectors: Embeddings) -> Embeddings:
    pairs: Embeddings = (vectors @ vectors.T)[np.triu_indices(len(vectors), 1)]
    return pairs


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else Settings().checkpoint)
