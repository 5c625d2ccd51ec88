"""Whatever happens to thousands of files while photofind is closed, nothing is lost or guessed."""

import io
import os
import random
import shutil
import sqlite3
import unicodedata
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, Literal

import pytest
import sqlalchemy as sa
from PIL import Image

from photofind.domain import PhotoId
from photofind.evaluation.drawn_scenes import draw_scene
from photofind.paths import LibraryPaths
from photofind.search.parser import parse
from photofind.store import schema, tags
from tests.support.contents import catalogue_contents
from tests.support.engine import Engine
from tests.support.soak import sizes
from tests.support.tiny_pictures import tiny_png, write_tiny_pictures

SCANS = 10
DEPTH = 40
TAG = "by hand"
FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def engine(tmp_path: Path, photos: Path) -> Iterator[Engine]:
    with Engine(tmp_path / "library", [photos]) as engine:
        yield engine


def _tag_all(engine: Engine) -> None:
    with engine.database.writing() as connection:
        ids = [PhotoId(id_) for id_ in connection.scalars(sa.select(schema.photos.c.id))]
        tags.add(connection, ids, TAG)


def _tagged_paths(paths: LibraryPaths) -> set[bytes]:
    """Files whose photo has the tag."""
    with closing(sqlite3.connect(paths.catalogue)) as connection:
        rows = connection.execute(
            "SELECT CAST(roots.path || '/' || files.path AS BLOB) FROM files "
            "JOIN roots ON roots.id = root_id JOIN photo_tags USING (photo_id) "
            "JOIN tags ON tags.id = tag_id WHERE tags.name = ? AND state = 'confirmed'",
            (TAG,),
        )
        return {path for (path,) in rows}


