"""Reads the image-text packs: JSON lines beside tars of pictures, decoded once into one file."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

SHORT_SIDE = 128
LONG_SIDE_MAX = 192
CAPTIONED = "flickr8k"


@dataclass(frozen=True)
class Entry:
    """One picture of a pack; `texts` holds captions, or a class name followed by its hypernyms."""

    file: str
    shard: str
    texts: tuple[str, ...]

    @property
    def source(self) -> str:
        """The folder a picture came in, which names its data set."""
        return self.file.split("/", 1)[0]

    @property
    def captioned(self) -> bool:
        """Whether the texts are natural captions rather than a class name with hypernyms."""
        return self.source == CAPTIONED


def read_entries(jsonl: Path) -> list[Entry]:
    """Read a pack's list in file order."""
    with jsonl.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [Entry(row["file"], row["shard"], tuple(row["text"])) for row in rows]


def read_pictures(folder: Path, entries: list[Entry]) -> Iterator[tuple[int, Image.Image]]:
    """Yield (row, RGB picture) for all entries, shard by shard."""
    rows = {(entry.shard, entry.file): row for row, entry in enumerate(entries)}
    for shard in sorted({entry.shard for entry in entries}):
        with tarfile.open(folder / shard) as tar:
            for member in tar:
                row = rows.get((shard, member.name.removeprefix("./")))
                content = tar.extractfile(member) if row is not None else None
                if row is None or content is None:
                    continue
                yield row, Image.open(io.BytesIO(content.read())).convert("RGB")


def to_standard_size(picture: Image.Image) -> Image.Image:
    """Scale the shorter side to 128 px and cut the longer one, centred, to at most 192 px."""
    scale = SHORT_SIDE / min(picture.size)
    width, height = (max(SHORT_SIDE, round(side * scale)) for side in picture.size)
    if (width, height) != picture.size:
        picture = picture.resize((width, height), Image.Resampling.BICUBIC)
    left, top = max(0, width - LONG_SIDE_MAX) // 2, max(0, height - LONG_SIDE_MAX) // 2
    return picture.crop((left, top, width - left, height - top))


class PixelStore:
    """All pictures of a pack as uint8 arrays (height, width, 3), in memory, in row order."""

    def __init__(self, pictures: list[np.ndarray]) -> None:
        self.pictures = pictures

    def __len__(self) -> int:
        return len(self.pictures)

    @classmethod
    def decode(cls, folder: Path, entries: list[Entry]) -> PixelStore:
        """Decode every picture of a pack."""
        pictures: dict[int, np.ndarray] = {}
        for row, picture in read_pictures(folder, entries):
            pictures[row] = np.asarray(to_standard_size(picture))
        missing = len(entries) - len(pictures)
        if missing:
            raise FileNotFoundError(f"{missing} of {len(entries)} pictures are in no shard")
        return cls([pictures[row] for row in range(len(entries))])

    @classmethod
    def open(cls, folder: Path, entries: list[Entry], cache: Path) -> PixelStore:
        """Read the decoded pictures from `cache`, which is made first where it is missing."""
        sizes_file = cache.with_suffix(".sizes.npy")
        if not sizes_file.exists():
            store = cls.decode(folder, entries)
            store._save(cache, sizes_file)
            return store
        return cls._load(cache, np.load(sizes_file))

    def _save(self, cache: Path, sizes_file: Path) -> None:
        cache.parent.mkdir(parents=True, exist_ok=True)
        with cache.open("wb") as out:
            for picture in self.pictures:
                out.write(picture.tobytes())
        np.save(sizes_file, np.array([picture.shape[:2] for picture in self.pictures]))

    @classmethod
    def _load(cls, cache: Path, sizes: np.ndarray) -> PixelStore:
        flat = np.fromfile(cache, dtype=np.uint8)
        pictures, start = [], 0
        for height, width in sizes.tolist():
            stop = start + height * width * 3
            pictures.append(flat[start:stop].reshape(height, width, 3))
            start = stop
        return cls(pictures)
