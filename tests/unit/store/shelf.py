"""A catalogue of made-up files, for tests of filters.

A test file imports the fixture under its own name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from photofind.domain import FileStat, FoundFile, Photo, PhotoId, PhotoMetadata
from photofind.paths import LibraryPaths
from photofind.store import embeddings, photos, roots, tags
from photofind.store.database import Database
from photofind.store.filters import Condition, Filter, FilterKind, SqliteFilters
from photofind.store.photos import ReadFile
from photofind.store.suggestions import replace_suggestions

from .samples import SPACE, fingerprint_of

ROOTS = (Path("/disk/Pictures"), Path("/disk/Rome"))


@dataclass(frozen=True)
class Sample:
    """One file of a catalogue, and the photo in it.

    Attributes:
        tagged: What the photo is tagged with, and in which state.
    """

    photo: int
    root: Path
    folders: tuple[str, ...]
    extension: str
    taken_at: str | None
    camera: str | None
    format: str
    tagged: tuple[tuple[str, tags.TagState], ...] = ()
    lens: str | None = None
    place: tuple[float, float] | None = None
    rating: int | None = None
    width: int = 4
    height: int = 3
    size_bytes: int = 1
    stem: str = ""

    @property
    def path(self) -> Path:
        name = f"{self.stem or self.photo}.{self.extension}"
        return self.root.joinpath(*self.folders, name)


def read(sample: Sample) -> ReadFile:
    latitude, longitude = sample.place or (None, None)
    about = PhotoMetadata(
        taken_at=sample.taken_at,
        camera=sample.camera,
        lens=sample.lens,
        latitude=latitude,
        longitude=longitude,
        rating=sample.rating,
    )
    content = fingerprint_of(sample.photo)
    photo = Photo(content, sample.format, sample.width, sample.height, (0, 0, 0), about)
    stat = FileStat(sample.size_bytes, 2, 3, 4)
    return ReadFile(FoundFile(sample.root, sample.path, stat), 5, photo=photo)


@dataclass
class Shelf:
    """A catalogue that holds samples."""

    database: Database
    filtered: SqliteFilters
    ids: dict[int, PhotoId]

    def fill(self, samples: Sequence[Sample]) -> None:
        self.ids = {}
        with self.database.writing() as connection:
            for old in roots.list_roots(connection):
                roots.remove_root(connection, old.id)
            for path in ROOTS:
                root = roots.add_root(connection, path)
                own = [sample for sample in samples if sample.root == path]
                ids = photos.record_files(connection, root, [read(sample) for sample in own])
                for sample, photo_id in zip(own, ids, strict=True):
                    assert photo_id is not None
                    self.ids[sample.photo] = photo_id
            for sample in samples:
                self._tag(connection, sample)

    def _tag(self, connection: sa.Connection, sample: Sample) -> None:
        photo_ids = [self.ids[sample.photo]]
        for tag in tags.tags_of(connection, photo_ids, tuple(tags.TagState))[photo_ids[0]]:
            tags.remove(connection, photo_ids, tag.name)
        space = embeddings.space_id(connection, SPACE, create=True)
        suggested = [name for name, state in sample.tagged if state is tags.TagState.SUGGESTED]
        made = [tags.Suggestion(photo_ids[0], name, 1.0) for name in suggested]
        replace_suggestions(connection, space, photo_ids, made)
        for name, state in sample.tagged:
            if state is tags.TagState.CONFIRMED:
                tags.add(connection, photo_ids, name)
            if state is tags.TagState.REJECTED:
                tags.reject(connection, photo_ids, name)

    def numbers(self, *filters: Condition) -> list[int]:
        chosen = self.filtered.select(filters).tolist()
        assert chosen == sorted(chosen)
        return sorted(number for number, photo_id in self.ids.items() if photo_id in chosen)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("catalogue")
    with Database.open(LibraryPaths(folder / "library"), write=True) as database:
        yield Shelf(database, SqliteFilters(database), {})


def only(kind: FilterKind[Any], typed: str) -> Filter:
    return Filter(kind, kind.read(typed))


def no(kind: FilterKind[Any], typed: str) -> Filter:
    return Filter(kind, kind.read(typed), negated=True)


def one(number: int, folders: str = "", **values: Any) -> Sample:
    plain: dict[str, Any] = {"extension": "jpg", "taken_at": None, "camera": None, "format": "jpeg"}
    root = values.pop("root", ROOTS[0])
    assert isinstance(root, Path)
    parts = tuple(part for part in folders.split("/") if part)
    return Sample(number, root, parts, **{**plain, **values})
