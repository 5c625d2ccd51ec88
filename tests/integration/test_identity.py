"""A photo is its picture: what is written beside it changes nothing about which photo it is."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from photofind.photos.fingerprint import file_fingerprint
from photofind.store import schema
from tests.support.tagged_folder import TaggedFolder, jpeg, picture, rewrite

DATE, MODEL, RATING, ORIENTATION = 0x0132, 0x0110, 0x4746, 0x0112
TAKEN = {DATE: "2019:07:01 12:00:00", MODEL: "D750"}


@pytest.fixture
def library(tmp_path: Path) -> Iterator[TaggedFolder]:
    """Of eight photos, `a.jpg` tagged "beach"."""
    with TaggedFolder(tmp_path) as library:
        for number in range(7):
            library.add(f"{number}.jpg", jpeg(picture(100 + number)))
        photo = library.add("a.jpg", jpeg(picture(1), TAKEN))
        library.run()
        library.tag(photo, "beach")
        yield library


def _with_comment(data: bytes) -> bytes:
    return data[:2] + b"\xff\xfe\x00\x0chello sea." + data[2:]


def _with_exif(tags: dict[int, object]) -> bytes:
    return jpeg(picture(1), tags)


def test_that_an_edit_of_the_metadata_embeds_nothing_and_keeps_the_photo(
    library: TaggedFolder,
) -> None:
    photo = library.folder / "a.jpg"
    before, embedded = library.photo_at(photo), library.encoder.embedded
    for change in (_with_comment, lambda _: _with_exif({**TAKEN, RATING: 5})):
        rewrite(photo, change)
        report = library.run()

        assert (report.embedded, report.unchanged) == (0, 8)
    assert library.photo_at(photo) == before
    assert library.tags_at(photo) == {"beach"}
    assert library.encoder.embedded == embedded


def test_that_ratings_of_photos_known_before_are_read_and_nothing_is_embedded(
    library: TaggedFolder,
) -> None:
    """What migration 0007 does to the files of a catalogue that knows no ratings yet."""
    photo = library.folder / "a.jpg"
    rewrite(photo, lambda _: _with_exif({**TAKEN, RATING: 4}))
    library.run()
    embedded = library.encoder.embedded
    with library.engine.database.writing() as connection:
        connection.execute(sa.update(schema.photos).values(rating=None))
        connection.execute(sa.update(schema.files).values(read_at_ns=0))

    report = library.run()

    assert library.metadata_at(photo).rating == 4
    assert (report.embedded, report.unchanged, library.encoder.embedded) == (0, 8, embedded)
    with library.engine.database.reading() as connection:
        assert 0 not in connection.scalars(sa.select(schema.files.c.read_at_ns)).all()


def test_that_an_edit_of_the_date_is_taken_over(library: TaggedFolder) -> None:
    photo = library.folder / "a.jpg"
    rewrite(photo, lambda _: _with_exif({DATE: "2020:01:02 03:04:05"}))
    library.run()

    assert library.metadata_at(photo).taken_at == "2020-01-02T03:04:05"
    assert library.metadata_at(photo).camera is None


def test_that_a_copy_with_other_metadata_is_the_same_photo(library: TaggedFolder) -> None:
    copy = library.add("b/copy.jpg", _with_exif({RATING: 3}))
    report = library.run()

    assert (report.embedded, report.duplicates) == (0, 1)
    assert library.tags_at(copy) == {"beach"}
    assert library.metadata_at(copy).taken_at == "2019-07-01T12:00:00"


def test_that_a_date_edited_beside_a_copy_counts(library: TaggedFolder) -> None:
    library.add("b/copy.jpg", _with_exif({MODEL: "another"}))
    library.run()
    photo = library.folder / "a.jpg"
    rewrite(photo, lambda _: _with_exif({DATE: "2020:01:02 03:04:05"}))
    library.run()

    assert library.metadata_at(photo).taken_at == "2020-01-02T03:04:05"
    assert library.metadata_at(photo).camera == "D750"


def test_that_a_photo_turned_by_its_metadata_is_embedded_and_keeps_its_tags(
    library: TaggedFolder,
) -> None:
    photo = library.folder / "a.jpg"
    rewrite(photo, lambda _: _with_exif({**TAKEN, ORIENTATION: 3}))

    assert library.run().embedded == 1
    assert library.tags_at(photo) == {"beach"}


def test_that_photos_of_an_older_catalogue_stay_what_they_are(library: TaggedFolder) -> None:
    paths = sorted(library.folder.rglob("*.jpg"))
    kept = {path.name: library.photo_at(path) for path in paths}
    thumbnails = set(library.engine.paths.thumbnails.rglob("*.jpg"))
    with closing(sqlite3.connect(library.engine.paths.catalogue)) as older, older:
        for path in paths:
            older.execute(
                "UPDATE photos SET fingerprint = ? WHERE id = ?",
                (file_fingerprint(path.read_bytes()), kept[path.name]),
            )
        older.execute("INSERT INTO state VALUES ('photos_known_by_bytes', '8')")
    library.reopen()
    for path in paths:
        path.rename(path.with_name(f"moved {path.name}"))

    report = library.run()

    assert (report.embedded, report.moved, report.removed) == (0, 8, 0)
    moved = {path.name: library.photo_at(path) for path in library.folder.rglob("*.jpg")}
    assert moved == {f"moved {name}": photo_id for name, photo_id in kept.items()}
    assert library.tags_at(library.folder / "moved a.jpg") == {"beach"}
    assert set(library.engine.paths.thumbnails.rglob("*.jpg")) == thumbnails
    # And from now on they are known by their pictures.
    os.utime(library.folder / "moved a.jpg")
    rewrite(library.folder / "moved a.jpg", _with_comment)
    assert library.run().embedded == 0
