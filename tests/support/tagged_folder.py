"""A folder of photos that a person tags, and a library that follows it."""

import io
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from PIL import Image

from photofind.domain import PhotoId
from photofind.events import IndexFinished
from photofind.settings import Settings
from photofind.store import photos, roots, schema, tags
from photofind.store.stored_paths import relative_bytes
from photofind.store.tags import TagState
from tests.support.engine import Engine, in_this_process
from tests.support.fake_encoder import SeeingEncoder


def picture(number: int, size: tuple[int, int] = (96, 72)) -> Image.Image:
    """One of any number of pictures that do not look alike, the same one every time."""
    cells = np.random.default_rng(number).integers(0, 256, (4, 4, 3), dtype=np.uint8)
    return Image.fromarray(cells).resize(size, Image.Resampling.BICUBIC)


def jpeg(image: Image.Image, tags: dict[int, Any] | None = None, quality: int = 90) -> bytes:
    exif = Image.Exif()
    exif.update(tags or {})
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality, exif=exif.tobytes())
    return file.getvalue()


class TaggedFolder(AbstractContextManager["TaggedFolder"]):
    """Runs like those of `photofind watch`, and what a person does in between.

    Args:
        place: Holds the library and, by default, the folder of photos.
    """

    def __init__(
        self, place: Path, roots: Sequence[Path] = (), settings: Settings | None = None
    ) -> None:
        self.folder = place / "photos"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.encoder = SeeingEncoder()
        self._settings = settings
        self._place = place
        self._roots = roots or (self.folder,)
        self.engine = self._open()

    def _open(self) -> Engine:
        return Engine(
            self._place / "library",
            self._roots,
            settings=self._settings,
            make_worker=lambda paths, settings: in_this_process(paths, settings, self.encoder),
        )

    def __exit__(self, *_raised: object) -> None:
        self.close()

    def close(self) -> None:
        self.engine.close()

    def reopen(self, encoder: SeeingEncoder | None = None) -> None:
        """Close the library and open it again, perhaps with another checkpoint."""
        self.engine.close()
        self.encoder = encoder or self.encoder
        self.engine = self._open()

    def run(self) -> IndexFinished:
        return self.engine.run()

    def add(self, name: str, data: bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def photo_at(self, path: Path) -> PhotoId:
        """The photo that the catalogue knows at a path."""
        files = schema.files
        with self.engine.database.reading() as connection:
            for root in roots.list_roots(connection):
                if root.path in path.parents:
                    found = connection.scalar(
                        sa.select(files.c.photo_id).where(
                            files.c.root_id == root.id,
                            files.c.path == relative_bytes(root.path, path),
                        )
                    )
                    assert found is not None
                    return PhotoId(found)
        raise AssertionError(f"{path} is in no root")

    def tag(self, path: Path, *names: str) -> None:
        photo_id = self.photo_at(path)
        with self.engine.database.writing() as connection:
            for name in names:
                tags.add(connection, [photo_id], name)

    def untag(self, path: Path, name: str) -> None:
        photo_id = self.photo_at(path)
        with self.engine.database.writing() as connection:
            tags.remove(connection, [photo_id], name)

    def tags_at(self, path: Path) -> set[str]:
        photo_id = self.photo_at(path)
        with self.engine.database.reading() as connection:
            found = tags.tags_of(connection, [photo_id], [TagState.CONFIRMED])[photo_id]
        return {tag.name for tag in found}

    def all_tags(self) -> dict[Path, set[str]]:
        """What a person confirmed, by path."""
        with self.engine.database.reading() as connection:
            known = {
                path: file.photo_id
                for root in roots.list_roots(connection)
                for path, file in photos.known_files(connection, root).items()
                if file.photo_id is not None
            }
            found = tags.tags_of(connection, list(set(known.values())), [TagState.CONFIRMED])
        return {path: {tag.name for tag in found[photo]} for path, photo in known.items()}

    def metadata_at(self, path: Path) -> Any:
        photo_id = self.photo_at(path)
        with self.engine.database.reading() as connection:
            found = photos.photo(connection, photo_id)
        assert found is not None
        return found.metadata


def rewrite(path: Path, change: Callable[[bytes], bytes]) -> None:
    """Save a changed file as most programs do: beside the old one, then renamed over it."""
    beside = path.with_name(path.name + ".tmp")
    beside.write_bytes(change(path.read_bytes()))
    os.replace(beside, path)  # noqa: PTH105 - the call that editors make
