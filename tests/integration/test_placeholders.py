"""Files that are in a cloud and only by name on this computer."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofind.photos import scan
from tests.support.contents import catalogue_contents
from tests.support.engine import Engine


class Cloud:
    """Says of any file that its content is not here, and notes which files are opened."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._away: set[int] = set()
        self.opened: list[Path] = []
        monkeypatch.setattr(scan, "is_placeholder", lambda found: found.st_ino in self._away)
        real = os.open

        def noted(path: str | Path, flags: int, *args: int, **options: int) -> int:
            self.opened.append(Path(path))
            return real(path, flags, *args, **options)

        monkeypatch.setattr(os, "open", noted)

    def take(self, path: Path) -> None:
        self._away.add(path.stat().st_ino)

    def bring(self, path: Path) -> None:
        self._away.discard(path.stat().st_ino)


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
