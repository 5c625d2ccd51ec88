"""A library of any number of photos, made in minutes: a few pictures under many names.

Every photo is a hard link to one of `PICTURES` real JPEGs, with a content of its own in the
catalogue, a thumbnail of its own in the cache (a hard link too), a date, a camera, and the
embedding of its picture, or a recorded one, turned a little at random. So photofind finds every
file on the disk as the catalogue describes it, and reads nothing again.

    python -m benchmarks.large_library FOLDER COUNT --photos ~/Pictures
"""

import argparse
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from benchmarks.recorded_clip import RecordedEncoder, turned
from photofind.cancel import CancelToken
from photofind.clip.checkpoints import EMBEDDED, CheckpointShelf
from photofind.clip.encoder import Encoder
from photofind.clip.open_clip_encoder import OpenClipEncoder
from photofind.domain import Embeddings, FileStat, Fingerprint, FoundFile, Photo, PhotoMetadata
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.indexing.compare import RACY_NS
from photofind.indexing.producers import thumbnail_version
from photofind.library import Library
from photofind.paths import LibraryPaths
from photofind.photos.fingerprint import fingerprint
from photofind.photos.scan import UnreadableFolder, scan
from photofind.photos.thumbnails import ThumbnailCache, average_colour
from photofind.settings import Settings
from photofind.store.catalogue import catalogue_in
from photofind.store.database import Database
from photofind.store.embeddings import producer_of
from photofind.store.photos import ReadFile

PICTURES = 500
SHAPES = ((1024, 768), (1152, 768), (768, 1024), (1280, 720), (900, 900))
CAMERAS = ("Pixel 7", "Canon EOS 80D", "DSC-RX100M3", "iPhone 12", None)
FIRST_DAY = datetime(2005, 1, 1, 9)
DAYS = 7300
FOLDERS_A_ROOT = 200
CACHE_KIB = 1_000_000
"""Of the connection that fills the catalogue."""

_BATCH = 32
_BLOCK = 10_000


@dataclass(frozen=True, slots=True)
class Pictures:
    """What the photos are made of.

    Attributes:
        vectors: (M, dim), for the photos in turn.
    """

    paths: Sequence[Path]
    sizes: Sequence[tuple[int, int]]
    colours: Sequence[tuple[int, int, int]]
    vectors: Embeddings


def make_large_library(
    folder: Path, source: Path | None, count: int, recorded: Path | None = None
) -> Path:
    """Make `folder/library` and the photos beside it, unless they are there already.

    Args:
        source: Real photos; `None` draws scenes.
        recorded: Of CLIP vectors, see `recorded_clip`; by default photofind-mini embeds.

    Returns:
        The library's folder.
    """
    library, done = folder / "library", folder / "made"
    if done.is_file() and done.read_text("ascii") == str(count):
        return library
    shutil.rmtree(folder, ignore_errors=True)
    library.mkdir(parents=True)
    paths = _save_pictures(folder / "pictures", source)
    links = [folder / "photos" / _name(number) for number in range(count)]
    _link(paths, links)
    encoder: Encoder = (
        OpenClipEncoder(CheckpointShelf(LibraryPaths(library)).find(EMBEDDED))
        if recorded is None
        else RecordedEncoder(recorded)
    )
    pictures = _looked_at(paths, encoder, ThumbnailCache(folder / "thumbnails"))
    thumbnails = ThumbnailCache(LibraryPaths(library).thumbnails)
    _link(
        [
            ThumbnailCache(folder / "thumbnails").path_of(_content(-n))
            for n in range(1, 1 + PICTURES)
        ],
        [thumbnails.path_of(_content(number)) for number in range(count)],
    )
    # A file written a moment ago would be read again: it may still be changing.
    time.sleep(RACY_NS / 1e9)
    _fill(library, folder / "photos", links, pictures, encoder)
    done.write_text(str(count), "ascii")
    return library


