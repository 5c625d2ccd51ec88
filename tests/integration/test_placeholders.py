"""Files that are in a cloud and only by name on this computer."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photofind.child.pictures import PictureFiles
from photofind.domain import Fingerprint, FoundFile
from photofind.errors import BadInputError
from photofind.photos.fingerprint import fingerprint
from photofind.photos.scan import UnreadableFolder, scan
from photofind.settings import Settings
from tests.support.cloud import Cloud
from tests.support.contents import catalogue_contents
from tests.support.engine import Engine


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Cloud:
    return Cloud(monkeypatch)


@pytest.fixture
def engine(tmp_path: Path, pictures: Path) -> Iterator[Engine]:
    with Engine(tmp_path / "library", [pictures]) as engine:
        yield engine


def test_that_a_placeholder_is_listed_without_being_opened_and_read_once_it_is_here(
    engine: Engine, cloud: Cloud, pictures: Path
) -> None:
    away = pictures / "sea" / "01.jpg"
    cloud.take(away)

    for embedded in (11, 0):
        report = engine.run()
        assert report.embedded == embedded
        assert [failure.path for failure in report.failures] == [away]
        assert report.failures[0].reason.startswith("Not on this computer.")
    assert away not in cloud.opened

    cloud.bring(away)
    report = engine.run()

    assert (report.embedded, report.failures) == (1, ())


def test_that_a_photo_whose_content_went_to_the_cloud_stays_what_it_was(
    engine: Engine, cloud: Cloud, pictures: Path
) -> None:
    engine.run()
    before = catalogue_contents(engine.paths.folder)
    cloud.opened.clear()
    for path in (pictures / "sea").iterdir():
        cloud.take(path)
        os.utime(path, ns=(1, 1))

    report = engine.run()

    assert (report.embedded, report.removed, report.failures) == (0, 0, ())
    assert catalogue_contents(engine.paths.folder) == before
    assert not [path for path in cloud.opened if path.is_relative_to(pictures / "sea")]


def test_that_an_embedding_is_not_made_of_what_is_not_here(
    engine: Engine, cloud: Cloud, pictures: Path
) -> None:
    engine.run()
    away = pictures / "sea" / "01.jpg"
    cloud.take(away)
    with engine.database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM embeddings")
    cloud.opened.clear()

    assert engine.run().embedded == 11
    assert away not in cloud.opened

    cloud.bring(away)
    assert engine.run().embedded == 1


def test_that_a_file_sent_away_after_it_was_found_is_not_opened(
    engine: Engine, cloud: Cloud, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = pictures / "sea" / "01.jpg"

    def scan_and_send_away(root: Path, **options: Any) -> Iterator[FoundFile | UnreadableFolder]:
        yield from scan(root, **options)
        cloud.take(away)

    with monkeypatch.context() as patched:
        patched.setattr("photofind.indexing.indexer.scan", scan_and_send_away)
        report = engine.run()

    assert (report.embedded, report.being_written) == (11, (away,))
    assert away not in cloud.opened


@pytest.mark.parametrize(
    "look",
    [
        lambda files, path, content: files.pixels(path, 100),
        lambda files, path, content: files.open(path),
        lambda files, path, content: files.thumbnail(path, content),
    ],
    ids=["viewer", "query", "thumbnail"],
)
def test_that_nobody_who_looks_at_a_placeholder_opens_it(
    look: Callable[[PictureFiles, Path, Fingerprint], object],
    engine: Engine,
    cloud: Cloud,
    pictures: Path,
) -> None:
    away = pictures / "sea" / "01.jpg"
    content = fingerprint(away.read_bytes())
    files = PictureFiles(engine.paths, Settings())
    cloud.take(away)

    with pytest.raises(BadInputError, match="not on this computer"):
        look(files, away, content)
    assert away not in cloud.opened

    cloud.bring(away)
    assert look(files, away, content)