def _files(folder: Path) -> set[bytes]:
    return {os.fsencode(path) for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("count", sizes(300, 10_000))
def test_that_a_hidden_root_loses_nothing_in_ten_scans(
    engine: Engine, photos: Path, count: int
) -> None:
    write_tiny_pictures(photos, count)
    assert engine.run().embedded == count
    before = catalogue_contents(engine.paths.folder)
    hidden = photos.rename(photos.with_name("hidden"))

    for _ in range(SCANS):
        assert engine.run().offline == (photos,)
    assert catalogue_contents(engine.paths.folder) == before

    hidden.rename(photos)
    report = engine.run()
    assert (report.embedded, report.removed, report.offline) == (0, 0, ())
    assert catalogue_contents(engine.paths.folder) == before


@pytest.mark.parametrize("moves", sizes(60, 500))
def test_that_moves_while_closed_embed_nothing_and_keep_all_tags(
    engine: Engine, photos: Path, moves: int
) -> None:
    """Renames of files and of folders, moves to other folders, and changes of case alone."""
    write_tiny_pictures(photos, 2 * moves)
    engine.run()
    _tag_all(engine)
    chance = random.Random(20261129)
    for number in range(moves):
        _move_something(photos, number, chance)

    report = engine.run()

    assert (report.embedded, report.removed, report.failures) == (0, 0, ())
    assert catalogue_contents(engine.paths.folder).paths == _files(photos)
    assert _tagged_paths(engine.paths) == _files(photos)


def _move_something(root: Path, number: int, chance: random.Random) -> None:
    folders = sorted(path for path in root.rglob("*") if path.is_dir())
    folder = chance.choice(folders)
    if number % 5 == 0:
        folder.rename(root / f"folder {number}")
        return
    files = sorted(path for path in folder.iterdir() if path.is_file())
    if not files:
        return
    path = chance.choice(files)
    other_case = path.with_name(path.name.swapcase())
    elsewhere = chance.choice(folders) / f"moved {number}.png"
    path.rename(chance.choice([other_case, path.with_name(f"renamed {number}.png"), elsewhere]))


TRUNCATED: dict[str, tuple[str, dict[str, Any]]] = {
    "jpg": ("JPEG", {"quality": 85}),
    "progressive.jpg": ("JPEG", {"progressive": True}),
    "png": ("PNG", {}),
    "gif": ("GIF", {}),
    "webp": ("WEBP", {}),
    "lossless.webp": ("WEBP", {"lossless": True}),
    "bmp": ("BMP", {}),
    "tif": ("TIFF", {}),
    "lzw.tif": ("TIFF", {"compression": "tiff_lzw"}),
}


@pytest.mark.parametrize("count", sizes(90, 1000))
def test_that_every_truncated_file_is_listed_and_none_embedded(
    engine: Engine, photos: Path, count: int
) -> None:
    """Cut anywhere in the picture: what follows a picture's last byte is no part of it."""
    chance = random.Random(20261129)
    kinds = sorted(TRUNCATED)
    for number in range(count):
        kind = kinds[number % len(kinds)]
        format_, options = TRUNCATED[kind]
        file = io.BytesIO()
        draw_scene(number % 40, (96, 72)).image.save(file, format_, **options)
        whole = file.getvalue()
        (photos / f"{number}.{kind}").write_bytes(whole[: chance.randrange(1, len(whole) - 8)])

    report = engine.run()

    assert {failure.path for failure in report.failures} == set(photos.iterdir())
    assert catalogue_contents(engine.paths.folder).embeddings == {}


@pytest.mark.parametrize("pairs", sizes(20, 200))
def test_that_composed_and_decomposed_names_are_two_files_found_by_either(
    engine: Engine, photos: Path, pairs: int
) -> None:
    if not _tells_forms_apart(photos):
        pytest.skip("this file system keeps one of the two names")
    chance = random.Random(20261129)
    names = {"".join(chance.choices("äéñçøüåîôșžắ", k=6)) for _ in range(2 * pairs)}
    chosen = sorted(name for name in names if unicodedata.normalize("NFD", name) != name)[:pairs]
    for number, name in enumerate(chosen):
        for form in FORMS:
            folder = photos / unicodedata.normalize(form, name)
            folder.mkdir()
            content = tiny_png(2 * number + (form == "NFD"))
            (folder / f"{unicodedata.normalize(form, name)}.png").write_bytes(content)
    (photos / os.fsdecode(b"caf\xe9 \xff.png")).write_bytes(tiny_png(2 * pairs))

    engine.run()

    assert catalogue_contents(engine.paths.folder).paths == _files(photos)
    catalogue = engine.catalogue.filtered
    for name in chosen:
        for form in FORMS:
            asked = parse(f'folder:"{unicodedata.normalize(form, name)}"').filters
            assert len(catalogue.select(asked)) == 2
    assert engine.run().embedded == 0


def _tells_forms_apart(folder: Path) -> bool:
    (folder / "é").touch()
    found = (folder / "e\u0301").exists()
    (folder / "é").unlink()
    return not found


def test_that_a_deep_tree_of_links_in_circles_ends(engine: Engine, photos: Path) -> None:
    folder = photos
    for number in range(DEPTH):
        folder = folder / "deep"
        folder.mkdir()
        (folder / f"{number}.png").write_bytes(tiny_png(number))
        (folder / "up").symlink_to(photos)
        (folder / "here").symlink_to(folder)

    report = engine.run()

    assert (report.found, report.embedded) == (DEPTH, DEPTH)


@pytest.mark.parametrize("written", ["0000:00:00 00:00:00", "2099:12:31 23:59:60", "2007:13:45"])
def test_that_dates_no_calendar_has_do_no_harm(engine: Engine, photos: Path, written: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769)[36867] = written
    draw_scene(1, (64, 48)).image.save(photos / "odd.jpg", exif=exif)

    assert engine.run().embedded == 1

    catalogue = engine.catalogue.filtered
    everything = {
        photo
        for filters in ("from:1900", "-from:1900", "to:2100", "-to:2100")
        for photo in catalogue.select(parse(filters).filters).tolist()
    }
    assert len(everything) == 1


@pytest.mark.parametrize("count", sizes(40, 1000))
def test_that_originals_are_the_same_after_everything(
    tmp_path: Path, photos: Path, count: int
) -> None:
    write_tiny_pictures(photos, count)
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff no picture")
    before = _states(photos)
    with Engine(tmp_path / "library", [photos]) as engine:
        engine.run()
        _tag_all(engine)
        shutil.rmtree(engine.paths.thumbnails)
        engine.run()
        engine.database.check()
    assert _states(photos) == before


def _states(folder: Path) -> list[tuple[Path, bytes, int, int, list[str]]]:
    return [
        (
            path,
            path.read_bytes() if path.is_file() else b"",
            path.stat().st_mtime_ns,
            path.stat().st_mode,
            os.listxattr(path) if hasattr(os, "listxattr") else [],
        )
        for path in sorted(folder.rglob("*"))
    ]