def _save_pictures(folder: Path, source: Path | None) -> list[Path]:
    folder.mkdir()
    found = (
        []
        if source is None
        else [item.path for item in scan(source) if not isinstance(item, UnreadableFolder)]
    )
    paths = []
    for number in range(PICTURES):
        shape = SHAPES[number % len(SHAPES)]
        if found:
            with Image.open(sorted(found)[number % len(found)]) as opened:
                picture = ImageOps.fit(opened.convert("RGB"), shape, Image.Resampling.BICUBIC)
        else:
            picture = draw_scene(number, shape).image
        paths.append(folder / f"{number:04}.jpg")
        picture.save(paths[-1], quality=90)
    return paths


def _looked_at(paths: Sequence[Path], encoder: Encoder, cache: ThumbnailCache) -> Pictures:
    sizes, colours, pixels = [], [], []
    for number, path in enumerate(paths, start=1):
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        sizes.append(picture.size)
        colours.append(average_colour(picture))
        pixels.append(encoder.preprocess.pixels(picture))
        cache.store(_content(-number), picture)
    batches = [pixels[start : start + _BATCH] for start in range(0, len(pixels), _BATCH)]
    vectors = (
        encoder.images
        if isinstance(encoder, RecordedEncoder)
        else np.concatenate([encoder.encode_images(np.stack(batch)) for batch in batches])
    )
    return Pictures(paths, sizes, colours, vectors)


def _link(sources: Sequence[Path], targets: Sequence[Path]) -> None:
    for folder in {target.parent for target in targets}:
        folder.mkdir(parents=True, exist_ok=True)
    for number, target in enumerate(targets):
        target.hardlink_to(sources[number % len(sources)])


def _fill(
    folder: Path,
    root_path: Path,
    links: Sequence[Path],
    pictures: Pictures,
    encoder: Encoder,
) -> None:
    chance = np.random.default_rng(0)
    producers = producer_of(encoder.space), thumbnail_version(Settings().thumbnail_px)
    with Database.open(LibraryPaths(folder), write=True) as database:
        with database.writing() as connection:
            # Every block changes pages all over the catalogue, each of them many times.
            connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE_KIB}")
        catalogue = catalogue_in(database)
        catalogue.embeddings.prepare(encoder.space, producers)
        (root,) = catalogue.roots.add([root_path.resolve()])
        for start in range(0, len(links), _BLOCK):
            numbers = range(start, min(start + _BLOCK, len(links)))
            vectors = turned(pictures.vectors[np.array(numbers) % len(pictures.vectors)], chance)
            files = [
                replace(
                    _file(root.path, links[number], number, pictures),
                    products={producer.kind: vector for producer in producers},
                )
                for number, vector in zip(numbers, vectors, strict=True)
            ]
            catalogue.files.record({root.path: root}, producers, files, ())
    with Library(folder, write=True) as library:
        # As after a first run: suggestions wait for review, and nothing is computed at the start.
        search = library.search_follower(encoder)
        library.tag_follower(encoder).catch_up(search, CancelToken())


def _file(root: Path, path: Path, number: int, pictures: Pictures) -> ReadFile:
    status = path.stat()
    stat = FileStat(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    which = number % PICTURES
    width, height = pictures.sizes[which]
    metadata = PhotoMetadata(
        taken_at=(
            FIRST_DAY + timedelta(days=number * 7919 % DAYS, minutes=number % 600)
        ).isoformat(),
        camera=CAMERAS[number % len(CAMERAS)],
    )
    photo = Photo(_content(number), "JPEG", width, height, pictures.colours[which], metadata)
    return ReadFile(FoundFile(root, path, stat), time.time_ns(), photo=photo)


def _content(number: int) -> Fingerprint:
    return fingerprint(number.to_bytes(8, "big", signed=True))


def _name(number: int) -> str:
    return f"album {number % FOLDERS_A_ROOT:03}/IMG_{number:07}.jpg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--photos", type=Path, help="real ones; scenes are drawn without")
    parser.add_argument("--recorded", type=Path, help="folder of recorded CLIP vectors")
    arguments = parser.parse_args()
    make_large_library(arguments.folder, arguments.photos, arguments.count, arguments.recorded)


if __name__ == "__main__":
    main()
