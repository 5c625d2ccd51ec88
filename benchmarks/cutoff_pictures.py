"""When does a query by picture have sure hits? Copies, other views, and pictures of other kinds.

The library is captioned photos and a series of one place. Queries are edited copies of some of the
photos, the series itself, and photos of other collections, which nothing there need resemble.

    python -m benchmarks.cutoff_pictures --captioned FOLDER --series FOLDER --packs FOLDER
"""

import argparse
import io
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageEnhance

from benchmarks.labelled_libraries import captioned_photos, embedded, packed_photos
from benchmarks.tables import print_table, save_json
from photofind.clip.checkpoints import EMBEDDED
from photofind.clip.loading import load_whole_encoder
from photofind.domain import Embeddings
from photofind.paths import LibraryPaths
from photofind.photos.picture_file import PictureLimits, open_picture
from photofind.search.calibration import calibrate
from photofind.settings import Settings

COPIES = 200
Thresholds = Callable[[Embeddings], NDArray[np.float32]]


def cropped(image: Image.Image) -> Image.Image:
    width, height = image.size
    return image.crop((width // 10, height // 10, width * 19 // 20, height * 19 // 20))


def shrunk(image: Image.Image) -> Image.Image:
    """Half the size, as a poor JPEG."""
    file = io.BytesIO()
    image.resize((image.width // 2, image.height // 2)).save(file, "JPEG", quality=40)
    return Image.open(file).convert("RGB")


EDITS: Mapping[str, Callable[[Image.Image], Image.Image]] = {
    "cropped": cropped,
    "shrunk": shrunk,
    "mirrored": lambda image: image.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
    "brighter": lambda image: ImageEnhance.Brightness(image).enhance(1.4),
    "grey": lambda image: image.convert("L").convert("RGB"),
}


def rules(library: Embeddings) -> dict[str, Thresholds]:
    """Thresholds of queries (Q, dim) → (Q,), by how they are measured."""
    mean = library.mean(axis=0)
    pairs = library @ library.T
    np.fill_diagonal(pairs, -1)
    nearest = pairs.max(axis=1)
    off_diagonal = pairs[~np.eye(len(library), dtype=bool)]
    calibration = calibrate(library[:1], library)
    found: dict[str, Thresholds] = {
        "above own mean, .997 of pairs (the rule)": lambda queries: np.array(
            [calibration.picture_threshold(one) for one in queries], np.float32
        )
    }
    for share in (0.997, 0.999):
        bound = np.quantile(off_diagonal, share)
        found[f"cosine, {share} of pairs"] = lambda queries, bound=bound: np.full(  # type: ignore[misc]
            len(queries), bound, np.float32
        )
    flat, above = np.quantile(nearest, 0.5), np.quantile(nearest - library @ mean, 0.5)
    found["cosine, half of nearest"] = lambda queries: np.full(len(queries), flat, np.float32)
    found["above own mean, half of nearest"] = lambda queries: queries @ mean + np.float32(above)
    return found


def measure(
    photos: Embeddings, series: Embeddings, copies: Mapping[str, Embeddings], others: Embeddings
) -> list[dict[str, object]]:
    """Shares of queries, 0–1, by rule."""
    library = np.concatenate([photos, series])
    rows: list[dict[str, object]] = []
    for name, threshold in rules(library).items():
        row: dict[str, object] = {"rule": name}
        for edit, edited in copies.items():
            own = (edited * photos[: len(edited)]).sum(axis=1)
            row[edit] = round(float(np.mean(own > threshold(edited))), 2)
        sure = series @ library.T > threshold(series)[:, np.newaxis]
        sure[np.arange(len(series)), len(photos) + np.arange(len(series))] = False
        pairs = len(series) * (len(series) - 1)
        row["series found"] = round(float(sure[:, len(photos) :].sum() / pairs), 2)
        row["of what is sure"] = round(float(sure[:, len(photos) :].sum() / max(1, sure.sum())), 2)
        any_sure = (others @ library.T > threshold(others)[:, np.newaxis]).any(axis=1)
        row["others with a sure hit"] = round(float(any_sure.mean()), 2)
        rows.append(row)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--captioned", type=Path, metavar="FOLDER", required=True)
    parser.add_argument("--series", type=Path, metavar="FOLDER", required=True)
    parser.add_argument("--packs", type=Path, metavar="FOLDER", required=True)
    parser.add_argument("--checkpoint", default=EMBEDDED)
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        encoder = load_whole_encoder(LibraryPaths(Path(folder)), Settings(), arguments.checkpoint)
    px, limits = encoder.preprocess.decode_px, PictureLimits.of(Settings())
    photos = list(captioned_photos(arguments.captioned, px))
    series = [
        open_picture(path, px, limits).image for path in sorted(arguments.series.glob("*.JPG"))
    ]
    rows = measure(
        embedded(encoder, photos),
        embedded(encoder, series),
        {name: embedded(encoder, map(edit, photos[:COPIES])) for name, edit in EDITS.items()},
        embedded(encoder, packed_photos(arguments.packs, "val")),
    )
    headings = tuple(rows[0])
    print_table(headings, [tuple(str(row[name]) for name in headings) for row in rows])
    save_json(arguments.json, {"pictures": rows})


if __name__ == "__main__":
    main()
